"""The comparison that users ask for: `st run` as it comes, `st run` taught by our hooks, and this suite.

    python -m bench.compare --sample 12

Each measures the same servers: some with one fault, two legal ones. A fault is killed where something is reported that
is not reported of the faithful server; a legal server of which anything is reported is a false alarm. Schemathesis is
given a product, an application that is registered, and a minute for each server. Seconds are those on the clock, and
those that the tool had a processor: the latter hardly depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlencode
from urllib.request import urlopen

from conformance.contract import load
from conformance.openapi.document import document, text_of
from conformance.selfproof.measure import applicable

ROOT = Path(__file__).resolve().parent.parent

EDITION = "alibaba-2023"
SETTINGS = ROOT / "fixtures" / "openapi" / "schemathesis.toml"
LEGAL = ((), ("invalid_names_later", "lists_full_on_success", "refusals_with_400", "code_200_on_success"))
"""Variants of the legal servers."""
MINUTE = 60
"""Seconds that Schemathesis may take for one server, far more than this suite needs."""
SECONDS = 300


@dataclass(frozen=True, slots=True)
class ClauseEvidence:
    """What one tool said of one server."""

    findings: frozenset[str]
    requests: int
    seconds: float
    busy: float
    """Seconds that the tool had a processor."""


@dataclass(slots=True)
class Watch:
    """Takes the time of what runs within."""

    seconds: float = 0.0
    busy: float = 0.0

    def __enter__(self) -> Watch:
        self.seconds, self.busy = time.monotonic(), _busy()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds, self.busy = time.monotonic() - self.seconds, _busy() - self.busy


def _busy() -> float:
    """Processor seconds of the processes that have ended; a server that still runs is not among them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def served(options: list[str]) -> Iterator[str]:
    """A reference server with these options, and its URL."""
    words = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--edition", EDITION, *options]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().rpartition(" ")[2].strip() if process.stdout else ""
    finally:
        process.terminate()
        process.wait(10)


def application(url: str) -> str:
    """The ApplyId of an application of five devices, registered by now; empty where a fault keeps it from us."""
    asked = {"Action": "BatchRegisterDevice", "Version": "2018-01-20", "Format": "JSON"}
    with urlopen(f"{url}/?{urlencode({**asked, 'ProductKey': 'a1RefProdA1', 'Count': '5'})}", timeout=10) as answer:
        found = re.search(rb'"ApplyId": ?"?(\d+)', answer.read())
    time.sleep(0.5)
    return found[1].decode() if found else ""


def schemathesis(url: str, *, tuned: bool) -> ClauseEvidence:
    """`st run`, with the signature alone or with all our hooks and settings."""
    st = str(Path(sys.executable).with_name("st"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "IOT_PRODUCT_KEY": "a1RefProdA1", "PYTHONWARNINGS": "ignore"}
    environment["IOT_APPLY_ID"] = application(url)
    settings = SETTINGS if tuned else ROOT / "bench" / "plain.toml"
    words = [st, "--config-file", str(settings)]
    words += ["run", f"{EDITION}.json", "--url", url, "--no-color", "--max-time", str(MINUTE)]
    if not tuned:
        environment["SCHEMATHESIS_HOOKS"] = "bench.plain_hooks"
        words += ["--seed", "1"]
    with tempfile.TemporaryDirectory() as folder, Watch() as watch:
        Path(folder, f"{EDITION}.json").write_text(text_of(document(load(), EDITION)), encoding="utf-8")
        try:
            done = subprocess.run(
                words, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
            )
            text = done.stdout
        except subprocess.TimeoutExpired as late:
            print(f"  ended after {SECONDS} s without a report", file=sys.stderr)
            text = (late.stdout or b"").decode("utf-8", "replace") if isinstance(late.stdout, bytes) else ""
    generated = sum(int(number.replace(",", "")) for number in re.findall(r"([\d,]+) generated", text)[:1])
    return ClauseEvidence(frozenset(_failures(text)), generated, watch.seconds, watch.busy)


def _failures(text: str) -> Iterator[str]:
    """Operation and kind of each failure that `st run` prints."""
    operation = ""
    for line in text.splitlines():
        if found := re.fullmatch(r"_+ (.+?) _+", line):
            operation = found[1]
        elif found := re.match(r"- (ST\d+)", line):
            yield f"{operation} {found[1]}"


def ours(url: str, profile: str) -> ClauseEvidence:
    """This suite in that profile."""
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        words = [
            sys.executable, "-m", "conformance", "run", url, "--edition", EDITION, "--profile", profile, "--quiet",
            "--product-key", "a1RefProdA1", "--other-product-key", "a1RefProdB2", "--summary", str(summary),
            "--reports", folder, "--gate", "should",
        ]  # fmt: skip
        with Watch() as watch:
            done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
        said = json.loads(summary.read_text()) if done.returncode in {0, 1} else {"requests": 0, "clauses": []}
    failed = frozenset(one["id"] for one in said["clauses"] if one["outcome"] == "fail")
    return ClauseEvidence(failed, said["requests"], watch.seconds, watch.busy)


TOOLS = {
    "st run, signed": lambda url: schemathesis(url, tuned=False),
    "st run, our hooks": lambda url: schemathesis(url, tuned=True),
    "quick": lambda url: ours(url, "quick"),
    "full": lambda url: ours(url, "full"),
}


def _measured(tool: Callable[[str], ClauseEvidence], options: list[str]) -> ClauseEvidence:
    with served(options) as url:
        seen = tool(url)
    said = f"{len(seen.findings)} findings, {seen.requests:,} requests, {seen.seconds:.1f} s, {seen.busy:.1f} s busy"
    print(f"  {' '.join(options) or 'faithful'}: {said}", file=sys.stderr, flush=True)
    return seen


def main() -> int:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tool", action="append", choices=list(TOOLS), help="only this one")
    options = parser.parse_args()
    faults = [one.name for one in applicable(EDITION)]
    sample = Random(options.seed).sample(faults, options.sample)
    print(f"{len(sample)} faults: {', '.join(sample)}", file=sys.stderr)
    print("| tool | killed | false alarms | requests a server | seconds a server | of processor |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for name in options.tool or TOOLS:
        tool = TOOLS[name]
        legal = [_measured(tool, [word for each in variants for word in ("--variant", each)]) for variants in LEGAL]
        faulty = [_measured(tool, ["--fault", fault]) for fault in sample]
        alarms = sum(bool(one.findings) for one in legal)
        killed = sum(bool(one.findings - legal[0].findings) for one in faulty)
        seen = [*legal, *faulty]
        requests = sum(one.requests for one in seen) / len(seen)
        seconds = sum(one.seconds for one in seen) / len(seen)
        share = f"{killed} of {len(sample)}"
        busy = sum(one.busy for one in seen) / len(seen)
        row = (name, share, f"{alarms} of {len(LEGAL)}", f"{requests:,.0f}", f"{seconds:.1f}", f"{busy:.1f}")
        print(f"| {' | '.join(row)} |", flush=True)
        missed = [fault for fault, one in zip(sample, faulty, strict=True) if not one.findings - legal[0].findings]
        print(f"{name} missed {', '.join(missed) or 'none'}", file=sys.stderr, flush=True)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("schemathesis", "hypothesis"))
    print(f"\n{EDITION}, {versions}, Python {sys.version.split()[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

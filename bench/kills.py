"""Ends runs by signals at random moments, and looks at what is left: records that can be read, processes, secrets.

Each run is signed with planted keys, and its target tells them wherever it can. Runs of three kinds take turns: against
a server, against a program that the run starts, and of two targets at once. Moments are spread over the whole command,
so that some come before there is anything to be read: the rest are counted until there are enough.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.wire.redact import core
from tests.zoo.echoes import Tells
from tests.zoo.keeper import caged

RUN = [sys.executable, "-m", "conformance"]
ROOT = Path(__file__).resolve().parent.parent
MARK = "KILLS_OF_THIS_BENCH"
KEY_ID, SECRET, TOKEN = (
    "LTAI5tPlantedKeyId01",
    "pLanted/Secret+0123456789=",
    "CAIS+planted/Token=0123456789abcdefghij==",
)
DEVICE_SECRET = "dEvice5ecretThatIsPlanted0123456"
KEYS = {"PLANTED_ACCESS_KEY_ID": KEY_ID, "PLANTED_ACCESS_KEY_SECRET": SECRET, "PLANTED_SECURITY_TOKEN": TOKEN}
SERVE = f"cmd:{sys.executable} -m conformance serve --port {{port}} --access-key {KEY_ID}:{SECRET}"
OPTIONS = ["--profile", "quick", "--credentials", "env:PLANTED_", "--timeout", "5", "--patience", "5"]
PRODUCTS = ["--product-key", "a1RefProdA1", "--other-product-key", "a1RefProdB2"]
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
KINDS = ("server", "program", "several")
LONGEST = {"server": 6.0, "program": 6.0, "several": 9.0}
"""Seconds within which the signal comes."""
STILL_THERE = 45.0
"""Seconds after which a process counts as left behind: a run that is interrupted may clean up for 30."""


@dataclass(slots=True)
class ClauseEvidence:
    """What was left of one run."""

    kind: str
    sent: str
    after: float
    status: int
    ended: float
    """Seconds from the signal until its last process was gone."""
    left: int
    records: int
    cut_short: int
    unreadable: list[str]
    leaks: list[str]
    traceback: str


def marked(mark: str) -> list[int]:
    """The processes whose environment holds that mark, zombies aside."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={mark}".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def _hear_interrupts() -> None:
    """A shell lets what it starts in the background ignore SIGINT, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def killed(kind: str, sent: signal.Signals, after: float, where: Path) -> ClauseEvidence:
    """One run that gets a signal after so many seconds."""
    mark = secrets.token_hex(8)
    environment = {**os.environ, **KEYS, MARK: mark, "PYTHONPATH": str(ROOT)}
    beast = Tells(SECRET, DEVICE_SECRET)
    with caged(beast, after=60, keys={KEY_ID: SECRET}) as cage:
        targets = {"server": [cage.url, *PRODUCTS], "program": [SERVE], "several": [cage.url, SERVE, *PRODUCTS]}[kind]
        with (where / "shown").open("wb") as shown:
            run = subprocess.Popen(
                [*RUN, "run", *targets, *OPTIONS, "--reports", "reports"],
                cwd=where, env=environment, stdin=subprocess.DEVNULL, stdout=shown, stderr=shown,
                preexec_fn=_hear_interrupts,  # noqa: PLW1509 -- as a terminal would start it
            )  # fmt: skip
            time.sleep(after)
            begun = time.monotonic()
            run.send_signal(sent)
            status = run.wait(timeout=120)
        while marked(mark) and time.monotonic() - begun < STILL_THERE:
            time.sleep(0.05)
        ended = time.monotonic() - begun
        left = marked(mark)
        for one in left:
            os.kill(one, signal.SIGKILL)
        records = sorted(path for path in where.glob("reports/**/run.ndjson") if path.stat().st_size)
        unreadable = [problem for path in records for problem in problems(path, sweeps=kind == "server")]
    return ClauseEvidence(
        kind, sent.name, round(after, 2), status, round(ended, 2), len(left), len(records),
        sum('"type":"footer"' not in path.read_text("utf-8", "replace") for path in records), unreadable,
        sorted(leaked(where, beast.told)), _trace(where / "shown"),
    )  # fmt: skip


def _trace(shown: Path) -> str:
    """A traceback of ours; before our first module is loaded, Python itself is all there is to interrupt."""
    said = shown.read_text("utf-8", "replace").partition("Traceback")
    return "".join(said)[:3_000] if "/conformance/" in said[2] else ""


def problems(record: Path, *, sweeps: bool) -> Iterator[str]:
    """What the commands say that read a record which can not be read, or is cut short and they do not say so."""
    folder = str(record.parent)
    whole = '"type":"footer"' in record.read_text("utf-8", "replace")
    words = [("report", folder), ("compare", folder, folder), ("judge", str(record))]
    for each in (*words, *((("sweep", folder),) if sweeps else ())):
        done = subprocess.run(
            [*RUN, *each],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **KEYS},
        )
        said = done.stdout + done.stderr
        if done.returncode not in {0, 1, 3} or "Traceback" in said:
            yield f"{each[0]}: {done.returncode} {done.stderr.strip()[-200:]}"
        if each[0] == "report" and not whole and "cut short" not in said:
            yield f"report does not say that the run was cut short: {said[-200:]}"


def leaked(where: Path, told: set[str]) -> Iterator[str]:
    """Secrets that stand in any file, by the part of them that is the same in every spelling."""
    parts = {
        core(secret)
        for secret in {*told, *KEYS.values(), DEVICE_SECRET}
        if not secret.startswith("LTAI5tThisKeyBelongsTo")
    }
    for path in where.rglob("*"):
        if path.is_file():
            words = " ".join(set(re.findall(r"[A-Za-z0-9]{8,}", path.read_text("utf-8", "replace"))))
            yield from (f"{path.relative_to(where)}: {part}" for part in parts if len(part) >= 8 and part in words)


def main() -> None:
    """Go on until so many runs have left a record; exit status 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="runs that have left a record [100]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    moment, seen, with_record = random.Random(given.seed), list[ClauseEvidence](), 0
    with contextlib.suppress(KeyboardInterrupt):  # then for those that there are
        while with_record < given.runs and len(seen) < 3 * given.runs:
            kind, sent = KINDS[len(seen) % 3], SIGNALS[len(seen) // 3 % 3]
            with tempfile.TemporaryDirectory() as where:
                one = killed(kind, sent, moment.uniform(0.05, LONGEST[kind]), Path(where))
            seen.append(one)
            with_record += one.records > 0
            bad = one.left or one.unreadable or one.leaks or one.traceback
            if given.verbose or bad:
                print(json.dumps({name: getattr(one, name) for name in ClauseEvidence.__slots__}), flush=True)
    for sent in SIGNALS:
        each = [one for one in seen if one.sent == sent.name]
        slowest = max((one.ended for one in each), default=0.0)
        statuses = dict(Counter(one.status for one in each))
        print(f"{sent.name:<8} {len(each):>4} runs, last process gone after {slowest:.1f} s at most, exit {statuses}")
    records, short = sum(one.records for one in seen), sum(one.cut_short for one in seen)
    unreadable, left = sum(len(one.unreadable) for one in seen), sum(one.left for one in seen)
    leaks, traces = sum(len(one.leaks) for one in seen), sum(bool(one.traceback) for one in seen)
    print(f"{len(seen)} kills, {with_record} runs with {records} records, {short} of them cut short and marked so")
    print(f"{unreadable} not readable, {left} processes left, {leaks} secrets found, {traces} tracebacks")
    sys.exit(bool(unreadable or left or leaks or traces))


if __name__ == "__main__":
    main()

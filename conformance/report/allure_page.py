"""The page of Allure 3: one file that opens without a server and asks nobody for anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conformance.report.allure import write_allure
from conformance.report.allure_tools import FILES, AllureError, find_node, install, output_of
from conformance.report.history import past_runs
from conformance.report.measured import Measured
from conformance.text.language import saying
from conformance.text.safe import line

HISTORY = "allure-history.jsonl"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' data: blob:; style-src 'unsafe-inline' data:; img-src data: blob:; "
    "font-src data:; connect-src data: blob:; frame-src data: blob:; media-src data: blob:; form-action 'none'"
)
"""Everything that the page needs is in it."""
ANALYTICS = re.compile(
    r"<script[^>]*googletagmanager[^>]*>\s*</script>\s*<script>(?:(?!</script>).)*?gtag\((?:(?!</script>).)*</script>",
    re.DOTALL,
)


def write_page(path: Path, runs: Sequence[Measured]) -> None:
    """Write the page of some runs. Raises AllureError, OSError.

    The history of a target is carried from run to run beside each record: that of the newest run before, and this one.
    """
    node = find_node()
    cli = install(node)
    with tempfile.TemporaryDirectory(prefix="iot-conformance-") as name:
        work = Path(name)
        for number, run in enumerate(runs):
            write_allure(work / f"results-{number}", run)
        if len(runs) > 1:
            _of_all(work / "results-0", [work / f"results-{number}" for number in range(1, len(runs))], runs)
        history = work / HISTORY
        if len(runs) == 1 and (before := _history_before(runs[0])) is not None:
            shutil.copy(before, history)
        (work / "allurerc.json").write_text(json.dumps(_config(runs)), encoding="utf-8")
        results = [f"results-{number}" for number in range(len(runs))]
        output_of((*node.node, str(cli), "generate", *results, "--config", "allurerc.json", "--cwd", name), cwd=work)
        made = work / "page" / "index.html"
        if not made.exists():
            made = next(iter((work / "page").glob("*/index.html")), made)
        page = guarded(made.read_text(encoding="utf-8"))
        beside = path.with_name(path.name + ".part")
        beside.write_text(page, encoding="utf-8")
        os.replace(beside, path)
        if len(runs) == 1 and runs[0].folder is not None and history.exists():
            shutil.copy(history, runs[0].folder / HISTORY)


def _of_all(first: Path, others: Sequence[Path], runs: Sequence[Measured]) -> None:
    """What one page says of its runs is said once and of all; Allure would show the last one's for all."""
    about = {
        name: list(dict.fromkeys(str(run.summary[name]) for run in runs))
        for name in ("target", "edition", "suite", "profile", "seed")
    }
    lines = [f"{name}={line(', '.join(values))}" for name, values in about.items()]
    (first / "environment.properties").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (first / "executor.json").unlink()
    for folder in others:
        (folder / "environment.properties").unlink()
        (folder / "executor.json").unlink()


def guarded(page: str) -> str:
    """The page without its analytics, under a policy that forbids every request. Raises AllureError."""
    page = ANALYTICS.sub("", page)
    if "googletagmanager" in page or "google-analytics" in page:
        raise AllureError("Allure's page loads analytics in a way that is not known; it was not written")
    policy = (
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="referrer" content="no-referrer">'
    )
    head, sign, rest = page.partition("<head>")
    if not sign:
        raise AllureError("Allure's page has no head; it was not written")
    return head + sign + policy + rest


def _config(runs: Sequence[Measured]) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((FILES / "allurerc.json").read_text(encoding="utf-8"))
    first = runs[0]
    say = saying(first.lang)
    for category in config["categories"]:
        category["name"] = say(category["name"])
    several = len(runs) > 1
    config["name"] = line(", ".join(dict.fromkeys(run.target for run in runs)), 100)
    config["plugins"]["awesome"]["options"]["reportLanguage"] = first.lang
    config["output"] = "page"
    config["historyPath"] = HISTORY
    if several:
        config["plugins"]["awesome"]["options"]["groupBy"].insert(0, "target")
    else:
        names = ("target", "edition", "revision", "profile", "seed", "suite", "outcome")
        config["variables"] = {name: line(str(first.summary[name])) for name in names}
    return config


def _history_before(run: Measured) -> Path | None:
    """The history that the newest earlier run of the same target left."""
    places = (past.folder / HISTORY for past in reversed(past_runs(run)))
    return next((place for place in places if place.is_file()), None)

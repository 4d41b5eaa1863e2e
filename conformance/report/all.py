"""Every report of one run, into its folder; and those of several, as one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from conformance.report.allure import write_allure
from conformance.report.junit import write_junit
from conformance.report.markdown import write_markdown
from conformance.report.matrix import write_matrix
from conformance.report.measured import RECORD, Measured
from conformance.report.sarif import write_sarif
from conformance.runner.exit_status import OUTCOMES, worst_of
from conformance.runner.summary import summary_of_several


def write_summary(path: Path, runs: Sequence[Measured]) -> None:
    """Write the summary: of one run, or of several with the worst outcome."""
    summaries = [dict(run.summary) for run in runs]
    outcomes = {one["outcome"] for one in summaries}
    worst = worst_of(status for status, outcome in OUTCOMES.items() if outcome in outcomes)
    value = summaries[0] if len(runs) == 1 else summary_of_several(worst, summaries)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


WRITERS: dict[str, tuple[str, Callable[[Path, Sequence[Measured]], None]]] = {
    "matrix": ("matrix.html", write_matrix),
    "junit": ("junit.xml", write_junit),
    "sarif": ("report.sarif", write_sarif),
    "markdown": ("report.md", write_markdown),
    "summary": ("summary.json", write_summary),
}
"""Report → its name in the folder of a run, and what writes it."""


def write_all(run: Measured, alluredir: Path | None = None) -> dict[str, Path]:
    """Write the reports into the run's folder; where they are, by name."""
    folder = run.folder
    if folder is None:
        return {}
    files = {name: folder / file for name, (file, _) in WRITERS.items()}
    for name, (_, write) in WRITERS.items():
        write(files[name], [run])
    files["allure"] = alluredir or folder / "allure-results"
    write_allure(files["allure"], run)
    return {"record": folder / RECORD, **files}

"""Every report of one run, into its folder."""

from __future__ import annotations

import json
from pathlib import Path

from conformance.report.allure import write_allure
from conformance.report.junit import write_junit
from conformance.report.matrix import write_matrix
from conformance.report.measured import RECORD, Measured


def write_all(run: Measured, alluredir: Path | None = None) -> dict[str, Path]:
    """Write the reports into the run's folder; what a person may want to open, by name."""
    folder = run.folder
    if folder is None:
        return {}
    files = {
        "matrix": folder / "matrix.html",
        "record": folder / RECORD,
        "junit": folder / "junit.xml",
        "allure": alluredir or folder / "allure-results",
    }
    write_matrix(files["matrix"], [run])
    write_junit(files["junit"], run)
    write_allure(files["allure"], run)
    (folder / "summary.json").write_text(json.dumps(run.summary, indent=1), encoding="utf-8")
    return files

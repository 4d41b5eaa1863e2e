"""Every report of one finished run, into its folder."""

from __future__ import annotations

import json
import time
from pathlib import Path

from conformance.conduct import Conductor, Result
from conformance.report import allure
from conformance.report.junit import write_junit
from conformance.report.matrix import write_matrix
from conformance.report.terminal import sentence


def write_all(result: Result, conductor: Conductor) -> dict[str, Path]:
    """Write the reports; what a person may want to open, by name."""
    folder = result.folder
    if folder is None:
        return {}
    verdicts = list(result.verdicts)
    exchanges = {one.number: one for one in result.exchanges}
    said = " ".join(sentence(conductor.contract, result.summary, verdicts).plain.split())
    files = {
        "matrix": folder / "matrix.html",
        "record": folder / "run.ndjson",
        "junit": folder / "junit.xml",
        "allure": conductor.alluredir or folder / "allure-results",
    }
    write_matrix(
        files["matrix"], conductor.contract, result.summary, verdicts, exchanges, conductor.url, said,
        cut_short=result.interrupted,
    )  # fmt: skip
    write_junit(files["junit"], conductor.contract, result.summary, verdicts)
    start = round((time.time() - float(result.summary["seconds"])) * 1000)
    allure.write_allure(
        files["allure"],
        allure.Run(conductor.contract, result.summary, exchanges, conductor.url, start),
        verdicts,
    )
    (folder / "summary.json").write_text(json.dumps(result.summary, indent=1), encoding="utf-8")
    return files

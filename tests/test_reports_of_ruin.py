"""A target that breaks every promise: reports stay within their size, and each broken clause still has its exchange."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from test_report_command import BROKEN, recorded

from conformance.cli.main import cli
from conformance.contract import load

EDITION = "alibaba-2023"


@pytest.fixture(scope="module")
def ruin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run in which every clause was broken, each shown by three long exchanges, and its reports."""
    folder = recorded(tmp_path_factory.mktemp("ruin") / "run", *BROKEN)
    path = folder / "run.ndjson"
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    long = [
        one["number"] for one in lines if one["type"] == "exchange" and len(one.get("answer", {}).get("text", "")) > 900
    ]
    for line in lines:
        if line["type"] == "verdict" and line["outcome"] == "pass":
            found = {"reason": "it is broken", "expected": "x" * 900, "seen": "<y>" * 900, "exchanges": long[:3]}
            line |= {"outcome": "fail", "reason": "it is broken (9 of 9 observations)", "finding": found, "broken": 9}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = CliRunner().invoke(cli, ["report", str(folder), "--quiet"])
    assert done.exit_code == 0, done.output
    return folder


def test_the_matrix_page_stays_below_its_size_and_shows_an_exchange_for_each(ruin: Path) -> None:
    page = (ruin / "matrix.html").read_text()
    broken = [
        one["id"] for one in json.loads((ruin / "summary.json").read_text())["clauses"] if one["outcome"] == "fail"
    ]

    assert len(broken) > 200
    assert len(page) < 500_000
    assert page.count('<details class="finding"') == len(broken)
    assert page.count("<b>answer</b>") == len(broken)


def test_the_comment_on_a_pull_request_stays_short(ruin: Path) -> None:
    text = (ruin / "report.md").read_text()

    assert len(text) < 30_000
    assert text.count("<details>") == 10


def test_junit_counts_what_it_holds(ruin: Path) -> None:
    suite = next(ElementTree.parse(ruin / "junit.xml").iter("testsuite"))
    cases = list(suite)
    kinds = Counter(kind.tag for case in cases for kind in case)

    assert {name: int(suite.get(name, "-1")) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": len(load().clauses), "failures": kinds["failure"], "errors": kinds["error"],
        "skipped": kinds["skipped"],
    }  # fmt: skip
    assert all(case.tag == "testcase" and case.get("name") and case.get("classname") for case in cases)
    assert all(len(case) <= 1 for case in cases)
    assert float(suite.get("time", "-1")) > 0
    assert len(suite.get("timestamp", "")) == len("2026-01-01T00:00:00")

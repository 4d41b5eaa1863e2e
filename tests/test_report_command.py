"""``report``: a recorded run, also one cut short or of another version, becomes every report; bad input is one line."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from browser import BROWSER, visit
from click.testing import CliRunner, Result

from conformance.cli.main import cli
from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.contract.load import fixtures
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.report.markdown import fenced, plain
from conformance.report.measured import of_record
from conformance.runner.run import Runner
from conformance.text.language import table

HERE = Path(__file__).resolve().parent
CONTRACT = load()
BROKEN = ("BatchRegisterDeviceWithApplyId.ApplyId.echo", "QueryPageByApplyId.PageSize.max")


def recorded(folder: Path, *faults: str, target: str = "mock") -> Path:
    """A folder that holds the record of a quick run against a reference with these faults, and nothing else."""
    folder.mkdir(parents=True)
    (folder / "run.ndjson").write_text(record_of(faults, target))
    return folder


@cache
def record_of(faults: tuple[str, ...], target: str) -> str:
    """The text of such a record; each run is made once for all tests."""
    with tempfile.TemporaryDirectory() as name:
        run_into(Path(name) / "run", faults, target)
        return (Path(name) / "run" / "run.ndjson").read_text()


def run_into(folder: Path, faults: tuple[str, ...], target: str) -> None:
    """Make a quick run in process, on a virtual clock."""
    clock = VirtualClock()
    settings = Settings(
        Target(target, "http://127.0.0.1:9"),
        "alibaba-2023",
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        reports=folder,
    )
    transport = InProcess(Reference(edition="alibaba-2023", faults=faults), clock)
    Runner(settings, clock=clock, transport=transport).drive()


@pytest.fixture
def red_record() -> str:
    """The text of the record of a run that breaks two clauses."""
    return record_of(BROKEN, "mock")


@pytest.fixture
def red(tmp_path: Path) -> Path:
    """The folder of that run."""
    return recorded(tmp_path / "runs" / "red", *BROKEN)


def report(*words: object) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, words)])


def refused(*words: object) -> str:
    """The one line with which the command refuses."""
    done = report(*words)
    assert done.exit_code == 2, done.output
    text = done.stderr.strip()
    assert "Traceback" not in text
    return text


def test_a_recorded_run_gets_every_report_next_to_it(red: Path) -> None:
    done = report(red)

    assert done.exit_code == 0, done.output
    assert "VIOLATIONS" in done.output
    assert {path.name for path in red.iterdir()} == {
        "run.ndjson", "matrix.html", "junit.xml", "report.sarif", "report.md", "summary.json", "allure-results",
    }  # fmt: skip
    broken = [
        one["id"] for one in json.loads((red / "summary.json").read_text())["clauses"] if one["outcome"] == "fail"
    ]
    assert set(BROKEN) <= set(broken)


def test_options_choose_reports_and_name_their_files(red: Path, tmp_path: Path) -> None:
    done = report(red, "--quiet", "--sarif", tmp_path / "out.sarif", "--markdown")

    assert (done.exit_code, done.output) == (0, "")
    assert (tmp_path / "out.sarif").exists()
    assert {path.name for path in red.iterdir()} == {"run.ndjson", "report.md"}


def test_several_runs_are_columns_of_one_page_and_one_summary(red: Path) -> None:
    green = recorded(red.parent / "green", target="other")

    done = report(red, green, "--quiet")

    assert done.exit_code == 0, done.output
    page = (red.parent / "matrix.html").read_text()
    assert "A: mock" in page
    assert "B: other" in page
    summary = json.loads((red.parent / "summary.json").read_text())
    assert summary["outcome"] == "violations"
    assert [run["target"] for run in summary["runs"]] == ["mock", "other"]
    jsonschema.validate(summary, json.loads((fixtures() / "summary.schema.json").read_text()))


def test_the_exchange_of_a_broken_clause_is_one_click_away(red: Path) -> None:
    assert report(red, "--quiet", "--matrix").exit_code == 0
    page = red / "matrix.html"
    broken = page.read_text().split('<ul class="failed">')[1].split("</ul>")[0]
    links = dict(re.findall(r'<a href="#([^"]+)">([^<]+)</a>', broken))

    assert set(BROKEN) <= set(links.values())
    for link in links:
        opened = re.search(r"<details[^>]*>(?:(?!</details>).)*?" + f'id="{link}"', visit(page, f"#{link}").dom, re.S)

        assert opened is not None
        assert BROWSER is None or opened.group().startswith('<details class="finding" open=""')


def test_every_report_is_chinese_where_it_is_asked_for(red: Path) -> None:
    assert report(red, "--lang", "zh", "--quiet").exit_code == 0
    shown = {
        path: path.read_text()
        for path in (red / "matrix.html", red / "report.md", red / "report.sarif", *(red / "allure-results").iterdir())
        if path.suffix != ".properties"
    }

    for path, text in shown.items():
        for english in (each for each in table("zh")["interface"] if " " in each and "{" not in each):
            assert english not in text, (path.name, english)
    for each in ("\u5e94\u7b54\u5e26\u6709\u6240\u53d1\u9001\u7684 ApplyId", "\u671f\u671b", "\u5b9e\u9645"):
        assert sum(each in text for text in shown.values()) >= 4


def test_what_was_found_stays_english_and_the_same_in_every_language(red: Path) -> None:
    for lang in ("en", "zh"):
        assert report(red, "--lang", lang, "--quiet", "--markdown", red / f"{lang}.md").exit_code == 0

        assert "another ApplyId came back" in (red / f"{lang}.md").read_text()


def test_a_folder_of_runs_stands_for_all_of_them(red: Path) -> None:
    recorded(red.parent / "green")

    done = report(red.parent, "--matrix", "--quiet")

    assert done.exit_code == 0, done.output
    assert (red.parent / "matrix.html").exists()


def test_the_summary_fits_its_schema(red: Path) -> None:
    report(red, "--summary", "--quiet")

    schema = json.loads((fixtures() / "summary.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads((red / "summary.json").read_text()), schema)


def test_the_schema_of_the_summary_refuses_what_is_none() -> None:
    schema = json.loads((fixtures() / "summary.schema.json").read_text())

    assert not jsonschema.Draft202012Validator(schema).is_valid({"format": 1, "outcome": "fine", "runs": []})
    assert not jsonschema.Draft202012Validator(schema).is_valid({"format": 1})


JUNIT = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "group"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure"}),
    "skipped": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "failure": (set(), {"type", "message"}, set()),
}
"""JUnit has no standard. This is what the strictest reader in wide use, that of Jenkins, takes: of each element the
attributes that it must have, those that it may have, and the elements in it."""


def test_junit_is_what_its_strictest_reader_takes(red: Path, tmp_path: Path, red_record: str) -> None:
    cut = tmp_path / "runs" / "cut"
    cut.mkdir()
    (cut / "run.ndjson").write_text("".join(red_record.splitlines(keepends=True)[:200]))
    report(red.parent, "--quiet", "--junit", tmp_path / "junit.xml")

    elements = list(ElementTree.parse(tmp_path / "junit.xml").iter())

    assert {"testsuites", "testsuite", "testcase", "failure", "skipped"} <= {one.tag for one in elements}
    for one in elements:
        needed, allowed, within = JUNIT[one.tag]
        assert needed <= set(one.attrib) <= needed | allowed
        assert {each.tag for each in one} <= within
        assert one.tag != "testcase" or len(one) <= 1
        assert re.fullmatch(r"[0-9]+(\.[0-9]+)?", one.get("time", "0"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", one.get("timestamp", "2026-01-01T00:00:00"))


def test_sarif_fits_its_schema_and_points_at_the_rows_of_the_clauses(red: Path) -> None:
    report(red, "--sarif", "--quiet")

    log = json.loads((red / "report.sarif").read_text())
    jsonschema.Draft4Validator(json.loads((HERE / "schemas" / "sarif-2.1.0.json").read_text())).validate(log)
    run = log["runs"][0]
    results = {one["ruleId"]: one for one in run["results"]}
    assert set(BROKEN) <= set(results)
    assert results["BatchRegisterDeviceWithApplyId.ApplyId.echo"]["level"] == "error"
    assert results["QueryPageByApplyId.PageSize.max"]["level"] == "warning"
    for name, result in results.items():
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == name
        place = result["locations"][0]["physicalLocation"]
        lines = (fixtures().parent / place["artifactLocation"]["uri"]).read_text().splitlines()
        start = place["region"]["startLine"]
        assert any(f'id = "{name}"' in text for text in lines[start - 1 : start + 2])


def test_sarif_tells_what_could_not_be_told_as_notifications(red: Path) -> None:
    edit(red, "Common.RequestId", outcome="inconclusive", reason="nobody answered")

    report(red, "--sarif", "--quiet")

    invocation = json.loads((red / "report.sarif").read_text())["runs"][0]["invocations"][0]
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "warning",
            "message": {"text": "Common.RequestId inconclusive: nobody answered"},
            "associatedRule": {"id": "Common.RequestId"},
        }
    ]


def test_markdown_begins_with_the_verdict_and_what_is_broken(red: Path) -> None:
    report(red, "--markdown", "--quiet")

    lines = (red / "report.md").read_text().splitlines()
    assert lines[0].startswith("### \u274c Violations: mock by alibaba-2023")
    first = next(line for line in lines if line.startswith("<details>"))
    assert "MUST" in first
    assert len("\n".join(lines)) < 30_000


@pytest.mark.parametrize(
    "hostile",
    ["<img src=x>", "@everyone", "#12", "[a](http://b)", "a|b", "**x**", "`x`", "www.evil.example", "https://e"],
)
def test_nothing_in_markdown_takes_effect(hostile: str) -> None:
    spelt = plain(hostile)

    assert not re.search(r"[<>@\[\]|*`:/]|#(?!\d+;)|www\.", spelt)


def test_no_text_closes_its_fence() -> None:
    text = fenced("a\n````\n<b>")

    assert text.startswith("`````text\n")
    assert text.endswith("\n`````")


def test_a_run_without_footer_was_cut_short_and_every_report_says_so(red: Path, red_record: str) -> None:
    lines = red_record.splitlines(keepends=True)
    (red / "run.ndjson").write_text("".join(lines[:60]) + lines[60][:50])

    done = report(red)

    assert done.exit_code == 0, done.output
    assert "cut short" in done.output
    assert "cut short" in (red / "matrix.html").read_text()
    assert "cut short" in (red / "report.md").read_text()
    assert json.loads((red / "summary.json").read_text())["outcome"] == "inconclusive"
    assert json.loads((red / "report.sarif").read_text())["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_invariants_judge_a_run_that_was_killed_before_it_judged_anything(red: Path, red_record: str) -> None:
    kept = [
        text for text in red_record.splitlines(keepends=True) if '"type":"exchange"' in text[:40] or '"header"' in text
    ]
    (red / "run.ndjson").write_text("".join(kept))

    report(red, "--quiet", "--summary", "--junit")

    summary = json.loads((red / "summary.json").read_text())
    clauses = {one["id"]: one for one in summary["clauses"]}
    assert summary["outcome"] == "violations"
    assert clauses["BatchRegisterDeviceWithApplyId.ApplyId.echo"]["outcome"] == "fail"
    assert clauses["Common.RequestId"]["outcome"] == "pass"
    tested = clauses["BatchRegisterDevice.Count.max"]
    assert (tested["outcome"], tested["reason"]) == ("untested", "the run was cut short before it was decided")


@pytest.mark.parametrize(
    ("url", "recorded", "meant"),
    [
        ("https://iot.example", True, True),
        ("http://127.0.0.1:9", False, False),
        ("https://iot.example", None, False),
        ("http://127.0.0.1:9", None, True),
    ],
)
def test_whether_nobody_else_registered_is_what_the_run_recorded(
    url: str, recorded: bool | None, meant: bool, red: Path
) -> None:
    """Where it did not say so, a target on this machine has no other users."""
    edit(red, None, url=url, exclusive=recorded)

    assert of_record(red).stream.exclusive is meant


def test_a_run_of_another_version_is_shown_with_a_remark(red: Path) -> None:
    edit(red, None, suite="iot-conformance 99.0", digest="0" * 16)
    edit(red, "Common.RequestId", clause="Common.OfTomorrow")

    done = report(red)

    assert done.exit_code == 0, done.output
    page = (red / "matrix.html").read_text()
    assert "Recorded by iot-conformance 99.0" in page
    assert "Recorded with other contract files" in page
    assert "Common.OfTomorrow" in page
    clauses = {one["id"]: one for one in json.loads((red / "summary.json").read_text())["clauses"]}
    assert clauses["Common.RequestId"]["outcome"] == "untested"


def test_what_is_no_run_is_one_line(red: Path, tmp_path: Path, red_record: str) -> None:
    assert "name the folder of a run" in refused()
    assert "cannot be read" in refused(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert "holds no run.ndjson" in refused(tmp_path / "empty")
    for text, says in [
        ("", "its first line should be the header"),
        ("[]\n", "run.ndjson:1: corrupted: expected an object"),
        ('{"type":"verdict"}\n', "run.ndjson:1: no run.ndjson: its first line should be the header"),
        ("garbage\n", "run.ndjson:1: corrupted: not JSON; the run has to be recorded again"),
        ('{"type":"header","format":7}\n', "found format 7, expected 1; update iot-conformance"),
        (red_record.replace('"alibaba-2023"', '"alibaba-1999"', 1), "is of edition 'alibaba-1999'"),
        (re.sub(r'"at":[0-9.]+', '"at":NaN', red_record, count=1), "run.ndjson:2: no line of a run"),
        (re.sub(r'"exercised":\d+', '"exercised":"often"', red_record, count=1), "no line of a run: ValueError"),
        (re.sub(r'"labels":{}', '"labels":[]', red_record, count=1), "the labels of the run are no table"),
        ("[" * 100_000 + "\n", "run.ndjson:1: corrupted: not JSON"),
    ]:
        (red / "run.ndjson").write_text(text)
        assert says in refused(red)
    (red / "run.ndjson").write_bytes(b"\xff\xfe\x00")
    assert "its first line should be the header" in refused(red)


def test_a_report_that_cannot_be_written_is_one_line(red: Path) -> None:
    assert "cannot write" in refused(red, "--matrix", red / "no" / "such" / "folder.html")


def test_the_sample_is_small_and_speaks_of_nobodys_machine() -> None:
    sample = HERE.parent / "reports" / "sample"
    texts = [(sample / name).read_text() for name in ("matrix.html", "report.md")]

    assert all("Violations" in text for text in texts)
    assert not [text for text in texts if re.search(r"/(home|root|tmp|Users)/", text)]
    assert (sample / "matrix.html").stat().st_size < 250_000
    assert (sample / "matrix.png").stat().st_size < 150_000


def edit(folder: Path, of: str | None, /, **changes: Any) -> None:
    """Change the verdict on the clause ``of``, or the header, of the record in a folder."""
    path = folder / "run.ndjson"
    found = [json.loads(text) for text in path.read_text().splitlines()]
    for line in found:
        if line["type"] == "header" if of is None else line.get("clause") == of:
            line.update(changes)
    path.write_text("".join(json.dumps(line) + "\n" for line in found))

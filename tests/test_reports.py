"""The reports: made from one run, harmless whatever the target sent, and true to the verdicts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from rich.console import Console

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.report.all import write_all
from conformance.report.curl import curl
from conformance.report.measured import of_run
from conformance.report.terminal import show
from conformance.runner.run import Result, Runner
from conformance.text.safe import block, line

CONTRACT = load()
EVIL = '<script>alert(1)</script>\x1b[31mred\x07 "quoted" ]]>'


class Evil(InProcess):
    """A target whose messages and headers want to escape."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        body = answer.content
        if b'"ErrorMessage":' in body:
            evil = json.dumps(EVIL).encode()
            body = re.sub(rb'"ErrorMessage":"[^"]*"', lambda _: b'"ErrorMessage":' + evil, body)
            body = re.sub(rb'"Code":"iot[^"]*"', lambda _: b'"Code":' + evil, body)
        return httpx.Response(
            answer.status_code, headers=[("X-Evil", "a\x1b[2Jb"), ("Content-Type", "application/json")], content=body
        )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Runner, dict[str, Path]]:
    """A run against a target that breaks clauses with hostile text, and its reports."""
    clock = VirtualClock()
    faults = ["BatchRegisterDevice.Count.max", "Workflow.terminal"]
    settings = Settings(
        Target(f"evil {EVIL}", "http://127.0.0.1"),
        "alibaba-2021",
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        labels={"note": EVIL},
        reports=tmp_path_factory.mktemp("reports"),
    )
    runner = Runner(settings, clock=clock, transport=Evil(Reference(edition="alibaba-2021", faults=faults), clock))
    result = runner.drive()
    return result, runner, write_all(of_run(result))


def test_the_matrix_page_has_every_clause_and_is_harmless(ran: tuple[Result, Runner, dict[str, Path]]) -> None:
    page = ran[2]["matrix"].read_text()

    for clause in CONTRACT.clauses:
        assert f'id="{clause}"' in page
    assert "<script" not in page
    assert "\x1b" not in page
    assert "default-src 'none'" in page
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "&lt;script&gt;" in page


def test_the_terminal_shows_no_escape_of_the_target(ran: tuple[Result, Runner, dict[str, Path]]) -> None:
    result, _, files = ran
    console = Console(record=True, width=100, force_terminal=False, file=open("/dev/null", "w"))  # noqa: SIM115

    show(console, of_run(result), files)
    console.file.close()

    text = console.export_text()
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "Workflow.terminal" in text


def test_junit_has_one_case_per_clause_and_keeps_outcomes_apart(ran: tuple[Result, Runner, dict[str, Path]]) -> None:
    result, _, files = ran
    cases = {case.get("name"): case for case in ElementTree.parse(files["junit"]).iter("testcase")}

    kinds = {Outcome.PASS: None, Outcome.FAIL: "failure", Outcome.INCONCLUSIVE: "error", Outcome.ERROR: "error"}
    assert {name: case[0].tag if len(case) else None for name, case in cases.items()} == {
        one.clause: kinds.get(one.outcome, "skipped") for one in result.verdicts
    }


def test_allure_has_one_result_per_clause_with_stable_ids(ran: tuple[Result, Runner, dict[str, Path]]) -> None:
    result, _, files = ran
    results = [json.loads(path.read_text()) for path in files["allure"].glob("*-result.json")]

    status = {Outcome.PASS: "passed", Outcome.FAIL: "failed", Outcome.INCONCLUSIVE: "broken", Outcome.ERROR: "broken"}
    assert {one["fullName"]: one["status"] for one in results} == {
        f"conformance#{one.clause}": status.get(one.outcome, "skipped") for one in result.verdicts
    }
    assert len({one["testCaseId"] for one in results}) == len({one["historyId"] for one in results}) == len(results)
    failed = next(one for one in results if one["fullName"] == "conformance#Workflow.terminal")
    labels = {(label["name"], label["value"]) for label in failed["labels"]}
    assert ("severity", "critical") in labels
    assert ("feature", "Workflow") in labels
    for step in failed["steps"]:
        for attached in step["attachments"]:
            assert (files["allure"] / attached["source"]).exists()


def test_a_curl_line_names_the_request_and_no_signature(ran: tuple[Result, Runner, dict[str, Path]]) -> None:
    for one in ran[0].exchanges[:50]:
        text = curl(one, "http://127.0.0.1:1")
        assert "Signature" not in text
        assert f"Action={one.request.operation}" in text or one.request.common


def test_a_curl_line_says_what_was_wrong_with_a_signature(ran: tuple[Result, Runner, dict[str, Path]]) -> None:
    lines = [curl(one, "http://127.0.0.1:1") for one in ran[0].exchanges if one.tampering is not None]

    assert any(text.endswith("  # signed with another secret") for text in lines)
    assert any("-X PUT" in text and text.endswith("  # sent by another HTTP method (PUT)") for text in lines)
    assert any(text.endswith("  # signed for another request (without Nickname)") for text in lines)


def test_a_line_is_printable_and_bounded() -> None:
    assert line("a\x1b[31m\nb", 50) == "a\ufffd[31m b"
    assert len(line("x" * 500)) == 200
    assert block("a\r\n\tb\x00") == "a\n\tb\ufffd"


def test_what_changed_since_the_run_before_is_marked(tmp_path: Path) -> None:
    echo, most = "BatchRegisterDeviceWithApplyId.ApplyId.echo", "QueryPageByApplyId.PageSize.max"
    for number, faults in enumerate(((most,), (echo,))):
        clock = VirtualClock()
        settings = Settings(
            Target("mock", "http://127.0.0.1"),
            "alibaba-2021",
            product_key=PRODUCTS[0],
            other_product_key=PRODUCTS[1],
            profile="quick",
            only=(echo, most),
            reports=tmp_path / str(number),
        )
        reference = Reference(edition="alibaba-2021", faults=faults)
        runner = Runner(settings, clock=clock, transport=InProcess(reference, clock))
        runner.about["start"] = f"2026-01-0{number + 1}T00:00:00+00:00"
        files = write_all(of_run(runner.drive()))

    page = files["matrix"].read_text()

    rows = {name: page.split(f'id="{name}"')[1].split("</tr>")[0] for name in (echo, most)}
    assert "newly failed" in rows[echo]
    assert "newly passed" in rows[most]
    assert page.count('<span class="chip') == 2
    assert "Earlier runs" in page

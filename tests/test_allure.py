"""Allure: one result per clause as its viewer wants it, and a page that asks nobody; each known trap has its test."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import visit

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.report import allure_page, allure_tools
from conformance.report.all import write_all
from conformance.report.allure import write_allure
from conformance.report.allure_page import ANALYTICS, guarded, write_page
from conformance.report.allure_tools import FILES, AllureError, NodeJs, find_node
from conformance.report.ids import anchor
from conformance.report.measured import Measured, of_run
from conformance.runner.run import Runner

CONTRACT = load()
ECHO = "BatchRegisterDeviceWithApplyId.ApplyId.echo"


class Eavesdropper(InProcess):
    """Remembers every DeviceSecret that went over the wire."""

    secrets: frozenset[str] = frozenset()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        self.secrets |= frozenset(re.findall(r'DeviceSecret(?:>|":")(\w{8,})', answer.text))
        return answer


def measured(folder: Path, target: str = "mock", only: tuple[str, ...] = ()) -> tuple[Measured, frozenset[str]]:
    """A quick run against a reference that breaks a clause, and the secrets that it saw."""
    clock = VirtualClock()
    transport = Eavesdropper(Reference(edition="alibaba-2023", faults=(ECHO,)), clock)
    settings = Settings(
        Target(target, "http://127.0.0.1:9"),
        "alibaba-2023",
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        reports=folder,
        only=only,
    )
    runner = Runner(settings, clock=clock, transport=transport)
    result = runner.drive()
    return of_run(result), transport.secrets


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Measured, frozenset[str], Path]:
    """A run that breaks a clause, and its results."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    run, secrets = measured(folder)
    write_all(run)
    return run, secrets, folder / "allure-results"


def results_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in folder.glob("*-result.json")]


def the_result(folder: Path, clause: str) -> dict[str, Any]:
    return next(one for one in results_in(folder) if one["fullName"] == f"conformance#{clause}")


# The traps ----------------------------------------------------------------------------------------------------------


def test_trap_1_the_target_is_a_parameter_that_history_does_not_exclude(ran: Any, tmp_path: Path) -> None:
    write_allure(tmp_path, measured(tmp_path / "run", target="other", only=(ECHO,))[0])

    ours, others = the_result(ran[2], ECHO), the_result(tmp_path, ECHO)
    assert {"name": "target", "value": "mock"} in ours["parameters"]
    assert {"name": "target", "value": "other"} in others["parameters"]
    assert ours["historyId"] != others["historyId"]
    assert ours["testCaseId"] == others["testCaseId"]


def test_trap_2_a_folder_need_not_be_cleaned_results_of_ours_are_replaced(ran: Any, tmp_path: Path) -> None:
    attachments = {"attachments": [{"name": "a", "source": "0-attachment.txt", "type": "text/plain"}]}
    item = {"fullName": "x", "labels": [{"name": "iot-conformance", "value": "item"}], "steps": [attachments]}
    (tmp_path / "0-attachment.txt").write_text("of an item")
    (tmp_path / "0-result.json").write_text(json.dumps(item))
    write_allure(tmp_path, ran[0])
    once = len(list(tmp_path.iterdir()))

    write_allure(tmp_path, ran[0])

    assert not list(tmp_path.glob("0-*"))
    assert len(results_in(tmp_path)) == len(CONTRACT.clauses)
    assert len(list(tmp_path.iterdir())) == once


def test_the_exchange_of_a_broken_clause_stands_on_its_own_page(ran: Any) -> None:
    finding = next(one.finding for one in ran[0].verdicts if one.clause == ECHO)
    decisive = ran[0].exchanges[finding.exchanges[-1]]

    trace = the_result(ran[2], ECHO)["statusDetails"]["trace"]
    assert f"BatchRegisterDeviceWithApplyId\nProductKey = {decisive.request.get('ProductKey')}\n" in trace
    assert "HTTP 200\n" + decisive.received.body.decode()[:200] in trace


def test_results_of_the_hosts_own_tests_stay(ran: Any, tmp_path: Path) -> None:
    texts = ['{"fullName": "host#test", "labels": [{"name": "framework", "value": "pytest"}]}', "{}", "no JSON", "[]"]
    for number, text in enumerate(texts):
        (tmp_path / f"{number}-result.json").write_text(text)

    write_allure(tmp_path, ran[0])

    assert [(tmp_path / f"{number}-result.json").read_text() for number in range(len(texts))] == texts


def test_trap_3_every_clause_has_a_result_whatever_became_of_its_test(ran: Any) -> None:
    # A run stays in one process (xdist is refused), and results are made from verdicts, of which each clause has one.
    assert {one["fullName"] for one in results_in(ran[2])} == {f"conformance#{clause}" for clause in CONTRACT.clauses}


def test_trap_4_no_two_clauses_share_a_test_case(ran: Any) -> None:
    results = results_in(ran[2])

    assert len({one["testCaseId"] for one in results}) == len(results)
    assert len({one["uuid"] for one in results}) == len(results)


def test_trap_5_the_gate_is_ours_and_never_allures(ran: Any) -> None:
    assert "qualityGate" not in json.loads((FILES / "allurerc.json").read_text())
    assert ran[0].summary["outcome"] == "violations"


def test_trap_6_what_could_not_be_told_is_broken_and_never_skipped(ran: Any) -> None:
    from conformance.report.allure import STATUS

    assert {str(outcome): STATUS[outcome] for outcome in Outcome} == {
        "pass": "passed", "fail": "failed", "inconclusive": "broken", "error": "broken",
        "untested": "skipped", "exempt": "skipped",
    }  # fmt: skip


PAGE = """<!doctype html><html><head><title>x</title></head><body>
<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
    <script>
        window.dataLayer = window.dataLayer || [];
        function gtag(){dataLayer.push(arguments);}
        gtag('js', new Date());
    </script>
<script>window.allureReportData = {"a": 1};</script></body></html>"""


def test_trap_7_analytics_are_taken_out_and_a_policy_forbids_every_request() -> None:
    page = guarded(PAGE)

    assert "google" not in page
    assert "gtag" not in page
    assert 'window.allureReportData = {"a": 1};' in page
    assert page.index("default-src 'none'") < page.index("<title>")


def test_trap_7_analytics_in_an_unknown_form_are_an_error() -> None:
    with pytest.raises(AllureError, match="loads analytics in a way that is not known"):
        guarded('<html><head></head><img src="https://www.google-analytics.com/x.gif"></html>')


def test_trap_8_categories_stand_in_the_configuration_and_know_what_is_new(ran: Any) -> None:
    categories = json.loads((FILES / "allurerc.json").read_text())["categories"]

    assert [one["matchers"].get("transitions") for one in categories][:3] == [["regressed", "new"], None, ["fixed"]]
    assert not (ran[2] / "categories.json").exists()


def test_trap_9_a_result_holds_the_decisive_exchanges_only(ran: Any) -> None:
    for one in results_in(ran[2]):
        attached = [each["type"] for step in one["steps"] for each in step.get("attachments", [])]
        assert attached.count("application/vnd.allure.http+json") <= 3


def test_trap_10_no_secret_reaches_a_file(ran: Any) -> None:
    _, secrets, folder = ran
    text = "\n".join(path.read_text() for path in folder.iterdir())

    assert len(secrets) > 100
    assert not [secret for secret in secrets if secret in text]
    assert "testsecret" not in text


# Results ------------------------------------------------------------------------------------------------------------


def test_a_broken_clause_shows_act_and_assert_with_their_evidence(ran: Any) -> None:
    folder = ran[2]
    result = the_result(folder, ECHO)

    assert result["status"] == "failed"
    assert result["uuid"] == json.loads((folder / f"{result['uuid']}-result.json").read_text())["uuid"]
    assert [step["name"].split(":")[0] for step in result["steps"]] == ["act", "act", "assert"]
    assert [step["status"] for step in result["steps"]] == ["passed", "passed", "failed"]
    details = result["statusDetails"]
    assert details["expected"] != details["actual"]
    act, judged = result["steps"][-2], result["steps"][-1]
    http, curl = act["attachments"]
    exchange = json.loads((folder / http["source"]).read_text())
    assert exchange["schemaVersion"] == 1
    assert exchange["response"]["status"] == 200
    assert (curl["type"], judged["attachments"][0]["type"]) == ("text/plain", "text/plain")
    assert "BatchRegisterDeviceWithApplyId" in (folder / curl["source"]).read_text()


def test_observations_and_coverage_are_attached(ran: Any) -> None:
    folder = ran[2]
    observation = the_result(folder, "Common.RequestId.letters")["steps"][-1]["attachments"][0]
    globally = json.loads(next(folder.glob("*-globals.json")).read_text())["attachments"][0]

    assert "\u00d7" in (folder / observation["source"]).read_text()
    assert "transitions:" in (folder / globally["source"]).read_text()


def test_results_made_again_are_the_same(ran: Any, tmp_path: Path) -> None:
    write_allure(tmp_path, ran[0])

    again, first = ({path.name: path.read_text() for path in folder.iterdir()} for folder in (tmp_path, ran[2]))
    assert again == first


# The page -----------------------------------------------------------------------------------------------------------

STAND_IN = """
import json, pathlib, sys
root = pathlib.Path(sys.argv[sys.argv.index("--cwd") + 1])
config = json.loads((root / "allurerc.json").read_text())
results = [json.loads(one.read_text()) for one in root.glob("results-*/*-result.json")]
ids = "".join(f"<p>{one['uuid']}</p>" for one in results)
(root / config["output"]).mkdir()
page = pathlib.Path(__file__).with_suffix(".html").read_text()
(root / config["output"] / "index.html").write_text(page.replace("</body>", ids + "</body>"))
with (root / config["historyPath"]).open("a") as history:
    history.write(json.dumps({"results": len(results)}) + "\\n")
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in the place of Allure that does what is promised of it: a page with analytics, a longer history."""
    program = tmp_path / "stand_in.py"
    program.write_text(STAND_IN)
    program.with_suffix(".html").write_text(PAGE)
    monkeypatch.setattr(allure_page, "find_node", lambda: NodeJs((sys.executable,), (sys.executable,)))
    monkeypatch.setattr(allure_page, "install", lambda node: program)


@pytest.mark.usefixtures("stand_in")
def test_history_is_carried_from_run_to_run_of_one_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []
    for number, target in enumerate(("mock", "mock", "other")):
        folder = tmp_path / "reports" / str(number)
        run, _ = measured(folder, target, only=(ECHO,))
        # The runs of this test begin within one second.
        object.__setattr__(run, "summary", {**run.summary, "start": f"2026-01-0{number + 1}T00:00:00+00:00"})
        write_all(run)
        for _ in range(2):
            write_page(folder / "allure.html", [run])
        lengths.append(len((folder / "allure-history.jsonl").read_text().splitlines()))

    assert lengths == [1, 2, 1]


@pytest.mark.usefixtures("stand_in")
def test_a_page_of_several_runs_says_of_all_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [measured(tmp_path / target, target, only=(ECHO,))[0] for target in ("mock", "other")]
    said: list[str] = []
    cli = allure_page.output_of

    def looked(words: Any, *, cwd: Path) -> str:
        said.extend(path.read_text() for path in sorted(cwd.glob("results-*/environment.properties")))
        said.extend(str(path) for path in cwd.glob("results-*/executor.json"))
        return cli(words, cwd=cwd)

    monkeypatch.setattr(allure_page, "output_of", looked)

    write_page(tmp_path / "allure.html", runs)

    (only,) = said
    assert only == (
        f"target=mock, other\nedition=alibaba-2023\nsuite={runs[0].summary['suite']}\nprofile=quick\nseed=0\n"
    )


@pytest.mark.usefixtures("stand_in")
def test_the_matrix_leads_to_allures_page_where_there_is_one(tmp_path: Path) -> None:
    run, _ = measured(tmp_path / "run", only=(ECHO,))
    write_page(tmp_path / "run" / "allure.html", [run])
    write_all(run)

    assert f'href="allure.html#{anchor(run, ECHO)}"' in (tmp_path / "run" / "matrix.html").read_text()


def test_the_page_asks_nobody_for_anything(ran: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if not (allure_tools.cache() / "node_modules").exists() or not has_node():
        request.getfixturevalue("stand_in")
    page = tmp_path / "allure.html"
    write_page(page, [ran[0]])

    seen = visit(page, f"#{anchor(ran[0], ECHO)}")

    assert seen.requests == ()
    assert seen.console == ()


def has_node() -> bool:
    try:
        return bool(find_node())
    except AllureError:
        return False


def test_without_a_node_that_is_new_enough_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allure_tools.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AllureError, match=r"needs Node 22 or newer, and there is none; try: "):
        find_node()
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v20.1.0\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(AllureError, match=r"and node is v20.1.0; try: "):
        find_node()


def test_the_lock_file_of_npm_holds_hashes_and_no_address() -> None:
    text = (FILES / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]

    assert "://" not in text
    assert all(one["integrity"].startswith("sha512-") for name, one in packages.items() if name)


def test_no_run_downloads_anything() -> None:
    program = (
        "import sys, conformance.cli.run, conformance.report.all;"
        "print('conformance.report.allure_tools' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_analytics_are_found_only_where_they_are() -> None:
    assert ANALYTICS.sub("", "<script>let a = 1</script>") == "<script>let a = 1</script>"

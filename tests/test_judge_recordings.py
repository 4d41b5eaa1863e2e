"""Judging recordings: ours and others', as a run would have judged them, and never more than they show."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conformance.conduct import Conductor, Result
from conformance.contract import load
from conformance.judge.law import all_laws
from conformance.judge.stream import Stream
from conformance.reference import lapses
from conformance.reference.server import Reference
from conformance.selfproof import PRODUCTS, InProcess, measure
from conformance.settings import Settings
from conformance.target.clock import VirtualClock
from conformance.target.target import Target
from conformance.trace.offline import Judgement, Wanted, also_tested, judged
from conformance.trace.problem import TraceError
from conformance.trace.reach import NEEDS_THE_WHOLE, OF_ONE_EXCHANGE
from conformance.trace.source import Trace
from conformance.trace.tally import Tally
from tests import independent_runs

ROOT = Path(__file__).resolve().parent.parent
RECORDINGS = ROOT / "tests" / "recordings"
CONTRACT = load()
EDITION = "alibaba-2023"
LAPSES = ("QueryPageByApplyId.Total", "Common.RequestId", "Workflow.terminal", "BatchRegisterDevice.JSON")


@pytest.fixture(scope="module", params=[(), LAPSES], ids=["faithful", "broken"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A run, and its record."""
    folder = tmp_path_factory.mktemp("run")
    known = [lapse.name for lapse in lapses.LAPSES]
    names = [next(name for name in known if name.split("@")[0] == wanted) for wanted in request.param]
    clock = VirtualClock()
    settings = Settings(
        Target("reference", "http://127.0.0.1"),
        EDITION,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        reports=folder,
    )
    transport = InProcess(Reference(edition=EDITION, lapses=names), clock)
    return Conductor(settings, clock=clock, transport=transport).drive(), folder / "run.ndjson"


def offline(path: Path, **wanted: Any) -> Judgement:
    return judged(Trace(path, CONTRACT), CONTRACT, Wanted(**wanted))


def outcomes(found: Judgement) -> dict[str, str]:
    return {one.clause: str(one.outcome) for one in found.verdicts}


def altered(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A recording in which one text is replaced."""
    text = (RECORDINGS / name).read_text()
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new))
    return path


# Ours ----------------------------------------------------------------------------------------------------------


def test_a_run_judged_again_reaches_the_verdicts_of_its_laws(run: tuple[Result, Path]) -> None:
    result, path = run
    lawful = set(all_laws()) - also_tested()

    again = {one.clause: one for one in offline(path).verdicts if one.clause in lawful}

    assert again == {one.clause: replace(one, breaks=()) for one in result.verdicts if one.clause in lawful}


def test_what_needs_requests_of_its_own_says_so(run: tuple[Result, Path]) -> None:
    found = {one.clause: one for one in offline(run[1]).verdicts}

    assert found["BatchRegisterDevice.Count.max"].outcome == "untested"
    assert "requests of its own" in found["BatchRegisterDevice.Count.max"].reason


def test_laws_of_one_exchange_judge_alike_one_by_one(run: tuple[Result, Path]) -> None:
    exchanges = run[0].exchanges
    whole = Stream(exchanges, CONTRACT, EDITION)

    for clause in sorted(OF_ONE_EXCHANGE):
        law, (together, single) = all_laws()[clause], (Tally(CONTRACT.clauses[clause]) for _ in range(2))
        by_number = {one.number: one for one in exchanges}
        together.take(lambda: law.judge(whole), by_number)  # noqa: B023
        for one in exchanges:
            single.take(lambda: law.judge(Stream((one,), CONTRACT, EDITION)), by_number)  # noqa: B023
        assert single.verdict() == together.verdict()


def test_the_tables_of_reach_name_clauses_with_a_law() -> None:
    assert set(all_laws()) >= OF_ONE_EXCHANGE
    assert set(all_laws()) >= set(NEEDS_THE_WHOLE)


def test_a_long_recording_is_judged_in_parts_and_says_so(
    run: tuple[Result, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.trace.offline.MOST_HELD", 100)

    found = offline(run[1])

    assert len(found.stream.exchanges) == 100
    assert found.read == len(run[0].exchanges)
    assert "saw the first 100 of" in found.notes[0]
    assert found.verdicts[0].clause in CONTRACT.clauses


def test_a_run_cut_short_is_judged_and_says_so(run: tuple[Result, Path], tmp_path: Path) -> None:
    text = run[1].read_bytes()
    cut = tmp_path / "run.ndjson"
    cut.write_bytes(text[: len(text) // 3])

    found = offline(cut)

    assert 0 < found.read < len(run[0].exchanges)
    assert found.notes == ("the run was cut short: it has no footer",)


# Others' -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "exchanges"), [("sdk.har", 28), ("sdk.yaml", 14), ("sdk.json", 14)])
def test_what_the_official_sdk_did_is_judged(name: str, exchanges: int) -> None:
    found = offline(RECORDINGS / name)
    shown = outcomes(found)

    assert found.read == exchanges
    assert [one for one in found.verdicts if one.outcome in {"fail", "error", "inconclusive"}] == []
    assert shown["Workflow.Count"] == shown["QueryPageByApplyId.complete"] == shown["Common.JSON"] == "pass"


@pytest.mark.parametrize("clause", NEEDS_THE_WHOLE)
def test_what_others_recorded_decides_some_clauses_only_where_it_is_whole(clause: str) -> None:
    by_itself = {one.clause: one for one in offline(RECORDINGS / "sdk.har").verdicts}[clause]

    assert by_itself.outcome == "untested"
    assert "--whole" in by_itself.reason


def test_a_recording_said_to_be_whole_decides_more() -> None:
    shown = outcomes(offline(RECORDINGS / "sdk.har", whole=True))

    assert shown["Workflow.checked"] == shown["Workflow.registered"] == shown["Workflow.unasked"] == "pass"


@pytest.mark.parametrize(
    ("clause", "old", "new"),
    [
        ("QueryPageByApplyId.Total", '\\"Total\\":3', '\\"Total\\":4'),
        ("Common.Success.JSON", '\\"Success\\":true', '\\"Success\\":\\"true\\"'),
        ("QueryBatchRegisterDeviceStatus.Status", '\\"CREATE_SUCCESS\\"', '\\"DONE\\"'),
        ("Common.RequestId", '\\"RequestId\\"', '\\"Request\\"'),
    ],
)
def test_a_fault_in_a_recording_is_found(clause: str, old: str, new: str, tmp_path: Path) -> None:
    assert outcomes(offline(altered(tmp_path, "sdk.har", old, new)))[clause] == "fail"


def test_what_was_refused_for_its_credentials_speaks_only_of_its_form(tmp_path: Path) -> None:
    refused = {"RequestId": "0E5BF6FD-0740-96DC-1E72-F2D5C64A9C37", "HostId": "h", "Code": "SignatureDoesNotMatch"}
    text = json.loads((RECORDINGS / "sdk.har").read_text())
    for entry in text["log"]["entries"]:
        entry["response"] |= {"status": 400}
        entry["response"]["content"]["text"] = json.dumps({**refused, "Message": "no"})
    path = tmp_path / "sdk.har"
    path.write_text(json.dumps(text))

    found = offline(path)

    assert [one.clause for one in found.verdicts if one.outcome == "fail"] == []
    assert outcomes(found)["Common.gateway.envelope"] == "pass"
    assert "28 exchanges were refused for who sent them, or how: judged only one by one" in found.notes


def as_har(result: Result, path: Path) -> Path:
    """A run as a stranger's HAR: nothing tells what was wrong on purpose, or what for it was sent."""
    entries = []
    for one in result.exchanges:
        if one.received is not None:
            asked, answer = one.sent, one.received
            headers = [[{"name": name, "value": value} for name, value in each.headers] for each in (asked, answer)]
            content = {"encoding": "base64", "text": base64.b64encode(answer.body).decode()}
            entries.append(
                {
                    "startedDateTime": datetime.fromtimestamp(1.7e9 + one.at, UTC).isoformat(),
                    "time": one.seconds * 1_000,
                    "request": {
                        "method": asked.method, "url": f"http://h{asked.target}", "headers": headers[0],
                        "postData": {"text": asked.body.decode()},
                    },
                    "response": {"status": answer.status, "headers": headers[1], "content": content},
                }
            )  # fmt: skip
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("server", [lambda: measure(EDITION, "quick"), lambda: independent_runs.measure(EDITION)])
def test_whatever_a_stranger_sends_legal_servers_are_not_blamed(
    server: Callable[[], Result], whole: bool, tmp_path: Path
) -> None:
    found = offline(as_har(server(), tmp_path / "run.har"), whole=whole, edition=EDITION)

    assert [one for one in found.verdicts if one.outcome in {"fail", "error"}] == []
    assert sum(one.outcome == "pass" for one in found.verdicts) > 100


def test_requests_side_by_side_are_judged_only_one_by_one(tmp_path: Path) -> None:
    text = json.loads((RECORDINGS / "sdk.har").read_text())
    for entry in text["log"]["entries"]:
        entry["time"] = 60_000
    path = tmp_path / "sdk.har"
    path.write_text(json.dumps(text))

    found = offline(path)

    assert found.stream.exchanges == ()
    assert outcomes(found)["Common.JSON"] == "pass"
    assert outcomes(found)["Workflow.Count"] == "untested"


def test_requests_of_other_apis_and_lost_answers_are_left_out_and_counted(tmp_path: Path) -> None:
    text = json.loads((RECORDINGS / "sdk.har").read_text())
    entries = text["log"]["entries"]
    entries[0]["request"]["url"] = "https://example.com/search?q=devices"
    entries[0]["request"]["headers"] = []
    del entries[1]["response"]["content"]["text"]
    entries[2]["response"]["status"] = 0
    entries[3] = {"request": "nothing"}
    path = tmp_path / "sdk.har"
    path.write_text(json.dumps(text))

    found = offline(path)

    assert found.read == 24
    assert "1 requests of other APIs or versions were left out" in found.notes
    assert any(note.startswith("3 requests were left out: no answer") for note in found.notes)


def test_no_secret_of_a_recording_is_written(tmp_path: Path) -> None:
    text = (RECORDINGS / "sdk.har").read_text()
    secrets = {found for entry in json.loads(text)["log"]["entries"] for found in _secrets(entry)}
    record = tmp_path / "run.ndjson"

    judged(Trace(RECORDINGS / "sdk.har", CONTRACT), CONTRACT, Wanted(), record=record)

    written = record.read_text()
    assert len(secrets) > 20
    assert [secret for secret in secrets if secret in written] == []
    assert offline(record).read == 28


def _secrets(entry: dict[str, Any]) -> list[str]:
    """The device secrets of the answer, the key and the signature of the request."""
    answer = re.findall(r'"DeviceSecret":"([^"]+)"', entry["response"]["content"]["text"])
    asked = " ".join([entry["request"]["url"], *(header["value"] for header in entry["request"]["headers"])])
    return [*answer, *re.findall(r"(?:Credential|Signature|AccessKeyId)=([^,&\s]+)", asked)]


@pytest.mark.parametrize("name", ["sdk.har", "sdk.yaml", "sdk.json"])
def test_a_recording_cut_off_is_judged_as_far_as_it_goes(name: str, tmp_path: Path) -> None:
    whole = (RECORDINGS / name).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(whole[: len(whole) // 2])

    found = offline(cut)

    assert 0 < found.read < offline(RECORDINGS / name).read
    assert found.notes[0].startswith("the file ends in the middle")
    assert [one for one in found.verdicts if one.outcome in {"fail", "error"}] == []


# What is no recording ------------------------------------------------------------------------------------------

BAD = {
    "empty": (b"", 2, "empty; expected"),
    "text": (b"hello\n", 2, "expected a mapping"),
    "binary": (bytes(range(256)), 2, "no recording"),
    "a page": (b"<html></html>", 2, "no recording"),
    "other JSON": (b'{"a": [1, 2]}', 2, "no recording"),
    "a list": (b"[1, 2]", 2, "no recording"),
    "HAR without entries": (b'{"log": {"version": "1.2"}}', 2, "expected a member 'entries'"),
    "HAR of nothing": (b'{"log": {"entries": []}}', 3, "holds no exchange of this API"),
    "HAR cut off at once": (b'{"log": {"entries": [{"request": {"me', 3, "holds no exchange"),
    "HAR corrupted": (b'{"log": {"entries": [{"request": nothing}]}}', 2, "malformed JSON"),
    "HAR nested deep": (b'{"log": {"entries": [' + b"[" * 100_000, 2, "nested too deep"),
    "not UTF-8": (b'{"log": {"entries": ["\xff\xff\xff\xff\xff\xff"]}}', 2, "not UTF-8"),
    "YAML that is no cassette": (b"a: 1\nb: [1]\n", 2, "expected a list called"),
    "YAML corrupted": (b"interactions:\n- request: [\n  }\n", 2, "malformed YAML"),
    "YAML nested deep": (b"interactions:\n- " + b"[" * 100, 2, "nested more than"),
    "YAML of unknown names": (b"interactions:\n- *nobody\n", 2, "names nothing that came before"),
    "YAML of nothing": (b"interactions: []\n", 3, "holds no exchange"),
    "a newer run": (b'{"type": "header", "format": 99}\n', 2, "update iot-conformance"),
    "a run of an unknown edition": (b'{"type":"header","format":1,"edition":"alibaba-2099"}\n', 2, "by --edition"),
    "a run with a broken header": (b'{"type":"header","format":1,"products":7}\n', 2, "corrupted header"),
    "a run with a broken line": (b'{"type":"header","format":1}\n{nothing}\n', 2, ":2: corrupted"),
    "a run with a strange exchange": (
        b'{"type":"header","format":1}\n{"type":"exchange","number":"x"}\n',
        2,
        "newer version",
    ),
    "a run of nothing": (b'{"type":"header","format":1}\n{"type":"footer"}\n', 3, "holds no exchange"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_recording_is_one_problem_with_its_status(name: str, tmp_path: Path) -> None:
    text, status, says = BAD[name]
    path = tmp_path / "trace"
    path.write_bytes(text)

    with pytest.raises(TraceError) as caught:
        offline(path)

    assert says in str(caught.value)
    assert caught.value.status == status
    assert len(str(caught.value).splitlines()) == 1


def test_repeated_names_in_yaml_cost_nothing(tmp_path: Path) -> None:
    lines = ["interactions:", "- a: &l0 [x, x]"]
    lines += [f"  b{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 40)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines) + "\n")

    with pytest.raises(TraceError, match="holds no exchange"):
        offline(path)


def iot(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_command_shows_what_was_seen_and_leaves_with_its_status(tmp_path: Path) -> None:
    path = altered(tmp_path, "sdk.har", '\\"Total\\":3', '\\"Total\\":4')
    summary = tmp_path / "summary.json"

    done = iot("judge", str(path), "--summary", str(summary))

    assert done.returncode == 1, done
    assert "VIOLATIONS  sdk.har by alibaba-2023" in done.stdout
    assert "QueryPageByApplyId.Total" in done.stderr
    assert json.loads(summary.read_text())["outcome"] == "violations"


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    done = iot("judge", str(tmp_path / "nothing.har"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "cannot be read: No such file" in done.stderr

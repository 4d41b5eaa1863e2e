"""What others recorded is judged as a run would have judged it, and never further than it shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.judge.followed_applications import devices_of
from conformance.judge.invariant import all_invariants
from conformance.offline.recordings.offline import Wanted, judged
from conformance.offline.recordings.source import Recording
from conformance.runner.run import Result
from conformance.selfproof.measure import measure
from tests import independent_runs
from tests.judging import CONTRACT, EDITION, RECORDINGS, altered, as_har, offline, outcomes


@pytest.mark.parametrize(("name", "exchanges"), [("sdk.har", 28), ("sdk.yaml", 14), ("sdk.json", 14)])
def test_what_the_official_sdk_did_is_judged(name: str, exchanges: int) -> None:
    found = offline(RECORDINGS / name)
    shown = outcomes(found)

    assert found.read == exchanges
    assert [one for one in found.verdicts if one.outcome in {"fail", "error", "inconclusive"}] == []
    assert shown["Workflow.Count"] == shown["QueryPageByApplyId.complete"] == shown["Common.JSON"] == "pass"


@pytest.mark.parametrize("clause", [one.clause for one in all_invariants().values() if one.needs])
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


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("server", [lambda: measure(EDITION, "quick"), lambda: independent_runs.measure(EDITION)])
def test_whatever_a_stranger_sends_legal_servers_are_not_blamed(
    server: Callable[[], Result], whole: bool, tmp_path: Path
) -> None:
    found = offline(as_har(server(), tmp_path / "run.har"), whole=whole, edition=EDITION)

    assert [one for one in found.verdicts if one.outcome in {"fail", "error"}] == []
    assert sum(one.outcome == "pass" for one in found.verdicts) > 100


def test_devices_without_secrets_are_no_fault_where_nobody_saw_that_they_are_complete(tmp_path: Path) -> None:
    """Until all devices of an application exist a page may lack secrets; without a status nobody can tell when."""
    result = measure(EDITION, "quick", variants=("paging_early_without_secrets",), delay=1.0)
    unasked = [one for one in result.exchanges if one.operation != "QueryBatchRegisterDeviceStatus"]
    path = as_har(replace(result, exchanges=tuple(unasked)), tmp_path / "run.har")

    found = offline(path, edition=EDITION)

    shown = [device for one in unasked if one.answer for device in devices_of(one.answer.value or {})]
    assert any(device.name and not device.secret for device in shown)
    assert [one for one in found.verdicts if one.outcome in {"fail", "error"}] == []
    assert outcomes(found)["QueryPageByApplyId.DeviceSecret"] == "pass"


def test_a_device_that_loses_its_secret_is_a_fault_whatever_its_status(tmp_path: Path) -> None:
    text = json.loads((RECORDINGS / "sdk.har").read_text())
    entries = [one for one in text["log"]["entries"] if "QueryBatchRegisterDeviceStatus" not in json.dumps(one)]
    pages = [one for one in entries if '"DeviceSecret"' in one["response"]["content"]["text"]]
    again = json.loads(json.dumps(pages[0]))
    content = again["response"]["content"]
    content["text"] = re.sub(r'"DeviceSecret":"[^"]+"', '"DeviceSecret":""', content["text"])
    again["startedDateTime"] = "2030-01-01T00:00:00Z"
    path = tmp_path / "sdk.har"
    path.write_text(json.dumps({"log": {"entries": [*entries, again]}}))

    assert outcomes(offline(path))["QueryPageByApplyId.DeviceSecret"] == "fail"


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

    judged(Recording(RECORDINGS / "sdk.har", CONTRACT), CONTRACT, Wanted(), record=record)

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

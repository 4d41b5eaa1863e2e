"""What was written by version 0.1 is read, and what is read is written the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.record.codec import exchange_from_dict, exchange_to_dict, verdict_from_dict, verdict_to_dict
from conformance.record.reproducer import Ref, ReproducerError, StepTampering, from_dict, to_dict
from conformance.record.run_ndjson import read
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import Form, NoAnswer, Place, Scheme

ASKED: dict[str, Any] = {
    "number": 7, "purpose": "QueryPageByApplyId.Total", "at": 1.25, "seconds": 0.5,
    "operation": "QueryPageByApplyId", "params": [["ApplyId", "12"], ["PageSize", "10"]],
    "form": ["POST", "JSON", "form"], "scheme": "rpc",
    "request": {"method": "POST", "target": "/", "headers": [["host", "h"]], "body": "ApplyId=12&PageSize=10"},
}  # fmt: skip
EXCHANGES = {
    "answered": {**ASKED, "answer": {"status": 200, "headers": [["Content-Type", "application/json"]], "text": "{}"}},
    "answered with what is no UTF-8": {**ASKED, "answer": {"status": 200, "headers": [], "base64": "/w=="}},
    "not answered": {**ASKED, "fault": "TIMEOUT", "notes": ["late"]},
    "tampered with": {
        **ASKED,
        "common": [["Version", "\0"]],
        "tampering": {"flaw": "NONCE", "value": "n-1", "signed": [["ApplyId", "13"]]},
    },
}
VERDICTS: dict[str, dict[str, Any]] = {
    "passed": {"clause": "Common.JSON", "outcome": "pass", "reason": "", "exercised": 3, "example": 2},
    "observed": {"clause": "Common.Code.seen", "outcome": "pass", "reason": "", "exercised": 3,
                 "observations": {"200": 3}},
    "failed": {"clause": "Common.JSON", "outcome": "fail", "reason": "bad", "exercised": 3, "unclear": 1, "broken": 2,
               "finding": {"reason": "bad", "expected": "x", "seen": "y", "exchanges": [1, 7]},
               "fingerprints": ["bad"]},
}  # fmt: skip


@pytest.mark.parametrize("name", EXCHANGES)
def test_the_line_of_an_exchange_is_read_and_written_the_same(name: str) -> None:
    line = EXCHANGES[name]

    assert json.loads(json.dumps(exchange_to_dict(exchange_from_dict(line, load())))) == line


def test_what_a_line_says_of_an_exchange() -> None:
    silent, tampered = (exchange_from_dict(EXCHANGES[name], load()) for name in ("not answered", "tampered with"))

    assert (silent.no_answer, silent.notes, silent.answer) == (NoAnswer.TIMEOUT, ("late",), None)
    assert (silent.form, silent.scheme) == (Form("POST", "JSON", Place.FORM), Scheme.RPC)
    assert tampered.tampering == Tampering(Flaw.NONCE, "n-1", (("ApplyId", "13"),))
    assert tampered.request.common == (("Version", "\0"),)


@pytest.mark.parametrize("name", VERDICTS)
def test_the_line_of_a_verdict_is_read_and_written_the_same(name: str) -> None:
    line = VERDICTS[name]

    assert json.loads(json.dumps(verdict_to_dict(verdict_from_dict(line)))) == line


def test_a_run_in_the_words_of_version_0_1_is_read(tmp_path: Path) -> None:
    observed = {("readings" if name == "observations" else name): value for name, value in VERDICTS["observed"].items()}
    failed = {("signatures" if name == "fingerprints" else name): value for name, value in VERDICTS["failed"].items()}
    lines = [
        {"type": "header", "format": 1}, {"type": "exchange", **EXCHANGES["answered"]},
        {"type": "verdict", **observed}, {"type": "verdict", **failed}, {"type": "footer"},
    ]  # fmt: skip
    (tmp_path / "run.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))

    record = read(tmp_path / "run.ndjson", load())

    assert list(record.exchanges) == [7]
    assert [verdict.outcome for verdict in record.verdicts] == [Outcome.PASS, Outcome.FAIL]
    assert record.verdicts[0].observations == {"200": 3}
    assert record.verdicts[1].fingerprints == ("bad",)


REPRODUCER: dict[str, Any] = {
    "format": 1, "suite": "iot-conformance 0.1.0", "digest": "d", "edition": "alibaba-2023", "revision": 1,
    "profile": "quick", "seed": 0, "patience": 60.0, "clause": "Signature.SignatureNonce", "level": "MUST",
    "says": "s", "reason": "r", "expected": "e", "seen": "n", "fingerprints": ["f"], "target": "http://h",
    "products": ["a1"], "own": False, "auth": "auto", "without": [], "instance": "", "pinned": "", "decisive": 2,
    "accepted": True, "broken": 1, "observed": 1, "meddled": False, "alike": 0, "value": -1,
    "names": {"shapes": ["abcd", "ab"], "order": [0, 0, 0, 0, 1]},
    "steps": [
        {"number": 1, "purpose": "p", "operation": "BatchCheckDeviceNames",
         "params": [["ProductKey", {"product": 0}], ["DeviceName.{}", {"names": [1, 0, 5]}]],
         "form": ["GET", "JSON", "query"], "scheme": "rpc"},
        {"number": 2, "purpose": "p", "operation": "QueryBatchRegisterDeviceStatus",
         "params": [["ApplyId", {"apply": 1}]], "form": ["POST", "XML", "form"], "scheme": "rpc",
         "until": "CHECK_SUCCESS", "seconds": 0.25, "after": 0.5,
         "flaw": {"name": "NONCE", "value": {"nonce": 1}, "signed": []}},
    ],
}  # fmt: skip
"""As version 0.1 wrote it."""


def test_a_reproducer_is_read_and_written_the_same() -> None:
    reproducer = from_dict(REPRODUCER)

    assert json.loads(json.dumps(to_dict(reproducer))) == REPRODUCER
    assert reproducer.names == ("abcd", "abcd", "abcd", "abcd", "ab")
    assert reproducer.steps[0].params[5] == ("DeviceName.5", Ref("name", 4))
    assert reproducer.steps[1].tampering == StepTampering(Flaw.NONCE, Ref("nonce", 1), ())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 2}, "no finding of format 1"),
        ({"clause": 7}, "expected a text, found '7'"),
        ({"patience": float("nan")}, "expected seconds"),
        ({"products": []}, "it refers to product 0"),
        ({"steps": [{**REPRODUCER["steps"][1], "number": 3}]}, "it refers to apply 1"),
        ({"steps": [{**REPRODUCER["steps"][0], "form": ["PUT", "JSON", "query"]}]}, "form PUT JSON"),
        ({"names": {"shapes": ["a"], "order": [1]}}, "IndexError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_reproducer_is_one_line(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ReproducerError, match=says) as caught:
        from_dict({**REPRODUCER, **change})

    assert len(str(caught.value).splitlines()) == 1

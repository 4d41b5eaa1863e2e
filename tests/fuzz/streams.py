"""Bytes as choices: streams of exchanges that no server ever sent, judged by every invariant; texts in every report."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.contract import load
from conformance.contract.actions import UNDER_TEST
from conformance.contract.model import EDITIONS
from conformance.judge.coverage import coverage
from conformance.judge.invariant import all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Exempt
from conformance.record.codec import exchange_from_dict
from conformance.record.run_ndjson import RecordError
from conformance.report.all import WRITERS
from conformance.report.measured import of_record
from conformance.runner.selection import Choice
from conformance.wire.decode import decode
from conformance.wire.message import FORMS, Exchange, HttpAnswer, HttpRequest, NoAnswer, Request, Scheme
from tests.fuzz.entries import CONTRACT, FOLDER

IDS = ("1", "2", "9007199254740993", "-1", "", "x", "01")
NAMES = ("a_1", "a_2", "b", "B", "", "x" * 70, "\u00e9", "a 1")
PRODUCTS = ("a1", "b2", "")
NUMBERS = ("0", "1", "2", "10", "50", "51", "-1", "x", "1000", "10001")
STATUSES = ("CHECK", "CHECK_SUCCESS", "CHECK_FAILED", "CREATE", "CREATE_SUCCESS", "CREATE_FAILED", "OTHER", "")
CODES = (
    "", "iot.system.SystemException", "iot.device.DeviceApplyIsNotFound", "iot.prod.NotExistedProduct",
    "Throttling.User", "MissingProductKey", "SignatureDoesNotMatch", "iot.device.x", "\u4e2d",
    "InvalidTimeStamp.Expired",
)  # fmt: skip
VALUES: tuple[Any, ...] = (None, True, False, 0, 1, -1, 1.5, "", "x", [], {}, [None], {"Name": "a_1"}, 2**70)
ASKED = (*UNDER_TEST, "RegisterDevice", "QueryDevice", "QueryDeviceDetail", "DeleteDevice", "CreateProduct")


class Choices:
    """Takes choices from bytes, and when they are used up always the first one."""

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)
        self.left = len(data)

    def of(self, items: Any) -> Any:
        """One of the items."""
        self.left -= 1
        return items[next(self._data, 0) % len(items)]

    def some(self, items: Any, most: int = 4) -> list[Any]:
        """Up to ``most`` of them."""
        return [self.of(items) for _ in range(self.of(range(most + 1)))]


def exchanges(data: bytes) -> Iterator[Exchange]:
    """The stream that these bytes mean; every operation, parameter and answer of the API and some of none."""
    choose = Choices(data)
    at = 0.0
    for number in itertools.count(1):
        if choose.left <= 0 or number > 40:
            return
        operation = choose.of(ASKED)
        params = [("ProductKey", choose.of(PRODUCTS)), ("ApplyId", choose.of(IDS)), ("Count", choose.of(NUMBERS))]
        params += [("PageSize", choose.of(NUMBERS)), ("CurrentPage", choose.of(NUMBERS))]
        params += [(f"DeviceName.{n}", name) for n, name in enumerate(choose.some(NAMES), 1)]
        params = [one for one in params if choose.of((True, True, False))]
        at += choose.of((0.001, 0.5, 100.0))
        form = choose.of(FORMS)
        received = _answer(choose, form.format)
        shape = CONTRACT.operations[operation].shape
        yield Exchange(
            number, Request(operation, tuple(params)), form, choose.of(tuple(Scheme)), HttpRequest("GET", "/", ()), at,
            choose.of((0.001, 1.0)), received, decode(received, shape) if received is not None else None,
            None if received is not None else choose.of(tuple(NoAnswer)), choose.of(("", "preflight", "random/1")),
        )  # fmt: skip


def _answer(choose: Choices, form: str) -> HttpAnswer | None:
    kind = choose.of(range(12))
    if kind == 0:
        return None
    status = choose.of((200, 200, 200, 400, 403, 404, 429, 500, 503, 302))
    devices = [
        {"DeviceName": choose.of(NAMES), "ProductKey": choose.of(PRODUCTS), "DeviceId": choose.of(IDS), "IotId": "i"}
        for _ in range(choose.of(range(4)))
    ]
    names = {"Name": choose.some(NAMES)}
    value: dict[str, Any] = {"RequestId": choose.of(IDS), "Success": choose.of((True, True, False, "true", None))}
    value |= {"Code": choose.of(CODES), "ErrorMessage": choose.of(("", "x"))}
    data = {"ApplyId": choose.of((1, 2, "1", None, 2**53 + 1, -1)), "Status": choose.of(STATUSES)}
    data |= {"ValidList": names, "InvalidList": {"Name": choose.some(NAMES)}, "DeviceName": choose.of(NAMES)}
    data |= {"InvalidDeviceNameList": {"InvalidDeviceName": choose.some(NAMES)}}
    value |= {"Data": choose.of((data, data, *VALUES)), "ApplyDeviceList": {"ApplyDeviceInfo": devices}}
    value |= {"Page": choose.of(VALUES), "PageSize": choose.of((2, 10, "x")), "PageCount": 1, "Total": len(devices)}
    for name in choose.some(sorted(value), 2):
        value[name] = choose.of(VALUES)
    for name in choose.some(sorted(data), 2):
        data[name] = choose.of(VALUES)
    headers = (("Content-Type", choose.of(("application/json", "text/xml", "text/html"))), ("Date", "x"))
    body = json.dumps(value).encode() if form == "JSON" or choose.of(range(4)) == 0 else _xml(value).encode()
    return HttpAnswer(status, headers, choose.of((body, body, body, body[:-3], b"", b"<html>")))


def _xml(value: Any, name: str = "R") -> str:
    if isinstance(value, list):
        return "".join(_xml(one, name) for one in value)
    if isinstance(value, dict):
        return f"<{name}>" + "".join(_xml(inner, key) for key, inner in value.items()) + f"</{name}>"
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{text}</{name}>"


def judges(data: bytes) -> None:
    """Every invariant over such a stream, by the edition that the first byte names; none may raise."""
    edition = EDITIONS[(data[0] if data else 0) % len(EDITIONS)]
    stream = Stream(tuple(exchanges(data[1:])), CONTRACT, edition, known_products=("a1", "b2"))
    choice = Choice(CONTRACT, edition)
    for invariant in all_invariants().values():
        if choice.applies(CONTRACT.clauses[invariant.clause]):
            with contextlib.suppress(Exempt):  # how an invariant says that it cannot tell
                for _ in invariant.judge(stream):
                    pass
    coverage(stream)


def record(data: bytes) -> None:
    """A run.ndjson as reports read it."""
    path = FOLDER / "run.ndjson"
    path.write_bytes(data)
    try:
        of_record(path)
    except RecordError:
        return


HEADER: dict[str, Any] = {"type": "header", "format": 1, "suite": "s", "edition": "alibaba-2023", "profile": "quick"}
VERDICT: dict[str, Any] = {
    "type": "verdict", "clause": "Common.Code.seen", "outcome": "pass", "reason": "", "exercised": 1,
}  # fmt: skip
EXCHANGE: dict[str, Any] = {
    "type": "exchange", "number": 1, "at": 0.0, "seconds": 0.1, "operation": "QueryPageByApplyId", "scheme": "rpc",
    "form": ["GET", "JSON", "query"],
}  # fmt: skip


def reports(data: bytes) -> None:
    """The bytes, as text, in every place where a target or its owner may write: every report stays inert."""
    text = data.decode("utf-8", "replace")
    some, more = text[: len(text) // 2], text[len(text) // 2 :]
    sent = {"method": "GET", "target": f"/?{some}", "headers": [[some, more]], "body": more}
    exchange = {**EXCHANGE, "params": [[some, more]], "request": sent}
    exchange |= {"answer": {"status": 200, "headers": [[more, some]], "text": text}, "purpose": some}
    finding = {"reason": text, "expected": some, "seen": more, "exchanges": [1]}
    clause = {"type": "verdict", "outcome": "fail", "exercised": 1, "broken": 1, "finding": finding, "reason": text}
    lines = [
        {**HEADER, "target": some or "t", "labels": {some: more}, "url": f"http://127.0.0.1:9/{more}"},
        exchange,
        {**clause, "clause": "QueryPageByApplyId.Total", "signatures": [text]},
        {**VERDICT, "observations": {text: 1}},
    ]  # fmt: skip
    exchange_from_dict(exchange, load())
    path = FOLDER / "texts.ndjson"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    try:
        run = of_record(path)
    except RecordError:
        return
    for name, (suffix, write) in WRITERS.items():
        write(out := Path(FOLDER / suffix), [run])
        _inert(name, out.read_text(encoding="utf-8"))


def _inert(name: str, text: str) -> None:
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in text), name
    assert len(text) < 600_000 or name == "summary", name  # which holds what was recorded
    if name == "matrix":
        assert "<script" not in text.lower()
        assert "<img" not in text.lower()

"""Invariants of the answers' shapes, per operation: that there is an answer, its fields and types, its XML root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.contract.actions import Action
from conformance.judge.invariant import ONE_EXCHANGE, invariant, invariant_of_each
from conformance.judge.invariants.envelope import METHODS, is_gateway_error
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.wire.message import Exchange, NoAnswer

PRESENT: dict[str, tuple[str, ...]] = {
    Action.BatchRegisterDevice: ("Data.ApplyId",),
    Action.BatchCheckDeviceNames: ("Data.ApplyId",),
    Action.BatchRegisterDeviceWithApplyId: ("Data.ApplyId",),
    Action.QueryBatchRegisterDeviceStatus: ("Data.Status",),
    Action.QueryPageByApplyId: ("Page", "PageSize", "PageCount", "Total"),
}
"""What every successful answer of an operation carries; lists may be empty, and have invariants of their own."""
ABOVE_DATA = frozenset(
    (operation, edition)
    for operation in (Action.BatchCheckDeviceNames, Action.BatchRegisterDeviceWithApplyId)
    for edition in ("alibaba-2018", "alibaba-2019")
)
"""Where the table of the documents has ApplyId at the top level, against their samples."""
FIELD_FAULTS = frozenset({"type", "no wrapper", "wrong inner name", "duplicate element", "text between elements"})
ENVELOPE = ("RequestId", "Success", "Code", "ErrorMessage", "Message", "HostId", "Recommend")
SPORADIC = 2
"""Server errors in one run from which on they are no accident, even if none repeats."""


@invariant_of_each("answers")
def every_request_gets_an_answer(stream: Stream, operation: str) -> Iterator[CheckResult]:
    """No request twice gives a server error, a broken connection or silence, and they are not frequent.

    Where nothing else is answered right afterwards either, the target was away, and no request is to blame.
    """
    frequent = sum(_server_error(exchange) for exchange in stream.exchanges) >= SPORADIC
    again: dict[tuple[object, ...], Exchange] = {}
    for index, one in enumerate(stream.exchanges):
        if one.operation != operation or one.sent.method not in METHODS:
            continue
        documented = one.refused and one.answer is not None and one.answer.code != "InternalError"
        if documented or (one.answer is not None and (one.answer.status < 500 or one.answer.status == 503)):
            yield Holds(one.number)
            again.pop((one.request, one.form), None)
            continue
        key = (one.request, one.form)
        if one.no_answer in {NoAnswer.REFUSED, NoAnswer.STALE}:
            yield Unclear("the target was away", (one.number,))
            continue
        if one.received is None and _away(stream, index):
            yield Unclear("the target was away", (one.number,))
        elif (before := again.get(key)) is not None:
            yield _no_answer(before, one)
        elif frequent and _server_error(one):
            yield _no_answer(one)
        again[key] = one


def _away(stream: Stream, index: int) -> bool:
    """Whether the next other request got no answer either, or none followed."""
    one = stream.exchanges[index]
    following = (stream.exchanges[after] for after in range(index + 1, len(stream.exchanges)))
    other = next((each for each in following if (each.request, each.form) != (one.request, one.form)), None)
    return other is None or other.received is None


def _server_error(exchange: Exchange) -> bool:
    """Whether the target answered, and the answer is a server error that says nothing of the request."""
    if exchange.answer is None or exchange.sent.method not in METHODS:
        return False
    return exchange.answer.status >= 500 and exchange.answer.status != 503 and not exchange.refused


def _no_answer(*exchanges: Exchange) -> Breaks:
    last = exchanges[-1]
    seen = f"HTTP {last.received.status}" if last.received is not None else str(last.no_answer)
    return Breaks(
        "a request got no answer",
        "an answer or a refusal",
        seen,
        tuple(exchange.number for exchange in exchanges),
        len(last.request.params),
    )


def _shape(stream: Stream, operation: str, form: str) -> Iterator[CheckResult]:
    for exchange in stream.exchanges:
        answer = exchange.answer
        if exchange.operation != operation or answer is None or answer.value is None or answer.form != form:
            continue
        if answer.success is None:
            continue
        problems = [
            where
            for name, where in answer.irregularities
            if name in FIELD_FAULTS
            and not where.startswith(ENVELOPE)
            and not (exchange.refused and where[:5] == "Data:")
        ]
        missing = [path for path in PRESENT[operation] if exchange.accepted and _at(answer.value, path) is None]
        if missing == ["Data.ApplyId"] and (operation, stream.edition) in ABOVE_DATA:
            missing = [] if _at(answer.value, "ApplyId") is not None else missing
        if problems:
            yield Breaks("a field has another type or place", "the documented shape", problems[0], (exchange.number,))
        elif missing:
            yield Breaks(f"{missing[0]} is missing", missing[0], "nothing", (exchange.number,))
        elif exchange.accepted:
            yield Holds(exchange.number)


def _at(value: dict[str, Any], path: str) -> Any:
    found: Any = value
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return None if found == "" else found


@invariant_of_each("JSON", of=ONE_EXCHANGE)
def the_json_shape_is_the_documented_one(stream: Stream, operation: str) -> Iterator[CheckResult]:
    """In JSON, the documented members are there with their documented types."""
    return _shape(stream, operation, "JSON")


@invariant_of_each("XML", of=ONE_EXCHANGE)
def the_xml_shape_is_the_documented_one(stream: Stream, operation: str) -> Iterator[CheckResult]:
    """In XML, the documented elements are there, lists as repeated elements within their wrapper."""
    return _shape(stream, operation, "XML")


@invariant_of_each("XML.root", of=ONE_EXCHANGE)
def the_xml_root_is_the_documented_one(stream: Stream, operation: str) -> Iterator[CheckResult]:
    """The root element of a business answer is named after the operation."""
    roots = stream.contract.operations[operation].roots_in(stream.edition)
    for exchange in stream.exchanges:
        answer = exchange.answer
        if exchange.operation != operation or answer is None or answer.form != "XML" or answer.success is None:
            continue
        if is_gateway_error(answer):
            continue  # whose root is a clause of its own
        if answer.root in roots:
            yield Holds(exchange.number)
        else:
            yield Breaks("the root element has another name", " or ".join(roots), str(answer.root), (exchange.number,))


@invariant("QueryBatchRegisterDeviceStatus.lists", of=ONE_EXCHANGE)
def both_lists_are_always_there(stream: Stream) -> Iterator[CheckResult]:
    """ValidList and InvalidList stand in every successful answer, also when they are empty, in JSON with their Name."""
    for exchange in stream.exchanges:
        if (
            exchange.operation != Action.QueryBatchRegisterDeviceStatus
            or not exchange.accepted
            or exchange.answer is None
        ):
            continue
        missing = [name for name in ("ValidList", "InvalidList") if exchange.answer.data.get(name) is None]
        bare = [where for name, where in exchange.answer.irregularities if name == "no inner list"]
        if bare and not missing:
            yield Breaks("an empty list has no Name", "a list with no name in it", bare[0][:80], (exchange.number,))
        elif missing:
            yield Breaks(f"{missing[0]} is missing", f"{missing[0]}, empty or not", "nothing", (exchange.number,))
        else:
            yield Holds(exchange.number)

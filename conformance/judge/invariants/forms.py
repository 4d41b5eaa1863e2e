"""Equivalence of forms: the same question gives the same answer, however it travels and however often it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.contract.actions import Action
from conformance.contract.model import Listing, Scalar, Shape
from conformance.judge.followed_applications import TERMINAL
from conformance.judge.invariant import invariant
from conformance.judge.names import travels
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.message import Exchange

READS = frozenset({Action.QueryBatchRegisterDeviceStatus, Action.QueryPageByApplyId})
UNLISTED = frozenset({"RequestId", "Code", "ErrorMessage", "Message", "HostId", "Recommend"})


@invariant("Common.forms_agree")
def the_same_question_gives_the_same_answer(stream: Stream) -> Iterator[CheckResult]:
    """Answers to one question about a finished application are equal in every form, RequestId apart."""
    for application in stream.distinct:
        finished = next((exchange.number for exchange, said in application.statuses() if said in TERMINAL), None)
        if finished is None:
            continue
        # What XML puts for a character that it cannot carry is the target's choice: JSON is compared with JSON alone.
        apart = not all(map(travels, application.names))
        first: dict[tuple[Any, ...], tuple[Any, Exchange]] = {}
        grown: dict[tuple[Any, ...], tuple[Any, Exchange]] = {}
        for exchange in application.trace:
            if exchange.number < finished or exchange.operation not in READS or not exchange.accepted:
                continue
            if exchange.request.common or exchange.request.get("ProductKey") not in (None, application.product):
                continue
            shape = stream.contract.operations[exchange.operation].shape
            value = canonical(
                (exchange.answer.value if exchange.answer else None) or {},
                shape,
                listed=exchange.operation == Action.QueryPageByApplyId,
            )
            form = exchange.form.format if apart else ""
            key = (exchange.operation, tuple(sorted(exchange.request.params)), form)
            before = first.setdefault(key, (value, exchange))
            if before[1] is exchange:
                continue
            if before[0] == value:
                yield Holds(exchange.number)
            elif key not in grown and _larger(value, before[0]):
                # The first answer came too early: Workflow.at_once judges that, and this one counts from now on.
                grown[key] = first[key] = (value, exchange)
            else:
                numbers = (application.created.number, before[1].number, exchange.number)
                where = _difference(before[0], value)
                yield Breaks(
                    f"{before[1].form} and {exchange.form} of one question differ",
                    f"{where[0]}: {where[1]}",
                    where[2],
                    numbers,
                )


def canonical(value: Any, shape: Shape, *, listed: bool) -> Any:
    """The documented part of an answer without what may differ: RequestId, empties, and the order of name lists."""
    if isinstance(shape, Scalar):
        return value if value not in (None, "") else None
    if isinstance(shape, Listing):
        items = value.get(shape.inner) if isinstance(value, dict) else None
        if not isinstance(items, list):
            return None
        found = [canonical(item, shape.item, listed=listed) for item in items]
        return (found if listed else sorted(found, key=repr)) or None
    if not isinstance(value, dict):
        return None
    kept = {
        name: canonical(value[name], inner, listed=listed)
        for name, inner in shape.fields.items()
        if name in value and name not in UNLISTED
    }
    return {name: item for name, item in kept.items() if item is not None} or None


def _larger(value: Any, before: Any) -> bool:
    """Whether a page shows more devices than before."""
    now, then = ((found or {}).get("ApplyDeviceList") or [] for found in (value, before))
    return len(now) > len(then)


def _difference(a: Any, b: Any, path: str = "") -> tuple[str, str, str]:
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(set(a) | set(b)):
            if a.get(name) != b.get(name):
                return _difference(a.get(name), b.get(name), f"{path}.{name}".lstrip("."))
    if isinstance(a, list) and isinstance(b, list):
        for n, (one, other) in enumerate(zip(a, b, strict=False)):
            if one != other:
                return _difference(one, other, f"{path}[{n}]")
        return path, f"{len(a)} items", f"{len(b)} items"
    return path, repr(a)[:60], repr(b)[:60]

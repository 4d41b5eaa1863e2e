"""Which fields answers have, and of which type: also those that no document names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract import Contract
from conformance.contract.actions import Action
from conformance.contract.model import Listing, Shape, Structure
from conformance.judge.followed_applications import CHECK, CREATE, CREATE_SUCCESS
from conformance.judge.invariants.envelope import is_gateway_error
from conformance.judge.stream import Stream
from conformance.text.safe import line
from conformance.wire.message import Exchange

ABSENT = "absent"
MOST = 5_000
"""Fields of one answer that are looked at, those of list items counted each."""
MOST_ITEMS = 60
"""Items of one list that are looked at."""
EMPTY = "empty"
"""An element without content: in XML that says nothing of its type."""
DEEPEST = 12
Counts = dict[str, dict[str, int]]
"""``situation|path`` → type → how often."""
PASSING = (f"success {CHECK}", f"success {CREATE}", "early page")
"""Kinds of answers whose lists and texts may be empty or not, as time goes by."""


def is_passing(kind: str) -> bool:
    """Whether what stands in such an answer depends on when was asked."""
    return kind.partition(" ")[2] in PASSING


def situation(exchange: Exchange, settled: frozenset[int]) -> str | None:
    """Operation and kind of an answer, such as ``QueryPageByApplyId success``; None for what is no answer to it.

    ``settled`` are the pages that were asked for when their devices had been created.
    """
    answer = exchange.answer
    if answer is None or answer.value is None or answer.status >= 500 or answer.status == 429:
        return None
    if exchange.accepted:
        kind = "success"
        if exchange.operation == Action.QueryBatchRegisterDeviceStatus:
            kind = f"success {line(str(answer.data.get('Status')), 20)}"
        elif exchange.operation == Action.QueryPageByApplyId and exchange.number not in settled:
            kind = "early page"
    elif exchange.refused:
        kind = "gateway error" if is_gateway_error(answer) else "refusal"
    else:
        kind = "neither"
    return f"{exchange.operation} {kind}"


def settled_pages(stream: Stream) -> frozenset[int]:
    """The accepted pages that were asked for after CREATE_SUCCESS had been seen."""
    return frozenset(
        page.exchange.number
        for application in stream.distinct
        if application.first(CREATE_SUCCESS) is not None
        for page in application.pages_after_success()
    )


def fields_of(exchange: Exchange, kind: str) -> list[tuple[str, str]]:
    """Path and type of every field of an answer. In XML everything is a text; only what is there can be told."""
    answer = exchange.answer
    if answer is None or exchange.received is None:
        return []
    fields: list[tuple[str, str]] = []
    value: Any = answer.value
    if answer.form == "JSON":
        try:
            value = json.loads(exchange.received.body)
        except (ValueError, RecursionError):
            value = answer.value
    passing = is_passing(kind)
    for path, type_of, text in _walk(value, "", 0):
        if len(fields) >= MOST:
            break
        plain = type_of
        if answer.form == "XML" and type_of not in {"structure", "list"}:
            plain = EMPTY if text in ("", None) else "text"
        fields.append((path, "text" if passing and plain == "null" else plain))
    if answer.form == "XML" and answer.root:
        fields.append(("<root>", line(answer.root, 60)))
    media = exchange.received.header("content-type") or ABSENT
    fields.append(("<Content-Type>", line("".join(media.lower().split()), 60)))
    return fields


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, str, Any]]:
    if depth > DEEPEST:
        return
    yield path, kind_of(value), value
    if isinstance(value, dict):
        for name, item in value.items():
            inner = line(str(name), 60).replace("|", "/").replace(".", "_")
            yield from _walk(item, f"{path}.{inner}" if path else inner, depth + 1)
    elif isinstance(value, list):
        for item in value[:MOST_ITEMS]:
            yield from _walk(item, f"{path}[]", depth + 1)


def kind_of(value: Any) -> str:
    """The type of a JSON value, by name."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, str):
        return "text"
    return "structure" if isinstance(value, dict) else "list" if isinstance(value, list) else "number"


def counted(stream: Stream, exchanges: Iterator[Exchange] | list[Exchange]) -> Counts:
    """How often each field was of which type, by situation and form; absent where its structure lacks it."""
    settled = settled_pages(stream)
    counts: Counts = {}
    for exchange in exchanges:
        kind = situation(exchange, settled)
        if kind is None or exchange.answer is None or exchange.operation not in stream.contract.operations:
            continue
        for path, type_of in fields_of(exchange, kind):
            types = counts.setdefault(f"{kind} {exchange.answer.form}|{path}", {})
            types[type_of] = types.get(type_of, 0) + 1
    for key in list(counts):
        _count_absent(counts, key, stream)
    return counts


def _count_absent(counts: Counts, key: str, stream: Stream) -> None:
    missing = structures_around(counts, key, stream.contract) - sum(counts[key].values())
    if missing > 0:
        counts[key][ABSENT] = missing


def structures_around(counts: Mapping[str, Mapping[str, int]], key: str, contract: Contract) -> int:
    """How often there was a structure that a field belongs into; 0 where its absence says nothing."""
    where, _, path = key.partition("|")
    above, _, name = path.rpartition(".")
    kind = where.rpartition(" ")[0]
    if not path or path.startswith("<") or path.endswith("[]") or is_passing(kind):
        return 0
    operation = contract.operations.get(kind.partition(" ")[0])
    if operation is None or name in inner_names(operation.shape):
        return 0  # a list without items may be spelt with or without its inner name
    return counts.get(f"{where}|{above}", {}).get("structure", 0)


def inner_names(shape: Shape) -> frozenset[str]:
    """The names within wrappers, such as ``Name`` in ``ValidList.Name``."""
    if isinstance(shape, Listing):
        return frozenset({shape.inner}) | inner_names(shape.item)
    if isinstance(shape, Structure):
        return frozenset().union(*(inner_names(field) for field in shape.fields.values()))
    return frozenset()

"""Answers of two targets made comparable: what differs in every run becomes a reference that keeps identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.actions import UNDER_TEST, Action
from conformance.judge.followed_applications import TERMINAL, names_asked
from conformance.judge.invariants.envelope import is_gateway_error
from conformance.judge.stream import Stream
from conformance.offline.drift.fields import settled_pages
from conformance.offline.drift.questions import of_the_account
from conformance.text.safe import line
from conformance.wire.message import Exchange

OWN = frozenset({"DeviceSecret", "IotId", "DeviceId"})
"""Fields whose values are the target's own."""
ENVELOPE = frozenset({"RequestId", "Success", "Code", "ErrorMessage", "Message", "HostId", "Recommend"})
ANSWERED = "answered"
"""The feature that says whether a request was accepted, and else who refused it."""
MOST_ITEMS = 60
Features = dict[str, str]
"""Path → value, as far as two targets can be expected to agree."""


@dataclass(slots=True)
class Names:
    """References for what a run mints: names, ids and secrets, by the order in which one answer shows them."""

    own: Mapping[str, str]
    seen: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str, value: str) -> str:
        """``<kind n>``: the same for the same value."""
        if value in self.own:
            return self.own[value]
        if value not in self.seen:
            self.seen[value] = f"<{kind} {1 + sum(known.startswith(f'<{kind} ') for known in self.seen.values())}>"
        return self.seen[value]


def comparable(stream: Stream) -> Iterator[tuple[str, Exchange, Features]]:
    """The question, the exchange and the features of its answer, for every answer that does not depend on time."""
    settled = settled_pages(stream)
    owners = {application.apply_id: application for application in stream.applications}
    products = {key: f"<product {n}>" for n, key in enumerate(stream.known_products, 1)}
    for exchange in stream.exchanges:
        if not _is_comparable(exchange, settled):
            continue
        apply_id = exchange.request.get("ApplyId") or ""
        owner = owners.get(int(apply_id)) if apply_id.isdecimal() and len(apply_id) < 30 else None
        names = names_asked(exchange.request.params) or (owner.names if owner is not None else ())
        own = {name: f"<name {n}>" for n, name in enumerate(names, 1)} | products
        if owner is not None:
            own[str(owner.apply_id)] = "<its ApplyId>"
        purpose = exchange.purpose.partition("#")[0]
        asked = " ".join(f"{name}={_asked(name, value, own)}" for name, value in exchange.request.params[:12])
        how = f"{exchange.request.common} {exchange.tampering or ''}"
        yield (
            f"{exchange.operation} {exchange.form} {purpose} {asked} {how}",
            exchange,
            dict(_features(exchange, Names(own))),
        )


def _is_comparable(exchange: Exchange, settled: frozenset[int]) -> bool:
    """Whether an answer speaks of what was asked, and would be the same at any other time."""
    answer = exchange.answer
    if exchange.operation not in UNDER_TEST or answer is None or answer.value is None:
        return False
    if of_the_account(exchange) or answer.status >= 500:
        return False
    if not exchange.accepted:
        return True
    if exchange.operation == Action.QueryBatchRegisterDeviceStatus:
        return str(answer.data.get("Status")) in TERMINAL
    return exchange.operation != Action.QueryPageByApplyId or exchange.number in settled


def _asked(name: str, value: str, own: Mapping[str, str]) -> str:
    if name == "ApplyId":
        return own.get(value, line(value, 30))
    if "Name" in name:
        return f"{len(value)} characters"
    return own.get(value, line(value, 40))


def _features(exchange: Exchange, names: Names) -> Iterator[tuple[str, str]]:
    answer = exchange.answer
    if answer is None:
        return
    yield (
        ANSWERED,
        "accepted" if exchange.accepted else "refused by the gateway" if is_gateway_error(answer) else "refused",
    )
    yield "HTTP status", str(answer.status)
    yield "Code", line(answer.code, 80) or "none"
    if not exchange.accepted:
        return  # of a refusal, all else follows from who refuses it
    if answer.form == "XML":
        yield "XML root", line(str(answer.root), 60)
    for name, value in (answer.value or {}).items():
        if name not in ENVELOPE:
            yield from _flat(value, str(name), names)


def _flat(value: Any, path: str, names: Names) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flat(item, f"{path}.{name}" if path else str(name), names)
    elif isinstance(value, list):
        if not value:
            return  # as good as none
        items = [_item(item, names) for item in value[:MOST_ITEMS]]
        # Names have no order that any document promises; devices stay where they are.
        yield f"{path}[]", line(" | ".join(items if isinstance(value[0], dict) else sorted(items)), 2_000)
    elif value not in (None, "", {}):
        yield path, _value(path.rpartition(".")[2], value, names)


def _item(value: Any, names: Names) -> str:
    return " ".join(sorted(f"{at}={text}".removeprefix("=") for at, text in _flat(value, "", names)))


def _value(name: str, value: Any, names: Names) -> str:
    if name in OWN:
        return names.of(name, str(value))
    if name == "ErrorMsg":
        return "<text>"
    if name == "ApplyId":
        return names.of("ApplyId", str(value))
    if "Name" in name or not name:
        return names.of("name", str(value))
    return line(str(value), 80)

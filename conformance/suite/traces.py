"""One executed workflow as a test reads it: the exchanges of its calls and the applications that they opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.contract.actions import Action
from conformance.generate.workflows import Workflow
from conformance.judge.followed_applications import FollowedApplication
from conformance.judge.stream import Stream
from conformance.wire.message import Exchange


@dataclass(frozen=True, slots=True)
class Trace:
    """One executed workflow: its first call, the application that it opened, and what its options added."""

    work: Workflow
    created: Exchange | None
    """The first call that got an answer, else the first call; None where nothing was sent."""
    application: FollowedApplication | None
    rechecked: Exchange | None
    """The second check of a workflow with ``recheck``."""
    again: FollowedApplication | None
    """The application that the second check opened."""
    repeated: Exchange | None = None
    """The second sending of a workflow with ``repeat``."""
    raced: FollowedApplication | None = None
    """The second application of a workflow with ``race`` or ``both_products``."""
    fewer: tuple[tuple[Exchange, FollowedApplication | None], ...] = ()
    """The further checks of a workflow with ``fewer``, and what they opened."""
    ordinary: bool = False
    """Whether the run made the product itself, so that its devices do not authenticate by X.509 certificates."""


def traces(works: Sequence[Workflow], stream: Stream) -> Iterator[Trace]:
    """What the stream shows of each workflow."""
    by_key: dict[str, list[Exchange]] = {}
    for exchange in stream.exchanges:
        if exchange.operation in {Action.BatchRegisterDevice, Action.BatchCheckDeviceNames}:
            by_key.setdefault(exchange.purpose, []).append(exchange)
    opened = {application.created.number: application for application in stream.applications}
    ordinary = any(sent.operation == Action.CreateProduct and sent.accepted for sent in stream.exchanges)
    for work in works:
        sent = by_key.get(work.key, [])
        answered = [
            call for call in sent if call.answer is not None and call.answer.status < 500 and not call.throttled
        ]
        twice = work.recheck or work.repeat or work.race or work.both_products
        second = answered[1] if twice and len(answered) > 1 else None
        first = answered[0] if answered else (sent[0] if sent else None)
        yield Trace(
            work,
            first,
            opened.get(first.number) if first is not None else None,
            second if work.recheck else None,
            opened.get(second.number) if second is not None and work.recheck else None,
            second if work.repeat else None,
            opened.get(second.number) if second is not None and (work.race or work.both_products) else None,
            tuple((call, opened.get(call.number)) for call in answered[1:]) if work.fewer else (),
            ordinary,
        )

"""What was seen of one executed workflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.contract.actions import Action
from conformance.generate.workflows import Workflow
from conformance.judge.followed import FollowedApplication
from conformance.judge.stream import Stream
from conformance.wire.message import Exchange


@dataclass(frozen=True, slots=True)
class Trace:
    """One executed workflow: its first exchange and the application that it opened, if any."""

    work: Workflow
    created: Exchange | None
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
    for one in stream.exchanges:
        if one.operation in {Action.BatchRegisterDevice, Action.BatchCheckDeviceNames}:
            by_key.setdefault(one.purpose, []).append(one)
    opened = {one.created.number: one for one in stream.applications}
    made = any(one.operation == Action.CreateProduct and one.accepted for one in stream.exchanges)
    for work in works:
        sent = by_key.get(work.key, [])
        answered = [one for one in sent if one.answer is not None and one.answer.status < 500 and not one.throttled]
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
            tuple((one, opened.get(one.number)) for one in answered[1:]) if work.fewer else (),
            made,
        )

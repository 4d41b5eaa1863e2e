"""The invariant of the books: what a product holds in the end is what its applications registered, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.contract.actions import Action
from conformance.judge.followed_applications import (
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE_FAILED,
    CREATE_SUCCESS,
    FollowedApplication,
)
from conformance.judge.invariant import EVERY_REQUEST, invariant
from conformance.judge.invariants.paging import expected_devices
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.wire.message import Exchange, as_integer


@dataclass(frozen=True, slots=True)
class Book:
    """What one product held at the first and at the last QueryDevice, and what was registered in between."""

    product: str
    first: Exchange
    last: Exchange
    before: int
    after: int
    registered: int
    most: int
    """With the devices of applications whose end nobody saw."""
    reliable: bool
    """Whether nobody else registers devices, and no answer to a registration was lost."""

    @property
    def more(self) -> int:
        """Devices that nobody registered."""
        return self.after - self.before - self.registered

    @property
    def doubtful(self) -> int:
        """Devices of applications whose end nobody saw."""
        return self.most - self.registered

    @property
    def open(self) -> bool:
        """Whether such applications may explain the difference."""
        return not self.reliable or (self.doubtful > 0 and 0 <= self.more <= self.doubtful)


def books(stream: Stream) -> Iterator[Book]:
    """The book of each product that was counted twice."""
    counted: dict[str, list[tuple[Exchange, int]]] = {}
    for one in stream.exchanges:
        total = as_integer((one.answer.value or {}).get("Total")) if one.answer is not None else None
        if one.operation == Action.QueryDevice and one.accepted and total is not None:
            counted.setdefault(one.request.get("ProductKey") or "", []).append((one, total))
    for product, found in counted.items():
        (first, before), (last, after) = found[0], found[-1]
        if first is last:
            continue
        between = [
            application
            for application in stream.applications
            if application.product == product and application.created.number > first.number
        ]
        known = [_devices(stream, one) for one in between]
        lost = [
            exchange
            for exchange in stream.exchanges
            if not (exchange.accepted or exchange.refused or exchange.throttled)
            and exchange.operation.startswith("BatchRegister")
        ]
        single = [
            one
            for one in stream.exchanges
            if one.operation == Action.RegisterDevice and one.accepted and one.request.get("ProductKey") == product
        ]
        deleted = [
            one
            for one in stream.exchanges
            if one.operation == Action.DeleteDevice and one.accepted and one.request.get("ProductKey") == product
        ]
        likely = [number if number is not None else _shown(one) for one, number in zip(between, known, strict=True)]
        registered = sum(likely) + len(single) - len(deleted)
        unsure = zip(between, known, likely, strict=True)
        most = registered + sum(max(_at_most(one) - shown, 0) for one, number, shown in unsure if number is None)
        yield Book(product, first, last, before, after, registered, most, stream.exclusive and not lost)


@invariant("Workflow.refusal", needs=EVERY_REQUEST)
def a_refused_call_registers_nothing(stream: Stream) -> Iterator[CheckResult]:
    """Between the first and the last QueryDevice, a product grows by the devices of its applications."""
    for book in books(stream):
        numbers = (book.first.number, book.last.number)
        if book.reliable and book.more == 0:
            yield Holds(book.last.number)
        elif book.open:
            yield Unclear("not every application of the product can be accounted for", numbers)
        else:
            reason = (
                "the product holds devices that no application registered"
                if book.more > 0
                else "the product lacks devices that its applications registered"
            )
            yield Breaks(reason, f"{book.before} + {book.registered} devices", f"{book.after} devices", numbers)


def _shown(application: FollowedApplication) -> int:
    """How many devices an application shows that ended in CREATE_FAILED, perhaps not all that it has."""
    failed = application.first(CREATE_FAILED)
    later = [page for page in application.pages() if failed is not None and page.exchange.number > failed.number]
    return max((len(page.devices) for page in later), default=0)


def _at_most(application: FollowedApplication) -> int:
    """How many devices may have come of an application whose end nobody saw."""
    return application.count or len(application.names) or 0


def _devices(stream: Stream, application: FollowedApplication) -> int | None:
    """How many devices came of it, None where that cannot be told."""
    if application.status == CREATE_SUCCESS:
        totals = {page.total for page in application.pages_after_success() if page.devices and page.total is not None}
        expected = expected_devices(stream, application)
        if expected is not None:
            return expected
        return totals.pop() if len(totals) == 1 else None
    if (
        application.status in {CHECK_SUCCESS, CHECK_FAILED}
        and not application.registrations()
        and not application.random
    ):
        return 0
    return 0 if not application.random and application.status is None and not application.registrations() else None

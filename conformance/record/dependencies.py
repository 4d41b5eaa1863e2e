"""Which exchanges of a run a finding stands on: the applications that it speaks of, and what those stand on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from conformance.contract.actions import Action
from conformance.judge.followed_applications import CHECK_SUCCESS, CREATE_SUCCESS, devices_of
from conformance.judge.stream import Stream
from conformance.wire.message import Exchange

PAGE, REGISTRATION = Action.QueryPageByApplyId, Action.BatchRegisterDeviceWithApplyId
BOOKS = "books"
FOLLOWING = frozenset({PAGE, Action.QueryBatchRegisterDeviceStatus, REGISTRATION})
"""What is sent later of an application, too: without its registration nobody would see the statuses after it."""
OPENING = frozenset({Action.BatchRegisterDevice, Action.BatchCheckDeviceNames})
"""What is answered with a new ApplyId."""

LISTS = ("ValidList", "InvalidList")
FEW = 2
"""Names of others in one answer whose applications are needed."""

Needed = tuple[Exchange, int]
"""An exchange, and the number up to which its workflow is needed."""


def closure(run: RecordedRun, decisive: Sequence[int]) -> list[Exchange]:
    """The exchanges of a finding and all on which they stand, in order.

    Of an application that is everything that its workflow sent until then, and of those that the finding itself names
    every later step, since invariants compare with later answers; of a spoiled request, the accepted one from which it
    differs.
    """
    known = run.known
    last = max(decisive, default=0)
    included: set[int] = set()
    waiting = [known[number] for number in decisive if number in known]
    while waiting:
        exchange = waiting.pop()
        if exchange.number in included:
            continue
        included.add(exchange.number)
        is_decisive = exchange.number in decisive
        needs = [*run.needs(exchange, last if is_decisive else exchange.number)]
        for needed, until in needs + ([*run.shown_of_others(exchange)] if is_decisive else []):
            if run.is_followed(needed):
                waiting += [earlier for earlier in run.by_purpose[needed.purpose] if earlier.number <= until]
            else:
                waiting.append(needed)
    own = {known[number].purpose for number in decisive if number in known and run.is_followed(known[number])}
    later = [exchange for name in own for exchange in run.by_purpose[name] if exchange.operation in FOLLOWING]
    opened = run.opened_by(included)
    included |= {exchange.number for exchange in later if exchange.request.get("ApplyId") in opened}
    return [known[number] for number in sorted(included)]


def meddled(run: RecordedRun, needed: Sequence[Exchange], decisive: int, *, once: bool) -> bool:
    """Whether a question of some test may have registered an application of the finding: an accepted one, or of what
    was seen ``once`` also a refused one; its ApplyId may be spelt wrongly."""
    if not run.is_followed(run.known[decisive]):
        return False
    numbers = {exchange.number for exchange in needed}
    small = {int(apply_id) % 2**32 for apply_id in run.opened_by(numbers) if apply_id.isdecimal()}
    meddling = [
        exchange.number
        for exchange in run.stream.exchanges
        if exchange.operation == REGISTRATION
        and exchange.number < decisive
        and (exchange.accepted or once)
        and not run.is_followed(exchange)
        and any(
            int(digits) % 2**32 in small for digits in re.findall(r"\d{1,30}", exchange.request.get("ApplyId") or "")
        )
    ]
    return bool(meddling) and numbers.isdisjoint(meddling)  # one that is a step will be sent again


class RecordedRun:
    """What the stream of a run shows, looked up again and again."""

    def __init__(self, stream: Stream, followed: Collection[str]) -> None:
        self.stream = stream
        self.followed = followed
        self.known = {exchange.number: exchange for exchange in stream.exchanges}
        self.by_purpose: dict[str, list[Exchange]] = {}
        for exchange in stream.exchanges:
            self.by_purpose.setdefault(exchange.purpose, []).append(exchange)
        self.opened: dict[str, list[Exchange]] = {}
        """ApplyId → the calls that were answered with it."""
        self.shown: dict[tuple[str, str], Exchange] = {}
        """Product and name → the first page that showed such a device."""
        self.known_by: dict[str, list[Exchange]] = {}
        """A name → what asked for it or showed it."""
        for application in stream.applications:
            self.opened.setdefault(str(application.apply_id), []).append(application.created)
            for page in application.pages():
                for device in page.devices:
                    self.shown.setdefault((application.product, device.name), page.exchange)
                    self.known_by.setdefault(device.name, []).append(page.exchange)
            for name in application.names:
                self.known_by.setdefault(name, []).append(application.created)

    def is_followed(self, exchange: Exchange) -> bool:
        """Whether a workflow sent it: not a test, nor the way in."""
        return exchange.purpose in self.followed

    def opened_by(self, numbers: Collection[int]) -> set[str]:
        """The ApplyIds that these exchanges were answered with."""
        return {apply_id for apply_id, calls in self.opened.items() if any(call.number in numbers for call in calls)}

    def needs(self, exchange: Exchange, until: int) -> Iterator[Needed]:
        """Whose workflow is needed to send an exchange again."""
        if self.is_followed(exchange):
            yield exchange, until
        if exchange.purpose == BOOKS:
            # What a product holds in the end is compared with what it held in the beginning.
            product = exchange.request.get("ProductKey")
            yield from ((other, 0) for other in self.by_purpose[BOOKS] if other.request.get("ProductKey") == product)
        signed = exchange.tampering.signed if exchange.tampering is not None else ()
        for name, value in (*exchange.request.params, *signed):
            yield from self._meant_by(name, value, exchange.number, until)
        if not self.is_followed(exchange) and exchange.purpose in self.stream.contract.clauses:
            yield from ((baseline, baseline.number) for baseline in self._baselines(exchange))

    def _meant_by(self, name: str, value: str, before: int, until: int) -> Iterator[Needed]:
        """The call that was answered with the ApplyId, or the page that showed the DeviceName, of a parameter."""
        if name == "ApplyId":
            calls = [created for created in self.opened.get(value, ()) if created.number < before]
            yield from ((created, until) for created in calls[-1:])
        if name.endswith("DeviceName") or name.startswith("DeviceName."):
            pages = [self.shown.get((product, value)) for product in self.stream.products]
            yield from ((page, page.number) for page in pages if page is not None and page.number < before)

    def shown_of_others(self, exchange: Exchange) -> Iterator[Needed]:
        """Whose workflow is needed for the names in an answer to be known as those of others."""
        if exchange.answer is None:
            return
        names = [name for wrapper in LISTS for name in exchange.answer.strings(wrapper, "Name")]
        names += [device.name for device in devices_of(exchange.answer.value or {})]
        others = [
            next((other for other in self.known_by.get(name, ()) if other.purpose != exchange.purpose), None)
            for name in names
        ]
        yield from [(other, other.number) for other in others if other is not None][:FEW]

    def _baselines(self, exchange: Exchange) -> Iterator[Exchange]:
        """What the test that sent this needed: an accepted call of its kind, and an application to ask about."""
        product = self.stream.known_products[0] if self.stream.known_products else exchange.request.get("ProductKey")
        alike: dict[str | None, Exchange] = {}
        for earlier in self.stream.exchanges:
            if earlier.number >= exchange.number:
                break
            if earlier.accepted and earlier.tampering is None and not earlier.request.common:
                if earlier.operation == exchange.operation and earlier.form == exchange.form:
                    alike.setdefault(earlier.request.get("ProductKey"), earlier)
                if earlier.operation in OPENING and earlier.request.get("ProductKey") == product:
                    alike.setdefault("any", earlier)
        yield from alike.values()
        applications = [
            application
            for application in self.stream.applications
            if application.product == product and application.created.number <= exchange.number
        ]
        for application in applications:
            held = application.created.purpose.startswith("held.") and exchange.operation == REGISTRATION
            paged = exchange.operation == PAGE and application.random and 11 <= (application.count or 0) <= 60
            status = application.first(CHECK_SUCCESS if held else CREATE_SUCCESS) if held or paged else None
            if status is not None and status.number < exchange.number:
                yield status
                return

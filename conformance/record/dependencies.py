"""Which exchanges of a run a finding stands on: the applications that it speaks of, and what those stand on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from conformance.contract.actions import Action
from conformance.judge.followed import CHECK_SUCCESS, CREATE_SUCCESS, devices_of
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
"""Foreign names in one answer whose applications are needed."""

Needed = tuple[Exchange, int]
"""An exchange, and the number up to which its workflow is needed."""


def closure(world: RecordedRun, decisive: Sequence[int]) -> list[Exchange]:
    """The exchanges of a finding and all on which they stand, in order.

    Of an application that is everything that its workflow sent until then, and of those that the finding itself names
    every later step, since invariants compare with later answers; of a spoiled request, the accepted one from which it
    differs.
    """
    known = world.known
    last = max(decisive, default=0)
    found: set[int] = set()
    waiting = [known[number] for number in decisive if number in known]
    while waiting:
        one = waiting.pop()
        if one.number in found:
            continue
        found.add(one.number)
        needs = [*world.needs(one, last if one.number in decisive else one.number)]
        for needed, until in needs + ([*world.strangers(one)] if one.number in decisive else []):
            if world.is_followed(needed):
                waiting += [each for each in world.by_purpose[needed.purpose] if each.number <= until]
            else:
                waiting.append(needed)
    own = {known[number].purpose for number in decisive if number in known and world.is_followed(known[number])}
    later = [one for name in own for one in world.by_purpose[name] if one.operation in FOLLOWING]
    opened = {apply_id for apply_id, calls in world.opened.items() if any(one.number in found for one in calls)}
    found |= {one.number for one in later if one.request.get("ApplyId") in opened}
    return [known[number] for number in sorted(found)]


def meddled(world: RecordedRun, needed: Sequence[Exchange], decisive: int, *, once: bool) -> bool:
    """Whether a question of some test may have registered an application of the finding: an accepted one, or of what
    was seen ``once`` also a refused one; its ApplyId may be spelt wrongly."""
    if not world.is_followed(world.known[decisive]):
        return False
    numbers = {one.number for one in needed}
    ids = {apply_id for apply_id, calls in world.opened.items() if any(one.number in numbers for one in calls)}
    small = {int(one) % 2**32 for one in ids if one.isdecimal()}
    meddling = [
        one.number
        for one in world.stream.exchanges
        if one.operation == REGISTRATION
        and one.number < decisive
        and (one.accepted or once)
        and not world.is_followed(one)
        and any(int(digits) % 2**32 in small for digits in re.findall(r"\d{1,30}", one.request.get("ApplyId") or ""))
    ]
    return bool(meddling) and numbers.isdisjoint(meddling)  # one that is a step will be sent again


class RecordedRun:
    """What the stream of a run shows, looked up again and again."""

    def __init__(self, stream: Stream, followed: Collection[str]) -> None:
        self.stream = stream
        self.followed = followed
        """Keys of the workflows."""
        self.known = {one.number: one for one in stream.exchanges}
        self.by_purpose: dict[str, list[Exchange]] = {}
        for one in stream.exchanges:
            self.by_purpose.setdefault(one.purpose, []).append(one)
        self.opened: dict[str, list[Exchange]] = {}
        self.shown: dict[tuple[str, str], Exchange] = {}
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

    def is_followed(self, one: Exchange) -> bool:
        """Whether a workflow sent it: not a test, nor the way in."""
        return one.purpose in self.followed

    def needs(self, one: Exchange, until: int) -> Iterator[Needed]:
        """Whose workflow is needed to send ``one`` again."""
        if self.is_followed(one):
            yield one, until
        if one.purpose == BOOKS:
            # What a product holds in the end is compared with what it held in the beginning.
            product = one.request.get("ProductKey")
            yield from ((each, 0) for each in self.by_purpose[BOOKS] if each.request.get("ProductKey") == product)
        asked = (*one.request.params, *(one.tampering.signed if one.tampering is not None else ()))
        for name, value in asked:
            if name == "ApplyId":
                for created in [each for each in self.opened.get(value, ()) if each.number < one.number][-1:]:
                    yield created, until
            if name.endswith("DeviceName") or name.startswith("DeviceName."):
                for product in self.stream.products:
                    page = self.shown.get((product, value))
                    if page is not None and page.number < one.number:
                        yield page, page.number
        if not self.is_followed(one) and one.purpose in self.stream.contract.clauses:
            for baseline in self._baselines(one):
                yield baseline, baseline.number

    def strangers(self, one: Exchange) -> Iterator[Needed]:
        """Whose workflow is needed for the names in an answer to be known as those of others."""
        if one.answer is None:
            return
        names = [name for wrapper in LISTS for name in one.answer.strings(wrapper, "Name")]
        names += [device.name for device in devices_of(one.answer.value or {})]
        found = 0
        for name in names:
            others = [each for each in self.known_by.get(name, ()) if each.purpose != one.purpose]
            if others and found < FEW:
                found += 1
                yield others[0], others[0].number

    def _baselines(self, one: Exchange) -> Iterator[Exchange]:
        """What the test that sent this needed: an accepted call of its kind, and an application to ask about."""
        product = self.stream.known_products[0] if self.stream.known_products else one.request.get("ProductKey")
        alike: dict[str | None, Exchange] = {}
        for each in self.stream.exchanges:
            if each.number >= one.number:
                break
            if each.accepted and each.tampering is None and not each.request.common:
                if each.operation == one.operation and each.form == one.form:
                    alike.setdefault(each.request.get("ProductKey"), each)
                if each.operation in OPENING and each.request.get("ProductKey") == product:
                    alike.setdefault("any", each)
        yield from alike.values()
        for application in self.stream.applications:
            if application.product != product or application.created.number > one.number:
                continue
            held = application.created.purpose.startswith("held.") and one.operation == REGISTRATION
            paged = one.operation == PAGE and application.random and 11 <= (application.count or 0) <= 60
            status = application.first(CHECK_SUCCESS if held else CREATE_SUCCESS) if held or paged else None
            if status is not None and status.number < one.number:
                yield status
                return

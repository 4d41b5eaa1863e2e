"""Invariants of QueryPageByApplyId: what a page says of itself, and what all pages say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.contract.actions import Action
from conformance.judge.followed_applications import CREATE_FAILED, FollowedApplication, Page
from conformance.judge.invariant import EVERY_REQUEST, invariant
from conformance.judge.refusal import judge_refusal
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds

MAXIMUM_STATED = frozenset({"alibaba-2021", "alibaba-2023", "tuya-2025"})
"""Editions that state a maximum of PageSize: 50."""


def expected_devices(stream: Stream, application: FollowedApplication) -> int | None:
    """How many devices the application has, None where that cannot be told."""
    if application.random:
        return application.count if stream.is_clean(application) else None
    return len(application.names) if stream.is_clean(application) else None


def settled(application: FollowedApplication) -> list[Page]:
    """The pages after CREATE_SUCCESS, without those that a later answer to the same question outgrew.

    What was as large before has not grown: a page that is smaller for once is wrong, not early.
    """
    pages = application.pages_after_success()
    latest = {(page.asked_size, page.asked_page): page for page in pages}
    grown: set[tuple[int | None, int | None]] = set()
    found = []
    for page in pages:
        question = page.asked_size, page.asked_page
        if not _outgrown(page, latest[question]):
            grown.add(question)
            found.append(page)
        elif question in grown:
            found.append(page)
    return found


def _outgrown(page: Page, later: Page) -> bool:
    same_form = page.exchange.form.format == later.exchange.form.format
    return len(page.devices) < len(later.devices) or (same_form and (page.total or 0) < (later.total or 0))


def plain(page: Page) -> bool:
    """Whether size and number were asked for as positive integers."""
    return (page.asked_size or 0) > 0 and (page.asked_page or 0) > 0


def certain(edition: str) -> int:
    """The largest PageSize that every target must serve: the stated maximum, or the one that the samples show."""
    return 50 if edition in MAXIMUM_STATED else 10


def used_size(stream: Stream, page: Page) -> int | None:
    """The size by which a page was cut: the one asked for, or the smaller one that the answer owns up to."""
    asked, said = page.asked_size, page.size
    if asked is not None and said is not None and asked > certain(stream.edition) and 0 < said < asked:
        return said
    return asked


@invariant("Workflow.at_once")
def all_devices_are_there_on_success(stream: Stream) -> Iterator[CheckResult]:
    """What CREATE_SUCCESS claims is true at that moment: no page grows afterwards."""
    for application in stream.distinct:
        latest = {(page.asked_size, page.asked_page): page for page in application.pages_after_success()}
        success = application.first("CREATE_SUCCESS")
        for page in application.pages_after_success():
            later = latest[page.asked_size, page.asked_page]
            if _outgrown(page, later):
                numbers = (success.number if success else 0, page.exchange.number, later.exchange.number)
                seen = f"{len(page.devices)} devices of {page.total}, later {len(later.devices)} of {later.total}"
                yield Breaks(
                    "devices were missing after CREATE_SUCCESS", "all devices", seen, numbers, len(later.devices)
                )
            else:
                yield Holds(page.exchange.number)


@invariant("QueryPageByApplyId.Page")
def page_is_the_page_asked_for(stream: Stream) -> Iterator[CheckResult]:
    """Page is the CurrentPage of the request."""
    for page in _plain_pages(stream):
        if page.page is None:
            continue
        if page.page == page.asked_page:
            yield Holds(page.exchange.number)
        elif page.devices:
            yield _wrong(page, "Page is not the page asked for", page.asked_page, page.page)


@invariant("QueryPageByApplyId.PageSize")
def page_size_is_the_size_asked_for(stream: Stream) -> Iterator[CheckResult]:
    """PageSize is the PageSize of the request; over the maximum, at most the maximum."""
    for page in _plain_pages(stream):
        if page.size is None or page.asked_size is None:
            continue
        # An edition that states no maximum does not keep a target from having one.
        most = 50 if stream.edition in MAXIMUM_STATED else page.asked_size
        if page.size == page.asked_size or (page.size <= most and page.size == used_size(stream, page)):
            yield Holds(page.exchange.number)
        else:
            yield _wrong(page, "PageSize is not the size asked for", page.asked_size, page.size)


@invariant("QueryPageByApplyId.PageCount")
def page_count_is_total_by_page_size(stream: Stream) -> Iterator[CheckResult]:
    """PageCount is Total divided by PageSize, rounded up."""
    for application in stream.distinct:
        devices = expected_devices(stream, application)
        for page in application.pages_after_success():
            if not plain(page) or page.count is None or not page.total or page.size != used_size(stream, page):
                continue
            if page.total != devices:
                continue  # a wrong Total has an invariant of its own
            expected = -(-page.total // (page.size or 1))
            if page.count == expected:
                yield Holds(page.exchange.number)
            else:
                yield _wrong(page, f"PageCount is wrong for {page.total} devices", expected, page.count)


@invariant("QueryPageByApplyId.Total")
def total_is_the_number_of_devices(stream: Stream) -> Iterator[CheckResult]:
    """Total is the number of devices registered, the same on every page."""
    for application in stream.distinct:
        expected = expected_devices(stream, application)
        # Where another number was registered, Total rightly says that number; another invariant judges it.
        right = {expected, _listed(application)}
        for page in settled(application):
            if expected is None or page.total is None or not _reliable(page):
                continue
            if page.total in right:
                yield Holds(page.exchange.number)
            else:
                yield _wrong(page, "Total is not the number of devices", expected, page.total)
        yield from _total_of_what_was_created(stream, application)


def _total_of_what_was_created(stream: Stream, application: FollowedApplication) -> Iterator[CheckResult]:
    """After CREATE_FAILED: where the first page shows some devices and has room for more, Total says how many."""
    failed = application.first(CREATE_FAILED)
    for page in application.pages() if failed is not None else ():
        shown, size = len(page.devices), used_size(stream, page)
        if failed is None or page.exchange.number < failed.number or not plain(page) or page.asked_page != 1:
            continue
        if page.total is None or not shown or size is None or shown >= size:
            continue
        if page.total == shown:
            yield Holds(page.exchange.number)
        else:
            yield _wrong(page, "Total counts devices that were not created", shown, page.total)


@invariant("QueryPageByApplyId.length")
def every_page_is_full_but_the_last(stream: Stream) -> Iterator[CheckResult]:
    """A page holds PageSize devices, the last one the rest."""
    for application in stream.distinct:
        devices = expected_devices(stream, application)
        for page in settled(application):
            if devices is None or not plain(page) or not page.asked_size or not page.asked_page:
                continue
            size = used_size(stream, page) or page.asked_size
            expected = min(size, devices - (page.asked_page - 1) * size)
            if expected <= 0:
                continue
            if len(page.devices) == expected:
                yield Holds(page.exchange.number)
            else:
                yield _wrong(page, "the page holds another number of devices", expected, len(page.devices))


@invariant("QueryPageByApplyId.past_the_end")
def a_page_past_the_end_is_empty(stream: Stream) -> Iterator[CheckResult]:
    """A page past the end holds no device, where it is not refused."""
    for application in stream.distinct:
        devices = expected_devices(stream, application)
        success = application.first("CREATE_SUCCESS")
        if devices is None or success is None:
            continue
        for exchange in application.own(Action.QueryPageByApplyId):
            shown = next((page for page in application.pages() if page.exchange is exchange), None)
            size, number = _asked(exchange.request.get("PageSize")), _asked(exchange.request.get("CurrentPage"))
            if shown is not None:
                size = used_size(stream, shown)
            elif size is not None and size > certain(stream.edition):
                continue  # refused for its size, it may be
            if exchange.number < success.number or not size or not number or (number - 1) * size < devices:
                continue
            if exchange.refused:
                yield judge_refusal(exchange, "page", "a page past the end")
            elif exchange.accepted:
                if shown is not None and shown.devices:
                    yield _wrong(shown, "a page past the end holds devices", "none", len(shown.devices))
                else:
                    yield Holds(exchange.number)


def _asked(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 20 else None


@invariant("QueryPageByApplyId.complete")
def all_pages_together_hold_every_device_once(stream: Stream) -> Iterator[CheckResult]:
    """A walk through all pages of one size shows each device once, and as many as Total says."""
    for application in stream.distinct:
        devices = expected_devices(stream, application)
        if devices is None:
            continue
        for size, pages in _walks(application).items():
            wanted = -(-devices // size)
            inside = {number: page for number, page in pages.items() if number <= wanted}
            names = [device.name for page in inside.values() for device in page.devices]
            twice = [name for name, times in Counter(names).items() if times > 1]
            numbers = (application.created.number, *(page.exchange.number for page in inside.values()))[-4:]
            if twice:
                yield Breaks("the pages hold a device twice", "each device once", twice[0][:40], numbers, devices)
            elif len(inside) < wanted:
                continue
            elif len(names) < devices and max(page.total or 0 for page in inside.values()) > len(names):
                seen = f"{len(names)} devices in pages of {size}"
                yield Breaks("the pages lack devices", f"{devices} devices", seen, numbers, devices)
            else:
                yield Holds(numbers[-1])


@invariant("QueryPageByApplyId.order")
def the_order_is_stable(stream: Stream) -> Iterator[CheckResult]:
    """Each device stands at the same place whenever pages of one size are asked for."""
    for application in stream.distinct:
        places: dict[tuple[int, str], tuple[int, int]] = {}
        for page in settled(application):
            if not plain(page) or page.size != page.asked_size or page.size is None or page.page != page.asked_page:
                continue
            moved = None
            for offset, device in enumerate(page.devices):
                place = ((page.asked_page or 1) - 1) * page.size + offset
                before = places.setdefault((page.size, device.name), (place, page.exchange.number))
                if before[0] != place and before[1] != page.exchange.number:
                    moved = (device.name, before, place)
            if moved is None:
                yield Holds(page.exchange.number)
            else:
                numbers = (application.created.number, moved[1][1], page.exchange.number)
                seen = f"{moved[0][:40]} at {moved[2] + 1}"
                yield Breaks("a device changed its place", f"place {moved[1][0] + 1}", seen, numbers, len(page.devices))


@invariant("QueryPageByApplyId.unregistered", needs=EVERY_REQUEST)
def an_unregistered_application_shows_no_devices(stream: Stream) -> Iterator[CheckResult]:
    """Before a registration is accepted, pages are empty or refused."""
    for application in stream.distinct:
        if application.random or application.lost_registration():
            continue
        registered = next(iter(application.registrations()), None)
        for page in application.pages():
            if registered is not None and page.exchange.number > registered.number:
                break
            if page.devices:
                yield _wrong(page, "devices are shown that nobody registered", "none", len(page.devices))
            else:
                yield Holds(page.exchange.number)
        for exchange in application.own(Action.QueryPageByApplyId):
            if exchange.refused and (registered is None or exchange.number < registered.number):
                yield judge_refusal(exchange, "no page yet", "paging before the registration")


def _plain_pages(stream: Stream) -> Iterator[Page]:
    for application in stream.distinct:
        for page in application.pages_after_success():
            if plain(page):
                yield page


def _walks(application: FollowedApplication) -> dict[int, dict[int, Page]]:
    """Size → page number → the last such page."""
    found: dict[int, dict[int, Page]] = {}
    for page in settled(application):
        if plain(page) and page.asked_size and page.asked_page and page.size == page.asked_size:
            found.setdefault(page.asked_size, {})[page.asked_page] = page
    return found


def _listed(application: FollowedApplication) -> int | None:
    """How many devices a whole walk showed, None where none was whole by its own account."""
    for pages in _walks(application).values():
        count = pages[min(pages)].count
        if count and all(number in pages for number in range(1, count + 1)):
            return len({device.name for page in pages.values() for device in page.devices})
    return None


def _reliable(page: Page) -> bool:
    """Whether Total is promised of this answer: not past the end, where servers may say 0."""
    return bool(page.devices)


def _wrong(page: Page, reason: str, expected: object, seen: object) -> Breaks:
    return Breaks(reason, str(expected), str(seen), (page.exchange.number,), len(page.devices))

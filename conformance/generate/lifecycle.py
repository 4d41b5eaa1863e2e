"""The steps of one application: check, registration, devices, and the last questions, as its workflow wants them."""

from __future__ import annotations

from collections.abc import Generator

from conformance.contract.actions import Action
from conformance.generate.pairs import check_again
from conformance.generate.poller import CHECK_ENDS, CREATE_ENDS, Poller, ask, far_from
from conformance.generate.requests import page_request
from conformance.generate.steps import Ask, Await, Pause, Reach, Step, Steps
from conformance.wire.message import Exchange, Request, as_integer

SAMPLE_SIZE = 10
"""The PageSize of the documented samples, which every target serves."""
LINGERING = 0.02
"""Seconds between questions about a status that should not change."""


def checked(poller: Poller) -> Steps:
    """From the check to the end of the registration."""
    if poller.work.early:
        # Before anybody else's step: a moment later the check may be over.
        exchange = yield from poller.register(poller.work.form, at_once=True)
        if exchange is not None and exchange.accepted:
            yield from poller.follow(CREATE_ENDS)
            return
    yield from poller.follow(CHECK_ENDS)
    if poller.status == "CHECK_FAILED" and poller.work.despite:
        yield from _register_despite_failure(poller)
    if poller.status == "CHECK_SUCCESS":
        yield from _before_registration(poller)
        if poller.work.register:
            yield from _registered(poller)


def _register_despite_failure(poller: Poller) -> Steps:
    yield from poller.ask_page(10, 1)
    exchange = yield from poller.register(poller.form())
    yield Pause(0.05)
    yield from poller.ask_status()
    if exchange is not None and exchange.accepted:
        yield from poller.ask_page(10, 1)


def _before_registration(poller: Poller) -> Steps:
    """Questions at CHECK_SUCCESS, and the wait for the workflow's barrier."""
    work = poller.work
    if work.reask or work.barrier:
        yield from poller.ask_page(10, 1)
    for _ in range(work.lingers):
        yield Pause(LINGERING)
        yield from poller.ask_status()
    if work.other_product and len(poller.context.products) > 1:
        yield from poller.ask_with_other_product()
    if work.barrier:
        yield Await(work.barrier)
        yield from poller.ask_status()


def _registered(poller: Poller) -> Steps:
    """The registration of a passed check, to its end."""
    work = poller.work
    # Where nothing else is asked, in the very moment in which CHECK_SUCCESS is told.
    exchange = yield from poller.register(work.form, at_once=not work.reask)
    if exchange is None or not exchange.accepted:
        return
    if work.meanwhile:
        yield from poller.ask_status(at_once=True)
        yield from poller.register(poller.form(), at_once=True)
        yield from poller.ask_status(at_once=True)
    yield from poller.wait_unwatched() if work.unwatched else poller.follow(CREATE_ENDS)


def finish(poller: Poller) -> Steps:
    """The devices, page by page, and the status in other forms."""
    work = poller.work
    if poller.status == "CREATE_SUCCESS":
        size, served = yield from _first_page(poller)
        yield Reach(f"{work.key} has devices")
        for name in first_and_last(poller, work.details):
            yield from look_up(poller, name, at_once=True)
        yield from _further_pages(poller, size, served)
        if work.again:
            yield from poller.register(poller.form())
            yield from poller.ask_status()
        if work.other_product and work.count and len(poller.context.products) > 1:
            yield from poller.ask_with_other_product()
    for _ in range(work.reask - 1):
        yield from poller.ask_status()


def _first_page(poller: Poller) -> Generator[Step, Exchange | None, tuple[int, int]]:
    """The first page at once after CREATE_SUCCESS; returns the PageSize asked for, and the one that is served."""
    work = poller.work
    size, form = work.page_sizes[0] if work.page_sizes else 10, poller.form()
    first = yield Ask(page_request(poller.apply_id, size, 1), form, at_once=True)
    if work.watched or work.details:
        yield Ask(page_request(poller.apply_id, size, 1), far_from(form), at_once=True)
    if work.reask:
        yield from poller.ask_status_at_once(form)
    if (served := _served(first, size)) < size:
        yield from poller.ask_page(served, 1)
    return size, served


def _further_pages(poller: Poller, first_size: int, served: int) -> Steps:
    """All pages of each of the workflow's sizes, single pages of a long list, and pages far past the end."""
    work = poller.work
    for size in work.page_sizes:
        # The first page was just asked for; at length it is asked again.
        yield from poller.ask_pages(min(size, served), 2 if size == first_size and work.reask < 2 else 1)
    for size, page in work.samples:
        exchange = yield from poller.ask_page(size, page)
        if (smaller := _served(exchange, size)) < size:
            yield from poller.ask_page(smaller, 1)
    if work.past_the_end and work.page_sizes:
        yield from far_beyond(poller, first_size)


def far_beyond(poller: Poller, size: int) -> Steps:
    """Pages far past the end, the last of which begins where 32 bits begin anew."""
    pages = [(size, -(-poller.work.size // size) + 3), (8, 2**29 + 1)]
    for page_size, page in pages if poller.work.reask > 1 else pages[:1] if poller.work.count else pages[1:]:
        yield from poller.ask_page(page_size, page)


def first_and_last(poller: Poller, most: int) -> list[str]:
    """Names of the first and the last devices that its pages showed, at most so many."""
    names = list(poller.context.names_of(poller.work.key)) if most else []
    return list(dict.fromkeys(names[:1] + names[1:][-(most - 1) :] if most > 1 else names[:1]))


def look_up(poller: Poller, name: str, *, at_once: bool = False) -> Steps:
    """QueryDeviceDetail for one device."""
    device = (("ProductKey", poller.product_key), ("DeviceName", name))
    yield Ask(Request(Action.QueryDeviceDetail, device), poller.form(), at_once)


def delete(poller: Poller) -> Steps:
    """Delete its first device, look it up and the one beside it, and look at the page on which both stood."""
    if poller.status != "CREATE_SUCCESS":
        return
    names = list(poller.context.names_of(poller.work.key))[:2]
    for name in names[:1]:
        device = (("ProductKey", poller.product_key), ("DeviceName", name))
        deleted = yield from ask(Request(Action.DeleteDevice, device), poller.form())
        if deleted is not None and deleted.accepted:
            for looked_up in names:
                yield from look_up(poller, looked_up)
            yield from poller.ask_page(10, 1)
            yield from poller.ask_status()
            yield from check_again(poller.work, poller.context, [name])


def farewell(poller: Poller) -> Steps:
    """The last questions of the run."""
    work = poller.work
    failed = poller.status == "CHECK_FAILED"
    for _ in range(max(work.reask, failed and bool(work.taken_from))):
        yield from poller.ask_status()
    if poller.status == "CREATE_SUCCESS":
        size = work.page_sizes[0] if work.page_sizes else 10
        for name in first_and_last(poller, min(work.details, 1)):
            yield from look_up(poller, name)
        for _ in range(work.reask if work.again or work.product or work.reask > 1 else 0):
            yield from poller.ask_page(size, 1)
        if not poller.context.required_paging and work.reask > 1:
            yield from poller.ask_page(None, None)


def _served(exchange: Exchange | None, size: int) -> int:
    """That PageSize, or a smaller one where the target does not serve it: its own, or the one of the samples."""
    answer = exchange.answer if exchange is not None else None
    if exchange is None or answer is None or size <= SAMPLE_SIZE:
        return size
    told = as_integer((answer.value or {}).get("PageSize"))
    if exchange.accepted and told is not None and 0 < told < size:
        return told
    return SAMPLE_SIZE if exchange.refused else size

"""The course of one application: from its check to its devices, and the last questions, as its workflow wants them."""

from __future__ import annotations

from conformance.contract.actions import Action
from conformance.generate.pairs import check_again
from conformance.generate.poller import CHECK_ENDS, CREATE_ENDS, Walker, ask, far_from
from conformance.generate.requests import apply_request, page_request
from conformance.generate.steps import Ask, Await, Pause, Reach, Steps
from conformance.wire.message import Exchange, Request, as_integer

SAMPLE_SIZE = 10
"""The PageSize of the documented samples, which every target serves."""
LINGERING = 0.02
"""Seconds between questions about a status that should not change."""


def checked(walker: Walker) -> Steps:
    """From the check to the end of the registration, as the workflow wants it."""
    work = walker.work
    if work.early:
        # Before anybody else's step: a moment later the check may be over.
        early = apply_request(Action.BatchRegisterDeviceWithApplyId, walker.product_key, walker.apply_id)
        exchange = yield Ask(early, work.form, at_once=True)
        if exchange is not None and exchange.accepted:
            yield from walker.follow(CREATE_ENDS)
            return
    yield from walker.follow(CHECK_ENDS)
    if walker.status == "CHECK_FAILED":
        if work.despite:
            yield from walker.ask_page(10, 1)
            exchange = yield from walker.register(walker.form())
            yield Pause(0.05)
            yield from walker.ask_status()
            if exchange is not None and exchange.accepted:
                yield from walker.ask_page(10, 1)
        return
    if walker.status != "CHECK_SUCCESS":
        return
    if work.reask or work.barrier:
        yield from walker.ask_page(10, 1)
    for _ in range(work.lingers):
        yield Pause(LINGERING)
        yield from walker.ask_status()
    if work.other_product and len(walker.context.products) > 1:
        yield from walker.other_product()
    if work.barrier:
        yield Await(work.barrier)
        yield from walker.ask_status()
    if work.register:
        # Where nothing else is asked, in the very moment in which CHECK_SUCCESS is told.
        exchange = yield from walker.register(work.form, at_once=not work.reask)
        if exchange is not None and exchange.accepted:
            if work.meanwhile:
                yield from walker.ask_status(at_once=True)
                yield from walker.register(walker.form(), at_once=True)
                yield from walker.ask_status(at_once=True)
            yield from walker.wait_unwatched() if work.unwatched else walker.follow(CREATE_ENDS)


def finish(walker: Walker) -> Steps:
    """The devices, page by page, and the status in other forms."""
    work = walker.work
    if walker.status == "CREATE_SUCCESS":
        size_one = work.page_sizes[0] if work.page_sizes else 10
        form = walker.form()
        first = yield Ask(page_request(walker.apply_id, size_one, 1), form, at_once=True)
        if work.watched or work.details:
            yield Ask(page_request(walker.apply_id, size_one, 1), far_from(form), at_once=True)
        if work.reask:
            yield from walker.ask_status_at_once(form)
        if (served := _served(first, size_one)) < size_one:
            yield from walker.ask_page(served, 1)
        yield Reach(f"{work.key} has devices")
        for name in shown(walker, work.details):
            yield from look_up(walker, name, at_once=True)
        for size in work.page_sizes:
            # The first page was just asked for; at length it is asked again.
            yield from walker.walk(min(size, served), 2 if size == size_one and work.reask < 2 else 1)
        for size, page in work.samples:
            exchange = yield from walker.ask_page(size, page)
            if (smaller := _served(exchange, size)) < size:
                yield from walker.ask_page(smaller, 1)
        if work.past_the_end and work.page_sizes:
            yield from far_beyond(walker, size_one)
        if work.again:
            yield from walker.register(walker.form())
            yield from walker.ask_status()
        if work.other_product and work.count and len(walker.context.products) > 1:
            yield from walker.other_product()
    for _ in range(work.reask - 1):
        yield from walker.ask_status()


def far_beyond(walker: Walker, size: int) -> Steps:
    """Pages far past the end, the last of which begins where 32 bits begin anew."""
    far = [(size, -(-walker.work.size // size) + 3), (8, 2**29 + 1)]
    for each, page in far if walker.work.reask > 1 else far[:1] if walker.work.count else far[1:]:
        yield from walker.ask_page(each, page)


def shown(walker: Walker, most: int) -> list[str]:
    """Names of the first and the last devices that its pages showed."""
    names = list(walker.context.names_of(walker.work.key)) if most else []
    return list(dict.fromkeys(names[:1] + names[1:][-(most - 1) :] if most > 1 else names[:1]))


def look_up(walker: Walker, name: str, *, at_once: bool = False) -> Steps:
    """QueryDeviceDetail for one device."""
    device = (("ProductKey", walker.product_key), ("DeviceName", name))
    yield Ask(Request(Action.QueryDeviceDetail, device), walker.form(), at_once)


def delete(walker: Walker) -> Steps:
    """Delete its first device, look it up and the one beside it, and look at the page on which both stood."""
    if walker.status != "CREATE_SUCCESS":
        return
    names = list(walker.context.names_of(walker.work.key))[:2]
    for name in names[:1]:
        device = (("ProductKey", walker.product_key), ("DeviceName", name))
        deleted = yield from ask(Request(Action.DeleteDevice, device), walker.form())
        if deleted is not None and deleted.accepted:
            for each in names:
                yield from look_up(walker, each)
            yield from walker.ask_page(10, 1)
            yield from walker.ask_status()
            yield from check_again(walker.work, walker.context, [name])


def farewell(walker: Walker) -> Steps:
    """The last questions of the run."""
    failed = walker.status == "CHECK_FAILED"
    for _ in range(max(walker.work.reask, failed and bool(walker.work.taken_from))):
        yield from walker.ask_status()
    if walker.status == "CREATE_SUCCESS":
        size = walker.work.page_sizes[0] if walker.work.page_sizes else 10
        for name in shown(walker, min(walker.work.details, 1)):
            yield from look_up(walker, name)
        some = walker.work.again or walker.work.product or walker.work.reask > 1
        for _ in range(walker.work.reask if some else 0):
            yield from walker.ask_page(size, 1)
        if not walker.context.required_paging and walker.work.reask > 1:
            yield from walker.ask_page(None, None)


def _served(exchange: Exchange | None, size: int) -> int:
    """That PageSize, or a smaller one where the target does not serve it: its own, or the one of the samples."""
    answer = exchange.answer if exchange is not None else None
    if exchange is None or answer is None or size <= SAMPLE_SIZE:
        return size
    said = as_integer((answer.value or {}).get("PageSize"))
    if exchange.accepted and said is not None and 0 < said < size:
        return said
    return SAMPLE_SIZE if exchange.refused else size

"""What a Workflow sends, step by step; pure but for what it is told of the run."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

from conformance.generate.requests import apply_request, names_of_request, names_request, page_request, register_request
from conformance.generate.spelling import check_request, minted
from conformance.generate.steps import Ask, Await, Pause, Reach, Steps
from conformance.generate.workflows import PLACEHOLDER, Workflow
from conformance.wire.message import FORMS, Exchange, Form, Request, as_integer

CHECK_ENDS = frozenset({"CHECK_SUCCESS", "CHECK_FAILED"})
CREATE_ENDS = frozenset({"CREATE_SUCCESS", "CREATE_FAILED", "CHECK_FAILED"})
SAMPLE_SIZE = 10
"""The PageSize of the documented samples, which every target serves."""
OVER = frozenset({"CREATE_SUCCESS", "CREATE_FAILED"})
"""Status after which nothing comes, even where the end of the check is awaited: a resumed run comes late."""
LINGERING = 0.02
"""Seconds between questions about a status that should not change."""
SILENCE = 8
"""Polls in a row without a readable Status after which an application is no longer followed."""


@dataclass(frozen=True, slots=True)
class World:
    """What a workflow needs to know of the run that executes it."""

    products: Sequence[str]
    mint: Callable[[str], str]
    now: Callable[[], float]
    patience: float
    names_of: Callable[[str], Sequence[str]]
    """Key of a finished workflow → names of its devices."""
    required_paging: bool
    """Whether the edition requires PageSize and CurrentPage."""
    without: frozenset[str] = frozenset()
    """Operations that the target does not offer."""
    few_polls: bool = False
    """Whether an application is asked after as long again as it was waited for already, not after a tenth."""

    def pause(self, waited: float, share: float = 0.1) -> Pause:
        """How long to wait before the next question, after so many seconds of waiting."""
        if self.few_polls:
            return Pause(min(max(1.0, self.patience / 8), max(0.05, waited)))
        return Pause(min(1.0, max(0.02, waited * share)))


def steps(work: Workflow, world: World) -> Steps:
    """Everything that this workflow sends, in order; pure but for what it is told."""
    inner = _steps(work, world)
    value: Exchange | None = None
    while True:
        try:
            step = inner.send(value)
        except StopIteration:
            return
        if isinstance(step, Ask) and work.instance:
            params = (*step.request.params, ("IotInstanceId", work.instance))
            step = replace(step, request=replace(step.request, params=params))
        asked = isinstance(step, Ask) and step.request.operation in world.without
        value = None if asked else (yield step)


def _steps(work: Workflow, world: World) -> Steps:
    form = work.form
    if work.count:
        created = yield from _ask(register_request(world.products[work.product], work.count), form)
    else:
        if work.taken_from:
            yield Await(f"{work.taken_from} has devices")
            if not world.names_of(work.taken_from):
                return  # no name can be taken where no device can be read
        names = minted(work, world.mint, world.names_of(work.taken_from) if work.taken_from else ())
        if work.registered_before:
            names.append(world.mint("single-" + "\u2022" * 8))
            single = (("ProductKey", world.products[work.product]), ("DeviceName", names[-1]))
            registered = yield from _ask(Request("RegisterDevice", single), form)
            if registered is None or not registered.accepted:
                return
            names[-1] = registered.request.get("DeviceName") or names[-1]
        created = yield from _ask(check_request(world.products[work.product], work, names, world.mint), form)
        # A resumed run is answered with what was sent before it, under names of that time.
        names = names_of_request(created.request) if created is not None else names
    apply_id = created.answer.apply_id if created is not None and created.answer is not None else None
    if work.repeat and created is not None:
        yield Ask(created.request, form)
    if created is None or not created.accepted or apply_id is None:
        if work.recheck:
            yield from _recheck(work, world, names)
        for fewer in work.fewer:
            yield from _check_again(work, world, names[:fewer])
        return
    walker = _Walker(work, world, apply_id)
    if work.race:
        yield from _race(walker, names)
        return
    if work.both_products:
        yield from _both_products(walker, names)
        return
    if work.unwatched and work.count:
        yield from walker.wait_unwatched()
    elif work.count:
        yield from walker.follow(CREATE_ENDS)
    else:
        yield from walker.checked()
        if work.recheck and walker.status == "CHECK_FAILED":
            yield from _recheck(work, world, names)
        if work.same_again and walker.status == "CHECK_FAILED":
            yield from _check_again(work, world, names)
    yield from walker.finish()
    if work.delete:
        yield from walker.delete()
        return
    # The very end: the same questions again, after every other application and every refusal.
    yield Await("farewell")
    yield from walker.farewell()


def _recheck(work: Workflow, world: World, names: Sequence[str]) -> Steps:
    """The good names of a failed check, checked again under a new ApplyId."""
    yield from _check_again(work, world, [spelt for spelt, name in zip(names, work.names, strict=False) if name.good])


def _check_again(work: Workflow, world: World, names: Sequence[str]) -> Steps:
    """A further check of these names, followed to its end."""
    again = yield from _ask(names_request(world.products[work.product], names), work.form)
    apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
    if apply_id is not None:
        yield from _Walker(replace(work, register=False, reask=0), world, apply_id).follow(CHECK_ENDS)


def _race(first: _Walker, names: Sequence[str]) -> Steps:
    """Two applications that share a name, one checked after the other and before either is registered."""
    yield from first.follow(CHECK_ENDS)
    if first.status != "CHECK_SUCCESS":
        return
    shared = [names[-1], first.world.mint("dev-" + PLACEHOLDER * 8)]
    again = yield from _ask(names_request(first.product_key, shared), first.work.form)
    apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
    if again is None or not again.accepted or apply_id is None:
        return
    second = _Walker(first.work, first.world, apply_id)
    yield from second.follow(CHECK_ENDS)
    if second.status != "CHECK_SUCCESS":
        return
    for walker in first, second:
        exchange = yield from walker.register(walker.work.form)
        if exchange is not None and exchange.accepted:
            yield from walker.follow(CREATE_ENDS)
            yield from walker.ask_page(10, 1)
    if second.status == "CREATE_FAILED":
        yield from second.register(second.form())
        yield Pause(0.05)
        yield from second.ask_status()
        yield from second.ask_page(10, 1)


def _both_products(first: _Walker, names: Sequence[str]) -> Steps:
    """The same names in two products, side by side."""
    work = replace(first.work, product=1 - first.work.product)
    again = yield from _ask(names_request(first.world.products[work.product], names), work.form)
    apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
    if again is None or not again.accepted or apply_id is None:
        return
    both = (first, _Walker(work, first.world, apply_id))
    for walker in both:
        yield from walker.follow(CHECK_ENDS)
    for walker in both:
        yield from walker.register(walker.work.form)
    for walker in both:
        yield from walker.follow(CREATE_ENDS)
        yield from walker.ask_page(10, 1)


def _ask(request: Request, form: Form) -> Generator[Ask, Exchange | None, Exchange | None]:
    """Send, and once more where the target broke down."""
    exchange = yield Ask(request, form)
    return exchange


def _shows_devices(exchange: Exchange | None) -> bool:
    value = (exchange.answer.value if exchange is not None and exchange.answer is not None else None) or {}
    listed = value.get("ApplyDeviceList")
    return bool(isinstance(listed, dict) and listed.get("ApplyDeviceInfo"))


def _far_from(seen: Form) -> Form:
    """A form that differs in method and format."""
    return next(form for form in FORMS if form.method != seen.method and form.format != seen.format)


def _served(exchange: Exchange | None, size: int) -> int:
    """That PageSize, or a smaller one where the target does not serve it: its own, or the one of the samples."""
    answer = exchange.answer if exchange is not None else None
    if exchange is None or answer is None or size <= SAMPLE_SIZE:
        return size
    said = as_integer((answer.value or {}).get("PageSize"))
    if exchange.accepted and said is not None and 0 < said < size:
        return said
    return SAMPLE_SIZE if exchange.refused else size


class _Walker:
    """Follows one ApplyId; remembers the last Status seen."""

    def __init__(self, work: Workflow, world: World, apply_id: int) -> None:
        self.work = work
        self.world = world
        self.apply_id = apply_id
        self.status: str | None = None
        self.turn = sum(map(ord, work.key)) % len(FORMS)

    @property
    def product_key(self) -> str:
        return self.world.products[self.work.product]

    def form(self) -> Form:
        self.turn += 1
        return FORMS[self.turn % len(FORMS)]

    def ask_status(self, *, at_once: bool = False) -> Generator[Ask, Exchange | None, Exchange | None]:
        request = apply_request("QueryBatchRegisterDeviceStatus", self.product_key, self.apply_id)
        exchange = yield Ask(request, self.form(), at_once)
        return exchange

    def ask_status_at_once(self, seen: Form) -> Generator[Ask, Exchange | None, None]:
        """The same question in the same moment by the other method and in the other format."""
        request = apply_request("QueryBatchRegisterDeviceStatus", self.product_key, self.apply_id)
        yield Ask(request, _far_from(seen), at_once=True)

    def ask_page(self, size: int | None, page: int | None) -> Generator[Ask, Exchange | None, Exchange | None]:
        exchange = yield from _ask(page_request(self.apply_id, size, page), self.form())
        return exchange

    def register(self, form: Form, *, at_once: bool = False) -> Generator[Ask, Exchange | None, Exchange | None]:
        request = apply_request("BatchRegisterDeviceWithApplyId", self.product_key, self.apply_id)
        exchange = yield Ask(request, form, at_once)
        return exchange

    def follow(self, ends: frozenset[str]) -> Steps:
        """Poll until one of ``ends``, patience is at an end, or nothing readable comes any more."""
        began, silent, first, paged = self.world.now(), 0, True, False
        while True:
            # Of a watched one the first look comes before anybody else's step: what is short is seen then or never.
            exchange = yield from self.ask_status(at_once=first and self.work.watched)
            first = False
            answer = exchange.answer if exchange is not None else None
            said = answer.data.get("Status") if answer is not None and answer.success else None
            silent = 0 if isinstance(said, str) and said else silent + 1
            if isinstance(said, str) and said:
                self.status = said
                if said in ends or said in OVER:
                    # What CREATE_SUCCESS claims is looked at before it is asked for again.
                    closely = self.work.reask > 1 or self.work.again or self.work.despite
                    if closely and exchange is not None and said != "CREATE_SUCCESS":
                        yield from self.ask_status_at_once(exchange.form)
                    return
            if self.work.watched and exchange is not None:
                yield from self.ask_status_at_once(exchange.form)
                if said == "CREATE" and not paged:
                    paged = True
                    yield Ask(page_request(self.apply_id, 10, 1), self.form(), at_once=True)
            waited = self.world.now() - began
            if waited > self.world.patience or silent >= SILENCE:
                return
            yield self.world.pause(waited)

    def checked(self) -> Steps:
        """From the check to the end of the registration, as the workflow wants it."""
        work = self.work
        if work.early:
            # Before anybody else's step: a moment later the check may be over.
            early = apply_request("BatchRegisterDeviceWithApplyId", self.product_key, self.apply_id)
            exchange = yield Ask(early, work.form, at_once=True)
            if exchange is not None and exchange.accepted:
                yield from self.follow(CREATE_ENDS)
                return
        yield from self.follow(CHECK_ENDS)
        if self.status == "CHECK_FAILED":
            if work.despite:
                yield from self.ask_page(10, 1)
                exchange = yield from self.register(self.form())
                yield Pause(0.05)
                yield from self.ask_status()
                if exchange is not None and exchange.accepted:
                    yield from self.ask_page(10, 1)
            return
        if self.status != "CHECK_SUCCESS":
            return
        if work.reask or work.gate:
            yield from self.ask_page(10, 1)
        for _ in range(work.lingers):
            yield Pause(LINGERING)
            yield from self.ask_status()
        if work.foreign and len(self.world.products) > 1:
            yield from self.foreign()
        if work.gate:
            yield Await(work.gate)
            yield from self.ask_status()
        if work.register:
            # Where nothing else is asked, in the very moment in which CHECK_SUCCESS is told.
            exchange = yield from self.register(work.form, at_once=not work.reask)
            if exchange is not None and exchange.accepted:
                if work.meanwhile:
                    yield from self.ask_status(at_once=True)
                    yield from self.register(self.form(), at_once=True)
                    yield from self.ask_status(at_once=True)
                yield from self.wait_unwatched() if work.unwatched else self.follow(CREATE_ENDS)

    def wait_unwatched(self) -> Steps:
        """Ask for pages alone until one shows a device or patience is at an end; then for the status."""
        began = self.world.now()
        while True:
            waited = self.world.now() - began
            yield self.world.pause(waited, 0.2)
            exchange = yield from self.ask_page(10, 1)
            if _shows_devices(exchange) or waited > self.world.patience:
                break
        yield from self.follow(CREATE_ENDS)

    def foreign(self) -> Steps:
        """The other product's key beside this ApplyId."""
        other = self.world.products[1 - self.work.product]
        yield from _ask(apply_request("QueryBatchRegisterDeviceStatus", other, self.apply_id), self.form())
        yield from _ask(apply_request("BatchRegisterDeviceWithApplyId", other, self.apply_id), self.form())

    def finish(self) -> Steps:
        """The devices, page by page, and the status in other forms."""
        work = self.work
        if self.status == "CREATE_SUCCESS":
            size_one = work.page_sizes[0] if work.page_sizes else 10
            form = self.form()
            first = yield Ask(page_request(self.apply_id, size_one, 1), form, at_once=True)
            if work.watched or work.details:
                yield Ask(page_request(self.apply_id, size_one, 1), _far_from(form), at_once=True)
            if work.reask:
                yield from self.ask_status_at_once(form)
            if (served := _served(first, size_one)) < size_one:
                yield from self.ask_page(served, 1)
            yield Reach(f"{work.key} has devices")
            for name in self.shown(work.details):
                yield from self.look_up(name, at_once=True)
            for size in work.page_sizes:
                # The first page was just asked for; at length it is asked again.
                yield from self.walk(min(size, served), 2 if size == size_one and work.reask < 2 else 1)
            for size, page in work.samples:
                exchange = yield from self.ask_page(size, page)
                if (smaller := _served(exchange, size)) < size:
                    yield from self.ask_page(smaller, 1)
            if work.past_the_end and work.page_sizes:
                yield from self.far_beyond(size_one)
            if work.again:
                yield from self.register(self.form())
                yield from self.ask_status()
            if work.foreign and work.count and len(self.world.products) > 1:
                yield from self.foreign()
        for _ in range(work.reask - 1):
            yield from self.ask_status()

    def far_beyond(self, size: int) -> Steps:
        """Pages far past the end, the last of which begins where 32 bits begin anew."""
        far = [(size, -(-self.work.size // size) + 3), (8, 2**29 + 1)]
        for each, page in far if self.work.reask > 1 else far[:1] if self.work.count else far[1:]:
            yield from self.ask_page(each, page)

    def shown(self, most: int) -> list[str]:
        """Names of the first and the last devices that its pages showed."""
        names = list(self.world.names_of(self.work.key)) if most else []
        return list(dict.fromkeys(names[:1] + names[1:][-(most - 1) :] if most > 1 else names[:1]))

    def look_up(self, name: str, *, at_once: bool = False) -> Steps:
        """QueryDeviceDetail for one device."""
        device = (("ProductKey", self.product_key), ("DeviceName", name))
        yield Ask(Request("QueryDeviceDetail", device), self.form(), at_once)

    def delete(self) -> Steps:
        """Delete its first device, look it up, and look at the page on which it stood."""
        if self.status != "CREATE_SUCCESS":
            return
        for name in self.shown(1):
            device = (("ProductKey", self.product_key), ("DeviceName", name))
            deleted = yield from _ask(Request("DeleteDevice", device), self.form())
            if deleted is not None and deleted.accepted:
                yield from self.look_up(name)
                yield from self.ask_page(10, 1)
                yield from self.ask_status()
                yield from _check_again(self.work, self.world, [name])

    def walk(self, size: int, first: int) -> Steps:
        """All pages of that size from the first on, and one past the end where the workflow wants it."""
        for page in range(first, -(-self.work.size // size) + 1 + self.work.past_the_end):
            yield from self.ask_page(size, page)

    def farewell(self) -> Steps:
        """The last questions of the run."""
        for _ in range(max(self.work.reask, self.status == "CHECK_FAILED")):
            yield from self.ask_status()
        if self.status == "CREATE_SUCCESS":
            size = self.work.page_sizes[0] if self.work.page_sizes else 10
            for name in self.shown(min(self.work.details, 1)):
                yield from self.look_up(name)
            some = self.work.again or self.work.product or self.work.reask > 1
            for _ in range(self.work.reask if some else 0):
                yield from self.ask_page(size, 1)
            if not self.world.required_paging and self.work.reask > 1:
                yield from self.ask_page(None, None)

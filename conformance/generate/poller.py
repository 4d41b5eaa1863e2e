"""Follows one ApplyId: the questions about it, and how long they are asked."""

from __future__ import annotations

from collections.abc import Generator

from conformance.contract.actions import Action
from conformance.generate.requests import apply_request, page_request
from conformance.generate.run_context import RunContext
from conformance.generate.steps import Ask, Steps
from conformance.generate.workflows import Workflow
from conformance.wire.message import FORMS, Exchange, Form, Request

CHECK_ENDS = frozenset({"CHECK_SUCCESS", "CHECK_FAILED"})
CREATE_ENDS = frozenset({"CREATE_SUCCESS", "CREATE_FAILED", "CHECK_FAILED"})
OVER = frozenset({"CREATE_SUCCESS", "CREATE_FAILED"})
"""Status after which nothing comes, even where the end of the check is awaited: a resumed run comes late."""
MOST_UNREADABLE = 8
"""Polls in a row without a readable Status after which an application is no longer followed."""

Asking = Generator[Ask, Exchange | None, Exchange | None]
"""Yields one request and returns its exchange; None where it was not sent."""


class Poller:
    """Follows one ApplyId; remembers the last Status seen."""

    def __init__(self, work: Workflow, context: RunContext, apply_id: int) -> None:
        self.work = work
        self.context = context
        self.apply_id = apply_id
        self.status: str | None = None
        self.turn = sum(map(ord, work.key)) % len(FORMS)

    @property
    def product_key(self) -> str:
        """The ProductKey of the application."""
        return self.context.products[self.work.product]

    def form(self) -> Form:
        """The next form in rotation."""
        self.turn += 1
        return FORMS[self.turn % len(FORMS)]

    def ask_status(self, *, at_once: bool = False) -> Asking:
        """Ask for the status in the next form."""
        request = apply_request(Action.QueryBatchRegisterDeviceStatus, self.product_key, self.apply_id)
        exchange = yield Ask(request, self.form(), at_once)
        return exchange

    def ask_status_at_once(self, last: Form) -> Generator[Ask, Exchange | None, None]:
        """Ask for the status in the same moment by the other method and in the other format than ``last``."""
        request = apply_request(Action.QueryBatchRegisterDeviceStatus, self.product_key, self.apply_id)
        yield Ask(request, far_from(last), at_once=True)

    def ask_page(self, size: int | None, page: int | None) -> Asking:
        """Ask for a page in the next form; None leaves a parameter out."""
        exchange = yield from ask(page_request(self.apply_id, size, page), self.form())
        return exchange

    def ask_pages(self, size: int, first: int) -> Steps:
        """All pages of that size from the first on, and one past the end where the workflow wants it."""
        for page in range(first, -(-self.work.size // size) + 1 + self.work.past_the_end):
            yield from self.ask_page(size, page)

    def register(self, form: Form, *, at_once: bool = False) -> Asking:
        """Call BatchRegisterDeviceWithApplyId."""
        request = apply_request(Action.BatchRegisterDeviceWithApplyId, self.product_key, self.apply_id)
        exchange = yield Ask(request, form, at_once)
        return exchange

    def follow(self, ends: frozenset[str]) -> Steps:
        """Poll until one of ``ends``, patience is at an end, or nothing readable comes any more."""
        began, unreadable, first, paged = self.context.now(), 0, True, False
        not_yet = 0.0
        while True:
            # Of a watched one the first look comes before anybody else's step: what is short is seen then or never.
            exchange = yield from self.ask_status(at_once=first and self.work.watched)
            first = False
            status = _status(exchange)
            unreadable = 0 if status else unreadable + 1
            self.status = status or self.status
            if status in ends or status in OVER:
                self.context.waits.note(not_yet, self.context.now() - began)
                yield from self._confirm(exchange)
                return
            if self.work.watched and exchange is not None:
                yield from self.ask_status_at_once(exchange.form)
                if status == "CREATE" and not paged:
                    paged = True
                    yield Ask(page_request(self.apply_id, 10, 1), self.form(), at_once=True)
            waited = not_yet = self.context.now() - began
            if waited > self.context.patience or unreadable >= MOST_UNREADABLE:
                return
            yield from self.context.rest(waited, least=0.02 if self.work.watched else 0.05)

    def _confirm(self, last: Exchange | None) -> Steps:
        """Ask again at once for a final status, where the workflow looks closely."""
        closely = self.work.reask > 1 or self.work.again or self.work.despite
        # What CREATE_SUCCESS claims is looked at before it is asked for again.
        if closely and last is not None and self.status != "CREATE_SUCCESS":
            yield from self.ask_status_at_once(last.form)

    def wait_unwatched(self) -> Steps:
        """Ask for pages alone until one shows a device or patience is at an end; then for the status."""
        began = self.context.now()
        while True:
            waited = self.context.now() - began
            yield from self.context.rest(waited, 0.2)
            exchange = yield from self.ask_page(10, 1)
            if _shows_devices(exchange) or waited > self.context.patience:
                break
        yield from self.follow(CREATE_ENDS)

    def ask_with_other_product(self) -> Steps:
        """Ask for the status, and try to register, with the ProductKey of the other product."""
        other = self.context.products[1 - self.work.product]
        yield from ask(apply_request(Action.QueryBatchRegisterDeviceStatus, other, self.apply_id), self.form())
        yield from ask(apply_request(Action.BatchRegisterDeviceWithApplyId, other, self.apply_id), self.form())


def ask(request: Request, form: Form) -> Asking:
    """Send one request when its turn comes, and return its exchange."""
    exchange = yield Ask(request, form)
    return exchange


def far_from(other: Form) -> Form:
    """A form that differs from ``other`` in method and format."""
    return next(form for form in FORMS if form.method != other.method and form.format != other.format)


def apply_id_of(exchange: Exchange | None) -> int | None:
    """The ApplyId of an accepted check or registration; None where the call opened no application."""
    if exchange is None or not exchange.accepted or exchange.answer is None:
        return None
    return exchange.answer.apply_id


def _status(exchange: Exchange | None) -> str | None:
    """The Status of a successful answer; None where there is none, or it is empty."""
    answer = exchange.answer if exchange is not None else None
    status = answer.data.get("Status") if answer is not None and answer.success else None
    return status if isinstance(status, str) and status else None


def _shows_devices(exchange: Exchange | None) -> bool:
    value = (exchange.answer.value if exchange is not None and exchange.answer is not None else None) or {}
    devices = value.get("ApplyDeviceList")
    return bool(isinstance(devices, dict) and devices.get("ApplyDeviceInfo"))

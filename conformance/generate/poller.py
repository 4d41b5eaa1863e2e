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
SILENCE = 8
"""Polls in a row without a readable Status after which an application is no longer followed."""


class Walker:
    """Follows one ApplyId; remembers the last Status seen."""

    def __init__(self, work: Workflow, context: RunContext, apply_id: int) -> None:
        self.work = work
        self.context = context
        self.apply_id = apply_id
        self.status: str | None = None
        self.turn = sum(map(ord, work.key)) % len(FORMS)

    @property
    def product_key(self) -> str:
        return self.context.products[self.work.product]

    def form(self) -> Form:
        self.turn += 1
        return FORMS[self.turn % len(FORMS)]

    def ask_status(self, *, at_once: bool = False) -> Generator[Ask, Exchange | None, Exchange | None]:
        request = apply_request(Action.QueryBatchRegisterDeviceStatus, self.product_key, self.apply_id)
        exchange = yield Ask(request, self.form(), at_once)
        return exchange

    def ask_status_at_once(self, seen: Form) -> Generator[Ask, Exchange | None, None]:
        """The same question in the same moment by the other method and in the other format."""
        request = apply_request(Action.QueryBatchRegisterDeviceStatus, self.product_key, self.apply_id)
        yield Ask(request, far_from(seen), at_once=True)

    def ask_page(self, size: int | None, page: int | None) -> Generator[Ask, Exchange | None, Exchange | None]:
        exchange = yield from ask(page_request(self.apply_id, size, page), self.form())
        return exchange

    def register(self, form: Form, *, at_once: bool = False) -> Generator[Ask, Exchange | None, Exchange | None]:
        request = apply_request(Action.BatchRegisterDeviceWithApplyId, self.product_key, self.apply_id)
        exchange = yield Ask(request, form, at_once)
        return exchange

    def follow(self, ends: frozenset[str]) -> Steps:
        """Poll until one of ``ends``, patience is at an end, or nothing readable comes any more."""
        began, silent, first, paged = self.context.now(), 0, True, False
        not_yet = 0.0
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
                    self.context.waits.note(not_yet, self.context.now() - began)
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
            waited = not_yet = self.context.now() - began
            if waited > self.context.patience or silent >= SILENCE:
                return
            yield from self.context.rest(waited, least=0.02 if self.work.watched else 0.05)

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

    def other_product(self) -> Steps:
        """The other product's key beside this ApplyId."""
        other = self.context.products[1 - self.work.product]
        yield from ask(apply_request(Action.QueryBatchRegisterDeviceStatus, other, self.apply_id), self.form())
        yield from ask(apply_request(Action.BatchRegisterDeviceWithApplyId, other, self.apply_id), self.form())

    def walk(self, size: int, first: int) -> Steps:
        """All pages of that size from the first on, and one past the end where the workflow wants it."""
        for page in range(first, -(-self.work.size // size) + 1 + self.work.past_the_end):
            yield from self.ask_page(size, page)


def ask(request: Request, form: Form) -> Generator[Ask, Exchange | None, Exchange | None]:
    """Send, and once more where the target broke down."""
    exchange = yield Ask(request, form)
    return exchange


def far_from(seen: Form) -> Form:
    """A form that differs in method and format."""
    return next(form for form in FORMS if form.method != seen.method and form.format != seen.format)


def _shows_devices(exchange: Exchange | None) -> bool:
    value = (exchange.answer.value if exchange is not None and exchange.answer is not None else None) or {}
    listed = value.get("ApplyDeviceList")
    return bool(isinstance(listed, dict) and listed.get("ApplyDeviceInfo"))

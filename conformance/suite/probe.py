"""Sends the requests of a test: valid ones, and ones that differ in one thing from a valid one that was accepted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from conformance.client.budget import BudgetError
from conformance.client.schedule import Scheduler
from conformance.client.session import Session
from conformance.contract.actions import Action
from conformance.generate.requests import apply_request, page_request, register_request
from conformance.judge.refusal import judge_refusal
from conformance.judge.verdict import Breaks, CheckResult, Exempt, Inconclusive, Unclear
from conformance.suite.index import Index
from conformance.suite.smaller_counterexample import Attempt, simplified
from conformance.wire.message import FORMS, Exchange, Form, Request
from conformance.wire.signer import Signer

ALL = 0
"""As a number of forms: each form of the profile once."""
BOTH = -1
"""As a number of forms: two that differ in method and format where the profile has four forms, else all."""
ENOUGH_BREAKS = 2
"""A test ends after so many requests that were wrongly accepted."""
ENOUGH_CREATED = 1
"""The same for requests that register devices."""


class Probe:
    """The sender of one test. Its forms rotate; before each request the scheduler executes the step that is due.

    Its properties are valid requests. Each raises Inconclusive where the application that it needs does not come about.
    """

    def __init__(
        self,
        clause: str,
        session: Session,
        scheduler: Scheduler,
        index: Index,
        products: tuple[str, ...],
        forms_each: int,
        every_form: tuple[Form, ...],
        paging_required: bool,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.clause = clause
        self.products = products
        self.paging_required = paging_required
        self._session = session
        self._scheduler = scheduler
        self._index = index
        self._forms_each = forms_each
        self._every_form = every_form
        self._turn = sum(map(ord, clause)) % len(every_form)
        self._without = without
        self._breaks = 0
        self._other_done = False

    # Baselines -------------------------------------------------------------------------------------------------

    @property
    def register(self) -> Request:
        """A valid BatchRegisterDevice."""
        return register_request(self.products[0], 1)

    @property
    def check(self) -> Request:
        """A valid BatchCheckDeviceNames for one new name."""
        name = self._session.generate_name("probe-" + "\u2022" * 8)
        return Request(Action.BatchCheckDeviceNames, (("ProductKey", self.products[0]), ("DeviceName.1", name)))

    @property
    def status(self) -> Request:
        """A valid QueryBatchRegisterDeviceStatus."""
        return apply_request(Action.QueryBatchRegisterDeviceStatus, self.products[0], self._opened_apply_id())

    @property
    def page(self) -> Request:
        """A valid QueryPageByApplyId about a finished application."""
        return page_request(self._finished_apply_id(), 10, 1)

    @property
    def full_page(self) -> Request:
        """A valid QueryPageByApplyId about an application with more devices than the largest page holds."""
        self._finished_apply_id()
        self._scheduler.run(
            lambda: self._index.status.get(self._index.apply_id("random.pages") or 0) == "CREATE_SUCCESS"
        )
        apply_id = self._index.apply_id("random.pages")
        return page_request(apply_id if apply_id is not None else self._finished_apply_id(), 10, 1)

    @property
    def registration(self) -> Request:
        """A valid BatchRegisterDeviceWithApplyId, for an application that waits at CHECK_SUCCESS."""
        return apply_request(Action.BatchRegisterDeviceWithApplyId, self.products[0], self._checked_apply_id())

    def never_issued(self, like: Request) -> list[int]:
        """ApplyIds that no application has: near the one of ``like``, equal to it modulo 2^32, and far from all."""
        real = int(like.get("ApplyId") or 1)
        # A server that keeps ids as doubles cannot tell neighbours beyond 2^53 apart.
        neighbours = [real + 1, real - 1] if real > 2**53 else []
        # A server that compares texts may take what begins alike for the same.
        always = [*neighbours, real // 10, real + 2**32, max(self._index.issued, default=1) + 10_000_019]
        others = [real + 3 * 2**32, real + 2**48, 2**62 + 12_345_677, 0]
        if len(self._every_form) < len(FORMS):  # of a sample, each clause tries another
            others = [others[sum(map(ord, self.clause)) % len(others)]]
        wanted = [*always, *others]
        return [apply_id for apply_id in wanted if apply_id not in self._index.issued and apply_id < 2**63]

    def _opened_apply_id(self) -> int:
        for key, created in self._index.created.items():
            apply_id = self._index.apply_id(key)
            if apply_id is not None and created.request.get("ProductKey") == self.products[0]:
                return apply_id
        raise Inconclusive("no application could be opened, so there is nothing to ask about")

    def _finished_apply_id(self) -> int:
        self._scheduler.run(lambda: self._finished_now() is not None)
        if (apply_id := self._finished_now()) is None:
            raise Inconclusive("no application reached CREATE_SUCCESS, so there is no page to ask for")
        return apply_id

    def _finished_now(self) -> int | None:
        for key, created in self._index.created.items():
            apply_id = self._index.apply_id(key)
            if apply_id is None or self._index.status.get(apply_id) != "CREATE_SUCCESS":
                continue
            count = created.request.get("Count") or "0"
            if created.request.get("ProductKey") == self.products[0] and count.isdigit() and 11 <= int(count) <= 60:
                return apply_id
        return None

    def _checked_apply_id(self) -> int:
        keys = [key for key in ("held.1", "held.2", "held.3") if self._index.apply_id(key) is not None]

        def ready() -> int | None:
            for key in keys:
                apply_id = self._index.apply_id(key)
                if apply_id is not None and self._index.status.get(apply_id) == "CHECK_SUCCESS":
                    return apply_id
            return None

        self._scheduler.run(lambda: ready() is not None)
        if (apply_id := ready()) is None:
            raise Inconclusive("no application waits at CHECK_SUCCESS, so there is nothing to register")
        return apply_id

    # Acting ----------------------------------------------------------------------------------------------------

    def offers(self, operation: str) -> bool:
        """Whether the user did not say that the target lacks that operation."""
        return operation not in self._without

    def send(self, request: Request, form: Form, signer: Signer | None = None) -> Exchange:
        """Send, signed by the run's own signer or by another; sent once more where the target breaks down.

        Raises Exempt where the target does not offer the operation.
        """
        if not self.offers(request.operation):
            raise Exempt(f"cannot be seen without {request.operation}")
        self._scheduler.tick()
        return self._session.ask(request, form, self.clause, signer=signer)

    def forms(self, number: int | None = None) -> list[Form]:
        """The next forms in rotation: so many, ALL, BOTH, or as many as the profile sends for each value."""
        if number == BOTH:
            few = len(self._every_form) == 4  # of which each even one and the next differ in both
            self._turn -= (self._turn + 1) % 2 if few else 0
            number = 2 if few else ALL
        wanted = self._forms_each if number is None else number or len(self._every_form)
        forms = []
        for _ in range(wanted):
            self._turn += 1
            forms.append(self._every_form[self._turn % len(self._every_form)])
        return forms

    def refused(
        self, changed: Request, *, because: str, what: str, instead_of: Request | None = None, forms: int | None = None
    ) -> Iterator[CheckResult]:
        """Send ``changed``, which should be refused, and judge each answer.

        ``because`` is the family of codes that fit, ``what`` is wrong in words. ``instead_of`` is the valid
        request, sent where none of its operation was accepted in that form yet; without it that form is not used.
        """
        for form in self.forms(forms):
            creates = changed.operation.startswith(Action.BatchRegisterDevice)
            if self._breaks >= (ENOUGH_CREATED if creates else ENOUGH_BREAKS):
                return
            usable = self._usable(changed, form, instead_of)
            if usable is None:
                yield Unclear(f"the baseline of {changed.operation} was not accepted in any form")
                continue
            judged = judge_refusal(self.send(changed, usable), because, what)
            yield judged
            if isinstance(judged, Breaks):
                self._breaks += 1
                if self._breaks == 1 and instead_of is not None:
                    yield from self._simplified(Attempt(changed, instead_of, usable, because, what))
        yield from self._on_the_other_product(changed, because, what)

    def _simplified(self, attempt: Attempt) -> Iterator[CheckResult]:
        """Smaller counterexamples, as far as the budget holds them."""
        with contextlib.suppress(BudgetError):
            yield from simplified(attempt, self.send)

    def _on_the_other_product(self, changed: Request, because: str, what: str) -> Iterator[CheckResult]:
        """Once per test: the same call for the second product, where a valid one for it was accepted."""
        if self._other_done or len(self.products) < 2 or changed.get("ProductKey") != self.products[0]:
            return
        forms = [form for form in FORMS if (changed.operation, form, self.products[1]) in self._index.accepted]
        if forms and changed.get("ApplyId") is None:
            self._other_done = True
            moved = changed.but(ProductKey=self.products[1])
            yield judge_refusal(self.send(moved, forms[0]), because, f"{what} on the other product")

    def _usable(self, changed: Request, form: Form, baseline: Request | None) -> Form | None:
        """That form, or the next one, in which a valid request of the operation was accepted."""
        operation = baseline.operation if baseline is not None else changed.operation
        product = self.products[0] if operation != Action.QueryPageByApplyId else ""
        start = FORMS.index(form)
        if operation == Action.BatchRegisterDeviceWithApplyId:
            # Valid ones come from applications whose check must end first.
            self._scheduler.run(lambda: (operation, form, product) in self._index.accepted)
        for step in range(len(FORMS)):
            tried = FORMS[(start + step) % len(FORMS)]
            key = (operation, tried, product)
            if key not in self._index.accepted and baseline is not None:
                self.send(baseline, tried)
            if key in self._index.accepted:
                return tried
        return None


def without_names(request: Request) -> Request:
    """The request without its names."""
    return replace(request, params=tuple(pair for pair in request.params if not pair[0].startswith("DeviceName")))

"""What an immediate test works with: it sends requests that differ in one thing from an accepted baseline."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.client.budget import BudgetError
from conformance.client.schedule import Scheduler
from conformance.client.session import Session
from conformance.contract.actions import Action
from conformance.generate.requests import apply_request, page_request, register_request
from conformance.judge.refusal import judge_refusal
from conformance.judge.verdict import Breaks, CheckResult, Exempt, Inconclusive, Unclear
from conformance.suite.simplified import Attempt, simplified
from conformance.wire.encode import Signer
from conformance.wire.message import FORMS, Exchange, Form, Request, Scheme

ALL = 0
"""As a number of forms: once in each form that the profile affords."""
BOTH = -1
"""As a number of forms: two that differ in method and in format where the profile affords four forms, else all."""
ENOUGH_BREAKS = 2
"""After so many wrong answers to one test, no more calls are sent."""
ENOUGH_CREATED = 1
"""The same for calls that create devices where they are wrongly accepted."""


@dataclass(slots=True)
class Index:
    """What the run knows at any moment, kept up with every recorded exchange."""

    created: dict[str, Exchange]
    """Key of a workflow → its accepted first call."""
    status: dict[int, str]
    """ApplyId → last Status seen."""
    accepted: set[tuple[str, Form, str]]
    """(operation, form, ProductKey or "") of accepted requests."""
    issued: set[int]
    """Every ApplyId seen."""
    questions: dict[tuple[Scheme, Form], list[Exchange]]
    """Accepted questions for a status, in order, by scheme and form."""
    tampered: int = 0
    """How many requests were refused with something wrong about their signature."""

    @classmethod
    def empty(cls) -> Index:
        return cls({}, {}, set(), set(), {})

    def note(self, exchange: Exchange) -> None:
        """Take in one exchange; what was tampered with and accepted all the same is no example of a good request."""
        self.tampered += exchange.tampering is not None and not exchange.accepted
        if not exchange.accepted or exchange.answer is None:
            return
        apply_id = exchange.answer.apply_id
        if exchange.operation in {Action.BatchRegisterDevice, Action.BatchCheckDeviceNames} and apply_id is not None:
            self.issued.add(apply_id)
            if exchange.tampering is None:
                self.created.setdefault(exchange.purpose, exchange)
        if exchange.operation == Action.QueryBatchRegisterDeviceStatus:
            asked, said = exchange.request.get("ApplyId") or "", exchange.answer.data.get("Status")
            if asked.isascii() and asked.isdigit() and isinstance(said, str):
                self.status[int(asked)] = said
        if not exchange.request.common and exchange.tampering is None:
            if exchange.operation == Action.QueryBatchRegisterDeviceStatus:
                self.questions.setdefault((exchange.scheme, exchange.form), []).append(exchange)
            self.accepted.add((exchange.operation, exchange.form, exchange.request.get("ProductKey") or ""))

    def apply_id(self, key: str) -> int | None:
        """The ApplyId of a workflow, None as long as there is none."""
        created = self.created.get(key)
        return created.answer.apply_id if created is not None and created.answer is not None else None


class Probe:
    """Sends for one clause. Forms rotate; between two requests the scheduler makes what is due."""

    def __init__(
        self,
        clause: str,
        session: Session,
        scheduler: Scheduler,
        index: Index,
        products: tuple[str, ...],
        forms_each: int,
        each: tuple[Form, ...],
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
        self._each = each
        self._turn = sum(map(ord, clause)) % len(each)
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
        return apply_request(Action.QueryBatchRegisterDeviceStatus, self.products[0], self._opened())

    @property
    def page(self) -> Request:
        """A valid QueryPageByApplyId about a finished application."""
        return page_request(self._finished(), 10, 1)

    @property
    def full_page(self) -> Request:
        """A valid QueryPageByApplyId about an application with more devices than the largest page holds."""
        self._finished()
        self._scheduler.run(
            lambda: self._index.status.get(self._index.apply_id("random.pages") or 0) == "CREATE_SUCCESS"
        )
        apply_id = self._index.apply_id("random.pages")
        return page_request(apply_id if apply_id is not None else self._finished(), 10, 1)

    @property
    def registration(self) -> Request:
        """A valid BatchRegisterDeviceWithApplyId: of an application that waits at CHECK_SUCCESS."""
        return apply_request(Action.BatchRegisterDeviceWithApplyId, self.products[0], self._held())

    def unknown_key(self, key: str) -> str:
        """``key``, or another one where that belongs to a product."""
        return key[::-1] if key in self.products else key

    def never_issued(self, like: Request) -> list[int]:
        """ApplyIds that no application has: equal to the one of ``like`` modulo 2^32, and far from all."""
        real = int(like.get("ApplyId") or 1)
        # A server that keeps ids as doubles cannot tell neighbours beyond 2^53 apart.
        neighbours = [real + 1, real - 1] if real > 2**53 else []
        # A server that compares texts may take what begins alike for the same.
        always = [*neighbours, real // 10, real + 2**32, max(self._index.issued, default=1) + 10_000_019]
        others = [real + 3 * 2**32, real + 2**48, 2**62 + 12_345_677, 0]
        if len(self._each) < len(FORMS):  # of a sample, each clause tries another
            others = [others[sum(map(ord, self.clause)) % len(others)]]
        wanted = [*always, *others]
        return [one for one in wanted if one not in self._index.issued and one < 2**63]

    def _opened(self) -> int:
        for key, created in self._index.created.items():
            if created.request.get("ProductKey") == self.products[0] and (one := self._index.apply_id(key)) is not None:
                return one
        raise Inconclusive("no application could be opened, so there is nothing to ask about")

    def _finished(self) -> int:
        self._scheduler.run(lambda: self._finished_now() is not None)
        if (found := self._finished_now()) is None:
            raise Inconclusive("no application reached CREATE_SUCCESS, so there is no page to ask for")
        return found

    def _finished_now(self) -> int | None:
        for key, created in self._index.created.items():
            apply_id = self._index.apply_id(key)
            if apply_id is None or self._index.status.get(apply_id) != "CREATE_SUCCESS":
                continue
            count = created.request.get("Count") or "0"
            if created.request.get("ProductKey") == self.products[0] and count.isdigit() and 11 <= int(count) <= 60:
                return apply_id
        return None

    def _held(self) -> int:
        keys = [key for key in ("held.1", "held.2", "held.3") if self._index.apply_id(key) is not None]

        def ready() -> int | None:
            for key in keys:
                apply_id = self._index.apply_id(key)
                if apply_id is not None and self._index.status.get(apply_id) == "CHECK_SUCCESS":
                    return apply_id
            return None

        self._scheduler.run(lambda: ready() is not None)
        if (found := ready()) is None:
            raise Inconclusive("no application waits at CHECK_SUCCESS, so there is nothing to register")
        return found

    # Acting ----------------------------------------------------------------------------------------------------

    def offers(self, operation: str) -> bool:
        """Whether the user did not say that the target lacks that operation."""
        return operation not in self._without

    def send(self, request: Request, form: Form, signer: Signer | None = None) -> Exchange:
        """Send once, signed by the run's own signer or by another; a target that breaks down is asked once more."""
        if not self.offers(request.operation):
            raise Exempt(f"cannot be seen without {request.operation}")
        self._scheduler.tick()
        return self._session.ask(request, form, self.clause, signer=signer)

    def forms(self, number: int | None = None) -> list[Form]:
        """The next forms in rotation."""
        if number == BOTH:
            few = len(self._each) == 4  # of which each even one and the next differ in both
            self._turn -= (self._turn + 1) % 2 if few else 0
            number = 2 if few else ALL
        wanted = self._forms_each if number is None else number or len(self._each)
        found = []
        for _ in range(wanted):
            self._turn += 1
            found.append(self._each[self._turn % len(self._each)])
        return found

    def refused(
        self, changed: Request, *, because: str, what: str, instead_of: Request | None = None, forms: int | None = None
    ) -> Iterator[CheckResult]:
        """Send ``changed`` in some forms, each of which accepted the baseline before, and judge the refusals."""
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
        """Smaller counterexamples; what has been found stands also where they cannot be afforded."""
        with contextlib.suppress(BudgetError):
            yield from simplified(attempt, self.send)

    def _on_the_other_product(self, changed: Request, because: str, what: str) -> Iterator[CheckResult]:
        """Once per test: the same call for the second product, where a baseline of that product was accepted."""
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
            # Its baselines come from applications whose check must end first.
            self._scheduler.run(lambda: (operation, form, product) in self._index.accepted)
        for step in range(len(FORMS)):
            tried = FORMS[(start + step) % len(FORMS)]
            key = (operation, tried, product)
            if key not in self._index.accepted and baseline is not None:
                self.send(baseline, tried)
            if key in self._index.accepted:
                return tried
        return None


def names_apart(request: Request) -> Request:
    """The request without its names."""
    return replace(request, params=tuple(pair for pair in request.params if not pair[0].startswith("DeviceName")))

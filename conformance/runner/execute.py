"""What one run sends and sees: its plan is drawn, its parts are looked at in order, its exchanges are kept."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.client.budget import NotSent
from conformance.client.clock import Clock
from conformance.client.preflight import Opened
from conformance.client.schedule import Scheduler
from conformance.client.session import Session
from conformance.client.verification import Verification
from conformance.config.profiles import PROFILES
from conformance.contract.actions import Action
from conformance.generate.backoff import Backoff
from conformance.generate.run_context import RunContext
from conformance.generate.workflow_steps import steps
from conformance.generate.workflows import Workflow
from conformance.judge.invariant import Invariant, all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Verdict
from conformance.runner import draw as drawn
from conformance.runner.call_test import called
from conformance.runner.selection import Choice, SuiteTest, suite_tests
from conformance.runner.verdicts import ClauseEvidence
from conformance.suite.probe import Index
from conformance.wire.message import FORMS, Exchange, Form, Request

Part = SuiteTest | Invariant
"""What decides about one clause: a test, which may send something, or an invariant, which judges what was recorded."""
BEFORE_ALL_TICKS = 20
"""So many ticks more than applications begin a run: the first steps of urgent ones take several."""


@dataclass(slots=True)
class Observer:
    """Who watches a run; every method may be replaced."""

    exchanged: Callable[[Exchange], None] = field(default=lambda exchange: None)
    decided: Callable[[Verdict], None] = field(default=lambda verdict: None)


class Run:
    """One run against an opened target: ``start`` it, then ``look`` at each of its ``parts``.

    It knows neither settings nor folders: ``Runner`` opens the target for it, and keeps what comes of it.
    """

    def __init__(
        self, choice: Choice, clock: Clock, patience: float, exclusive: bool, observer: Observer | None = None
    ) -> None:
        self.choice = choice
        self.profile = PROFILES[choice.profile]
        self.clock = clock
        self.patience = patience
        self.exclusive = exclusive
        self.observer = observer or Observer()
        self.exchanges: list[Exchange] = []
        self.index = Index.empty()
        self.tests = sorted(filter(self._is_run, suite_tests()), key=lambda test: test.phase)
        self.invariants: list[Invariant] = [
            invariant for invariant in all_invariants().values() if self._applies(invariant.clause)
        ]
        self.plans: dict[str, list[Workflow]] = {}
        """The workflows of each test that plans some, by module and name."""
        self.seen = ClauseEvidence(choice, frozenset(test.marks.clause for test in self.tests))
        self.value_of: dict[int, int] = {}
        """The number of an exchange → which of the values of its test it was sent for."""
        self.followed: dict[str, Workflow] = {}
        """Every workflow by its key."""
        self.only: tuple[int, Form] | None = None
        """The one value, by its place, and the one form in which tests are made; None: all."""
        self.verification = Verification()
        self.products: tuple[str, ...] = ()
        self._session: Session | None = None
        self._scheduler: Scheduler | None = None
        self._stream: Stream | None = None
        self._backoff = Backoff()
        self._settled = False

    def _applies(self, clause_id: str) -> bool:
        return self.choice.applies(self.choice.contract.clauses[clause_id])

    def _is_run(self, test: SuiteTest) -> bool:
        """Whether its clause is measured, the profile affords it, and the budget holds it."""
        afforded = self.profile.thorough or not test.extra
        budget_plan = self.choice.budget_plan
        fits = budget_plan is None or test.marks.clause in budget_plan.clauses
        return self._applies(test.marks.clause) and afforded and fits

    @property
    def parts(self) -> list[Part]:
        """The order of a run: tests by phase, then invariants over all that was recorded."""
        return [*self.tests, *self.invariants]

    @property
    def session(self) -> Session:
        """The open door to the target."""
        if self._session is None:
            raise RuntimeError("the run was not started")
        return self._session

    @property
    def scheduler(self) -> Scheduler:
        """Who makes the steps of applications between other requests."""
        if self._scheduler is None:
            raise RuntimeError("the run was not started")
        return self._scheduler

    # Draw ------------------------------------------------------------------------------------------------------

    def draw(self, products: int) -> list[Workflow]:
        """Everything that will be followed from the beginning."""
        workflows = drawn.of_every_run(self.choice, products)
        for test in self.tests:
            if test.marks.plan is not None:
                planned = list(test.marks.plan(drawn.planning(self.choice, products, test)))
                self.plans[test.full_name] = planned
                workflows.extend(planned)
        self.followed |= {workflow.key: workflow for workflow in workflows}
        return workflows

    # Act -------------------------------------------------------------------------------------------------------

    def take(self, opened: Opened) -> Scheduler:
        """Take the opened session; nothing is sent yet."""
        self._session = opened.session
        self.products = opened.products
        self.verification = opened.verification
        self._scheduler = Scheduler(self.clock, opened.session.ask)
        return self._scheduler

    def start(self, opened: Opened) -> None:
        """Take the opened session and send the first call of every application."""
        scheduler = self.take(opened)
        self._count_devices()
        workflows = self.draw(len(self.products))
        self._follow(workflows)
        for _ in range(len(workflows) + BEFORE_ALL_TICKS):
            scheduler.tick()

    def look(self, part: Part) -> Verdict:
        """What a part sees of its clause, after everything has been sent that must come before it."""
        if isinstance(part, Invariant):
            self.settle()
            return self.judge(part)
        if part.is_last:
            self.settle()
        return self.act(part)

    def act(self, test: SuiteTest) -> Verdict:
        """Execute one test and return what it saw."""
        return self._decided(self.seen.take(test.marks.clause, lambda: called(self, test)))

    def record(self, exchange: Exchange) -> None:
        """Take in one exchange; the session calls this for everything that it sends."""
        self.exchanges.append(exchange)
        self.index.note(exchange)
        self._stream = None
        self.observer.exchanged(exchange)

    def settle(self) -> None:
        """Once, after the last immediate test: release barriers, begin late applications, ask the last questions.

        When it returns, nothing is sent any more but the questions of tests at the very end.
        """
        if self._settled or self._scheduler is None:
            return
        self._settled = True
        scheduler = self._scheduler
        scheduler.release("refusals are over")
        late = drawn.late(self.choice, len(self.products))
        self.followed |= {workflow.key: workflow for workflow in late}
        self._follow(late)
        scheduler.run(lambda: scheduler.all_parked)
        scheduler.release("farewell")
        scheduler.run(lambda: False)
        self._count_devices()

    def _follow(self, workflows: list[Workflow]) -> None:
        for workflow in workflows:
            self.scheduler.add(workflow.key, steps(workflow, self._context()), urgent=workflow.watched)

    def _context(self) -> RunContext:
        return RunContext(
            self.products,
            self.session.generate_name,
            self.clock.now,
            self.patience,
            self._names_of,
            self.choice.paging_is_required,
            self.choice.without,
            self.choice.few_polls,
            self._backoff,
        )

    def _names_of(self, key: str) -> list[str]:
        """The device names that a workflow's pages showed."""
        apply_id = str(self.index.apply_id(key))
        for exchange in self.exchanges:
            if exchange.operation == Action.QueryPageByApplyId and exchange.request.get("ApplyId") == apply_id:
                names = _names_on(exchange)
                if names and names[0]:
                    return names
        return []

    def _count_devices(self) -> None:
        """Ask each product how many devices it holds, for the invariants that compare that with what was sent."""
        for product in self.products if Action.QueryDevice not in self.choice.without else ():
            listing = (("ProductKey", product), ("PageSize", "10"), ("CurrentPage", "1"))
            with contextlib.suppress(NotSent):
                self.session.ask(Request(Action.QueryDevice, listing), FORMS[0], "books")

    # Judge -----------------------------------------------------------------------------------------------------

    def judge(self, invariant: Invariant) -> Verdict:
        """Judge the whole stream by one invariant."""
        return self._decided(self.seen.take(invariant.clause, lambda: invariant.judge(self.stream())))

    def _decided(self, verdict: Verdict) -> Verdict:
        self.observer.decided(verdict)
        return verdict

    def stream(self) -> Stream:
        """Everything recorded so far."""
        if self._stream is None:
            self._stream = Stream(
                tuple(self.exchanges),
                self.choice.contract,
                self.choice.edition,
                self.patience,
                self.exclusive,
                self.products,
            )
        return self._stream


def _names_on(page: Exchange) -> list[str]:
    """The device names on one accepted page."""
    value = (page.answer.value if page.answer is not None and page.accepted else None) or {}
    listed = value.get("ApplyDeviceList")
    items = listed.get("ApplyDeviceInfo") if isinstance(listed, dict) else None
    return [str(item.get("DeviceName") or "") for item in items or [] if isinstance(item, dict)]

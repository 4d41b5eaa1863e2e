"""One run: draws the plan, executes it against the opened target, and holds what was seen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.client.budget import NotSent
from conformance.client.clock import Clock
from conformance.client.preflight import Opened
from conformance.client.schedule import Scheduler
from conformance.client.session import Session
from conformance.client.verification import Verification
from conformance.config.profiles import PROFILES
from conformance.contract import Level
from conformance.contract.actions import Action
from conformance.generate.backoff import Backoff
from conformance.generate.run_context import RunContext
from conformance.generate.workflow_steps import steps
from conformance.generate.workflows import Workflow
from conformance.judge.invariant import Invariant, Observation, all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import CheckResult, Verdict
from conformance.runner import draw as drawn
from conformance.runner.selection import FOUR_FORMS, Choice, SuiteTest, suite_tests
from conformance.runner.verdicts import ClauseEvidence
from conformance.suite.index import Index
from conformance.suite.probe import Probe
from conformance.suite.request_tampering import RequestTamperer
from conformance.suite.traces import traces
from conformance.wire.message import FORMS, Exchange, Form, Request


@dataclass(slots=True)
class Observer:
    """Who watches a run; every method may be replaced."""

    exchanged: Callable[[Exchange], None] = field(default=lambda exchange: None)
    decided: Callable[[Verdict], None] = field(default=lambda verdict: None)


class Run:
    """The state of one run. Used once: ``start``, then ``decide`` for each clause, then ``finish``."""

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
        self.tests = [test for test in suite_tests() if self._applies(test.marks.clause) and self._fits(test)]
        self.invariants: list[Invariant] = [
            invariant for invariant in all_invariants().values() if self._applies(invariant.clause)
        ]
        self.plans: dict[str, list[Workflow]] = {}
        self.seen = ClauseEvidence(choice, frozenset(test.marks.clause for test in self.tests))
        self.value_of: dict[int, int] = {}
        """The number of an exchange → which of the values of its test it was sent for."""
        self.followed: dict[str, Workflow] = {}
        """Every workflow by its key."""
        self.only: tuple[int, Form] | None = None
        """The one value, by its place, and the one form in which tests are made; None: all."""
        self._session: Session | None = None
        self._scheduler: Scheduler | None = None
        self._products: tuple[str, ...] = ()
        self._verification = Verification()
        self._stream: Stream | None = None
        self._waits = Backoff()

    def _applies(self, clause_id: str) -> bool:
        return self.choice.applies(self.choice.contract.clauses[clause_id])

    def _fits(self, test: SuiteTest) -> bool:
        afforded = self.profile.thorough or not test.extra
        return afforded and (self.choice.budget_plan is None or test.marks.clause in self.choice.budget_plan.clauses)

    # Draw ------------------------------------------------------------------------------------------------------

    def draw(self, products: int) -> list[Workflow]:
        """Everything that will be followed from the beginning."""
        found = drawn.of_every_run(self.choice, products)
        for test in self.tests:
            if test.marks.plan is not None:
                work = list(test.marks.plan(drawn.planning(self.choice, products, test)))
                self.plans[f"{test.module}.{test.name}"] = work
                found.extend(work)
        self.followed |= {work.key: work for work in found}
        return found

    # Act -------------------------------------------------------------------------------------------------------

    def take(self, opened: Opened) -> Scheduler:
        """Take the opened session; nothing is sent yet."""
        self._session = opened.session
        self._products = opened.products
        self._verification = opened.verification
        self._scheduler = Scheduler(self.clock, opened.session.ask)
        return self._scheduler

    def start(self, opened: Opened) -> None:
        """Take the opened session and send the first call of every application."""
        scheduler = self.take(opened)
        self._count_devices()
        works = self.draw(len(self._products))
        for work in works:
            scheduler.add(work.key, steps(work, self._world()), urgent=work.watched)
        # A few ticks more than applications: urgent ones take several.
        for _ in range(len(works) + 20):
            scheduler.tick()

    def _world(self) -> RunContext:
        session = self._need_session()
        return RunContext(
            self._products,
            session.generate_name,
            self.clock.now,
            self.patience,
            self._names_of,
            self.choice.edition in {"alibaba-2018"},
            self.choice.without,
            self.choice.few_polls,
            self._waits,
        )

    def _names_of(self, key: str) -> list[str]:
        """The device names that a workflow's pages showed."""
        apply_id = self.index.apply_id(key)
        for one in self.exchanges:
            if (
                one.operation == Action.QueryPageByApplyId
                and one.accepted
                and one.request.get("ApplyId") == str(apply_id)
            ):
                listed = ((one.answer.value if one.answer else None) or {}).get("ApplyDeviceList")
                items = listed.get("ApplyDeviceInfo") if isinstance(listed, dict) else None
                names = [str(item.get("DeviceName") or "") for item in items or [] if isinstance(item, dict)]
                if names and names[0]:
                    return names
        return []

    def record(self, exchange: Exchange) -> None:
        """Take in one exchange; the session calls this for everything that it sends."""
        self.exchanges.append(exchange)
        self.index.note(exchange)
        self._stream = None
        self.observer.exchanged(exchange)

    def _count_devices(self) -> None:
        session = self._need_session()
        for product in self._products if Action.QueryDevice not in self.choice.without else ():
            listing = (("ProductKey", product), ("PageSize", "10"), ("CurrentPage", "1"))
            with contextlib.suppress(NotSent):
                session.ask(Request(Action.QueryDevice, listing), FORMS[0], "books")

    def _need_session(self) -> Session:
        if self._session is None:
            raise RuntimeError("the run was not started")
        return self._session

    # Judge -----------------------------------------------------------------------------------------------------

    def act(self, test: SuiteTest) -> Verdict:
        """Execute one test and return what it saw."""
        return self._decided(self.seen.take(test.marks.clause, lambda: self._tested(test)))

    def judge(self, invariant: Invariant) -> Verdict:
        """Judge the whole stream by one invariant."""
        return self._decided(self.seen.take(invariant.clause, lambda: invariant.judge(self.stream())))

    def _decided(self, verdict: Verdict) -> Verdict:
        self.observer.decided(verdict)
        return verdict

    def _tested(self, test: SuiteTest) -> Iterator[CheckResult | Observation]:
        edition = self.choice.edition
        wants = test.takes
        given_values: dict[str, Any] = {name: value.values[edition] for name, value in test.marks.expected.items()}
        known = {"edition": edition, "clause": test.marks.clause}
        given_values |= {name: value for name, value in known.items() if name in wants}
        if test.marks.plan is not None:
            works = self.plans[f"{test.module}.{test.name}"]
            for trace in traces(works, self.stream()):
                yield from _each(test.function(trace=trace, **given_values))
            return
        probe = self._probe(test)
        if "probe" in wants:
            given_values["probe"] = probe
        if "tamperer" in wants:
            given_values["tamperer"] = self._tamperer(test, probe)
        if not test.marks.drawn:
            yield from _each(test.function(**given_values))
            return
        observed = self.choice.contract.clauses[test.marks.clause].level is Level.OBSERVED
        values = list(enumerate(drawn.values(self.choice, test)))
        if self.only is not None:
            values = values[self.only[0] :][:1]
        once = observed or test.marks.derive or (self.choice.careful and test.marks.elsewhere)
        for place, value in values if once else self._spread(values, len(self._each(test))):
            sent = len(self.exchanges)
            yield from _each(test.function(**given_values, **{test.marks.drawn: value}))
            self.value_of |= {one.number: place for one in self.exchanges[sent:] if one.purpose == test.marks.clause}

    def _each(self, test: SuiteTest) -> tuple[Form, ...]:
        """The forms that a clause meets in this profile."""
        if self.only is not None:
            return (self.only[1],)
        return FOUR_FORMS[sum(map(ord, test.marks.clause)) % 2] if self.profile.few_forms else FORMS

    def _spread(self, values: list[Any], forms: int) -> list[Any]:
        """The values, repeated where they are too few to meet every form."""
        wanted = -(-forms // self.profile.forms_each)
        return [values[n % len(values)] for n in range(max(wanted, len(values)))] if values else []

    def _probe(self, test: SuiteTest) -> Probe:
        if self._scheduler is None:
            raise RuntimeError("the run was not started")
        required = self.choice.edition in {"alibaba-2018"}
        once = self.choice.careful and bool(test.marks.elsewhere)
        return Probe(
            test.marks.clause,
            self._need_session(),
            self._scheduler,
            self.index,
            self._products[:1] if once else self._products,
            1 if once else self.profile.forms_each,
            self._each(test),
            required,
            self.choice.without,
        )

    def _tamperer(self, test: SuiteTest, probe: Probe) -> RequestTamperer:
        if self._scheduler is None:
            raise RuntimeError("the run was not started")
        most = self.choice.max_tampered
        if most is not None:  # clauses that nothing verifies before later shall not come too late
            tampering = [other for other in self.tests if "tamperer" in other.takes]
            by_now = {other.marks.clause for other in tampering if other.phase <= test.phase}
            most -= len({other.marks.clause for other in tampering} - by_now)
        return RequestTamperer(
            probe,
            self._need_session(),
            self._scheduler,
            self.index,
            self._verification,
            most,
            thorough=self.profile.thorough,
        )

    def settle(self) -> None:
        """After the last immediate test: open the gates, begin the late applications, ask the last questions.

        When it returns, nothing is sent any more but the questions of tests at the very end.
        """
        scheduler = self._scheduler
        if scheduler is None:
            return
        scheduler.release("refusals are over")
        late = drawn.late(self.choice, len(self._products))
        self.followed |= {work.key: work for work in late}
        for work in late:
            scheduler.add(work.key, steps(work, self._world()), urgent=work.watched)
        scheduler.run(lambda: scheduler.all_parked)
        scheduler.release("farewell")
        scheduler.run(lambda: False)
        self._count_devices()

    def stream(self) -> Stream:
        """Everything recorded so far."""
        if self._stream is None:
            self._stream = Stream(
                tuple(self.exchanges),
                self.choice.contract,
                self.choice.edition,
                self.patience,
                self.exclusive,
                self._products,
            )
        return self._stream


def _each(
    found: Iterable[CheckResult | Observation] | CheckResult | Observation | None,
) -> Iterator[CheckResult | Observation]:
    if found is None:
        return
    if isinstance(found, Iterable):
        yield from found
    else:
        yield found

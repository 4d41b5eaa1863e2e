"""One run: opens the target, executes the plan, judges, and writes run.ndjson as its only writer."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from conformance import suite as suite_package
from conformance.contract import Clause, Contract, Level
from conformance.generate.drawing import draw
from conformance.generate.workflows import Workflow, World, steps
from conformance.judge.followed import Application, Stream
from conformance.judge.law import Law, Reads, all_laws
from conformance.judge.verdict import Exempt, Inconclusive, Judged, Outcome, Unclear, Verdict, Violation, add_up
from conformance.suite import plan as common_plan
from conformance.suite.frame import Marks, Planning, Test, Trace
from conformance.suite.probe import Index, Probe
from conformance.target.clock import Clock
from conformance.target.preflight import Opened
from conformance.target.schedule import Scheduler
from conformance.target.session import BudgetError, Session
from conformance.wire.message import FORMS, Exchange, Form, Request


@dataclass(frozen=True, slots=True)
class Profile:
    """How many examples: never which clauses."""

    drawn: int
    """Values drawn for a test beside those that it always tries."""
    forms_each: int
    """Forms in which each value is sent."""
    few_forms: bool
    """Whether a clause meets four forms, which make every pair of method and format, or all six."""
    thorough: bool


PROFILES = {
    "quick": Profile(drawn=1, forms_each=1, few_forms=True, thorough=False),
    "full": Profile(drawn=10, forms_each=2, few_forms=False, thorough=True),
    "thorough": Profile(drawn=60, forms_each=6, few_forms=False, thorough=True),
}
FOUR_FORMS = ((FORMS[0], FORMS[1], FORMS[2], FORMS[3]), (FORMS[0], FORMS[5], FORMS[4], FORMS[3]))
"""Two choices of four forms, taken by clauses in turn: each meets every method with every format."""


@dataclass(frozen=True, slots=True)
class SuiteTest:
    """One test of the suite: where it stands, what it verifies, what it needs."""

    module: str
    name: str
    function: Test
    marks: Marks
    says: str
    line: int

    @property
    def phase(self) -> int:
        """When it runs: 0 at once, 1 when an application is finished, 2 when its own applications are."""
        return 2 if self.marks.plan is not None else 1 if self.marks.late else 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the suite is run."""

    contract: Contract
    edition: str
    profile: str = "full"
    seed: int = 0
    only: tuple[str, ...] = ()
    gate: Level = Level.MUST

    def selects(self, clause: Clause) -> bool:
        """Whether ``--only`` leaves the clause in."""
        from fnmatch import fnmatchcase

        return not self.only or any(
            clause.id == one or clause.operation == one or fnmatchcase(clause.id, one) for one in self.only
        )

    def gated(self, clause: Clause) -> bool:
        """Whether a failure of the clause fails the run."""
        return clause.level is Level.MUST or (clause.level is Level.SHOULD and self.gate is Level.SHOULD)


def suite_tests() -> list[SuiteTest]:
    """Every test of the suite, by module and line."""
    found = []
    for info in pkgutil.iter_modules(suite_package.__path__):
        module = importlib.import_module(f"{suite_package.__name__}.{info.name}")
        for name, function in vars(module).items():
            if name.startswith("test_") and getattr(function, "marks", None) is not None:
                line = function.__code__.co_firstlineno
                found.append(
                    SuiteTest(module.__name__, name, function, function.marks, (function.__doc__ or "").strip(), line)
                )
    return found


@dataclass(slots=True)
class Observer:
    """Who watches a run; every method may be replaced."""

    exchanged: Callable[[Exchange], None] = field(default=lambda exchange: None)
    decided: Callable[[Verdict], None] = field(default=lambda verdict: None)
    waiting: Callable[[int], None] = field(default=lambda applications: None)


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
        self.tests = [test for test in suite_tests() if self._applies(test.marks.clause)]
        self.laws: list[Law] = [law for law in all_laws().values() if self._applies(law.clause)]
        self.plans: dict[str, list[Workflow]] = {}
        self.judged: dict[str, list[Judged | Reads]] = {}
        self.reasons: dict[str, Verdict] = {}
        self._session: Session | None = None
        self._scheduler: Scheduler | None = None
        self._products: tuple[str, ...] = ()
        self._stream: Stream | None = None

    def _applies(self, clause_id: str) -> bool:
        clause = self.choice.contract.clauses[clause_id]
        return self.choice.edition in clause.editions and self.choice.selects(clause)

    # Draw ------------------------------------------------------------------------------------------------------

    def draw(self, products: int) -> list[Workflow]:
        """Everything that will be followed; the same for the same choice."""
        edition, seed = self.choice.edition, self.choice.seed

        def planning(test: SuiteTest | None) -> Planning:
            clause = test.marks.clause if test is not None else ""
            expected = {name: value.values[edition] for name, value in test.marks.expected.items()} if test else {}
            return Planning(
                edition,
                self.profile.thorough,
                expected,
                products,
                lambda strategy, number: draw(strategy, number, f"{seed} {clause}"),
            )

        found = list(common_plan.common(planning(None)))
        for test in self.tests:
            if test.marks.plan is not None:
                work = list(test.marks.plan(planning(test)))
                self.plans[f"{test.module}.{test.name}"] = work
                found.extend(work)
        return found

    def values(self, test: SuiteTest) -> list[Any]:
        """The values with which a test is called: those always tried, then drawn ones."""
        marks = test.marks
        found = [*marks.always, *(marks.at_length if self.profile.thorough else ())]
        if marks.strategy is not None:
            found += draw(marks.strategy, self.profile.drawn, f"{self.choice.seed} {marks.clause}")
        return found

    # Act -------------------------------------------------------------------------------------------------------

    def start(self, opened: Opened) -> None:
        """Take the opened session and send the first call of every application."""
        self._session = opened.session
        self._products = opened.products
        self._scheduler = Scheduler(self.clock, opened.session.ask)
        self._count_devices()
        works = self.draw(len(self._products))
        for work in works:
            self._scheduler.add(work.key, steps(work, self._world()), urgent=work.watched)
        # A few ticks more than applications: urgent ones take several.
        for _ in range(len(works) + 20):
            self._scheduler.tick()

    def _planning_of_common(self) -> Planning:
        return Planning(
            self.choice.edition, self.profile.thorough, {}, len(self._products), lambda strategy, number: []
        )

    def _world(self) -> World:
        session = self._need_session()
        return World(
            self._products,
            session.mint,
            self.clock.now,
            self.patience,
            self._names_of,
            self.choice.edition in {"alibaba-2018"},
        )

    def _names_of(self, key: str) -> list[str]:
        """The device names that a workflow's pages showed."""
        apply_id = self.index.apply_id(key)
        for one in self.exchanges:
            if one.operation == "QueryPageByApplyId" and one.accepted and one.request.get("ApplyId") == str(apply_id):
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
        if self._scheduler is not None:
            self.observer.waiting(self._scheduler.open)

    def _count_devices(self) -> None:
        session = self._need_session()
        for product in self._products:
            session.send(
                Request("QueryDevice", (("ProductKey", product), ("PageSize", "10"), ("CurrentPage", "1"))),
                FORMS[0],
                "books",
            )

    def _need_session(self) -> Session:
        if self._session is None:
            raise RuntimeError("the run was not started")
        return self._session

    # Judge -----------------------------------------------------------------------------------------------------

    def act(self, test: SuiteTest) -> Verdict:
        """Execute one test and return what it saw."""
        return self._guarded(test.marks.clause, lambda: self._tested(test))

    def obey(self, law: Law) -> Verdict:
        """Judge the whole stream by one law."""
        return self._guarded(law.clause, lambda: law.judge(self.stream()))

    def _guarded(self, clause: str, judge: Callable[[], Iterable[Judged | Reads]]) -> Verdict:
        try:
            found = list(judge())
        except Inconclusive as unclear:
            found = [unclear.unclear]
        except Violation as violation:
            found = [violation.finding]
        except Exempt as exempt:
            self.reasons[clause] = Verdict(clause, Outcome.EXEMPT, str(exempt))
            found = []
        except BudgetError as spent:
            found = [Unclear(str(spent))]
        except (
            httpx.HTTPError,
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
            RecursionError,
        ) as error:
            self.reasons[clause] = Verdict(clause, Outcome.ERROR, f"{type(error).__name__}: {error}"[:200])
            raise
        self.judged.setdefault(clause, []).extend(found)
        return self.verdict(clause)

    def _tested(self, test: SuiteTest) -> Iterator[Judged | Reads]:
        edition = self.choice.edition
        wants = test.function.__code__.co_varnames[: test.function.__code__.co_argcount]
        given_values: dict[str, Any] = {name: value.values[edition] for name, value in test.marks.expected.items()}
        if "edition" in wants:
            given_values["edition"] = edition
        if test.marks.plan is not None:
            works = self.plans[f"{test.module}.{test.name}"]
            for trace in self.traces(works):
                yield from _each(test.function(trace=trace, **given_values))
            return
        probe = self._probe(test)
        if not test.marks.drawn:
            yield from _each(test.function(probe=probe, **given_values))
            return
        for value in self._spread(self.values(test), len(self._each(test))):
            yield from _each(test.function(probe=probe, **given_values, **{test.marks.drawn: value}))

    def _each(self, test: SuiteTest) -> tuple[Form, ...]:
        """The forms that a clause meets in this profile."""
        return FOUR_FORMS[sum(map(ord, test.marks.clause)) % 2] if self.profile.few_forms else FORMS

    def _spread(self, values: list[Any], forms: int) -> list[Any]:
        """The values, repeated where they are too few to meet every form."""
        wanted = -(-forms // self.profile.forms_each)
        return [values[n % len(values)] for n in range(max(wanted, len(values)))] if values else []

    def _probe(self, test: SuiteTest) -> Probe:
        if self._scheduler is None:
            raise RuntimeError("the run was not started")
        required = self.choice.edition in {"alibaba-2018"}
        return Probe(
            test.marks.clause,
            self._need_session(),
            self._scheduler,
            self.index,
            self._products,
            self.profile.forms_each,
            self._each(test),
            required,
        )

    def settle(self) -> None:
        """After the last immediate test: open the gates, begin the late applications, ask the last questions.

        When it returns, nothing is sent any more: what is left of the run only reads.
        """
        scheduler = self._scheduler
        if scheduler is None:
            return
        scheduler.release("refusals are over")
        for work in common_plan.late(self._planning_of_common()):
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

    def traces(self, works: list[Workflow]) -> Iterator[Trace]:
        """What was seen of each workflow."""
        by_key: dict[str, list[Exchange]] = {}
        for one in self.exchanges:
            if one.operation in {"BatchRegisterDevice", "BatchCheckDeviceNames"}:
                by_key.setdefault(one.purpose, []).append(one)
        opened: dict[int, Application] = {one.created.number: one for one in self.stream().applications}
        for work in works:
            sent = by_key.get(work.key, [])
            answered = [one for one in sent if one.answer is not None and one.answer.status < 500]
            second = answered[1] if (work.recheck or work.repeat or work.race) and len(answered) > 1 else None
            first = answered[0] if answered else (sent[0] if sent else None)
            yield Trace(
                work,
                first,
                opened.get(first.number) if first is not None else None,
                second if work.recheck else None,
                opened.get(second.number) if second is not None and work.recheck else None,
                second if work.repeat else None,
                opened.get(second.number) if second is not None and work.race else None,
            )

    def verdict(self, clause_id: str) -> Verdict:
        """What has been seen of a clause so far."""
        clause = self.choice.contract.clauses[clause_id]
        if self.choice.edition not in clause.editions:
            return Verdict(clause_id, Outcome.EXEMPT, f"not in {self.choice.edition}")
        if not self.choice.selects(clause):
            return Verdict(clause_id, Outcome.EXEMPT, "not selected")
        if (decided := self.reasons.get(clause_id)) is not None:
            return decided
        if clause.untested:
            return Verdict(clause_id, Outcome.UNTESTED, clause.untested)
        if clause_id not in self.judged:
            return Verdict(clause_id, Outcome.UNTESTED, "the run ended before it was decided")
        found = self.judged[clause_id]
        if clause.level is Level.OBSERVED:
            return _observed(clause, [one for one in found if isinstance(one, Reads)])
        tested = any(test.marks.clause == clause_id for test in self.tests)
        added = add_up(clause_id, [one for one in found if not isinstance(one, Reads)], strict=tested)
        if added.outcome is Outcome.UNTESTED and clause.when:
            return Verdict(clause_id, Outcome.UNTESTED, f"never seen that {clause.when}")
        return added

    def verdicts(self) -> list[Verdict]:
        """One verdict for every clause of the contract, in its order."""
        return [self.verdict(clause_id) for clause_id in self.choice.contract.clauses]


def _each(found: Iterable[Judged | Reads] | Judged | Reads | None) -> Iterator[Judged | Reads]:
    if found is None:
        return
    if isinstance(found, Iterable):
        yield from found
    else:
        yield found


def _observed(clause: Clause, found: list[Reads]) -> Verdict:
    readings: dict[str, int] = {}
    for one in found:
        value = one.value if one.value in clause.readings else f"other: {one.value[:60]}"
        readings[value] = readings.get(value, 0) + 1
    if not readings:
        return Verdict(clause.id, Outcome.UNTESTED, "nothing showed a reading")
    return Verdict(clause.id, Outcome.PASS, "", len(found), readings=readings)


__all__ = ["PROFILES", "Choice", "Form", "Observer", "Run", "SuiteTest", "suite_tests"]

"""What of the suite is run: the profile, the clauses selected, and the tests that verify them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from conformance import suite as suite_package
from conformance.client.budget import Cost
from conformance.contract import Clause, Contract, Level, load
from conformance.contract.locks import Lock
from conformance.judge.invariant import all_invariants
from conformance.suite.decorators import OF_THE_FINISHED, Marks, Test
from conformance.wire.message import FORMS

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
    extra: bool = False
    """Whether it adds to another test or an invariant of its clause, for profiles that afford it."""

    @property
    def full_name(self) -> str:
        """Module and name: what tells it from every other test."""
        return f"{self.module}.{self.name}"

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return self.function.__code__.co_varnames[: self.function.__code__.co_argcount]

    @property
    def phase(self) -> int:
        """When it runs: 0 at once, 1 when an application is finished, 2 at the very end, 3 when all has been sent."""
        late = self.marks.late or self.marks.clause.partition(".")[0] in OF_THE_FINISHED
        return 3 if self.marks.plan is not None else 2 if self.marks.last else 1 if late else 0

    @property
    def is_last(self) -> bool:
        """Whether it runs only after the last questions to all applications."""
        return self.phase >= 2


@dataclass(frozen=True, slots=True)
class BudgetPlan:
    """What of the suite fits into a budget, found out before anything is sent. See ``conformance.plan.fit_budget``."""

    sparing: bool
    """Whether the small set of applications is followed, not that of every other run."""
    applications: frozenset[str]
    """Keys of the applications of every run that are followed."""
    clauses: frozenset[str]
    """The clauses whose tests are run; invariants look at whatever there is."""
    refused: frozenset[str]
    """The clauses whose tests are not."""
    accounts: Mapping[str, Cost]
    """What was planned, by clause and application."""
    left_out: Mapping[str, str]
    """Clause → why it is not looked at."""
    by_user: bool
    """Whether the user has set the limits: then what they leave out keeps a run from being conformant."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the suite is run."""

    contract: Contract
    edition: str
    profile: str = "full"
    seed: int = 0
    only: tuple[str, ...] = ()
    gate: Level = Level.MUST
    without: frozenset[str] = frozenset()
    """Operations that the target does not offer."""

    pins: Mapping[str, str] = field(default_factory=dict)
    """OBSERVED clause → the only observation that the target is allowed to show."""
    lock: Lock | None = None
    """The revision of the edition by which the target is measured, where one was named."""
    max_tampered: int | None = None
    """Requests refused with something wrong about their signature, at most."""
    budget_plan: BudgetPlan | None = None
    """What fits into the budget; None where there is no budget, or everything fits."""
    careful: bool = False
    """Whether a limit is passed by one only, and once: everywhere but on this machine."""
    few_polls: bool = False
    """Whether an application is asked as rarely as its patience allows, because requests are counted."""

    @property
    def paging_is_required(self) -> bool:
        """Whether the edition demands PageSize and CurrentPage of every page."""
        return self.edition == "alibaba-2018"

    def selects(self, clause: Clause) -> bool:
        """Whether ``--only`` leaves the clause in."""
        return not self.only or any(
            clause.id == wanted or clause.operation == wanted or fnmatchcase(clause.id, wanted) for wanted in self.only
        )

    def applies(self, clause: Clause) -> bool:
        """Whether the clause is measured at all."""
        in_revision = self.lock is None or clause.id in self.lock.clauses
        measurable = self.edition in clause.editions and in_revision and not clause.untested
        return measurable and self.selects(clause) and not self.excluded(clause)

    def why_left_out(self, clause_id: str) -> str:
        """Why the budget leaves a clause out; empty where it does not."""
        return self.budget_plan.left_out.get(clause_id, "") if self.budget_plan is not None else ""

    def refuses(self, clause_id: str) -> bool:
        """Whether the budget does not hold the tests of a clause, so that what invariants see of it is not enough."""
        return self.budget_plan is not None and clause_id in self.budget_plan.refused

    def excluded(self, clause: Clause) -> bool:
        """Whether the user said that the target does not offer the clause's operation."""
        return clause.operation in self.without

    def level(self, clause: Clause) -> Level:
        """The clause's level at the revision by which the target is measured."""
        locked = self.lock.clauses.get(clause.id) if self.lock is not None else None
        return locked.level if locked is not None else clause.level

    def gated(self, clause: Clause) -> bool:
        """Whether a failure of the clause fails the run."""
        level = self.level(clause)
        if clause.id in self.pins:
            return True
        return level is Level.MUST or (level is Level.SHOULD and self.gate is Level.SHOULD)


def suite_tests() -> list[SuiteTest]:
    """Every test of the suite, by module and line; one that verifies several clauses stands here once for each."""
    found: list[SuiteTest] = []
    for info in pkgutil.iter_modules(suite_package.__path__):
        module = importlib.import_module(f"{suite_package.__name__}.{info.name}")
        for name, function in vars(module).items():
            if name.startswith("test_") and (marks := getattr(function, "marks", None)) is not None:
                line = function.__code__.co_firstlineno
                one = SuiteTest(module.__name__, name, function, marks, (function.__doc__ or "").strip(), line)
                found += [one] if marks.each is None else _each(one, marks.each(load()))
    verified = {test.marks.clause for test in found if test.marks.each is None} | set(all_invariants())
    return [replace(test, extra=test.marks.each is not None and test.marks.clause in verified) for test in found]


def _each(test: SuiteTest, clauses: Sequence[str]) -> list[SuiteTest]:
    return [
        replace(test, name=f"{test.name}[{clause}]", marks=replace(test.marks, clause=clause)) for clause in clauses
    ]

"""How a test says which clause it verifies, by which values, and from which applications it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis.strategies import SearchStrategy

from conformance.contract import Contract
from conformance.contract.actions import Action
from conformance.generate.workflows import Workflow
from conformance.judge.invariant import Observation
from conformance.judge.verdict import CheckResult

Test = Callable[..., Iterable[CheckResult | Observation] | CheckResult | Observation | None]


OF_THE_FINISHED = frozenset({Action.BatchRegisterDeviceWithApplyId, Action.QueryPageByApplyId})
"""Operations that can only be asked of an application whose check, or creation, is over."""


@dataclass(frozen=True, slots=True)
class ByEdition:
    """A value that a test expects, by edition: a literal, held equal to the contract's row by a test of ours."""

    values: Mapping[str, int]


def by_edition(values: Mapping[str, int]) -> ByEdition:
    """Expected values by edition."""
    return ByEdition(dict(values))


@dataclass(slots=True)
class Marks:
    """What the decorators of one test say."""

    clause: str = ""
    each: Callable[[Contract], Sequence[str]] | None = None
    """The clauses of which this is a test each, found in the contract."""
    expected: dict[str, ByEdition] = field(default_factory=dict)
    drawn: str = ""
    strategy: SearchStrategy[Any] | None = None
    always: tuple[Any, ...] = ()
    at_length: tuple[Any, ...] = ()
    elsewhere: tuple[Any, ...] = ()
    large: bool = False
    derive: Callable[[str, str, bool], Sequence[Any]] | None = None
    """Clause, edition, and whether another test stands beside it → the values in the place of drawn ones."""
    plan: Callable[[Planning], Sequence[Workflow]] | None = None
    late: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Planning:
    """What a plan of workflows may depend on."""

    edition: str
    thorough: bool
    """Whether the profile affords everything (full, thorough), or a sample (quick)."""
    expected: Mapping[str, int]
    """The values of the test's clause in this edition."""
    products: int
    """How many products there are."""
    draw: Callable[[SearchStrategy[Any], int], list[Any]]
    """Values drawn with the seed of the run and the clause."""
    clause: str = ""
    """The test's clause; empty for the applications of every run."""


def marks_of(function: Test) -> Marks:
    """The marks of a test, made where it has none yet."""
    found: Marks | None = getattr(function, "marks", None)
    if found is None:
        found = Marks()
        function.marks = found  # type: ignore[attr-defined]
    return found


def verifies(clause: str, **expected: ByEdition) -> Callable[[Test], Test]:
    """This test verifies that clause; keyword values reach it by edition."""

    def mark(function: Test) -> Test:
        marks = marks_of(function)
        marks.clause, marks.expected = clause, dict(expected)
        return function

    return mark


def verifies_each(clauses: Callable[[Contract], Sequence[str]]) -> Callable[[Test], Test]:
    """This is a test of each of these clauses, whose id reaches it as ``clause``.

    It adds to other tests and invariants of those clauses: where there are any, only the profiles full and thorough
    run it.
    """

    def mark(function: Test) -> Test:
        marks_of(function).each = clauses
        return function

    return mark


def draws(
    name: str,
    strategy: SearchStrategy[Any] | None = None,
    *,
    always: Sequence[Any] = (),
    at_length: Sequence[Any] = (),
    elsewhere: Sequence[Any] = (),
) -> Callable[[Test], Test]:
    """The test is called with ``name`` bound to each value of ``always``, then to values drawn from ``strategy``.

    ``at_length`` are values for the profiles full and thorough only. ``elsewhere`` are the only values for targets
    beyond this machine, each sent once: what is wrongly accepted there costs somebody's quota.
    """

    def mark(function: Test) -> Test:
        marks = marks_of(function)
        marks.drawn, marks.strategy = name, strategy
        marks.always, marks.at_length, marks.elsewhere = tuple(always), tuple(at_length), tuple(elsewhere)
        return function

    return mark


def derives(name: str, values: Callable[[str, str, bool], Sequence[Any]]) -> Callable[[Test], Test]:
    """The test is called with ``name`` bound to each value that follows from its clause and the edition.

    The third argument of ``values`` says whether other tests or an invariant verify that clause as well.
    """

    def mark(function: Test) -> Test:
        marks = marks_of(function)
        marks.drawn, marks.derive = name, values
        return function

    return mark


def plans(plan: Callable[[Planning], Sequence[Workflow]]) -> Callable[[Test], Test]:
    """The test reads the traces of these workflows, executed beside all others, one call for each."""

    def mark(function: Test) -> Test:
        marks_of(function).plan = plan
        return function

    return mark


def creates_as_many_as_allowed(function: Test) -> Test:
    """The test registers as many devices as one call may: beyond this machine only in the profile thorough."""
    marks_of(function).large = True
    return function


def needs_a_finished_application(function: Test) -> Test:
    """The test can only begin when an application is finished, so it runs after all that need not wait.

    Tests of operations that ask about finished applications (``OF_THE_FINISHED``) need not say so.
    """
    marks_of(function).late = True
    return function


def at_the_very_end(function: Test) -> Test:
    """The test asks when everything else has been asked; nothing that it sends may have an effect."""
    marks_of(function).last = True
    return function

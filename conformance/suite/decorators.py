"""The decorators of tests: which clause a test verifies, with which values, and which applications it reads.

A test is a function of the package ``conformance.suite`` whose name begins with ``test_``. It yields results: Holds,
Breaks, Unclear, or Observation. The runner passes the arguments that it names: ``probe`` and ``tamperer`` send
requests, ``trace`` is an executed workflow, ``edition`` and ``clause`` are texts; the decorators below add others.
"""

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
"""Operations whose tests need an application that is over: its check, or its creation."""


@dataclass(frozen=True, slots=True)
class ByEdition:
    """A value that a test expects, by edition: a literal, which a unit test compares with the contract's row."""

    values: Mapping[str, int]


def by_edition(values: Mapping[str, int]) -> ByEdition:
    """A literal for each edition that has the clause, for ``verifies``."""
    return ByEdition(dict(values))


@dataclass(slots=True)
class Marks:
    """What the decorators of one test have said; the runner reads it."""

    clause: str = ""
    """The id of the clause that the test verifies."""
    each: Callable[[Contract], Sequence[str]] | None = None
    """Contract → ids of the clauses, each of which the test verifies; None for a test of one clause."""
    expected: dict[str, ByEdition] = field(default_factory=dict)
    """Name of an argument → its value by edition."""
    drawn: str = ""
    """The name of the argument that takes one value after another; empty where there is none."""
    strategy: SearchStrategy[Any] | None = None
    always: tuple[Any, ...] = ()
    at_length: tuple[Any, ...] = ()
    elsewhere: tuple[Any, ...] = ()
    large: bool = False
    """See ``creates_as_many_as_allowed``."""
    derive: Callable[[str, str, bool], Sequence[Any]] | None = None
    """Clause, edition, whether the profile is thorough → the values of the argument ``drawn``."""
    plan: Callable[[Planning], Sequence[Workflow]] | None = None
    """What makes the workflows whose traces the test reads."""
    late: bool = False
    """See ``needs_a_finished_application``."""
    last: bool = False
    """See ``at_the_very_end``."""


@dataclass(frozen=True, slots=True)
class Planning:
    """The facts by which a plan chooses its workflows."""

    edition: str
    thorough: bool
    """Whether the profile runs everything (full, thorough), or a sample (smoke, quick)."""
    expected: Mapping[str, int]
    """Name → value of the test's clause in this edition, as ``verifies`` names them."""
    products: int
    """How many products there are: 1 or 2."""
    draw: Callable[[SearchStrategy[Any], int], list[Any]]
    """Strategy and number → values drawn by the run's seed and the clause."""
    clause: str = ""
    """The test's clause; empty for the applications of every run."""


def marks_of(function: Test) -> Marks:
    """The marks of a test, made where it has none yet."""
    marks: Marks | None = getattr(function, "marks", None)
    if marks is None:
        marks = Marks()
        function.marks = marks  # type: ignore[attr-defined]
    return marks


def verifies(clause: str, **expected: ByEdition) -> Callable[[Test], Test]:
    """The test verifies that clause. Each keyword becomes an argument of the test: its value in the run's edition."""

    def mark(function: Test) -> Test:
        marks = marks_of(function)
        marks.clause, marks.expected = clause, dict(expected)
        return function

    return mark


def verifies_each(clauses: Callable[[Contract], Sequence[str]]) -> Callable[[Test], Test]:
    """The test verifies each of these clauses, and runs once for each; the argument ``clause`` is its id.

    Where another test or an invariant verifies the clause too, only the profiles full and thorough run it.
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
    """The test runs once for each value of its argument ``name``: those of ``always``, then some of ``strategy``.

    ``at_length`` are further values for the profiles full and thorough. ``elsewhere``, where given, are the only values
    for targets that are not on this machine, each sent once: what is wrongly accepted there costs somebody's quota.
    """

    def mark(function: Test) -> Test:
        marks = marks_of(function)
        marks.drawn, marks.strategy = name, strategy
        marks.always, marks.at_length, marks.elsewhere = tuple(always), tuple(at_length), tuple(elsewhere)
        return function

    return mark


def derives(name: str, values: Callable[[str, str, bool], Sequence[Any]]) -> Callable[[Test], Test]:
    """The test runs once for each value of its argument ``name``, which follow from the clause and the edition.

    The third argument of ``values`` says whether the profile runs everything, or a sample.
    """

    def mark(function: Test) -> Test:
        marks = marks_of(function)
        marks.drawn, marks.derive = name, values
        return function

    return mark


def plans(plan: Callable[[Planning], Sequence[Workflow]]) -> Callable[[Test], Test]:
    """The test runs once for each of these workflows, after all have been executed; ``trace`` is what one has sent."""

    def mark(function: Test) -> Test:
        marks_of(function).plan = plan
        return function

    return mark


def creates_as_many_as_allowed(function: Test) -> Test:
    """The test registers as many devices as one call may: on other machines only the profile thorough runs it."""
    marks_of(function).large = True
    return function


def needs_a_finished_application(function: Test) -> Test:
    """The test needs an application in CREATE_SUCCESS, so it runs after the tests that need none.

    Tests of operations that ask about finished applications (``OF_THE_FINISHED``) need not say so.
    """
    marks_of(function).late = True
    return function


def at_the_very_end(function: Test) -> Test:
    """The test runs when everything else has been sent; nothing that it sends may have an effect."""
    marks_of(function).last = True
    return function

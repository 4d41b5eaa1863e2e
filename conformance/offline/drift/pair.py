"""Two targets that were asked the same: where they differ, and which of them the contract contradicts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from conformance.contract import Level
from conformance.judge.invariant import all_invariants
from conformance.judge.verdict import Breaks, Exempt, Outcome
from conformance.offline.drift.canonical import ANSWERED, comparable
from conformance.offline.drift.find import timed_clauses
from conformance.report.measured import Measured
from conformance.text.safe import line

MOST_SHOWN = 5
MOST = 0.5
"""Share of the exchanges that differ which a broken clause must account for."""


class Breaker(StrEnum):
    """Whom the contract contradicts."""

    A = "A breaks it"
    B = "B breaks it"
    BOTH = "both break it"
    SILENT = "the documents leave it open"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between A and B."""

    kind: str
    """``clause``, ``reading`` or ``answer``."""
    what: str
    a: str
    b: str
    breaker: Breaker
    clause: str = ""
    """The clause that the one to blame breaks."""
    questions: int = 0
    """How many questions were answered differently."""
    exchanges_a: tuple[int, ...] = ()
    exchanges_b: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """What two targets show beside each other."""

    differences: tuple[Difference, ...]
    compared: int
    """Questions that both answered, and whose answers do not depend on time."""

    @property
    def status(self) -> int:
        """0 where the documents leave every difference open, 1 where one breaks them, 3 where nothing was compared."""
        if any(one.breaker in {Breaker.A, Breaker.B} for one in self.differences):
            return 1
        return 0 if self.compared else 3

    @property
    def sentence(self) -> str:
        """What came of it, in one line."""
        counts = {each: sum(one.breaker is each for one in self.differences) for each in Breaker}
        said = ", ".join(f"{number} × {each}" for each, number in counts.items() if number)
        return f"{self.compared:,} questions compared: {said or 'no difference'}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "format": 1, "outcome": {0: "alike", 1: "differ", 3: "could not tell"}[self.status],
            "compared": self.compared, "differences": [asdict(one) for one in self.differences],
        }  # fmt: skip


@dataclass(slots=True)
class _Feature:
    """One feature of the answers of one operation that differs."""

    a: dict[str, None] = field(default_factory=dict)
    b: dict[str, None] = field(default_factory=dict)
    numbers_a: list[int] = field(default_factory=list)
    numbers_b: list[int] = field(default_factory=list)
    questions: int = 0


def pair(a: Measured, b: Measured) -> Pair:
    """Every difference between two runs of the same plan."""
    features, compared = _features(a, b)
    broken_a, broken_b = _broken(a), _broken(b)
    found = [*_clauses(a, b), *_observations(a, b)]
    for (operation, feature), one in features.items():
        clause_a = _attributed(one.numbers_a, broken_a, feature)
        clause_b = _attributed(one.numbers_b, broken_b, feature)
        breaker = (
            Breaker.BOTH
            if clause_a and clause_b
            else Breaker.A
            if clause_a
            else Breaker.B
            if clause_b
            else Breaker.SILENT
        )
        found.append(
            Difference(
                "answer", f"{operation} {feature}", _few(one.a), _few(one.b), breaker, clause_a or clause_b,
                one.questions, tuple(one.numbers_a[:MOST_SHOWN]), tuple(one.numbers_b[:MOST_SHOWN]),
            )
        )  # fmt: skip
    order = list(Breaker)
    found.sort(key=lambda one: (order.index(one.breaker), one.kind, one.what))
    return Pair(tuple(found), compared)


def _few(values: Mapping[str, None]) -> str:
    shown = [line(value, 60) for value in list(values)[:MOST_SHOWN]]
    return ", ".join(shown) + (f" and {len(values) - MOST_SHOWN} more" if len(values) > MOST_SHOWN else "")


# What the contract says of each --------------------------------------------------------------------------------


def _clauses(a: Measured, b: Measured) -> Iterator[Difference]:
    other = {one.clause: one for one in b.verdicts}
    for one in a.verdicts:
        if a.contract.clauses[one.clause].level is Level.OBSERVED:
            continue
        outcomes = (one.outcome, other[one.clause].outcome)
        failed = tuple(outcome is Outcome.FAIL for outcome in outcomes)
        if any(failed):
            breaker = Breaker.BOTH if all(failed) else Breaker.A if failed[0] else Breaker.B
            said_a, said_b = (line(each.reason or str(each.outcome), 120) for each in (one, other[one.clause]))
            yield Difference("clause", one.clause, said_a, said_b, breaker, one.clause)


def _observations(a: Measured, b: Measured) -> Iterator[Difference]:
    other, timed = {one.clause: one.observations for one in b.verdicts}, timed_clauses()
    for one in a.verdicts:
        if one.clause in timed or not one.observations or not other[one.clause]:
            continue
        if set(one.observations) != set(other[one.clause]):
            seen_a, seen_b = (", ".join(sorted(each)) for each in (one.observations, other[one.clause]))
            yield Difference("observation", one.clause, line(seen_a, 160), line(seen_b, 160), Breaker.SILENT)


def _broken(run: Measured) -> dict[str, set[int]]:
    """Clause → the decisive exchanges of everything that breaks it."""
    found: dict[str, set[int]] = {}
    failed = {one.clause: one for one in run.verdicts if one.outcome is Outcome.FAIL}
    for name, verdict in failed.items():
        numbers = set(verdict.finding.exchanges[-1:] if verdict.finding is not None else ())
        numbers |= {one.number for one in run.exchanges.values() if one.purpose.partition("#")[0] == name}
        invariant = all_invariants().get(name)
        with contextlib.suppress(Exempt):
            for one in invariant.judge(run.stream) if invariant is not None else ():
                if isinstance(one, Breaks):
                    numbers |= set(one.exchanges[-1:])
        found[name] = numbers
    return found


def _attributed(numbers: list[int], broken: Mapping[str, set[int]], feature: str) -> str:
    """The clause that accounts for most of the exchanges that differ; one that speaks of that field goes first."""
    best, most = "", 0.0
    leaf = feature.rpartition(".")[2].removesuffix("[]").partition(" ")[2] or feature.rpartition(".")[2]
    for name, flagged in broken.items():
        share = sum(number in flagged for number in numbers) / len(numbers) if numbers else 0.0
        if share >= MOST and share + (leaf in name) > most:
            best, most = name, share + (leaf in name)
    return best


# What they answered --------------------------------------------------------------------------------------------


def _answers(run: Measured) -> dict[str, dict[str, dict[str, list[int]]]]:
    """Question → feature → value → the exchanges that show it."""
    found: dict[str, dict[str, dict[str, list[int]]]] = {}
    for question, one, features in comparable(run.stream):
        each = found.setdefault(question, {})
        each.setdefault("", {}).setdefault("", []).append(one.number)
        for feature, value in features.items():
            each.setdefault(feature, {}).setdefault(value, []).append(one.number)
    return found


def _features(a: Measured, b: Measured) -> tuple[dict[tuple[str, str], _Feature], int]:
    """What differs, by operation and feature, and how many questions both answered."""
    of_a, of_b = _answers(a), _answers(b)
    found: dict[tuple[str, str], _Feature] = {}
    both = of_a.keys() & of_b.keys()
    for question in sorted(both):
        operation = question.partition(" ")[0]
        every_a, every_b = of_a[question][""][""], of_b[question][""][""]
        alike = of_a[question][ANSWERED].keys() == of_b[question][ANSWERED].keys()
        # Where one accepts what the other refuses, all else differs as well.
        every = (of_a[question].keys() | of_b[question].keys()) - {""} if alike else {ANSWERED}
        for feature in sorted(every):
            values_a = _with_absent(of_a[question].get(feature, {}), every_a)
            values_b = _with_absent(of_b[question].get(feature, {}), every_b)
            only_a, only_b = values_a.keys() - values_b.keys(), values_b.keys() - values_a.keys()
            if not only_a | only_b or values_a.keys() & values_b.keys():
                continue  # one shows what the other shows as well: it may have been asked more often
            one = found.setdefault((operation, feature), _Feature())
            one.questions += 1
            one.a |= dict.fromkeys(sorted(values_a))
            one.b |= dict.fromkeys(sorted(values_b))
            one.numbers_a += [number for value in only_a for number in values_a[value]]
            one.numbers_b += [number for value in only_b for number in values_b[value]]
    return found, len(both)


def _with_absent(values: Mapping[str, list[int]], every: list[int]) -> dict[str, list[int]]:
    shown = {number for numbers in values.values() for number in numbers}
    missing = [number for number in every if number not in shown]
    return {**values, **({"none": missing} if missing else {})}

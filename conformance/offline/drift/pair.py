"""Two targets that were asked the same: where they differ, and which of them the contract contradicts."""

from __future__ import annotations

import contextlib
from collections import Counter
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
    """``clause``, ``observation`` or ``answer``."""
    what: str
    a: str
    b: str
    breaker: Breaker
    clause: str = ""
    """The clause that is broken."""
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
        if any(difference.breaker in {Breaker.A, Breaker.B} for difference in self.differences):
            return 1
        return 0 if self.compared else 3

    @property
    def sentence(self) -> str:
        """What came of it, in one line."""
        counts = Counter(difference.breaker for difference in self.differences)
        summary = ", ".join(f"{counts[breaker]} × {breaker}" for breaker in Breaker if counts[breaker])
        return f"{self.compared:,} questions compared: {summary or 'no difference'}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "format": 1, "outcome": {0: "alike", 1: "differ", 3: "could not tell"}[self.status],
            "compared": self.compared, "differences": [asdict(difference) for difference in self.differences],
        }  # fmt: skip


@dataclass(slots=True)
class _Feature:
    """One feature of the answers of one operation that differs."""

    a: dict[str, None] = field(default_factory=dict)
    b: dict[str, None] = field(default_factory=dict)
    numbers_a: list[int] = field(default_factory=list)
    numbers_b: list[int] = field(default_factory=list)
    questions: int = 0

    def add(self, values_a: Mapping[str, list[int]], values_b: Mapping[str, list[int]]) -> None:
        """Add a question: value → the exchanges that show it, of both."""
        self.questions += 1
        self.a |= dict.fromkeys(sorted(values_a))
        self.b |= dict.fromkeys(sorted(values_b))
        self.numbers_a += [number for numbers in values_a.values() for number in numbers]
        self.numbers_b += [number for numbers in values_b.values() for number in numbers]


def pair(a: Measured, b: Measured) -> Pair:
    """Every difference between two runs of the same plan."""
    features, compared = _features(a, b)
    broken_a, broken_b = _broken(a), _broken(b)
    differences = [*_clauses(a, b), *_observations(a, b)]
    for (operation, feature), differing in features.items():
        clause_a = _attributed(differing.numbers_a, broken_a, feature)
        clause_b = _attributed(differing.numbers_b, broken_b, feature)
        differences.append(
            Difference(
                "answer", f"{operation} {feature}", _few(differing.a), _few(differing.b),
                _breaker(bool(clause_a), bool(clause_b)), clause_a or clause_b, differing.questions,
                tuple(differing.numbers_a[:MOST_SHOWN]), tuple(differing.numbers_b[:MOST_SHOWN]),
            )
        )  # fmt: skip
    order = list(Breaker)
    differences.sort(key=lambda difference: (order.index(difference.breaker), difference.kind, difference.what))
    return Pair(tuple(differences), compared)


def _breaker(a: bool, b: bool) -> Breaker:
    """Whom the contract contradicts, from whether it contradicts each."""
    return {(True, True): Breaker.BOTH, (True, False): Breaker.A, (False, True): Breaker.B}.get((a, b), Breaker.SILENT)


def _few(values: Mapping[str, None]) -> str:
    shown = [line(value, 60) for value in list(values)[:MOST_SHOWN]]
    return ", ".join(shown) + (f" and {len(values) - MOST_SHOWN} more" if len(values) > MOST_SHOWN else "")


# What the contract says of each --------------------------------------------------------------------------------


def _clauses(a: Measured, b: Measured) -> Iterator[Difference]:
    of_b = {verdict.clause: verdict for verdict in b.verdicts}
    for in_a in a.verdicts:
        name, in_b = in_a.clause, of_b[in_a.clause]
        failed_a, failed_b = in_a.outcome is Outcome.FAIL, in_b.outcome is Outcome.FAIL
        if a.contract.clauses[name].level is not Level.OBSERVED and (failed_a or failed_b):
            reason_a, reason_b = (line(verdict.reason or verdict.outcome.word, 120) for verdict in (in_a, in_b))
            yield Difference("clause", name, reason_a, reason_b, _breaker(failed_a, failed_b), name)


def _observations(a: Measured, b: Measured) -> Iterator[Difference]:
    of_b, timed = {verdict.clause: verdict.observations for verdict in b.verdicts}, timed_clauses()
    for verdict in a.verdicts:
        name, in_a, in_b = verdict.clause, verdict.observations, of_b[verdict.clause]
        if name in timed or not in_a or not in_b:
            continue
        if in_a.keys() != in_b.keys():
            seen_a, seen_b = (line(", ".join(sorted(values)), 160) for values in (in_a, in_b))
            yield Difference("observation", name, seen_a, seen_b, Breaker.SILENT)


def _broken(run: Measured) -> dict[str, set[int]]:
    """Clause → the decisive exchanges of everything that breaks it."""
    broken: dict[str, set[int]] = {}
    for verdict in run.verdicts:
        if verdict.outcome is not Outcome.FAIL:
            continue
        numbers = set(verdict.finding.exchanges[-1:] if verdict.finding is not None else ())
        numbers |= {
            exchange.number
            for exchange in run.exchanges.values()
            if exchange.purpose.partition("#")[0] == verdict.clause
        }
        invariant = all_invariants().get(verdict.clause)
        with contextlib.suppress(Exempt):
            for result in invariant.judge(run.stream) if invariant is not None else ():
                if isinstance(result, Breaks):
                    numbers |= set(result.exchanges[-1:])
        broken[verdict.clause] = numbers
    return broken


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
    answers: dict[str, dict[str, dict[str, list[int]]]] = {}
    for question, exchange, features in comparable(run.stream):
        by_feature = answers.setdefault(question, {})
        by_feature.setdefault("", {}).setdefault("", []).append(exchange.number)
        for feature, value in features.items():
            by_feature.setdefault(feature, {}).setdefault(value, []).append(exchange.number)
    return answers


def _features(a: Measured, b: Measured) -> tuple[dict[tuple[str, str], _Feature], int]:
    """What differs, by operation and feature, and how many questions both answered."""
    of_a, of_b = _answers(a), _answers(b)
    differing: dict[tuple[str, str], _Feature] = {}
    both = of_a.keys() & of_b.keys()
    for question in sorted(both):
        operation = question.partition(" ")[0]
        every_a, every_b = of_a[question][""][""], of_b[question][""][""]
        alike = of_a[question][ANSWERED].keys() == of_b[question][ANSWERED].keys()
        # Where one accepts what the other refuses, all else differs as well.
        every = (of_a[question].keys() | of_b[question].keys()) - {""} if alike else {ANSWERED}
        for name in sorted(every):
            values_a = _with_absent(of_a[question].get(name, {}), every_a)
            values_b = _with_absent(of_b[question].get(name, {}), every_b)
            if values_a.keys().isdisjoint(values_b):  # else it may only have been asked more often
                differing.setdefault((operation, name), _Feature()).add(values_a, values_b)
    return differing, len(both)


def _with_absent(values: Mapping[str, list[int]], every: list[int]) -> dict[str, list[int]]:
    shown = {number for numbers in values.values() for number in numbers}
    missing = [number for number in every if number not in shown]
    return {**values, **({"none": missing} if missing else {})}

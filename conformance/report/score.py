"""What a run came to in numbers over a fixed denominator, and in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.contract import Level
from conformance.judge.verdict import Outcome
from conformance.report.measured import Measured
from conformance.report.safe import line

OPEN = frozenset({Outcome.INCONCLUSIVE, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class Score:
    """The clauses of one level that were to be measured: they are all of ``of``, and never blended into one number."""

    kept: int
    broken: int
    unclear: int
    """Could not be told, or our own fault."""
    untested: int

    @property
    def of(self) -> int:
        """All of them."""
        return self.kept + self.broken + self.unclear + self.untested


def score(run: Measured, level: Level, operation: str | None = None) -> Score:
    """The score of a level, of one operation or of all; what is EXEMPT is no part of it."""
    clauses = run.contract.clauses
    found = [
        one.outcome
        for one in run.verdicts
        if clauses[one.clause].level is level and operation in (None, clauses[one.clause].operation)
    ]
    return Score(
        found.count(Outcome.PASS),
        found.count(Outcome.FAIL),
        sum(outcome in OPEN for outcome in found),
        found.count(Outcome.UNTESTED),
    )


def sentence(run: Measured) -> str:
    """Who keeps how many MUST clauses, in one sentence without the word of the verdict."""
    must = score(run, Level.MUST)
    smoke = "smoke, " if run.summary["profile"] == "smoke" else ""
    partial = ", selected clauses only" if run.summary["partial"] else ""
    return f"{line(run.target)} by {run.edition}: {smoke}{must.kept} of {must.of} MUST clauses kept{partial}"


def effort(run: Measured) -> str:
    """What it took: requests, devices, seconds, and the seed that repeats it."""
    summary = run.summary
    return (
        f"{summary['requests']:,} requests, {summary['devices']:,} devices,"
        f" {summary['seconds']:.1f} s, seed {line(str(summary['seed']), 20)}"
    )

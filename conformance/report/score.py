"""What a run came to in numbers over a fixed denominator, and in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.contract import Level
from conformance.judge.verdict import Outcome, Verdict
from conformance.lang import Say, saying, text
from conformance.report.measured import Measured
from conformance.report.safe import line

UNCLEAR = frozenset({Outcome.INCONCLUSIVE, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class Score:
    """The clauses of one level in the edition, whatever was selected; never blended into one number."""

    kept: int
    broken: int
    """Also those that are waived."""
    waived: int
    unclear: int
    """Could not be told, or our own fault."""
    untested: int
    """Nobody looked, although it was to be measured."""
    exempt: int
    """Not offered, or not selected."""

    @property
    def measured(self) -> int:
        """Those that were to be measured."""
        return self.kept + self.broken + self.unclear + self.untested

    @property
    def of(self) -> int:
        """All of them."""
        return self.measured + self.exempt


def score(run: Measured, level: Level, operation: str | None = None) -> Score:
    """The score of a level, of one operation or of all."""
    clauses = run.contract.clauses
    found = [
        one
        for one in run.verdicts
        if clauses[one.clause].level is level
        and operation in (None, clauses[one.clause].operation)
        and run.edition in clauses[one.clause].editions
    ]
    outcomes = [one.outcome for one in found]
    return Score(
        outcomes.count(Outcome.PASS),
        outcomes.count(Outcome.FAIL),
        sum(one.clause in run.waived for one in found),
        sum(outcome in UNCLEAR for outcome in outcomes),
        outcomes.count(Outcome.UNTESTED),
        outcomes.count(Outcome.EXEMPT),
    )


def reason_of(verdict: Verdict, say: Say) -> str:
    """Why a clause has its outcome; empty where it was simply kept. What a judge said of evidence stays English."""
    if verdict.outcome is Outcome.PASS and verdict.unclear:
        return say("{held} held, {unclear} could not be told", held=verdict.exercised, unclear=verdict.unclear)
    return say(verdict.reason)


def sentence(run: Measured) -> str:
    """Who keeps how many MUST clauses, in one sentence without the word of the verdict."""
    must = score(run, Level.MUST)
    say = saying(run.lang)
    smoke = "smoke, " if run.summary["profile"] == "smoke" else ""
    partial = say(", selected clauses only") if run.summary["partial"] else ""
    kept = say("{kept} of {of} MUST clauses kept", kept=must.kept, of=must.measured)
    return say("{target} by {edition}: ", target=line(run.target), edition=run.edition) + smoke + kept + partial


def effort(run: Measured) -> str:
    """What it took: requests, devices, seconds, and the seed that repeats it."""
    summary = run.summary
    return text(
        "{requests:,} requests, {devices:,} devices, {seconds:.1f} s, seed {seed}",
        run.lang,
        requests=summary["requests"],
        devices=summary["devices"],
        seconds=summary["seconds"],
        seed=line(str(summary["seed"]), 20),
    )

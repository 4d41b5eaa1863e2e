"""What a run came to in numbers over a fixed denominator, and in one sentence."""

from __future__ import annotations

from conformance.contract import Level
from conformance.judge.score import Score, score_of
from conformance.judge.verdict import Outcome, Verdict
from conformance.report.measured import Measured
from conformance.text.language import Say, saying, text
from conformance.text.safe import line


def score(run: Measured, level: Level, operation: str | None = None) -> Score:
    """The score of a level, of one operation or of all."""
    return score_of(run.contract, run.edition, run.verdicts, run.waived, level, operation)


def reason_of(verdict: Verdict, say: Say) -> str:
    """Why a clause has its outcome; empty where it simply passed. The judges' evidence stays English."""
    if verdict.outcome is Outcome.PASS and verdict.unclear:
        return say("{held} held, {unclear} inconclusive", held=verdict.exercised, unclear=verdict.unclear)
    return say(verdict.reason)


def sentence(run: Measured) -> str:
    """How many MUST clauses passed, in one sentence without the word of the verdict."""
    must = score(run, Level.MUST)
    say = saying(run.lang)
    smoke = "smoke, " if run.summary["profile"] == "smoke" else ""
    partial = say(", selected clauses only") if run.summary["partial"] else ""
    passed = say("{passed} of {of} MUST clauses passed", passed=must.passed, of=must.measured)
    return say("{target} by {edition}: ", target=line(run.target), edition=run.edition) + smoke + passed + partial


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

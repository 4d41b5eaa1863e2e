"""Replay: a vector sent to an opened target, and judged by the same law or test that found it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from conformance.client.preflight import Opened
from conformance.judge.fingerprint import signed
from conformance.judge.verdict import Outcome, Verdict
from conformance.record.dependencies import BOOKS
from conformance.record.reproducer import Step, Vector
from conformance.replay.play import Player
from conformance.runner.execute import Run
from conformance.runner.run import Conductor
from conformance.wire.message import Exchange

MOST_ROUNDS = 25
ELSEWHERE = 3
"""Rounds on anything but loopback, where devices that were registered may stay."""
MOST_REQUESTS = 400
"""Of all rounds together, where more than one is needed."""
MOST_APART = 1_500
"""How many requests may lie before the decisive one for the finding to be sent once more with as many."""
MISSED = 0.01
"""How likely it may be that a failure which comes and goes does not come in any round."""


class Answer(IntEnum):
    """What a replay says, and its exit status."""

    FIXED = 0
    """The clause was kept where it had been broken."""
    STILL = 1
    """It is broken in the same way."""
    OTHER = 3
    """It is broken in another way, or nothing could be told."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay."""

    answer: Answer
    why: str
    verdict: Verdict
    exchanges: tuple[Exchange, ...]


def rounds_of(vector: Vector) -> int:
    """How often the vector is sent: once, or as often as it takes to meet a failure that was seen now and then."""
    share = vector.broken / max(vector.observed, 1)
    if share >= 1 or share <= 0:
        return 1
    wanted = math.ceil(math.log(MISSED) / math.log(1 - share))
    return max(1, min(wanted, MOST_ROUNDS, MOST_REQUESTS // max(len(vector.steps), 1)))


def replay(vector: Vector, conductor: Conductor, rounds: int | None = None) -> Replayed:
    """Open the target, send the vector, judge. Raises PreflightError and LaunchError; closes whatever it opened."""
    rounds = rounds or min(rounds_of(vector), MOST_ROUNDS if conductor.settings.target.loopback else ELSEWHERE)
    exchanges: list[Exchange] = []
    verdicts: list[Verdict] = []
    left_out = 0
    asked = True
    try:
        opened = conductor.open()
        way_in = list(conductor.run.exchanges)
        # At last as far apart as they were, where that is cheap: some servers change after many requests.
        apart = conductor.settings.target.loopback and len(vector.steps) < vector.decisive <= MOST_APART
        for number in range(rounds + apart):
            run = conductor.run if number == 0 else conductor.anew()
            player = _sent(vector, conductor, opened, run, apart=number == rounds)
            left_out += player.left_out
            asked &= player.as_before()
            exchanges += run.exchanges
            verdicts.append(_judged(vector, run))
            if verdicts[-1].outcome is Outcome.FAIL:
                break
        if len(verdicts) > 1 and verdicts[-1].outcome is not Outcome.FAIL:
            # What two applications have in common may only show between rounds.
            together = conductor.anew()
            together.take(opened)
            together.exchanges.extend(exchanges)
            verdicts.append(_judged(vector, together, tests=False))
    finally:
        conductor.close()
    answer, why, verdict = _answer(
        vector, verdicts, left_out, asked=asked, when=bool(conductor.contract.clauses[vector.clause].when)
    )
    return Replayed(answer, why, verdict, (*way_in, *exchanges[len(way_in) :]))


def _sent(vector: Vector, conductor: Conductor, opened: Opened, run: Run, *, apart: bool) -> Player:
    """Send the steps but those of immediate tests, and leave of the clause's tests what the finding speaks of."""
    run.take(opened)
    player = Player(vector, opened.session, conductor.clock, opened.products, conductor.settings.signer_of)
    decisive = _by_a_test(vector, run)
    last = 0
    for step in vector.steps:
        if apart:
            player.pad(max(step.number - last - 1, 0))
            last = max(step.number, last)
        # What an immediate test had sent it sends again itself, after everything on which it stands.
        if decisive is None or step.purpose != vector.clause:
            player.play(step)
    if decisive is not None and vector.value >= 0:
        # A test without values may ask something else in each form; it is left as it is.
        run.only = (vector.value, decisive.form)
    run.draw(len(vector.products))
    followed = {step.purpose for step in vector.steps}
    run.plans = {name: [work for work in works if work.key in followed] for name, works in run.plans.items()}
    return player


def _by_a_test(vector: Vector, run: Run) -> Step | None:
    """The decisive step, where an immediate test had sent it."""
    if all(test.marks.plan is not None for test in run.tests if test.marks.clause == vector.clause):
        return None
    found = (step for step in vector.steps if step.number == vector.decisive and step.purpose == vector.clause)
    return next(found, None)


def _judged(vector: Vector, run: Run, *, tests: bool = True) -> Verdict:
    """What the clause's tests and law see of the exchanges."""
    sends = _by_a_test(vector, run) is not None
    for test in run.tests if tests else ():
        if test.marks.clause == vector.clause and (sends or test.marks.plan is not None):
            run.act(test)
    for law in run.laws:
        if law.clause == vector.clause:
            run.obey(law)
    return signed(run.seen.verdict(vector.clause), {one.number: one for one in run.exchanges})


def _beyond(vector: Vector) -> str:
    """Why nothing follows from the clause being kept: the finding stands on what a replay does not send."""
    compares = vector.clause.startswith("Workflow.")
    if compares and any(step.number == vector.decisive and step.purpose == BOOKS for step in vector.steps):
        return "the finding compares what a product holds with all that the run had sent"
    if vector.meddled:
        return "a question of another clause may have registered an application of the finding"
    if vector.broken == 1 and vector.alike:
        return f"it was broken once, and held {vector.alike} times where the same was asked, so its cause is not known"
    return ""


def _answer(
    vector: Vector, verdicts: Sequence[Verdict], left_out: int, *, asked: bool, when: bool
) -> tuple[Answer, str, Verdict]:
    """FIXED only where the clause was never seen to be broken, and held; ``when``, where it depends on a freedom of the
    target, also where it does not apply any more."""
    for verdict in verdicts:
        if verdict.outcome is Outcome.FAIL:
            if set(verdict.signatures) & set(vector.signatures):
                return Answer.STILL, verdict.reason, verdict
            return Answer.OTHER, f"broken in another way: {verdict.reason}", verdict
    held = [one for one in verdicts if one.outcome is Outcome.PASS]
    if held and (reason := _beyond(vector)):
        return Answer.OTHER, f"held here, but {reason}; a run tells", held[0]
    if held:
        times = sum(one.exercised for one in held)
        return Answer.FIXED, f"held {times} times in the exchanges of this finding", held[0]
    if asked and when and all(one.outcome is Outcome.UNTESTED for one in verdicts):
        return Answer.FIXED, f"the target takes another way now: {verdicts[0].reason}", verdicts[0]
    left = f"; {left_out} requests refer to what did not come into being" if left_out else ""
    return Answer.OTHER, f"{verdicts[0].outcome}: {verdicts[0].reason}{left}", verdicts[0]

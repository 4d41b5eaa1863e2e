"""Replay: a reproducer sent to an opened target, and judged by the same invariant or test that found it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from conformance.client.preflight import Opened
from conformance.judge.fingerprint import signed
from conformance.judge.verdict import Outcome, Verdict
from conformance.record.dependencies import BOOKS
from conformance.record.reproducer import Reproducer, Step
from conformance.replay.send_steps import Player
from conformance.runner.execute import Run
from conformance.runner.run import Runner
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


class ReplayOutcome(IntEnum):
    """What a replay says, and its exit status."""

    FIXED = 0
    """The clause passed where it had failed."""
    STILL = 1
    """It failed in the same way."""
    OTHER = 3
    """It failed in another way, or the replay is inconclusive."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay."""

    answer: ReplayOutcome
    why: str
    verdict: Verdict
    exchanges: tuple[Exchange, ...]


def rounds_of(reproducer: Reproducer) -> int:
    """How often the reproducer is sent: once, or as often as it takes to meet a failure that was seen now and then."""
    share = reproducer.broken / max(reproducer.observed, 1)
    if share >= 1 or share <= 0:
        return 1
    wanted = math.ceil(math.log(MISSED) / math.log(1 - share))
    return max(1, min(wanted, MOST_ROUNDS, MOST_REQUESTS // max(len(reproducer.steps), 1)))


def replay(reproducer: Reproducer, runner: Runner, rounds: int | None = None) -> Replayed:
    """Open the target, send the reproducer, judge. Raises PreflightError and LaunchError; closes whatever it opened."""
    rounds = rounds or min(rounds_of(reproducer), MOST_ROUNDS if runner.settings.target.loopback else ELSEWHERE)
    exchanges: list[Exchange] = []
    verdicts: list[Verdict] = []
    left_out = 0
    asked = True
    try:
        opened = runner.open()
        way_in = list(runner.run.exchanges)
        # At last as far apart as they were, where that is cheap: some servers change after many requests.
        apart = runner.settings.target.loopback and len(reproducer.steps) < reproducer.decisive <= MOST_APART
        for number in range(rounds + apart):
            run = runner.run if number == 0 else runner.anew()
            player = _sent(reproducer, runner, opened, run, apart=number == rounds)
            left_out += player.left_out
            asked &= player.as_before()
            exchanges += run.exchanges
            verdicts.append(_judged(reproducer, run))
            if verdicts[-1].outcome is Outcome.FAIL:
                break
        if len(verdicts) > 1 and verdicts[-1].outcome is not Outcome.FAIL:
            # What two applications have in common may only show between rounds.
            together = runner.anew()
            together.take(opened)
            together.exchanges.extend(exchanges)
            verdicts.append(_judged(reproducer, together, tests=False))
    finally:
        runner.close()
    answer, why, verdict = _answer(
        reproducer, verdicts, left_out, asked=asked, when=bool(runner.contract.clauses[reproducer.clause].when)
    )
    return Replayed(answer, why, verdict, (*way_in, *exchanges[len(way_in) :]))


def _sent(reproducer: Reproducer, runner: Runner, opened: Opened, run: Run, *, apart: bool) -> Player:
    """Send the steps but those of immediate tests, and leave of the clause's tests what the finding speaks of."""
    run.take(opened)
    player = Player(reproducer, opened.session, runner.clock, opened.products, runner.settings.signer_of)
    decisive = _by_a_test(reproducer, run)
    last = 0
    for step in reproducer.steps:
        if apart:
            player.pad(max(step.number - last - 1, 0))
            last = max(step.number, last)
        # What an immediate test had sent it sends again itself, after everything on which it stands.
        if decisive is None or step.purpose != reproducer.clause:
            player.play(step)
    if decisive is not None and reproducer.value >= 0:
        # A test without values may ask something else in each form; it is left as it is.
        run.only = (reproducer.value, decisive.form)
    run.draw(len(reproducer.products))
    followed = {step.purpose for step in reproducer.steps}
    run.plans = {name: [work for work in works if work.key in followed] for name, works in run.plans.items()}
    return player


def _by_a_test(reproducer: Reproducer, run: Run) -> Step | None:
    """The decisive step, where an immediate test had sent it."""
    if all(test.marks.plan is not None for test in run.tests if test.marks.clause == reproducer.clause):
        return None
    is_own = (step for step in reproducer.steps if step.purpose == reproducer.clause)
    return next((step for step in is_own if step.number == reproducer.decisive), None)


def _judged(reproducer: Reproducer, run: Run, *, tests: bool = True) -> Verdict:
    """What the clause's tests and invariant see of the exchanges."""
    sends = _by_a_test(reproducer, run) is not None
    for test in run.tests if tests else ():
        if test.marks.clause == reproducer.clause and (sends or test.marks.plan is not None):
            run.act(test)
    for invariant in run.invariants:
        if invariant.clause == reproducer.clause:
            run.judge(invariant)
    return signed(run.seen.verdict(reproducer.clause), {exchange.number: exchange for exchange in run.exchanges})


def _beyond(reproducer: Reproducer) -> str:
    """Why nothing follows from a pass: the finding stands on what a replay does not send."""
    compares = reproducer.clause.startswith("Workflow.")
    if compares and any(step.number == reproducer.decisive and step.purpose == BOOKS for step in reproducer.steps):
        return "the finding compares what a product holds with all that the run had sent"
    if reproducer.meddled:
        return "a question of another clause may have registered an application of the finding"
    if reproducer.broken == 1 and reproducer.alike:
        return f"it failed once, and held {reproducer.alike} times where the same was asked, so its cause is not known"
    return ""


def _answer(
    reproducer: Reproducer, verdicts: Sequence[Verdict], left_out: int, *, asked: bool, when: bool
) -> tuple[ReplayOutcome, str, Verdict]:
    """FIXED only where the clause never failed, and held; ``when``, where it depends on a freedom of the
    target, also where it does not apply any more."""
    for verdict in verdicts:
        if verdict.outcome is Outcome.FAIL:
            if set(verdict.fingerprints) & set(reproducer.fingerprints):
                return ReplayOutcome.STILL, verdict.reason, verdict
            return ReplayOutcome.OTHER, f"it failed in another way: {verdict.reason}", verdict
    held = [verdict for verdict in verdicts if verdict.outcome is Outcome.PASS]
    if held and (reason := _beyond(reproducer)):
        return ReplayOutcome.OTHER, f"held here, but {reason}; a run tells", held[0]
    if held:
        times = sum(verdict.exercised for verdict in held)
        return ReplayOutcome.FIXED, f"held {times} times in the exchanges of this finding", held[0]
    if asked and when and all(verdict.outcome is Outcome.UNTESTED for verdict in verdicts):
        return ReplayOutcome.FIXED, f"the target takes another way now: {verdicts[0].reason}", verdicts[0]
    left = f"; {left_out} requests refer to what did not come into being" if left_out else ""
    return ReplayOutcome.OTHER, f"{verdicts[0].outcome.word}: {verdicts[0].reason}{left}", verdicts[0]

"""What decides the exit status of a run, and the one line that says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from conformance.contract import Clause
from conformance.judge.verdict import Outcome, Verdict
from conformance.runner.gate import Gate
from conformance.runner.selection import Choice


class Exit(IntEnum):
    """Exit statuses of ``run``."""

    CONFORMANT = 0
    VIOLATIONS = 1
    USAGE = 2
    INCONCLUSIVE = 3
    ERROR = 4
    INTERRUPTED = 130


OUTCOMES = {
    Exit.CONFORMANT: "conformant",
    Exit.VIOLATIONS: "violations",
    Exit.INCONCLUSIVE: "inconclusive",
    Exit.ERROR: "error",
}
"""Exit status → the outcome of a run, as a summary writes it."""
WORST_FIRST = (Exit.VIOLATIONS, Exit.ERROR, Exit.INCONCLUSIVE, Exit.CONFORMANT)


def worst_of(exits: Iterable[Exit]) -> Exit:
    """One exit status of several runs: a violation first, then our own errors, then what is inconclusive."""
    statuses = set(exits)
    return next((status for status in WORST_FIRST if status in statuses), Exit.INCONCLUSIVE)


def exit_of(choice: Choice, verdicts: Sequence[Verdict], gate: Gate) -> tuple[Exit, str]:
    """The exit status of a run and the one line that says why."""
    clauses = choice.contract.clauses
    gated = [verdict for verdict in verdicts if choice.gated(clauses[verdict.clause])]
    failed = [verdict for verdict in gated if verdict.outcome is Outcome.FAIL and verdict.clause not in gate.waived]
    red = [f"{note.where}: the waiver of {note.clause} {note.says}" for note in gate.red]
    if failed or red:
        return Exit.VIOLATIONS, "; ".join(filter(None, [f"{_names(failed)} failed" if failed else "", _some(red)]))
    wrong = [verdict for verdict in verdicts if verdict.outcome is Outcome.ERROR]
    if wrong:
        return Exit.ERROR, f"the suite itself failed on {_names(wrong)}: {wrong[0].reason}"
    undecided = [verdict for verdict in gated if _undecided(choice, clauses[verdict.clause], verdict)]
    if undecided:
        return Exit.INCONCLUSIVE, f"{_names(undecided)} {undecided[0].outcome.word}: {undecided[0].reason}"
    if not gate.waived and not any(verdict.outcome is Outcome.PASS for verdict in verdicts):
        return Exit.INCONCLUSIVE, "nothing was decided"
    but = f", but {_some(list(gate.waived))} (waived)" if gate.waived else ""
    return Exit.CONFORMANT, f"every gated clause that was looked at passed{but}"


def _undecided(choice: Choice, clause: Clause, verdict: Verdict) -> bool:
    """Whether a clause was to be decided, and was not."""
    if verdict.outcome is Outcome.UNTESTED and verdict.reason == choice.why_left_out(clause.id):
        return choice.budget_plan is not None and choice.budget_plan.by_user
    untested = verdict.outcome is Outcome.UNTESTED and not clause.untested and not clause.when
    return untested or verdict.outcome is Outcome.INCONCLUSIVE


def _names(verdicts: Sequence[Verdict]) -> str:
    return _some([verdict.clause for verdict in verdicts])


def _some(texts: Sequence[str]) -> str:
    return ", ".join(texts[:3]) + (f" and {len(texts) - 3} more" if len(texts) > 3 else "")

"""What a run came to: its exit status, the one line that says why, and the summary that machines read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from conformance import __version__
from conformance.config.settings import Settings
from conformance.contract import Clause, Contract, Level
from conformance.contract.actions import Action
from conformance.contract.locks import newest_revision
from conformance.judge.coverage import Area
from conformance.judge.score import score_of
from conformance.judge.verdict import Outcome, Verdict
from conformance.runner.gate import Gate
from conformance.runner.selection import Choice
from conformance.wire.message import Exchange

SUITE_VERSION = f"iot-conformance {__version__}"


class Exit(IntEnum):
    """Exit statuses of ``run``."""

    CONFORMANT = 0
    VIOLATIONS = 1
    USAGE = 2
    INCONCLUSIVE = 3
    ERROR = 4
    INTERRUPTED = 130


def revision_of(settings: Settings) -> int:
    """The revision of the edition by which the target is measured."""
    return settings.revision or newest_revision(settings.edition)


OUTCOMES = {
    Exit.CONFORMANT: "conformant",
    Exit.VIOLATIONS: "violations",
    Exit.INCONCLUSIVE: "inconclusive",
    Exit.ERROR: "error",
}
WORST_FIRST = (Exit.VIOLATIONS, Exit.ERROR, Exit.INCONCLUSIVE, Exit.CONFORMANT)


def worst_of(exits: Iterable[Exit]) -> Exit:
    """One exit status of several runs: a violation first, then our own errors, then what is inconclusive."""
    statuses = set(exits)
    return next((status for status in WORST_FIRST if status in statuses), Exit.INCONCLUSIVE)


def summary_of_several(worst: Exit, runs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The summary of several runs: the worst outcome, and the summary of each."""
    return {"format": 1, "outcome": OUTCOMES[worst], "runs": [dict(run) for run in runs]}


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


def devices_created(exchanges: Sequence[Exchange]) -> int:
    """Devices that accepted calls asked for: Count, or the names of registered checks; an upper bound."""
    names: dict[int, int] = {}
    registered: set[int] = set()
    total = 0
    for exchange in exchanges:
        if not exchange.accepted or exchange.answer is None:
            continue
        apply_id = exchange.answer.apply_id
        if exchange.operation == Action.BatchRegisterDevice:
            total += _count(exchange)
        elif exchange.operation == Action.BatchCheckDeviceNames and apply_id is not None:
            names[apply_id] = sum(map(_is_device_name, (name for name, _ in exchange.request.params)))
        elif exchange.operation == Action.BatchRegisterDeviceWithApplyId and apply_id is not None:
            total += names.get(apply_id, 0) if apply_id not in registered else 0
            registered.add(apply_id)
    return total


def _count(exchange: Exchange) -> int:
    count = exchange.request.get("Count") or ""
    return int(count) if count.isascii() and count.isdigit() and len(count) < 10 else 0


def _is_device_name(parameter: str) -> bool:
    return parameter.endswith("DeviceName") or parameter.startswith("DeviceName.")


def about(settings: Settings, start: datetime.datetime, *, partial: bool) -> dict[str, Any]:
    """Who was measured, by what, since when: what both the record and the summary of a run begin with."""
    return {
        "suite": SUITE_VERSION,
        "target": settings.target.name,
        "edition": settings.edition,
        "revision": revision_of(settings),
        "seed": settings.seed,
        "profile": settings.profile,
        "gate": settings.gate.lower(),
        "labels": settings.labels,
        "partial": partial,
        "start": start.isoformat(timespec="seconds"),
    }


def summary_of(
    about: Mapping[str, Any],
    contract: Contract,
    verdicts: Sequence[Verdict],
    outcome: str,
    exchanges: Sequence[Exchange],
    seconds: float,
    areas: Sequence[Area],
    waivers: Mapping[str, Any],
) -> dict[str, Any]:
    """The summary: what ``--summary`` writes, and what every report reads; ``waivers`` is a Gate as a dictionary."""
    clauses = contract.clauses
    return {
        "format": 1,
        **about,
        "outcome": outcome,
        "requests": len(exchanges),
        "devices": devices_created(exchanges),
        "seconds": round(seconds, 3),
        "counts": {str(outcome): sum(verdict.outcome is outcome for verdict in verdicts) for outcome in Outcome},
        "score": {
            str(level): score_of(contract, about["edition"], verdicts, waivers["waived"], level).to_dict()
            for level in (Level.MUST, Level.SHOULD)
        },
        "waivers": waivers,
        "clauses": [
            {
                "id": verdict.clause,
                "operation": clauses[verdict.clause].operation,
                "level": str(clauses[verdict.clause].level),
                "outcome": str(verdict.outcome),
                "exercised": verdict.exercised,
                "reason": verdict.reason,
                **({"fingerprints": list(verdict.fingerprints)} if verdict.fingerprints else {}),
                **({"waived": True} if verdict.clause in waivers["waived"] else {}),
            }
            for verdict in verdicts
        ],
        "observations": {verdict.clause: verdict.observations for verdict in verdicts if verdict.observations},
        "coverage": {
            area.name: {
                "exercised": len(area.exercised),
                "of": len(area.exercised) + len(area.holes),
                "holes": dict(area.holes),
            }
            for area in areas
        },
    }

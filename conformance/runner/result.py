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
    """One exit status of several runs: a violation first, then our own errors, then what could not be told."""
    found = set(exits)
    return next((one for one in WORST_FIRST if one in found), Exit.INCONCLUSIVE)


def summary_of_several(worst: Exit, runs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The summary of several runs: the worst outcome, and the summary of each."""
    return {"format": 1, "outcome": OUTCOMES[worst], "runs": [dict(run) for run in runs]}


def exit_of(choice: Choice, verdicts: Sequence[Verdict], gate: Gate) -> tuple[Exit, str]:
    """The exit status of a run and the one line that says why."""
    clauses = choice.contract.clauses
    gated = [one for one in verdicts if choice.gated(clauses[one.clause])]
    failed = [one.clause for one in gated if one.outcome is Outcome.FAIL and one.clause not in gate.waived]
    wrong_waivers = _some([f"{one.where}: the waiver of {one.clause} {one.says}" for one in gate.red])
    if failed:
        return Exit.VIOLATIONS, f"{_some(failed)} not kept" + (f"; {wrong_waivers}" if wrong_waivers else "")
    if wrong_waivers:
        return Exit.VIOLATIONS, wrong_waivers
    wrong = [one for one in verdicts if one.outcome is Outcome.ERROR]
    if wrong:
        return Exit.ERROR, f"the suite itself failed on {_some([one.clause for one in wrong])}: {wrong[0].reason}"
    open_ones = [one for one in gated if _undecided(choice, clauses[one.clause], one)]
    if open_ones:
        return (
            Exit.INCONCLUSIVE,
            f"{_some([one.clause for one in open_ones])} could not be decided: {open_ones[0].reason}",
        )
    if not gate.waived and not any(one.outcome is Outcome.PASS for one in verdicts):
        return Exit.INCONCLUSIVE, "nothing was decided"
    if gate.waived:
        waived = _some(list(gate.waived))
        return Exit.CONFORMANT, f"every gated clause that was looked at is kept, but {waived} (waived)"
    return Exit.CONFORMANT, "every gated clause that was looked at is kept"


def _undecided(choice: Choice, clause: Clause, one: Verdict) -> bool:
    if one.outcome is Outcome.INCONCLUSIVE:
        return True
    if one.outcome is Outcome.UNTESTED and one.reason == choice.why_left_out(clause.id):
        return choice.budget_plan is not None and choice.budget_plan.by_user
    return one.outcome is Outcome.UNTESTED and not clause.untested and not clause.when


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")


def devices_created(exchanges: Sequence[Exchange]) -> int:
    """Devices that accepted calls asked for: Count, or the names of registered checks; an upper bound."""
    names: dict[int, int] = {}
    total = 0
    seen: set[int] = set()
    for one in exchanges:
        if not one.accepted or one.answer is None:
            continue
        apply_id = one.answer.apply_id
        if one.operation == Action.BatchRegisterDevice:
            count = one.request.get("Count") or ""
            total += int(count) if count.isascii() and count.isdigit() and len(count) < 10 else 0
        elif one.operation == Action.BatchCheckDeviceNames and apply_id is not None:
            names[apply_id] = sum(
                name.endswith("DeviceName") or name.startswith("DeviceName.") for name, _ in one.request.params
            )
        elif one.operation == Action.BatchRegisterDeviceWithApplyId and apply_id is not None and apply_id not in seen:
            seen.add(apply_id)
            total += names.get(apply_id, 0)
    return total


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
        "counts": {str(outcome): sum(one.outcome is outcome for one in verdicts) for outcome in Outcome},
        "score": {
            str(level): score_of(contract, about["edition"], verdicts, waivers["waived"], level).to_dict()
            for level in (Level.MUST, Level.SHOULD)
        },
        "waivers": waivers,
        "clauses": [
            {
                "id": one.clause,
                "operation": clauses[one.clause].operation,
                "level": str(clauses[one.clause].level),
                "outcome": str(one.outcome),
                "exercised": one.exercised,
                "reason": one.reason,
                **({"fingerprints": list(one.fingerprints)} if one.fingerprints else {}),
                **({"waived": True} if one.clause in waivers["waived"] else {}),
            }
            for one in verdicts
        ],
        "observations": {one.clause: one.observations for one in verdicts if one.observations},
        "coverage": {
            area.name: {
                "exercised": len(area.exercised),
                "of": len(area.exercised) + len(area.holes),
                "holes": dict(area.holes),
            }
            for area in areas
        },
    }

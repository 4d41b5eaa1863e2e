"""The summary of a run: what machines read, and what every report is made from."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance import __version__
from conformance.config.settings import Settings
from conformance.contract import Contract, Level
from conformance.contract.actions import Action
from conformance.contract.locks import newest_revision
from conformance.judge.coverage import Area
from conformance.judge.score import score_of
from conformance.judge.verdict import Outcome, Verdict
from conformance.runner.exit_status import OUTCOMES, Exit
from conformance.wire.message import Exchange

SUITE_VERSION = f"iot-conformance {__version__}"


def revision_of(settings: Settings) -> int:
    """The revision of the edition by which the target is measured."""
    return settings.revision or newest_revision(settings.edition)


def summary_of_several(worst: Exit, runs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The summary of several runs: the worst outcome, and the summary of each."""
    return {"format": 1, "outcome": OUTCOMES[worst], "runs": [dict(run) for run in runs]}


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

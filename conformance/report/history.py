"""The last runs of the same target by the same edition, as they lie beside a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.judge.verdict import Outcome
from conformance.report.measured import Measured

MOST_RUNS = 8
MOST_LOOKED_AT = 300
"""Folders beside a run that are looked at, newest first."""
LARGEST = 2_000_000
"""Bytes of a summary.json that are read."""


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier run."""

    start: str
    outcome: str
    clauses: Mapping[str, Outcome]
    folder: Path


def past_runs(run: Measured, most: int = MOST_RUNS) -> list[Past]:
    """The earlier runs in folders beside that of ``run``, oldest first; what is no summary of ours is passed over."""
    if run.folder is None or run.start is None:
        return []
    own = run.folder.resolve()
    try:
        beside = [path for path in own.parent.iterdir() if path != own and (path / "summary.json").is_file()]
        beside.sort(key=lambda path: (path / "summary.json").stat().st_mtime, reverse=True)
    except OSError:
        return []
    found = [past for path in beside[:MOST_LOOKED_AT] if (past := _past(path / "summary.json", run)) is not None]
    found.sort(key=lambda past: past.start)
    return [past for past in found if past.start < str(run.summary["start"])][-most:]


def _past(path: Path, run: Measured) -> Past | None:
    try:
        if path.stat().st_size > LARGEST:
            return None
        summary = json.loads(path.read_text(encoding="utf-8"))
        if (summary["target"], summary["edition"]) != (run.target, run.edition):
            return None
        return Past(str(summary["start"]), str(summary["outcome"]), _outcomes(summary["clauses"]), path.parent)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _outcomes(clauses: list[dict[str, Any]]) -> dict[str, Outcome]:
    return {str(clause["id"]): Outcome(clause["outcome"]) for clause in clauses}

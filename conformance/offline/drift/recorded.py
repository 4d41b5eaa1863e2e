"""A night from its record: what was kept of a run, as it is compared."""

from __future__ import annotations

from pathlib import Path

from conformance.offline.drift.snapshot import Snapshot, snapshot_of
from conformance.report.measured import Measured, of_record


def recorded(path: Path) -> tuple[Snapshot, Measured]:
    """The night that a run.ndjson holds, or the folder of a run. Raises RecordError."""
    run = of_record(path)
    return snapshot_of(run), run

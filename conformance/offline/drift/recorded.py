"""A night from its record: what was kept of a run, as it is compared."""

from __future__ import annotations

from pathlib import Path

from conformance.offline.drift.snapshot import Night, night_of
from conformance.report.measured import Measured, of_record


def recorded(path: Path) -> tuple[Night, Measured]:
    """The night that a run.ndjson holds, or the folder of a run. Raises RecordError."""
    run = of_record(path)
    return night_of(run), run

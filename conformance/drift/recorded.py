"""A night from its record: what was kept of a run, as it is compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.drift.night import Night, night_of
from conformance.report.measured import RECORD, Measured, of_record
from conformance.report.record import RecordError

LONGEST_HEADER = 1_000_000


def recorded(path: Path) -> tuple[Night, Measured]:
    """The night that a run.ndjson holds, or the folder of a run. Raises RecordError."""
    file = path / RECORD if path.is_dir() else path
    run = of_record(file)
    header = _header(file)
    run = replace(run, stream=replace(run.stream, exclusive=header.get("exclusive") is not False))
    return night_of(run, str(header.get("digest") or "")), run


def _header(file: Path) -> dict[str, Any]:
    try:
        with file.open(encoding="utf-8") as lines:
            found = json.loads(lines.readline(LONGEST_HEADER))
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{file}: cannot be read: {error}") from None
    return found if isinstance(found, dict) else {}

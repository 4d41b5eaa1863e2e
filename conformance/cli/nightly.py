"""``run --history``: keep the snapshot of a run, compare it with the baseline, confirm what changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.common import err, fail
from conformance.cli.history import opened, tried
from conformance.cli.options import typed
from conformance.cli.several import SAID_ONCE
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.text.safe import line

if TYPE_CHECKING:
    from conformance.offline.drift.compare import Comparison
    from conformance.offline.drift.history import Baseline, History
    from conformance.offline.drift.snapshot import Snapshot
    from conformance.report.measured import Measured

NOT_AGAIN = SAID_ONCE | {"history", "against", "confirm", "seed"}
"""What is not said again to a run that confirms another one."""


@dataclass(frozen=True, slots=True)
class Nightly:
    """What is to become of a run beyond its reports."""

    location: str
    against: str
    confirm: int
    quiet: bool

    @property
    def compares(self) -> bool:
        return bool(self.against)


def nightly(location: str | None, against: str | None, confirm: int, *, quiet: bool) -> Nightly | None:
    """Checked before anything is sent. Raises click.UsageError; leaves with one line where nothing can be kept."""
    if location is None:
        if against or confirm:
            raise click.UsageError("--against and --confirm need --history: where the snapshots before are kept")
        return None
    if confirm and not against:
        raise click.UsageError("--confirm needs --against baseline: it confirms what has changed")
    history = opened(location)
    tried(history.check)
    if against and against != "baseline":
        tried(lambda: history.find(against))
    return Nightly(location, against or "", confirm, quiet)


def keep(wanted: Nightly, target: str, settings: Settings, run: Measured, folder: Path) -> tuple[int, str] | None:
    """Keep the snapshot; where it is compared, exit status and why."""
    from conformance.offline.drift.history import record_of
    from conformance.offline.drift.take_snapshot import snapshot_of

    history = opened(wanted.location)
    snapshot = snapshot_of(run)
    baseline = _baseline(history, wanted, snapshot)
    found = (
        _compared(wanted, history, baseline, (target, settings), (snapshot, run), folder) if wanted.compares else None
    )
    tried(lambda: history.add(snapshot, record_of(folder), found if baseline.snapshots else None))
    if found is None:
        return (0, "the first snapshot is kept: it is the baseline") if wanted.compares else None
    return found.status, found.sentence


def _baseline(history: History, wanted: Nightly, snapshot: Snapshot) -> Baseline:
    from conformance.offline.drift.history import Baseline

    if wanted.against not in {"", "baseline"}:
        return Baseline((tried(lambda: history.find(wanted.against)),), {})
    return tried(lambda: history.baseline(str(snapshot.about.get("target")), str(snapshot.about.get("edition"))))


def _compared(
    wanted: Nightly,
    history: History,
    baseline: Baseline,
    who: tuple[str, Settings],
    tonight: tuple[Snapshot, Measured],
    folder: Path,
) -> Comparison | None:
    from conformance.offline.drift.compare import Incomparable, compare
    from conformance.offline.drift.render import markdown
    from conformance.offline.drift.snapshot import Snapshots

    if not baseline.snapshots:
        return None
    before = [kept.snapshot for kept in baseline.snapshots]

    def compared(again: Sequence[Snapshot]) -> Comparison:
        return compare(
            Snapshots(before, tonight[0], again), load(), stream=tonight[1].stream,
            before=lambda: _stream(history, baseline, folder), accepted=baseline.accepted,
        )  # fmt: skip

    try:
        found = compared(())
        if found.status and wanted.confirm:
            found = compared(_again(wanted, *who, folder))
    except Incomparable as error:
        fail(f"this run cannot be compared: {error}", 3)
    text = markdown(found, f"the baseline (snapshots: {len(before)})", folder.name)
    (folder / "drift.md").write_text(text, encoding="utf-8")
    (folder / "drift.json").write_text(json.dumps(found.to_dict(), indent=1, ensure_ascii=False), encoding="utf-8")
    if not wanted.quiet:
        print(f"\n{text}", end="")
    return found


def _again(wanted: Nightly, target: str, settings: Settings, folder: Path) -> list[Snapshot]:
    """The same run as often as it is to be confirmed, each in a process of its own."""
    from conformance.offline.drift.take_snapshot import recorded
    from conformance.record.run_ndjson import RecordError
    from conformance.runner.parallel import TargetJob, all_of, threads

    words = (*typed(NOT_AGAIN), "--seed", str(settings.seed), *(("--yes",) if settings.target.region else ()))
    snapshots: list[Snapshot] = []
    # One after another: two runs at once would see what the other does.
    for number in range(1, wanted.confirm + 1):
        where = folder / f"confirm-{number}"
        with threads(1) as pool:
            (done,) = all_of([TargetJob(target, words, str(where))], pool)
        try:
            snapshots.append(recorded(where)[0])
        except RecordError:
            err.print(f"confirmation {number} of {wanted.confirm} failed: {line(done.why, 200)}", soft_wrap=True)
    return snapshots


def _stream(history: History, baseline: Baseline, folder: Path) -> Any:
    """The exchanges of the newest run of the baseline, where they were kept."""
    from conformance.offline.drift.take_snapshot import recorded
    from conformance.record.run_ndjson import RecordError

    trace = tried(lambda: history.record(baseline.snapshots[-1]))
    if trace is None:
        return None
    path = folder / "baseline.ndjson"
    path.write_bytes(trace)
    try:
        return recorded(path)[1].stream
    except RecordError:
        return None
    finally:
        path.unlink()

"""The history of a target: every night as it was, what has been accepted, and what therefore is the baseline."""

from __future__ import annotations

import datetime
import gzip
import json
import re
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.offline.drift.compare import HALF, Comparison
from conformance.offline.drift.snapshot import Snapshot, SnapshotError, from_dict
from conformance.offline.drift.store import SnapshotStore, StoreError

SNAPSHOTS, TRACES, ACCEPTED = "nights", "traces", "accepted"
MOST_SNAPSHOTS = 30
"""Nights of a baseline that are looked at: the first one, and the newest."""
LARGEST = 64 * 1024 * 1024
"""Bytes of one night, unpacked."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One night of the history."""

    run: str
    """Its name: when it was added, and a few random letters, so that two writers never share one."""
    snapshot: Snapshot
    comparison: Mapping[str, Any]
    """What the comparison with the baseline of that night came to; empty where there was none."""
    joins: bool
    """Whether it widens the baseline: nothing of the target had changed, and enough was told."""

    @property
    def target(self) -> str:
        return str(self.snapshot.about.get("target"))

    @property
    def edition(self) -> str:
        return str(self.snapshot.about.get("edition"))


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody accepted what a night showed: all of it, or one change."""

    name: str
    run: str
    fingerprint: str
    """Empty where the whole night became the baseline."""
    reason: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What tonight is compared with."""

    snapshots: tuple[Kept, ...]
    accepted: Mapping[str, str]
    """Fingerprint → reason."""


class History:
    """What a store holds. Reads it once; made anew to see what others have added."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store

    @cached_property
    def snapshots(self) -> list[Kept]:
        """Every night, oldest first. Raises StoreError."""
        return [_kept(name, self._store.read(name)) for name in self._store.names(SNAPSHOTS)]

    @cached_property
    def acceptances(self) -> list[Acceptance]:
        """Everything that was accepted, oldest first. Raises StoreError."""
        return [_acceptance(name, self._store.read(name)) for name in self._store.names(ACCEPTED)]

    def check(self) -> None:
        """Find out whether something can be added, before a run is made for it. Raises StoreError."""
        name = f"probes/{_name()}"
        self._store.add(name, b"")
        self._store.remove(name)

    def baseline(self, target: str, edition: str) -> Baseline:
        """The nights that tonight's is compared with: from the accepted one on, those that showed no change."""
        own = [one for one in self.snapshots if (one.target, one.edition) == (target, edition)]
        if not own:
            return Baseline((), {})
        runs = {one.run: one for one in own}
        moved = [one for one in self.acceptances if not one.fingerprint and one.run in runs]
        first = runs[moved[-1].run] if moved else own[0]
        since = moved[-1].name if moved else ""
        accepted = {
            one.fingerprint: one.reason
            for one in self.acceptances
            if one.fingerprint and one.run in runs and one.name > since
        }
        later = [one for one in own if one.run > first.run and one.joins]
        return Baseline((first, *later[-MOST_SNAPSHOTS + 1 :]), accepted)

    def add(self, snapshot: Snapshot, trace: bytes, comparison: Comparison | None) -> str:
        """Keep a night and its run.ndjson; its name. Raises StoreError."""
        run = _name()
        joins = comparison is None or (comparison.status != 1 and comparison.told >= HALF)
        value = {
            "format": 1, "joins": joins and snapshot.whole, "night": snapshot.to_dict(),
            "comparison": comparison.to_dict() if comparison is not None else {},
        }  # fmt: skip
        # The trace first: whoever sees the night finds it.
        self._store.add(f"{TRACES}/{run}.ndjson.gz", gzip.compress(trace, 6))
        self._store.add(f"{SNAPSHOTS}/{run}.json.gz", gzip.compress(json.dumps(value).encode(), 6))
        return run

    def accept(self, run: str, fingerprint: str, reason: str) -> None:
        """Make a night the baseline, or accept one of its changes. Raises StoreError for what is not there."""
        kept = self.find(run)
        known = [str(change["fingerprint"]) for change in kept.comparison.get("changes", [])]
        if fingerprint and fingerprint not in known:
            raise StoreError(f"{run} shows no change {fingerprint!r}; it shows {', '.join(known) or 'none'}")
        value = {"run": kept.run, "fingerprint": fingerprint, "reason": reason}
        self._store.add(f"{ACCEPTED}/{_name()}.json", json.dumps(value).encode())

    def find(self, run: str) -> Kept:
        """The night of that name, or the newest where it is ``latest``. Raises StoreError."""
        if run == "latest" and self.snapshots:
            return self.snapshots[-1]
        found = [one for one in self.snapshots if one.run.startswith(run)] if run else []
        if len(found) != 1:
            known = ", ".join(one.run for one in self.snapshots[-3:]) or "none"
            raise StoreError(f"{len(found) or 'no'} nights are called {run!r}; the last ones are {known}")
        return found[0]

    def trace(self, kept: Kept) -> bytes | None:
        """The run.ndjson of a night, None where it was pruned. Raises StoreError."""
        name = f"{TRACES}/{kept.run}.ndjson.gz"
        if name not in self._store.names(TRACES):
            return None
        return _unpacked(name, self._store.read(name), 16 * LARGEST)

    def prune(self, keep: int) -> list[str]:
        """Delete all but the newest ``keep`` nights of each target and those that begin a baseline; their names."""
        gone: list[str] = []
        for target, edition in {(one.target, one.edition) for one in self.snapshots}:
            own = [one for one in self.snapshots if (one.target, one.edition) == (target, edition)]
            first = self.baseline(target, edition).snapshots[0].run
            gone += [one.run for one in own[: max(len(own) - keep, 0)] if one.run != first]
        for run in gone:
            # The night first: nobody looks for the trace of a night that is not there.
            self._store.remove(f"{SNAPSHOTS}/{run}.json.gz")
            self._store.remove(f"{TRACES}/{run}.ndjson.gz")
        return sorted(gone)


def trace_of(folder: Path) -> bytes:
    """The run.ndjson of a folder. Raises StoreError."""
    try:
        return (folder / "run.ndjson").read_bytes()
    except OSError as error:
        raise StoreError(f"{folder}/run.ndjson cannot be read: {error.strerror}") from None


def _name() -> str:
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%d-%H%M%S-%f}-{secrets.token_hex(3)}"


def _kept(name: str, packed: bytes) -> Kept:
    text = _unpacked(name, packed, LARGEST + 1)
    if len(text) > LARGEST:
        raise StoreError(f"history {name}: larger than {LARGEST >> 20} MiB, unpacked; no night is: move that file away")
    value = _json(name, text)
    try:
        comparison = value.get("comparison")
        run = re.sub(r"^.*/|\.json\.gz$", "", name)
        return Kept(
            run, from_dict(value["night"]), comparison if isinstance(comparison, dict) else {}, bool(value["joins"])
        )
    except (KeyError, SnapshotError) as error:
        raise StoreError(f"history {name}: {error}; delete that file, or make the history anew") from None


def _acceptance(name: str, text: bytes) -> Acceptance:
    value = _json(name, text)
    try:
        return Acceptance(name, str(value["run"]), str(value["fingerprint"]), str(value["reason"]))
    except KeyError as error:
        raise StoreError(f"history {name}: lacks {error}; delete that file") from None


def _unpacked(name: str, packed: bytes, most: int) -> bytes:
    try:
        found = zlib.decompressobj(31).decompress(packed, most)
    except zlib.error as error:
        raise StoreError(f"history {name}: corrupted: {error}; delete that file") from None
    return found


def _json(name: str, text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise StoreError(f"history {name}: corrupted: not JSON; delete that file") from None
    if not isinstance(found, dict):
        raise StoreError(f"history {name}: corrupted: expected an object; delete that file")
    return found

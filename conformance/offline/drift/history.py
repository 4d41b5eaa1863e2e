"""The history of a target: the snapshot of every run, what has been accepted, and what therefore is the baseline."""

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
from conformance.offline.drift.snapshot import Snapshot, SnapshotError, from_dict, renamed
from conformance.offline.drift.store import SnapshotStore, StoreError

SNAPSHOTS, RECORDS, ACCEPTED = "nights", "traces", "accepted"
"""Folders, as version 0.1 called them: a history goes on where it has begun."""
MOST_SNAPSHOTS = 30
"""Snapshots of a baseline that are looked at: the first one, and the newest."""
LARGEST = 64 * 1024 * 1024
"""Bytes of one snapshot, unpacked."""
RENAMED, CHANGE_RENAMED = {"night": "snapshot"}, {"whose": "attribution"}
"""Members as version 0.1 called them → their names now."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One run of the history."""

    run: str
    """Its name: when it was added, and a few random letters, so that two writers never share one."""
    snapshot: Snapshot
    comparison: Mapping[str, Any]
    """What the comparison with the baseline of that time came to; empty where there was none."""
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
    """Somebody accepted what a run showed: all of it, or one change."""

    name: str
    run: str
    fingerprint: str
    """Empty where the whole run became the baseline."""
    reason: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a new run is compared with."""

    snapshots: tuple[Kept, ...]
    accepted: Mapping[str, str]
    """Fingerprint → reason."""


class History:
    """What a store holds. Reads it once; made anew to see what others have added."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store

    @cached_property
    def snapshots(self) -> list[Kept]:
        """Every run, oldest first. Raises StoreError."""
        return [_kept(name, self._store.read(name)) for name in self._store.names(SNAPSHOTS)]

    @cached_property
    def acceptances(self) -> list[Acceptance]:
        """Everything that was accepted, oldest first. Raises StoreError."""
        return [_acceptance(name, self._store.read(name)) for name in self._store.names(ACCEPTED)]

    def of(self, target: str, edition: str) -> list[Kept]:
        """The runs of one target by one edition, oldest first. Raises StoreError."""
        return [kept for kept in self.snapshots if (kept.target, kept.edition) == (target, edition)]

    def check(self) -> None:
        """Find out whether something can be added, before a run is made for it. Raises StoreError."""
        name = f"probes/{_name()}"
        self._store.add(name, b"")
        self._store.remove(name)

    def baseline(self, target: str, edition: str) -> Baseline:
        """What a new run is compared with: the accepted run, and later ones that showed no change."""
        own = self.of(target, edition)
        if not own:
            return Baseline((), {})
        runs = {kept.run: kept for kept in own}
        acceptances = [acceptance for acceptance in self.acceptances if acceptance.run in runs]
        moved = [acceptance for acceptance in acceptances if not acceptance.fingerprint]
        first = runs[moved[-1].run] if moved else own[0]
        since = moved[-1].name if moved else ""
        accepted = {
            acceptance.fingerprint: acceptance.reason
            for acceptance in acceptances
            if acceptance.fingerprint and acceptance.name > since
        }
        later = [kept for kept in own if kept.run > first.run and kept.joins]
        return Baseline((first, *later[-MOST_SNAPSHOTS + 1 :]), accepted)

    def add(self, snapshot: Snapshot, record: bytes, comparison: Comparison | None) -> str:
        """Keep a snapshot and its run.ndjson; the name of the run. Raises StoreError."""
        run = _name()
        joins = comparison is None or (comparison.status != 1 and comparison.told >= HALF)
        value = {
            "format": 1, "joins": joins and snapshot.whole, "snapshot": snapshot.to_dict(),
            "comparison": comparison.to_dict() if comparison is not None else {},
        }  # fmt: skip
        # The record first: whoever sees the snapshot finds it.
        self._store.add(f"{RECORDS}/{run}.ndjson.gz", gzip.compress(record, 6))
        self._store.add(f"{SNAPSHOTS}/{run}.json.gz", gzip.compress(json.dumps(value).encode(), 6))
        return run

    def accept(self, run: str, fingerprint: str, reason: str) -> None:
        """Make a run the baseline, or accept one of its changes. Raises StoreError for what is not there."""
        kept = self.find(run)
        known = [str(change["fingerprint"]) for change in kept.comparison.get("changes", [])]
        if fingerprint and fingerprint not in known:
            raise StoreError(f"{run} shows no change {fingerprint!r}; it shows {', '.join(known) or 'none'}")
        value = {"run": kept.run, "fingerprint": fingerprint, "reason": reason}
        self._store.add(f"{ACCEPTED}/{_name()}.json", json.dumps(value).encode())

    def find(self, run: str) -> Kept:
        """The run whose name begins like this, or the newest where it is ``latest``. Raises StoreError."""
        if run == "latest" and self.snapshots:
            return self.snapshots[-1]
        matching = [kept for kept in self.snapshots if kept.run.startswith(run)] if run else []
        if len(matching) != 1:
            known = ", ".join(kept.run for kept in self.snapshots[-3:]) or "none"
            raise StoreError(f"{len(matching) or 'no'} runs are called {run!r}; the last ones are {known}")
        return matching[0]

    def record(self, kept: Kept) -> bytes | None:
        """The run.ndjson of a run, None where it was pruned. Raises StoreError."""
        name = f"{RECORDS}/{kept.run}.ndjson.gz"
        if name not in self._store.names(RECORDS):
            return None
        return _unpacked(name, self._store.read(name), 16 * LARGEST)

    def prune(self, keep: int) -> list[str]:
        """Delete all but the newest ``keep`` runs of each target and those that begin a baseline; their names."""
        gone: list[str] = []
        for target, edition in {(kept.target, kept.edition) for kept in self.snapshots}:
            older = self.of(target, edition)[:-keep]
            first = self.baseline(target, edition).snapshots[0].run
            gone += [kept.run for kept in older if kept.run != first]
        for run in gone:
            # The snapshot first: nobody looks for the record of a run that is not there.
            self._store.remove(f"{SNAPSHOTS}/{run}.json.gz")
            self._store.remove(f"{RECORDS}/{run}.ndjson.gz")
        return sorted(gone)


def record_of(folder: Path) -> bytes:
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
        raise StoreError(f"history {name}: larger than {LARGEST >> 20} MiB, unpacked: move that file away")
    value = renamed(_json(name, text), RENAMED)
    try:
        run = re.sub(r"^.*/|\.json\.gz$", "", name)
        return Kept(run, from_dict(value["snapshot"]), _comparison(value.get("comparison")), bool(value["joins"]))
    except (KeyError, SnapshotError) as error:
        raise StoreError(f"history {name}: {error}; delete that file, or make the history anew") from None


def _comparison(written: Any) -> dict[str, Any]:
    """A comparison as it was kept, its changes by the names of now; empty for what is none."""
    if not isinstance(written, dict):
        return {}
    changes = written.get("changes", [])
    known = [change for change in changes if isinstance(change, dict)] if isinstance(changes, list) else []
    return {**written, "changes": [renamed(change, CHANGE_RENAMED) for change in known]}


def _acceptance(name: str, text: bytes) -> Acceptance:
    value = _json(name, text)
    try:
        return Acceptance(name, str(value["run"]), str(value["fingerprint"]), str(value["reason"]))
    except KeyError as error:
        raise StoreError(f"history {name}: lacks {error}; delete that file") from None


def _unpacked(name: str, packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(packed, most)
    except zlib.error as error:
        raise StoreError(f"history {name}: corrupted: {error}; delete that file") from None


def _json(name: str, text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise StoreError(f"history {name}: corrupted: not JSON; delete that file") from None
    if not isinstance(value, dict):
        raise StoreError(f"history {name}: corrupted: expected an object; delete that file")
    return value

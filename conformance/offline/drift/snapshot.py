"""A snapshot: what one run showed, small enough to be kept for every night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cattrs

FORMAT = 1
Counts = Mapping[str, Mapping[str, int]]
CLAUSE_RENAMED = {"signatures": "fingerprints"}
RENAMED = {"readings": "observations"}
"""Members as version 0.1 called them → their names now."""


class SnapshotError(Exception):
    """What was kept of a run cannot be read."""


@dataclass(frozen=True, slots=True)
class ClauseSummary:
    """What was seen of one clause."""

    outcome: str
    reason: str
    exercised: int
    broken: int
    fingerprints: tuple[str, ...]
    """How it fails, in words that are the same in every run."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One run, reduced to what can be compared."""

    about: Mapping[str, Any]
    """Suite, digest of the contract, target, edition, revision, seed, profile, start."""
    whole: bool
    """Whether the run was not cut short."""
    shown: Mapping[str, ClauseSummary]
    """Clause → what was seen."""
    observations: Counts
    """OBSERVED clause → value → how often."""
    fields: Counts
    """``operation kind form|path`` → type → how often."""
    codes: Counts
    """``operation purpose`` → HTTP status and code, or ``accepted`` → how often."""
    asked: Mapping[str, str]
    """``operation purpose`` → digest of what was asked, names and ids left out."""
    register: Mapping[str, tuple[float, float]]
    """``random`` or ``checked`` → seconds from the accepted call to CREATE_SUCCESS: at least, at most. In between,
    nobody asked."""
    answer: float
    """Median seconds until an answer."""
    disturbed: Mapping[str, int]
    """``no answer``, ``throttled``, ``rights``, ``credentials`` → how often."""
    operations_disturbed: int
    """How many operations got no answer at least once."""
    skew: float | None
    """Seconds by which the target's Date header was ahead of our clock, None where it has none."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON; ``from_dict`` is its inverse."""
        return {"format": FORMAT, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Snapshots:
    """What is compared: the baseline, oldest first, and the new run."""

    baseline: Sequence[Snapshot]
    new: Snapshot
    again: Sequence[Snapshot] = ()
    """Its confirmations."""

    @property
    def now(self) -> Sequence[Snapshot]:
        """The new run and its confirmations."""
        return (self.new, *self.again)


def from_dict(written: Any) -> Snapshot:
    """The inverse of ``Snapshot.to_dict``. Raises SnapshotError."""
    try:
        if written["format"] != FORMAT:
            raise SnapshotError(
                f"format {str(written['format'])[:20]!r} is not known to this version, which reads {FORMAT}"
            )
        members = renamed(written, RENAMED)
        shown = {name: renamed(clause, CLAUSE_RENAMED) for name, clause in members["shown"].items()}
        return _CONVERTER.structure({**members, "shown": shown}, Snapshot)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SnapshotError(f"the snapshot is corrupted: {type(error).__name__} {error}"[:160]) from None


def renamed(members: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A JSON object with some of its members under other names."""
    return {names.get(name, name): value for name, value in members.items()}


_CONVERTER = cattrs.Converter(detailed_validation=False)

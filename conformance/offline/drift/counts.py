"""What is counted in every run: which values are new, and how likely chance has kept them away before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.offline.drift.change import Change
from conformance.offline.drift.snapshot import Counts, Snapshot, Snapshots

MOST_PLACES = 200


def union(snapshots: Sequence[Counts], key: str) -> dict[str, int]:
    """Value → how often all of them together showed it."""
    total: dict[str, int] = {}
    for counts in snapshots:
        for value, number in counts.get(key, {}).items():
            total[value] = total.get(value, 0) + number
    return total


def new_values(
    snapshots: Snapshots, counts_of: Callable[[Snapshot], Counts]
) -> Iterator[tuple[str, str, dict[str, int], dict[str, int]]]:
    """Key, new value, what the baseline showed, what the new run shows with its confirmations."""
    baseline, now = [[counts_of(snapshot) for snapshot in side] for side in (snapshots.baseline, snapshots.now)]
    for key, counts in counts_of(snapshots.new).items():
        before = union(baseline, key)
        for value in counts:
            if value not in before:
                yield key, value, before, union(now, key)


def by_chance(earlier: int, seen: int, of: int) -> float:
    """How likely it is that all ``seen`` observations of a value fall among ``of`` of ``earlier + of`` (Fisher)."""
    return math.exp(
        math.lgamma(of + 1) - math.lgamma(of - seen + 1) + math.lgamma(earlier + of - seen + 1)
        - math.lgamma(earlier + of + 1)
    )  # fmt: skip


@dataclass(slots=True)
class ChangeGroup:
    """Changes of one kind and cause."""

    before: set[str] = field(default_factory=set)
    places: dict[str, None] = field(default_factory=dict)
    seen: int = 0
    of: int = 0
    earlier: int = 0

    def add(self, place: str, before: Mapping[str, int], now: Mapping[str, int], value: str) -> None:
        """Add one place where the new value shows."""
        self.before |= set(before)
        if len(self.places) < MOST_PLACES:
            self.places[place] = None
        self.seen += now[value]
        self.of += sum(now.values())
        self.earlier += sum(before.values())


Groups = dict[tuple[str, str, str], ChangeGroup]
"""Kind, what and after of a change → its places and counts."""


def grouped(groups: Groups) -> Iterator[Change]:
    """One change for each group."""
    for (kind, what, after), group in groups.items():
        yield Change(
            kind, what, ", ".join(sorted(group.before)), after, tuple(group.places), group.seen, group.of, group.earlier
        )

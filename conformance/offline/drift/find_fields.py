"""Which fields of answers have appeared, vanished, or changed their type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.contract import Contract
from conformance.offline.drift.change import Change
from conformance.offline.drift.counts import ChangeGroup, Groups, by_chance, grouped, new_values, union
from conformance.offline.drift.fields import ABSENT, EMPTY, is_passing, structures_around
from conformance.offline.drift.snapshot import Counts, Snapshot, Snapshots

RARE = 0.001
"""How likely a field may be kept away by chance, at most, where others of its name are known."""


def changed_fields(snapshots: Snapshots, contract: Contract) -> Iterator[Change]:
    """Every field that is new, lost or of another type."""
    known = KnownFields.of(snapshots.baseline)
    new, *again = (_with_lost(snapshot, known.counts, contract) for snapshot in snapshots.now)
    with_lost = Snapshots(snapshots.baseline, new, again)
    groups: Groups = {}
    for key, type_of, before, now in new_values(with_lost, lambda snapshot: snapshot.fields):
        kind, _, path = key.partition("|")
        leaf = path.rpartition(".")[2] or path
        change = known.change(kind, path, type_of, before)
        if change is None:
            continue
        what, was = change
        if (leaf, type_of) in known.leaves and by_chance(sum(was.values()), now[type_of], sum(now.values())) > RARE:
            continue  # the target has such a field: here it was only seldom asked for
        groups.setdefault((what, leaf, type_of), ChangeGroup()).add(f"{kind}: {path}", was, now, type_of)
    yield from grouped(groups)


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The fields of a baseline."""

    counts: Sequence[Counts]
    kinds: frozenset[str]
    """Operation, situation and form of its answers."""
    by_form: Mapping[str, set[str]]
    """``operation form|path`` → its types in whatever situation."""
    leaves: frozenset[tuple[str, str]]
    """Last name of a path, and a type that it had anywhere."""

    @classmethod
    def of(cls, baseline: Sequence[Snapshot]) -> KnownFields:
        """The fields of these snapshots."""
        by_form: dict[str, set[str]] = {}
        leaves: set[tuple[str, str]] = set()
        kinds: set[str] = set()
        for snapshot in baseline:
            for key, types in snapshot.fields.items():
                kind, _, path = key.partition("|")
                kinds.add(kind)
                by_form.setdefault(f"{_operation_and_form(kind)}|{path}", set()).update(types)
                leaves |= {(path.rpartition(".")[2], type_of) for type_of in types}
        return cls([snapshot.fields for snapshot in baseline], frozenset(kinds), by_form, frozenset(leaves))

    def change(
        self, kind: str, path: str, type_of: str, before: Mapping[str, int]
    ) -> tuple[str, Mapping[str, int]] | None:
        """What a type that is new at this place means, and what was there before; None where it means nothing."""
        if kind not in self.kinds or type_of == EMPTY or set(before) == {EMPTY}:
            return None
        # What stands in an answer of the moment may as well have stood in another one of its operation.
        elsewhere = self.by_form.get(f"{_operation_and_form(kind)}|{path}", set())
        passing = is_passing(kind.rpartition(" ")[0]) and bool(elsewhere)
        if passing and (not before or type_of in elsewhere | {ABSENT}):
            return None
        if type_of == ABSENT:
            return "field vanished", before
        if not before:
            # Where the structure in which it stands is new, that is the change.
            return None if self._above_is_new(kind, path) else ("field appeared", {ABSENT: self._parents(kind, path)})
        return "field appeared" if set(before) == {ABSENT} else "field of another type", before

    def _above_is_new(self, kind: str, path: str) -> bool:
        above = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
        return not path.startswith("<") and not union(self.counts, f"{kind}|{above}")

    def _parents(self, kind: str, path: str) -> int:
        return union(self.counts, f"{kind}|{path.rpartition('.')[0]}").get("structure", 0)


def _with_lost(snapshot: Snapshot, baseline: Sequence[Counts], contract: Contract) -> Snapshot:
    """The snapshot with the fields that no answer has any more, counted as absent."""
    fields = dict(snapshot.fields)
    for key in {key for counts in baseline for key in counts} - set(fields):
        if missing := structures_around(snapshot.fields, key, contract):
            fields[key] = {ABSENT: missing}
    return replace(snapshot, fields=fields)


def _operation_and_form(kind: str) -> str:
    words = kind.split(" ")
    return f"{words[0]} {words[-1]}"

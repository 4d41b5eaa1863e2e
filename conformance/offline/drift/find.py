"""What a night shows that no night of the baseline showed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.contract import Clause, Contract, Level
from conformance.judge.invariant import all_invariants
from conformance.offline.drift.change import Change
from conformance.offline.drift.fields import ABSENT, EMPTY, is_passing, structures_around
from conformance.offline.drift.snapshot import OF_APPLICATIONS, Counts, Snapshot

TOLD = frozenset({"pass", "fail"})
RARE = 0.001
"""How likely a field may be kept away by chance, at most, where others of its name are known."""
MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class Snapshots:
    """What is compared: the baseline, tonight, and tonight again as often as it was confirmed."""

    baseline: Sequence[Snapshot]
    tonight: Snapshot
    again: Sequence[Snapshot] = ()

    @property
    def now(self) -> Sequence[Snapshot]:
        """Tonight and its confirmations."""
        return (self.tonight, *self.again)


@dataclass(slots=True)
class _Group:
    """Changes of one kind and cause."""

    before: set[str] = field(default_factory=set)
    places: dict[str, None] = field(default_factory=dict)
    seen: int = 0
    of: int = 0
    earlier: int = 0


def changes(snapshots: Snapshots, contract: Contract) -> list[Change]:
    """Everything that differs; whose it is has to be found out."""
    return [
        *_verdicts(snapshots, contract),
        *_observations(snapshots, contract),
        *_fields(snapshots, contract),
        *_codes(snapshots),
    ]


# Verdicts ------------------------------------------------------------------------------------------------------


def _verdicts(snapshots: Snapshots, contract: Contract) -> Iterator[Change]:
    for name, now in snapshots.tonight.shown.items():
        clause = contract.clauses.get(name)
        before = [snapshot.shown[name] for snapshot in snapshots.baseline if name in snapshot.shown]
        outcomes = {one.outcome for one in before}
        if clause is None or clause.level is Level.OBSERVED:
            continue
        level = str(clause.level)
        if now.outcome == "fail":
            known = {fingerprint for one in before for fingerprint in one.fingerprints}
            new = [fingerprint for fingerprint in now.fingerprints if fingerprint not in known]
            counts = now.broken, now.exercised, sum(one.exercised for one in before)
            if "fail" not in outcomes:
                was = "kept" if "pass" in outcomes else ", ".join(sorted(outcomes)) or "no such clause"
                yield Change("newly failing", name, was, "broken", (now.reason,), *counts, level)
            elif new and known:
                earlier = "; ".join(sorted(known))
                yield Change("fails otherwise", name, earlier, "; ".join(sorted(new)), (now.reason,), *counts, level)
        elif now.outcome == "pass" and outcomes and not outcomes - {"fail"}:
            yield Change("newly passing", name, "broken", "kept", (), now.exercised, now.exercised, level=level)
        elif now.outcome == "exempt" and outcomes and outcomes <= TOLD and "not offer" in now.reason:
            yield Change("not offered any more", name, "told", now.reason, (), level=level)
        elif now.outcome not in TOLD and outcomes and outcomes <= TOLD and now.outcome != "exempt":
            yield Change("could not be told", name, "told", now.outcome, (now.reason,), level=level)


# What is counted -----------------------------------------------------------------------------------------------


def _union(each: Sequence[Counts], key: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for counts in each:
        for value, number in counts.get(key, {}).items():
            found[value] = found.get(value, 0) + number
    return found


def _new(
    snapshots: Snapshots, of: Callable[[Snapshot], Counts]
) -> Iterator[tuple[str, str, dict[str, int], dict[str, int]]]:
    """Key, new value, what the baseline showed, what tonight shows with its confirmations."""
    baseline, now = [of(snapshot) for snapshot in snapshots.baseline], [of(snapshot) for snapshot in snapshots.now]
    for key, tonight in of(snapshots.tonight).items():
        before = _union(baseline, key)
        for value in tonight:
            if value not in before:
                yield key, value, before, _union(now, key)


def timed_clauses() -> frozenset[str]:
    """The clauses of which the observation depends on when was asked."""
    return frozenset(invariant.clause for invariant in all_invariants().values() if invariant.timed)


def _observations(snapshots: Snapshots, contract: Contract) -> Iterator[Change]:
    timed = timed_clauses()
    for name, value, before, now in _new(snapshots, lambda snapshot: snapshot.observations):
        clause: Clause | None = contract.clauses.get(name)
        if name in timed or clause is None or not before:
            continue
        yield Change(
            "observation", name, ", ".join(sorted(before)), value, (), now[value], sum(now.values()),
            sum(before.values()), "OBSERVED",
        )  # fmt: skip


# Fields --------------------------------------------------------------------------------------------------------


def _fields(snapshots: Snapshots, contract: Contract) -> Iterator[Change]:
    baseline = [snapshot.fields for snapshot in snapshots.baseline]
    answers = {key.partition("|")[0] for counts in baseline for key in counts}
    known: dict[str, set[str]] = {}
    for counts in baseline:
        for key, types in counts.items():
            kind, _, path = key.partition("|")
            known.setdefault(f"{_wide(kind)}|{path}", set()).update(types)
    elsewhere = {
        (key.rpartition("|")[2].rpartition(".")[2], type_of)
        for counts in baseline
        for key, types in counts.items()
        for type_of in types
    }
    groups: dict[tuple[str, str, str], _Group] = {}
    tonight, *again = (_with_lost(snapshot, baseline, contract) for snapshot in snapshots.now)
    with_lost = Snapshots(snapshots.baseline, tonight, again)
    for key, type_of, before, now in _new(with_lost, lambda snapshot: snapshot.fields):
        kind, _, path = key.partition("|")
        passing = is_passing(kind.rpartition(" ")[0])
        wide = known.get(f"{_wide(kind)}|{path}")
        leaf = path.rpartition(".")[2] or path
        if kind not in answers or type_of == EMPTY or set(before) == {EMPTY}:
            continue
        if passing and wide is not None and type_of in wide | {ABSENT}:
            continue
        if type_of == ABSENT:
            what, was = "field vanished", before
        elif not before:
            if passing and wide is not None:
                continue
            if _above_is_new(baseline, kind, path):
                continue  # the structure in which it stands is the change
            what, was = "field appeared", {ABSENT: _parents(baseline, kind, path)}
        else:
            what, was = "field of another type", before
            if set(before) == {ABSENT}:
                what = "field appeared"
        if (leaf, type_of) in elsewhere and by_chance(sum(was.values()), now[type_of], sum(now.values())) > RARE:
            continue  # the target has such a field: here it was only seldom asked for
        group = groups.setdefault((what, leaf, type_of), _Group())
        _add(group, f"{kind}: {path}", was, now, type_of)
    yield from _grouped(groups)


def _with_lost(snapshot: Snapshot, baseline: Sequence[Counts], contract: Contract) -> Snapshot:
    """The night with the fields that no answer has any more, counted as absent."""
    fields = dict(snapshot.fields)
    for key in {key for counts in baseline for key in counts} - set(fields):
        if missing := structures_around(snapshot.fields, key, contract):
            fields[key] = {ABSENT: missing}
    return replace(snapshot, fields=fields)


def by_chance(earlier: int, seen: int, of: int) -> float:
    """How likely it is that all ``seen`` observations of a value fall among ``of`` of ``earlier + of`` (Fisher)."""
    return math.exp(
        math.lgamma(of + 1) - math.lgamma(of - seen + 1) + math.lgamma(earlier + of - seen + 1)
        - math.lgamma(earlier + of + 1)
    )  # fmt: skip


def _wide(kind: str) -> str:
    """Operation and form: the answers among which a field is known."""
    words = kind.split(" ")
    return f"{words[0]} {words[-1]}"


def _above_is_new(baseline: Sequence[Counts], kind: str, path: str) -> bool:
    above = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
    return not path.startswith("<") and not _union(baseline, f"{kind}|{above}")


def _parents(baseline: Sequence[Counts], kind: str, path: str) -> int:
    return _union(baseline, f"{kind}|{path.rpartition('.')[0]}").get("structure", 0)


# Codes ---------------------------------------------------------------------------------------------------------


def _codes(snapshots: Snapshots) -> Iterator[Change]:
    baseline = [snapshot.codes for snapshot in snapshots.baseline]
    anywhere: dict[str, set[str]] = {}
    for counts in baseline:
        for key, values in counts.items():
            anywhere.setdefault(key.partition(" ")[0], set()).update(values)
    groups: dict[tuple[str, str, str], _Group] = {}
    for key, value, before, now in _new(snapshots, lambda snapshot: snapshot.codes):
        if not before:
            continue
        if key.endswith(OF_APPLICATIONS) and value in anywhere.get(key.partition(" ")[0], ()):
            continue
        status, _, code = value.partition(" ")
        alike = sorted(was for was in before if was.partition(" ")[2] == code)
        if alike:
            what = ("HTTP status", "accepted" if code == "accepted" else "refused", status)
            was = {alike[0].partition(" ")[0]: sum(before.values())}
        else:
            accepted = {each.partition(" ")[2] for each in before} == {"accepted"}
            what, was = ("code", "accepted before" if accepted else "refused before", code), before
        _add(groups.setdefault(what, _Group()), key, was, now, value)
    yield from _grouped(groups)


def _add(group: _Group, place: str, before: Mapping[str, int], now: Mapping[str, int], value: str) -> None:
    group.before |= set(before)
    if len(group.places) < MOST_PLACES:
        group.places[place] = None
    group.seen += now[value]
    group.of += sum(now.values())
    group.earlier += sum(before.values())


def _grouped(groups: Mapping[tuple[str, str, str], _Group]) -> Iterator[Change]:
    for (kind, what, after), group in groups.items():
        yield Change(
            kind, what, ", ".join(sorted(group.before)), after, tuple(group.places), group.seen, group.of, group.earlier
        )

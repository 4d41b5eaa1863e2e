"""Whose change it is: target, suite or contract, environment, or a flake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from conformance.judge.families import NOT_GRADED
from conformance.judge.invariant import all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Verdict
from conformance.offline.drift.change import Attribution, Change
from conformance.offline.drift.fields import ABSENT
from conformance.offline.drift.find import TOLD, Snapshots, by_chance
from conformance.offline.drift.shows import shown_by, wavers
from conformance.offline.drift.snapshot import Snapshot

CHANCE = 0.05
"""How likely a new reading may be by chance, at most, to count as a change."""
MEASURED_BY = ("suite", "digest", "edition", "revision")
"""What decides how answers are judged."""
ASKED_BY = (*MEASURED_BY, "profile", "seed")
"""What decides what is asked."""
SKEW = 60.0
"""Seconds by which clocks may differ from one night to another."""
OF_THE_ACCOUNT = {"credentials": "their credentials", "rights": "rights or payment"}
"""Disturbances that change what is answered to everything."""
OF_TIME = ("Signature.Timestamp",)
FEW_OPERATIONS = 3
"""Operations from which on lost answers are the way's fault."""
UNDISTURBED = "it could be told before, and nothing disturbed this night"
OF_ITS_OWN = "suite or contract differ, and nothing but its own test can judge it"
ALIKE = "the same questions got the same answers before, and were judged otherwise"
OTHERWISE = "other questions are asked for it than before"
BY_ITSELF = (UNDISTURBED, OF_ITS_OWN, ALIKE, OTHERWISE)
"""What is said where nothing better is known: what decides such a clause may lie in answers to other questions."""
NOW_SO = "the same question is answered now so, now so"
COUNTED = frozenset({"observation", "field appeared", "field vanished", "field of another type", "code", "HTTP status"})


@dataclass(frozen=True, slots=True)
class Material:
    """What is at hand to find out whose a change is."""

    snapshots: Snapshots
    stream: Stream | None
    """Tonight's exchanges."""
    before: Callable[[], Stream | None]
    """The exchanges of the newest night of the baseline, where they were kept."""
    judge_again: Callable[[Stream], dict[str, Verdict]]
    """Judges exchanges by the invariants of this suite."""


def all_blamed(found: Sequence[Change], material: Material) -> list[Change]:
    """Every change with the one whose it is; what cannot be told by itself follows what the others show."""
    each = [attributed(change, material) for change in found]
    if not any(one.attribution is Attribution.TARGET for one in each):
        return each
    why = "it goes with what else has changed of the target tonight"
    return [
        replace(one, attribution=Attribution.TARGET, why=why) if one.why.startswith(BY_ITSELF) else one for one in each
    ]


def attributed(change: Change, material: Material) -> Change:
    """The change with the one whose it is, and why, seen by itself."""
    for find in (_environment, _suite, _flake):
        if (found := find(change, material)) is not None:
            return replace(change, attribution=found[0], why=found[1])
    why = "the same question by the same suite is answered otherwise than on any night before"
    if material.snapshots.again:
        why += f", and again {len(material.snapshots.again)} times tonight"
    return replace(change, attribution=Attribution.TARGET, why=why)


# Environment ---------------------------------------------------------------------------------------------------


def _environment(change: Change, material: Material) -> tuple[Attribution, str] | None:
    tonight = material.snapshots.tonight
    disturbed = {name: number for name, number in tonight.disturbed.items() if number}
    much = ", ".join(f"{number} × {name}" for name, number in disturbed.items())
    if change.kind == "could not be told" and disturbed:
        return Attribution.ENVIRONMENT, f"tonight: {much}"
    if change.kind == "code" and (change.after in NOT_GRADED or change.after.startswith(("Throttling", "Forbidden"))):
        return Attribution.ENVIRONMENT, f"{change.after} says nothing of the request, but of rights, payment or load"
    for name, says in OF_THE_ACCOUNT.items():
        if tonight.disturbed.get(name, 0) > max(
            snapshot.disturbed.get(name, 0) for snapshot in material.snapshots.baseline
        ):
            return Attribution.ENVIRONMENT, f"requests in good faith were refused for {says}: {much}"
    if change.what.startswith(OF_TIME) and (apart := _skew(material.snapshots)) > SKEW:
        return Attribution.ENVIRONMENT, f"the clocks of target and suite are {apart:.0f} s further apart than before"
    if change.what.endswith(".answers") and tonight.operations_disturbed >= FEW_OPERATIONS:
        return (
            Attribution.ENVIRONMENT,
            f"{tonight.operations_disturbed} operations lost answers: the way there is disturbed",
        )
    return None


def _skew(snapshots: Snapshots) -> float:
    before = [snapshot.skew for snapshot in snapshots.baseline if snapshot.skew is not None]
    return abs(snapshots.tonight.skew - before[-1]) if before and snapshots.tonight.skew is not None else 0.0


# Suite or contract ---------------------------------------------------------------------------------------------


def differing(one: Snapshot, other: Snapshot, names: Sequence[str]) -> list[str]:
    """What of that differs, as ``suite 1 → 2``."""
    return [
        f"{name} {one.about.get(name)} → {other.about.get(name)}"
        for name in names
        if one.about.get(name) != other.about.get(name)
    ]


def _suite(change: Change, material: Material) -> tuple[Attribution, str] | None:
    snapshots = material.snapshots
    last = snapshots.baseline[-1]
    measured = differing(last, snapshots.tonight, MEASURED_BY)
    differ = differing(last, snapshots.tonight, ASKED_BY)
    if not differ:
        return None
    if change.kind in COUNTED and change.kind != "observation":
        return _asked_otherwise(change, last, snapshots.tonight)
    if measured and (change.before in {"no such clause", "exempt"} or change.kind == "not offered any more"):
        return Attribution.SUITE, f"the clause was not measured before ({'; '.join(measured)})"
    if change.what in all_invariants():
        return _judged_again(change, material, measured) if measured else None
    asked = {key: digest for key, digest in snapshots.tonight.asked.items() if key.endswith(f" {change.what}")}
    if not asked:
        return Attribution.SUITE, OF_ITS_OWN
    if any(last.asked.get(key) != digest for key, digest in asked.items()):
        return Attribution.SUITE, f"{OTHERWISE} ({'; '.join(differ)})"
    same = all(set(snapshots.tonight.codes.get(key, {})) <= set(last.codes.get(key, {})) for key in asked)
    return (Attribution.SUITE, f"{ALIKE} ({'; '.join(measured)})") if measured and same else None


def _judged_again(change: Change, material: Material, measured: list[str]) -> tuple[Attribution, str] | None:
    stream = material.before()
    if stream is None:
        return (
            Attribution.FLAKE,
            f"suite or contract differ ({'; '.join(measured)}), and the old exchanges were not kept",
        )
    again = material.judge_again(stream).get(change.what)
    outcome = str(again.outcome) if again is not None else "untested"
    if change.kind == "observation" and again is not None:
        outcome = "fail" if change.after in again.observations else "pass"
    wanted = "pass" if change.kind == "newly passing" else outcome if change.kind == "could not be told" else "fail"
    if outcome == wanted:
        return Attribution.SUITE, f"the old exchanges are judged alike by this suite ({'; '.join(measured)})"
    return None


def _asked_otherwise(change: Change, last: Snapshot, tonight: Snapshot) -> tuple[Attribution, str] | None:
    if change.kind not in {"code", "HTTP status"}:
        return None
    other = [place for place in change.places if last.asked.get(place) != tonight.asked.get(place)]
    if len(other) == len(change.places):
        return Attribution.SUITE, "something else was asked than before"
    return None


# Flake ---------------------------------------------------------------------------------------------------------


def _flake(change: Change, material: Material) -> tuple[Attribution, str] | None:
    snapshots = material.snapshots
    missing = [snapshot for snapshot in snapshots.again if not _shows(change, snapshot)]
    if missing:
        return Attribution.FLAKE, f"{len(missing)} of {len(snapshots.again)} confirmations did not show it"
    if change.kind == "could not be told":
        return Attribution.FLAKE, UNDISTURBED
    if change.kind == "observation" and (chance := by_chance(change.earlier, change.seen, change.of)) > CHANCE:
        return (
            Attribution.FLAKE,
            f"{change.seen} of {change.of} observations may be chance ({chance:.0%}); --confirm asks again",
        )
    if not change.whole and material.stream is not None:
        shown = shown_by(change, material.stream)
        if wavers(shown, material.stream.exchanges):
            return Attribution.FLAKE, f"{NOW_SO} ({change.seen} of {change.of})"
        if change.kind in COUNTED and (chance := by_chance(change.earlier, change.seen, change.of)) > CHANCE:
            return Attribution.FLAKE, f"{change.seen} of {change.of} observations may be chance ({chance:.0%})"
    return None


def _shows(change: Change, snapshot: Snapshot) -> bool:
    """Whether a confirmation shows the change as well."""
    match change.kind:
        case "newly failing" | "fails otherwise":
            return snapshot.shown.get(change.what) is not None and snapshot.shown[change.what].outcome == "fail"
        case "newly passing":
            return snapshot.shown.get(change.what) is not None and snapshot.shown[change.what].outcome == "pass"
        case "not offered any more":
            return snapshot.shown.get(change.what) is not None and snapshot.shown[change.what].outcome == "exempt"
        case "observation":
            return change.after in snapshot.observations.get(change.what, {})
        case "field appeared" | "field vanished" | "field of another type":
            return any(change.after in _types(snapshot, *place.split(": ", 1)) for place in change.places)
        case "code" | "HTTP status":
            part = 0 if change.kind == "HTTP status" else 2
            said = [value for place in change.places for value in snapshot.codes.get(place, {})]
            return any(value.partition(" ")[part] == change.after for value in said)
        case "could not be told":
            return snapshot.shown.get(change.what) is not None and snapshot.shown[change.what].outcome not in TOLD
        case _:
            return True


def _types(snapshot: Snapshot, kind: str, path: str) -> set[str]:
    """The types of a field that night; absent where there were such answers, and none had it."""
    if (found := snapshot.fields.get(f"{kind}|{path}")) is not None:
        return set(found)
    return {ABSENT} if f"{kind}|" in snapshot.fields else set()

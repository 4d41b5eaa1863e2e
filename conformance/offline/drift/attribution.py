"""Whose change it is: the target's, the suite's or contract's, the environment's, or a flake's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from conformance.judge.invariant import all_invariants
from conformance.judge.reasons_of_codes import NOT_GRADED
from conformance.judge.stream import Stream
from conformance.judge.verdict import Outcome, Verdict
from conformance.offline.drift.change import Attribution, Change
from conformance.offline.drift.counts import by_chance
from conformance.offline.drift.evidence_of_change import shown_by, wavers
from conformance.offline.drift.fields import ABSENT
from conformance.offline.drift.find import DECIDED
from conformance.offline.drift.snapshot import Snapshot, Snapshots

CHANCE = 0.05
"""How likely a new observation may be by chance, at most, to count as a change."""
MEASURED_BY = ("suite", "digest", "edition", "revision")
"""What decides how answers are judged."""
ASKED_BY = (*MEASURED_BY, "profile", "seed")
"""What decides what is asked."""
SKEW = 60.0
"""Seconds by which clocks may differ from one run to another."""
OF_THE_ACCOUNT = {"credentials": "their credentials", "rights": "rights or payment"}
"""Disturbances that change what is answered to everything."""
OF_TIME = ("Signature.Timestamp",)
FEW_OPERATIONS = 3
"""Operations from which on lost answers are the way's fault."""
UNDISTURBED = "it was decided before, and nothing disturbed this run"
OF_ITS_OWN = "suite or contract differ, and nothing but its own test can judge it"
ALIKE = "the same questions got the same answers before, and were judged differently"
OTHERWISE = "other questions are asked for it than before"
BY_ITSELF = (UNDISTURBED, OF_ITS_OWN, ALIKE, OTHERWISE)
"""What is said where nothing better is known: what decides such a clause may lie in answers to other questions."""
WAVERS = "the same question gets different answers within one run"
COUNTED = frozenset({"observation", "field appeared", "field vanished", "field of another type", "code", "HTTP status"})

Finding = tuple[Attribution, str] | None
"""Whose a change is, and why; None where that says nothing."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is at hand to find out whose a change is."""

    snapshots: Snapshots
    stream: Stream | None
    """The exchanges of the new run."""
    before: Callable[[], Stream | None]
    """The exchanges of the newest run of the baseline, where they were kept."""
    judge_again: Callable[[Stream], dict[str, Verdict]]
    """Judges exchanges by the invariants of this suite."""


def attribute_all(changes: Sequence[Change], material: Material) -> list[Change]:
    """Every change with its attribution; what cannot be told by itself follows what the others show."""
    attributed = [attribute(change, material) for change in changes]
    if not any(change.attribution is Attribution.TARGET for change in attributed):
        return attributed
    why = "it goes with what else of the target has changed in this run"
    return [
        replace(change, attribution=Attribution.TARGET, why=why) if change.why.startswith(BY_ITSELF) else change
        for change in attributed
    ]


def attribute(change: Change, material: Material) -> Change:
    """The change with its attribution and the reason, seen by itself."""
    for find in (_environment, _suite, _flake):
        if (finding := find(change, material)) is not None:
            return replace(change, attribution=finding[0], why=finding[1])
    why = "the same suite asks the same and gets an answer that no run of the baseline got"
    if confirmations := len(material.snapshots.again):
        why += f", confirmed {'once' if confirmations == 1 else f'{confirmations} times'}"
    return replace(change, attribution=Attribution.TARGET, why=why)


# Environment ---------------------------------------------------------------------------------------------------


def _environment(change: Change, material: Material) -> Finding:
    snapshots, new = material.snapshots, material.snapshots.new
    disturbed = {name: number for name, number in new.disturbed.items() if number}
    counts = ", ".join(f"{number} × {name}" for name, number in disturbed.items())
    if change.kind == "newly inconclusive" and disturbed:
        return Attribution.ENVIRONMENT, f"in this run: {counts}"
    if change.kind == "code" and (change.after in NOT_GRADED or change.after.startswith(("Throttling", "Forbidden"))):
        return Attribution.ENVIRONMENT, f"{change.after} says nothing of the request, but of rights, payment or load"
    for name, says in OF_THE_ACCOUNT.items():
        if new.disturbed.get(name, 0) > max(snapshot.disturbed.get(name, 0) for snapshot in snapshots.baseline):
            return Attribution.ENVIRONMENT, f"requests in good faith were refused for {says}: {counts}"
    if change.what.startswith(OF_TIME) and (apart := _skew(snapshots)) > SKEW:
        return Attribution.ENVIRONMENT, f"the clocks of target and suite are {apart:.0f} s further apart than before"
    if change.what.endswith(".answers") and new.operations_disturbed >= FEW_OPERATIONS:
        return Attribution.ENVIRONMENT, f"{new.operations_disturbed} operations lost answers: the way is disturbed"
    return None


def _skew(snapshots: Snapshots) -> float:
    before = [snapshot.skew for snapshot in snapshots.baseline if snapshot.skew is not None]
    return abs(snapshots.new.skew - before[-1]) if before and snapshots.new.skew is not None else 0.0


# Suite or contract ---------------------------------------------------------------------------------------------


def differing(before: Snapshot, after: Snapshot, names: Sequence[str]) -> list[str]:
    """What of that differs, as ``suite 1 → 2``."""
    return [
        f"{name} {before.about.get(name)} → {after.about.get(name)}"
        for name in names
        if before.about.get(name) != after.about.get(name)
    ]


def _suite(change: Change, material: Material) -> Finding:
    last, new = material.snapshots.baseline[-1], material.snapshots.new
    measured = differing(last, new, MEASURED_BY)
    if not differing(last, new, ASKED_BY):
        return None
    if change.kind in COUNTED and change.kind != "observation":
        return _asked_otherwise(change, last, new)
    if measured and (change.before in {"no such clause", "exempt"} or change.kind == "not offered any more"):
        return Attribution.SUITE, f"the clause was not measured before ({'; '.join(measured)})"
    if change.what in all_invariants():
        return _judged_again(change, material, measured) if measured else None
    return _tested_otherwise(change, last, new)


def _tested_otherwise(change: Change, last: Snapshot, new: Snapshot) -> Finding:
    """Of a clause that only its own test judges: whether that asked something else, or judged otherwise."""
    measured = differing(last, new, MEASURED_BY)
    asked = {key: digest for key, digest in new.asked.items() if key.endswith(f" {change.what}")}
    if not asked:
        return Attribution.SUITE, OF_ITS_OWN
    if any(last.asked.get(key) != digest for key, digest in asked.items()):
        return Attribution.SUITE, f"{OTHERWISE} ({'; '.join(differing(last, new, ASKED_BY))})"
    same = all(set(new.codes.get(key, {})) <= set(last.codes.get(key, {})) for key in asked)
    return (Attribution.SUITE, f"{ALIKE} ({'; '.join(measured)})") if measured and same else None


def _judged_again(change: Change, material: Material, measured: list[str]) -> Finding:
    """Of a clause that an invariant judges: whether this suite judges the old exchanges like the new ones."""
    differ = "; ".join(measured)
    stream = material.before()
    if stream is None:
        return Attribution.FLAKE, f"suite or contract differ ({differ}), and the old exchanges were not kept"
    verdict = material.judge_again(stream).get(change.what)
    outcome = verdict.outcome if verdict is not None else Outcome.UNTESTED
    if change.kind == "newly inconclusive":
        alike = True
    elif change.kind == "observation" and verdict is not None:
        alike = change.after in verdict.observations
    else:
        alike = outcome is (Outcome.PASS if change.kind == "newly passed" else Outcome.FAIL)
    return (Attribution.SUITE, f"the old exchanges are judged alike by this suite ({differ})") if alike else None


def _asked_otherwise(change: Change, last: Snapshot, new: Snapshot) -> Finding:
    if change.kind not in {"code", "HTTP status"}:
        return None
    other = [place for place in change.places if last.asked.get(place) != new.asked.get(place)]
    if len(other) == len(change.places):
        return Attribution.SUITE, "something else was asked than before"
    return None


# Flake ---------------------------------------------------------------------------------------------------------


def _flake(change: Change, material: Material) -> Finding:
    again = material.snapshots.again
    missing = [snapshot for snapshot in again if not _shows(change, snapshot)]
    if missing:
        return Attribution.FLAKE, f"{len(missing)} of {len(again)} confirmations did not show it"
    if change.kind == "newly inconclusive":
        return Attribution.FLAKE, UNDISTURBED
    chance = by_chance(change.earlier, change.seen, change.of) if change.kind in COUNTED else 0.0
    may_be = f"{change.seen} of {change.of} observations may be chance ({chance:.0%})"
    if change.kind == "observation" and chance > CHANCE:
        return Attribution.FLAKE, f"{may_be}; --confirm asks again"
    if not change.whole and material.stream is not None:
        if wavers(shown_by(change, material.stream), material.stream.exchanges):
            return Attribution.FLAKE, f"{WAVERS} ({change.seen} of {change.of})"
        if chance > CHANCE:
            return Attribution.FLAKE, may_be
    return None


OUTCOMES = {
    "newly failed": {Outcome.FAIL}, "fails differently": {Outcome.FAIL}, "newly passed": {Outcome.PASS},
    "not offered any more": {Outcome.EXEMPT}, "newly inconclusive": set(Outcome) - DECIDED,
}  # fmt: skip
"""Kind of change → the outcomes that show it again."""


def _shows(change: Change, snapshot: Snapshot) -> bool:
    """Whether a confirmation shows the change as well."""
    if change.kind in OUTCOMES:
        summary = snapshot.shown.get(change.what)
        return summary is not None and summary.outcome in OUTCOMES[change.kind]
    match change.kind:
        case "observation":
            return change.after in snapshot.observations.get(change.what, {})
        case "field appeared" | "field vanished" | "field of another type":
            return any(change.after in _types(snapshot, *place.split(": ", 1)) for place in change.places)
        case "code" | "HTTP status":
            part = 0 if change.kind == "HTTP status" else 2
            answers = [answer for place in change.places for answer in snapshot.codes.get(place, {})]
            return any(answer.partition(" ")[part] == change.after for answer in answers)
        case _:
            return True


def _types(snapshot: Snapshot, kind: str, path: str) -> set[str]:
    """The types of a field in a run; absent where there were such answers, and none had it."""
    if (types := snapshot.fields.get(f"{kind}|{path}")) is not None:
        return set(types)
    return {ABSENT} if f"{kind}|" in snapshot.fields else set()

"""Compares a night with its baseline: what changed, whose change each is, and the exit status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract import Contract
from conformance.judge.invariant import all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Verdict
from conformance.offline.drift.attribution import ASKED_BY, NOW_SO, Material, all_blamed, differing
from conformance.offline.drift.change import Attribution, Change
from conformance.offline.drift.find import TOLD, Snapshots, changes
from conformance.offline.drift.shows import shown_by
from conformance.offline.drift.times import FEWEST, answers, times
from conformance.offline.recordings.tally import Tally

HALF = 0.5
"""The share of what the baseline told below which a night says nothing."""
MOST_EVIDENCE = 5


class Incomparable(Exception):
    """Two runs that say nothing of each other; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a night shows beside its baseline."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    """What a reader has to know of the comparison itself: one line each."""
    told: float
    """The share of clauses told in the baseline that were told tonight as well."""

    def of(self, *attribution: Attribution) -> list[Change]:
        """The changes of these that nobody has accepted."""
        return [one for one in self.changes if one.attribution in attribution and not one.accepted]

    @property
    def status(self) -> int:
        """0 nothing of the target changed, 1 it changed, 3 could not tell."""
        if self.of(Attribution.TARGET):
            return 1
        return 3 if any(map(_matters, self.of(Attribution.FLAKE))) or self.told < HALF else 0

    @property
    def sentence(self) -> str:
        """What came of it, in one line."""
        target, flakes = self.of(Attribution.TARGET), self.of(Attribution.FLAKE)
        if target:
            more = f" and {len(target) - 3} more" if len(target) > 3 else ""
            shown = ", ".join(f"{one.kind} {one.what} ({one.fingerprint})" for one in target[:3])
            return f"the target changed: {shown}{more}"
        if self.told < HALF:
            return f"could not tell: only {self.told:.0%} of what the baseline told was told tonight"
        if self.status:
            shown = ", ".join(f"{one.kind} {one.what}" for one in flakes if _matters(one))
            return f"could not tell: the target answers now so, now so: {shown}"
        return "nothing of the target changed"

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        outcome = {0: "unchanged", 1: "changed", 3: "could not tell"}[self.status]
        return {
            "format": 1, "outcome": outcome, "sentence": self.sentence, "told": round(self.told, 3),
            "changes": [one.to_dict() for one in self.changes], "notes": list(self.notes),
        }  # fmt: skip


def _matters(flake: Change) -> bool:
    """Whether a flake is more than a rare value that chance may have kept away before."""
    return flake.kind in {"newly failing", "fails otherwise"} or flake.why.startswith(NOW_SO)


def compare(
    snapshots: Snapshots,
    contract: Contract,
    *,
    stream: Stream | None = None,
    before: Callable[[], Stream | None] = lambda: None,
    accepted: Mapping[str, str] | None = None,
) -> Comparison:
    """Everything that changed. Raises Incomparable.

    ``stream`` holds tonight's exchanges, ``before`` gives those of the newest night of the baseline; ``accepted``
    are fingerprints with the reason for which somebody has accepted them.
    """
    _comparable(snapshots)
    material = Material(snapshots, stream, before, lambda old: judged_again(old, contract))
    found = all_blamed(changes(snapshots, contract), material)
    found += [*times(snapshots), *answers(snapshots)]
    reasons = accepted or {}
    found = [replace(one, accepted=reasons.get(one.fingerprint, ""), exchanges=_evidence(one, stream)) for one in found]
    order = list(Attribution)
    found.sort(key=lambda one: (bool(one.accepted), order.index(one.attribution), one.kind, one.what))
    return Comparison(tuple(found), tuple(_notes(snapshots)), _told(snapshots))


def _comparable(snapshots: Snapshots) -> None:
    if not snapshots.baseline:
        raise Incomparable("there is no baseline to compare with")
    before, now = snapshots.baseline[-1].about.get("edition"), snapshots.tonight.about.get("edition")
    if before != now:
        raise Incomparable(f"the runs were measured by {before} and by {now}; run it again by --edition {before}")
    if not any(one.outcome in TOLD for one in snapshots.tonight.shown.values()):
        raise Incomparable("the newer run decided nothing")


def _told(snapshots: Snapshots) -> float:
    before = {name for snapshot in snapshots.baseline for name, one in snapshot.shown.items() if one.outcome in TOLD}
    now = {name for name, one in snapshots.tonight.shown.items() if one.outcome in TOLD or one.outcome == "exempt"}
    return len(before & now) / len(before) if before else 0.0


def _notes(snapshots: Snapshots) -> list[str]:
    last, tonight = snapshots.baseline[-1], snapshots.tonight
    found = []
    if differ := differing(last, tonight, ("target", *ASKED_BY)):
        found.append(f"what was measured, and how, differs: {'; '.join(differ)}")
    if not tonight.whole:
        found.append("the newer run was cut short")
    if not last.whole:
        found.append("the newest run of the baseline was cut short")
    if len(snapshots.baseline) < FEWEST:
        found.append(
            f"times to register are compared from {FEWEST} nights on; the baseline has {len(snapshots.baseline)}"
        )
    if disturbed := {name: number for name, number in tonight.disturbed.items() if number}:
        found.append(
            "this night was disturbed: " + ", ".join(f"{number} × {name}" for name, number in disturbed.items())
        )
    return found


def _evidence(change: Change, stream: Stream | None) -> tuple[int, ...]:
    shown = shown_by(change, stream) if stream is not None else {}
    return tuple(number for number, shows in shown.items() if shows)[:MOST_EVIDENCE]


def judged_again(stream: Stream, contract: Contract) -> dict[str, Verdict]:
    """The verdicts of all invariants over recorded exchanges."""
    by_number = {one.number: one for one in stream.exchanges}
    found: dict[str, Verdict] = {}
    for name, invariant in all_invariants().items():
        clause = contract.clauses[name]
        if stream.edition in clause.editions:
            tally = Tally(clause)
            tally.take(lambda invariant=invariant: invariant.judge(stream), by_number)  # type: ignore[misc]
            found[name] = tally.verdict()
    return found

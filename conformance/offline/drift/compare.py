"""Compares a run with its baseline: what changed, whose change each is, and the exit status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract import Contract
from conformance.judge.invariant import all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Outcome, Verdict
from conformance.offline.drift.attribution import ASKED_BY, WAVERS, Material, attribute_all, differing
from conformance.offline.drift.change import Attribution, Change
from conformance.offline.drift.evidence_of_change import shown_by
from conformance.offline.drift.find import DECIDED, changes
from conformance.offline.drift.snapshot import Snapshots
from conformance.offline.drift.times import FEWEST, answers, times
from conformance.offline.recordings.tally import Tally

HALF = 0.5
"""The share of what the baseline decided below which a run says nothing."""
MOST_EVIDENCE = 5


class Incomparable(Exception):
    """Two runs that say nothing of each other; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a run shows beside its baseline."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    """What a reader has to know of the comparison itself: one line each."""
    told: float
    """The share of clauses decided in the baseline that were decided in the new run as well, from 0 to 1."""

    def of(self, *attributions: Attribution) -> list[Change]:
        """The changes of these that nobody has accepted."""
        return [change for change in self.changes if change.attribution in attributions and not change.accepted]

    @property
    def status(self) -> int:
        """0 nothing of the target changed, 1 it changed, 3 inconclusive."""
        if self.of(Attribution.TARGET):
            return 1
        return 3 if any(map(_matters, self.of(Attribution.FLAKE))) or self.told < HALF else 0

    @property
    def sentence(self) -> str:
        """What came of it, in one line."""
        target, flakes = self.of(Attribution.TARGET), self.of(Attribution.FLAKE)
        if target:
            more = f" and {len(target) - 3} more" if len(target) > 3 else ""
            shown = ", ".join(f"{change.kind} {change.what} ({change.fingerprint})" for change in target[:3])
            return f"the target changed: {shown}{more}"
        if self.told < HALF:
            return f"inconclusive: only {self.told:.0%} of what the baseline decided was decided in this run"
        if self.status:
            shown = ", ".join(f"{change.kind} {change.what}" for change in flakes if _matters(change))
            return f"inconclusive: the target answers the same question differently: {shown}"
        return "nothing of the target changed"

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        outcome = {0: "unchanged", 1: "changed", 3: "could not tell"}[self.status]
        return {
            "format": 1, "outcome": outcome, "sentence": self.sentence, "told": round(self.told, 3),
            "changes": [change.to_dict() for change in self.changes], "notes": list(self.notes),
        }  # fmt: skip


def _matters(flake: Change) -> bool:
    """Whether a flake is more than a rare value that chance may have kept away before."""
    return flake.kind in {"newly failed", "fails differently"} or flake.why.startswith(WAVERS)


def compare(
    snapshots: Snapshots,
    contract: Contract,
    *,
    stream: Stream | None = None,
    before: Callable[[], Stream | None] = lambda: None,
    accepted: Mapping[str, str] | None = None,
) -> Comparison:
    """Everything that changed. Raises Incomparable.

    ``stream`` holds the exchanges of the new run, ``before`` gives those of the newest run of the baseline;
    ``accepted`` are fingerprints with the reason for which somebody has accepted them.
    """
    _check_comparable(snapshots)
    material = Material(snapshots, stream, before, lambda old: judged_again(old, contract))
    every = [*attribute_all(changes(snapshots, contract), material), *times(snapshots), *answers(snapshots)]
    reasons = accepted or {}
    every = [
        replace(change, accepted=reasons.get(change.fingerprint, ""), exchanges=_evidence(change, stream))
        for change in every
    ]
    order = list(Attribution)
    every.sort(key=lambda change: (bool(change.accepted), order.index(change.attribution), change.kind, change.what))
    return Comparison(tuple(every), tuple(_notes(snapshots)), _share_decided(snapshots))


def _check_comparable(snapshots: Snapshots) -> None:
    if not snapshots.baseline:
        raise Incomparable("there is no baseline to compare with")
    before, now = snapshots.baseline[-1].about.get("edition"), snapshots.new.about.get("edition")
    if before != now:
        raise Incomparable(f"the runs were measured by {before} and by {now}; run it again by --edition {before}")
    if not any(clause.outcome in DECIDED for clause in snapshots.new.shown.values()):
        raise Incomparable("the newer run decided nothing")


def _share_decided(snapshots: Snapshots) -> float:
    before = {
        name for snapshot in snapshots.baseline for name, clause in snapshot.shown.items() if clause.outcome in DECIDED
    }
    now = {name for name, clause in snapshots.new.shown.items() if clause.outcome in DECIDED | {Outcome.EXEMPT}}
    return len(before & now) / len(before) if before else 0.0


def _notes(snapshots: Snapshots) -> list[str]:
    last, new = snapshots.baseline[-1], snapshots.new
    notes = []
    if differ := differing(last, new, ("target", *ASKED_BY)):
        notes.append(f"what was measured, and how, differs: {'; '.join(differ)}")
    if not new.whole:
        notes.append("the newer run was cut short")
    if not last.whole:
        notes.append("the newest run of the baseline was cut short")
    if len(snapshots.baseline) < FEWEST:
        notes.append(
            f"times to register are compared from {FEWEST} snapshots on; the baseline has {len(snapshots.baseline)}"
        )
    if disturbed := {name: number for name, number in new.disturbed.items() if number}:
        counts = ", ".join(f"{number} × {name}" for name, number in disturbed.items())
        notes.append(f"the newer run was disturbed: {counts}")
    return notes


def _evidence(change: Change, stream: Stream | None) -> tuple[int, ...]:
    shown = shown_by(change, stream) if stream is not None else {}
    return tuple(number for number, shows in shown.items() if shows)[:MOST_EVIDENCE]


def judged_again(stream: Stream, contract: Contract) -> dict[str, Verdict]:
    """Clause → what its invariant says of recorded exchanges."""
    by_number = {exchange.number: exchange for exchange in stream.exchanges}
    verdicts: dict[str, Verdict] = {}
    for name, invariant in all_invariants().items():
        clause = contract.clauses[name]
        if stream.edition in clause.editions:
            tally = Tally(clause)
            tally.take(lambda invariant=invariant: invariant.judge(stream), by_number)  # type: ignore[misc]
            verdicts[name] = tally.verdict()
    return verdicts

"""What a run shows that no run of the baseline showed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from conformance.contract import Clause, Contract, Level
from conformance.judge.invariant import all_invariants
from conformance.judge.verdict import Outcome
from conformance.offline.drift.change import Change
from conformance.offline.drift.counts import ChangeGroup, Groups, grouped, new_values
from conformance.offline.drift.find_fields import changed_fields
from conformance.offline.drift.questions import OF_APPLICATIONS
from conformance.offline.drift.snapshot import ClauseSummary, Snapshots

DECIDED = frozenset({Outcome.PASS, Outcome.FAIL})


def changes(snapshots: Snapshots, contract: Contract) -> list[Change]:
    """Everything that differs; whose change each is, ``attribute_all`` tells."""
    return [
        *_verdicts(snapshots, contract),
        *_observations(snapshots, contract),
        *changed_fields(snapshots, contract),
        *_codes(snapshots),
    ]


# Verdicts ------------------------------------------------------------------------------------------------------


def _verdicts(snapshots: Snapshots, contract: Contract) -> Iterator[Change]:
    for name, now in snapshots.new.shown.items():
        clause = contract.clauses.get(name)
        if clause is None or clause.level is Level.OBSERVED:
            continue
        before = [snapshot.shown[name] for snapshot in snapshots.baseline if name in snapshot.shown]
        change = _failed(name, before, now) if now.outcome == Outcome.FAIL else _no_failure(name, before, now)
        if change is not None:
            yield replace(change, level=str(clause.level))


def _failed(name: str, before: Sequence[ClauseSummary], now: ClauseSummary) -> Change | None:
    """Whether a clause that failed has never failed before, or never like this."""
    outcomes = {clause.outcome for clause in before}
    counts = now.broken, now.exercised, sum(clause.exercised for clause in before)
    if Outcome.FAIL not in outcomes:
        was = Outcome.PASS.word if Outcome.PASS in outcomes else _words(outcomes) or "no such clause"
        return Change("newly failed", name, was, Outcome.FAIL.word, (now.reason,), *counts)
    known = {fingerprint for clause in before for fingerprint in clause.fingerprints}
    new = sorted(set(now.fingerprints) - known)
    if new and known:
        return Change("fails differently", name, "; ".join(sorted(known)), "; ".join(new), (now.reason,), *counts)
    return None


def _no_failure(name: str, before: Sequence[ClauseSummary], now: ClauseSummary) -> Change | None:
    """Whether a clause that did not fail always failed before, or was always decided."""
    outcomes = {clause.outcome for clause in before}
    always_failed, always_decided = outcomes == {Outcome.FAIL}, bool(outcomes) and outcomes <= DECIDED
    if now.outcome == Outcome.PASS:
        passed = Change("newly passed", name, Outcome.FAIL.word, Outcome.PASS.word, (), now.exercised, now.exercised)
        return passed if always_failed else None
    if not always_decided:
        return None
    if now.outcome == Outcome.EXEMPT:
        return Change("not offered any more", name, "decided", now.reason, ()) if "not offer" in now.reason else None
    return Change("newly inconclusive", name, "decided", _words({now.outcome}), (now.reason,))


def _words(outcomes: Iterable[str]) -> str:
    known = {str(outcome): outcome.word for outcome in Outcome}
    return ", ".join(sorted(known.get(outcome, outcome) for outcome in outcomes))


# What is counted -----------------------------------------------------------------------------------------------


def timed_clauses() -> frozenset[str]:
    """The clauses of which the observation depends on when was asked."""
    return frozenset(invariant.clause for invariant in all_invariants().values() if invariant.timed)


def _observations(snapshots: Snapshots, contract: Contract) -> Iterator[Change]:
    timed = timed_clauses()
    for name, value, before, now in new_values(snapshots, lambda snapshot: snapshot.observations):
        clause: Clause | None = contract.clauses.get(name)
        if name in timed or clause is None or not before:
            continue
        yield Change(
            "observation", name, ", ".join(sorted(before)), value, (), now[value], sum(now.values()),
            sum(before.values()), "OBSERVED",
        )  # fmt: skip


def _codes(snapshots: Snapshots) -> Iterator[Change]:
    baseline = [snapshot.codes for snapshot in snapshots.baseline]
    anywhere: dict[str, set[str]] = {}
    for counts in baseline:
        for key, values in counts.items():
            anywhere.setdefault(key.partition(" ")[0], set()).update(values)
    groups: Groups = {}
    for key, value, before, now in new_values(snapshots, lambda snapshot: snapshot.codes):
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
            accepted = {answer.partition(" ")[2] for answer in before} == {"accepted"}
            what, was = ("code", "accepted before" if accepted else "refused before", code), before
        groups.setdefault(what, ChangeGroup()).add(key, was, now, value)
    yield from grouped(groups)

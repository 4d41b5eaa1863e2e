"""What was seen of each clause in one run, and the verdict that it adds up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from conformance.client.budget import BudgetError, NotSent
from conformance.contract import Clause, Level
from conformance.judge.invariant import Observation
from conformance.judge.verdict import (
    SUITE_ERRORS,
    Breaks,
    CheckResult,
    Exempt,
    Holds,
    Inconclusive,
    Outcome,
    Unclear,
    Verdict,
    add_up,
)
from conformance.runner.selection import Choice


class ClauseEvidence:
    """The observations of a run by clause."""

    def __init__(self, choice: Choice, tested: frozenset[str]) -> None:
        self._choice = choice
        self._tested = tested
        """Clauses with a test of their own, each of whose cases is required."""
        self._judged: dict[str, list[CheckResult | Observation]] = {}
        self._decided: dict[str, Verdict] = {}

    def __contains__(self, clause: str) -> bool:
        """Whether anybody has looked at that clause."""
        return clause in self._judged or clause in self._decided

    def take(self, clause: str, judge: Callable[[], Iterable[CheckResult | Observation]]) -> Verdict:
        """Add what ``judge`` observes of a clause, and return its verdict so far.

        Whatever else it raises is an error of ours: recorded as such, and raised again.
        """
        try:
            found = list(judge())
        except Inconclusive as unclear:
            found = [unclear.unclear]
        except Exempt as exempt:
            self._decided[clause] = Verdict(clause, Outcome.EXEMPT, str(exempt))
            found = []
        except NotSent as why:
            found = []
            if type(why) is BudgetError:  # the plan should have kept us from getting here
                self._decided[clause] = Verdict(clause, Outcome.ERROR, str(why))
            else:
                found = [Unclear(str(why))]
        except SUITE_ERRORS as error:
            self._decided[clause] = Verdict(clause, Outcome.ERROR, f"{type(error).__name__}: {error}"[:200])
            raise
        self._judged.setdefault(clause, []).extend(found)
        return self.verdict(clause)

    def verdict(self, clause_id: str) -> Verdict:
        """What has been seen of a clause so far."""
        clause = self._choice.contract.clauses[clause_id]
        if self._choice.edition not in clause.editions:
            return Verdict(clause_id, Outcome.EXEMPT, f"not in {self._choice.edition}")
        if (lock := self._choice.lock) is not None and clause_id not in lock.clauses:
            return Verdict(clause_id, Outcome.EXEMPT, f"not in revision {lock.revision} of {lock.edition}")
        if not self._choice.selects(clause):
            return Verdict(clause_id, Outcome.EXEMPT, "not selected")
        if self._choice.excluded(clause):
            return Verdict(clause_id, Outcome.EXEMPT, f"declared --without {clause.operation}")
        verdict = self._decided.get(clause_id) or self._seen(clause, clause_id)
        left_out = self._choice.why_left_out(clause_id)
        if verdict.outcome is Outcome.ERROR:
            return verdict
        seen = verdict.outcome is Outcome.FAIL or (verdict.exercised and not self._choice.refuses(clause_id))
        return Verdict(clause_id, Outcome.UNTESTED, left_out) if left_out and not seen else verdict

    def _seen(self, clause: Clause, clause_id: str) -> Verdict:
        """What the observations of a measured clause add up to."""
        if clause.untested:
            return Verdict(clause_id, Outcome.UNTESTED, clause.untested)
        if clause_id not in self._judged:
            return Verdict(clause_id, Outcome.UNTESTED, "the run ended before it was decided")
        found = self._judged[clause_id]
        if clause.level is Level.OBSERVED:
            pinned = self._choice.pins.get(clause_id)
            return _observed(clause, [one for one in found if isinstance(one, Observation)], pinned)
        tested = clause_id in self._tested
        added = add_up(clause_id, [one for one in found if not isinstance(one, Observation)], strict=tested)
        if added.outcome is not Outcome.PASS and added.outcome is not Outcome.FAIL and self._choice.without:
            return Verdict(
                clause_id, Outcome.EXEMPT, f"cannot be seen without {', '.join(sorted(self._choice.without))}"
            )
        if added.outcome is Outcome.UNTESTED and clause.when:
            return Verdict(clause_id, Outcome.UNTESTED, f"never seen that {clause.when}")
        return added

    def held(self, clause_id: str) -> tuple[int, ...]:
        """The exchanges that bear a clause out."""
        return tuple(one.exchange for one in self._judged.get(clause_id, ()) if isinstance(one, Holds))

    def verdicts(self) -> list[Verdict]:
        """One verdict for every clause of the contract, in its order."""
        return [self.verdict(clause_id) for clause_id in self._choice.contract.clauses]


def _observed(clause: Clause, found: list[Observation], pinned: str | None) -> Verdict:
    observations: dict[str, int] = {}
    for one in found:
        value = one.value if one.value in clause.observations else f"other: {one.value[:60]}"
        observations[value] = observations.get(value, 0) + 1
    if not observations:
        return Verdict(clause.id, Outcome.UNTESTED, "nothing showed an observation")
    others = [one for one in found if pinned is not None and one.value != pinned]
    if pinned is not None and others:
        breaks = tuple(
            Breaks("another observation than the pinned one", pinned, other.value[:60], (other.exchange,))
            for other in others
        )
        finding = breaks[0]
        reason = f"{finding.reason} ({len(others)} of {len(found)} observations)"
        return Verdict(
            clause.id, Outcome.FAIL, reason, len(found), 0, finding, len(others), observations, breaks=breaks
        )
    return Verdict(clause.id, Outcome.PASS, "", len(found), observations=observations, example=found[0].exchange)

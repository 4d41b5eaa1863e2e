"""Adds up observations as they come, so that a verdict needs no list of them; the same verdict as ``add_up`` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from conformance.contract import Clause, Level
from conformance.judge.fingerprint import MOST, fingerprint_of
from conformance.judge.invariant import Observation
from conformance.judge.verdict import SUITE_ERRORS, Breaks, CheckResult, Exempt, Holds, Outcome, Verdict
from conformance.wire.message import Exchange

MOST_FINGERPRINTS = 200
"""Ways of failing that are told apart while a recording is read."""


@dataclass(slots=True)
class Tally:
    """What was observed of one clause so far."""

    clause: Clause
    held: int = 0
    unclear: int = 0
    broken: int = 0
    why: str = ""
    example: int = 0
    smallest: Breaks | None = None
    first: str = ""
    """The fingerprint of the smallest counterexample."""
    fingerprints: set[str] = field(default_factory=set)
    observations: dict[str, int] = field(default_factory=dict)
    decided: Verdict | None = None
    """A verdict that observations do not change."""

    def take(self, judge: Callable[[], Iterable[CheckResult | Observation]], exchanges: Mapping[int, Exchange]) -> bool:
        """Add what an invariant observes of these exchanges; tell whether a smaller counterexample came."""
        before = self.smallest
        try:
            for one in judge():
                self._add(one, exchanges)
        except Exempt as exempt:
            self.decided = Verdict(self.clause.id, Outcome.EXEMPT, str(exempt))
        except SUITE_ERRORS as error:
            self.decided = Verdict(self.clause.id, Outcome.ERROR, f"{type(error).__name__}: {error}"[:200])
        return self.smallest is not before

    def _add(self, one: CheckResult | Observation, exchanges: Mapping[int, Exchange]) -> None:
        if isinstance(one, Holds):
            self.held += 1
            self.example = self.example or one.exchange
        elif isinstance(one, Observation):
            value = one.value if one.value in self.clause.observations else f"other: {one.value[:60]}"
            self.observations[value] = self.observations.get(value, 0) + 1
            self.example = self.example or one.exchange
        elif isinstance(one, Breaks):
            self.broken += 1
            fingerprint = fingerprint_of(one, exchanges.get(one.exchanges[-1]) if one.exchanges else None)
            if len(self.fingerprints) < MOST_FINGERPRINTS:
                self.fingerprints.add(fingerprint)
            if self.smallest is None or _size(one) < _size(self.smallest):
                self.smallest, self.first = one, fingerprint
        else:
            self.unclear += 1
            self.why = self.why or one.reason

    def verdict(self) -> Verdict:
        """What it adds up to."""
        name, seen = self.clause.id, self.held + self.broken
        if self.decided is not None:
            return self.decided
        if self.clause.level is Level.OBSERVED:
            if not self.observations:
                return Verdict(name, Outcome.UNTESTED, "nothing showed an observation")
            number = sum(self.observations.values())
            return Verdict(name, Outcome.PASS, "", number, observations=self.observations, example=self.example)
        if self.smallest is not None:
            often = f" ({self.broken} of {seen} observations)" if seen > 1 else ""
            reason = self.smallest.reason + often
            every = tuple([self.first, *sorted(self.fingerprints - {self.first})][:MOST])
            return Verdict(
                name, Outcome.FAIL, reason, seen, self.unclear, self.smallest, self.broken, fingerprints=every
            )
        if self.held:
            reason = f"{self.held} held, {self.unclear} inconclusive" if self.unclear else ""
            return Verdict(name, Outcome.PASS, reason, self.held, self.unclear, example=self.example)
        if self.unclear:
            return Verdict(name, Outcome.INCONCLUSIVE, self.why, 0, self.unclear)
        when = f"never seen that {self.clause.when}" if self.clause.when else "its condition never applied in this run"
        return Verdict(name, Outcome.UNTESTED, when)


def _size(found: Breaks) -> tuple[int, int]:
    return found.size, (found.exchanges[-1:] or (0,))[0]

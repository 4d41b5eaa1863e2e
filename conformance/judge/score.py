"""How many clauses passed, failed, are inconclusive or were not tested, over what an edition holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from conformance.contract import Contract, Level
from conformance.judge.verdict import Outcome, Verdict

UNCLEAR = frozenset({Outcome.INCONCLUSIVE, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class Score:
    """The clauses of one level in an edition, whatever was selected."""

    passed: int
    failed: int
    """Also those that are waived."""
    waived: int
    inconclusive: int
    """Could not be told, or our own fault."""
    not_tested: int
    """Nobody looked, although it was to be measured."""
    exempt: int
    """Not offered, or not selected."""

    @property
    def measured(self) -> int:
        """Those that were to be measured."""
        return self.passed + self.failed + self.inconclusive + self.not_tested

    @property
    def of(self) -> int:
        """All of them."""
        return self.measured + self.exempt

    def to_dict(self) -> dict[str, int]:
        """As a summary has it."""
        return {
            "of": self.of,
            "passed": self.passed,
            "failed": self.failed,
            "waived": self.waived,
            "inconclusive": self.inconclusive,
            "not_tested": self.not_tested + self.exempt,
        }


def score_of(
    contract: Contract,
    edition: str,
    verdicts: Iterable[Verdict],
    waived: Collection[str],
    level: Level,
    operation: str | None = None,
) -> Score:
    """The score of a level, of one operation or of all; a clause without verdict is UNTESTED."""
    by_clause = {verdict.clause: verdict.outcome for verdict in verdicts}
    ids = [one.id for one in contract.of(edition) if one.level is level and operation in (None, one.operation)]
    seen = [by_clause.get(one, Outcome.UNTESTED) for one in ids]
    return Score(
        seen.count(Outcome.PASS),
        seen.count(Outcome.FAIL),
        sum(one in waived for one in ids),
        sum(one in UNCLEAR for one in seen),
        seen.count(Outcome.UNTESTED),
        seen.count(Outcome.EXEMPT),
    )

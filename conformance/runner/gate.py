"""The gate: what waivers cover in one run, and which of them make it red."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.config.profiles import PROFILES
from conformance.config.waivers import Waiver, of_edition
from conformance.contract import Contract
from conformance.judge.verdict import Outcome, Verdict

SOON = 14
"""Days before its end at which a waiver is warned of."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say of a waiver."""

    kind: str
    """Red: ``differs``, ``expired``, ``unmatched``, ``stale``. A warning: ``expiring``. Else ``untouched``."""
    waiver: Waiver
    clause: str
    says: str
    """One sentence: what was found, and what to do next."""

    @property
    def where(self) -> str:
        """File and line of the waiver."""
        return self.waiver.where

    def to_dict(self) -> dict[str, str]:
        return {"kind": self.kind, "clause": self.clause, "where": self.waiver.where, "says": self.says}


@dataclass(frozen=True, slots=True)
class Gate:
    """What came of the waivers in one run."""

    waived: Mapping[str, Waiver] = field(default_factory=dict)
    """Clause → the waiver that covers its failure."""
    red: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
    untouched: tuple[Note, ...] = ()
    elsewhere: int = 0
    """Waivers of other targets or editions."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "waived": {
                clause: {"reason": one.reason, "owner": one.owner, "issue": one.issue, "expires": str(one.expires)}
                for clause, one in self.waived.items()
            },
            "red": [one.to_dict() for one in self.red],
            "warnings": [one.to_dict() for one in self.warnings],
            "untouched": [one.to_dict() for one in self.untouched],
            "elsewhere": self.elsewhere,
        }


def aged(waiver: Waiver, today: datetime.date) -> Note | None:
    """That it is over, or soon will be."""
    left = (waiver.expires - today).days
    if left < 0:
        return Note(
            "expired", waiver, waiver.name, f"ended on {waiver.expires}; settle {waiver.issue} or renew the waiver"
        )
    if left <= SOON:
        when = f"in {left} days" if left else "today"
        return Note("expiring", waiver, waiver.name, f"ends {when}, on {waiver.expires}; owner {waiver.owner}")
    return None


def unmatched(contract: Contract, waiver: Waiver) -> Note | None:
    """That no clause of its edition is meant."""
    if of_edition(contract, waiver):
        return None
    return Note(
        "unmatched", waiver, waiver.name, f"matches no clause of {waiver.edition}; correct or remove the waiver"
    )


def apply(
    waivers: Sequence[Waiver],
    verdicts: Iterable[Verdict],
    contract: Contract,
    target: str,
    edition: str,
    profile: str,
    today: datetime.date,
) -> Gate:
    """What the waivers cover of these verdicts, and what is wrong with the waivers. ERROR is never covered."""
    by_clause = {one.clause: one for one in verdicts}
    here = [one for one in waivers if one.concerns(target, edition)]
    ages = {id(waiver): note for waiver in here if (note := aged(waiver, today)) is not None}
    valid = [one for one in here if id(one) not in ages or ages[id(one)].kind != "expired"]
    notes = [*ages.values(), *(note for one in here if (note := unmatched(contract, one)) is not None)]
    waived: dict[str, Waiver] = {}
    for verdict in by_clause.values():
        covering = [one for one in valid if one.meets(verdict.clause)] if verdict.outcome is Outcome.FAIL else []
        known = {fingerprint for one in covering for fingerprint in one.fingerprints}
        if other := [one for one in verdict.fingerprints if one not in known]:
            notes += [Note("differs", one, verdict.clause, _differs(other)) for one in covering[:1]]
        elif covering:
            waived[verdict.clause] = covering[0]
    for waiver in valid:
        met = [by_clause[clause.id] for clause in of_edition(contract, waiver) if clause.id in by_clause]
        if met and not any(one.outcome is Outcome.FAIL for one in met):
            notes += _not_failing(waiver, met, profile)
    return Gate(
        waived,
        tuple(one for one in notes if one.kind not in {"expiring", "untouched"}),
        tuple(one for one in notes if one.kind == "expiring"),
        tuple(one for one in notes if one.kind == "untouched"),
        len(waivers) - len(here),
    )


def _differs(other: Sequence[str]) -> str:
    return f"fails differently: {other[0]!r} is not waived" + (f", nor are {len(other) - 1} more" if other[1:] else "")


def _not_failing(waiver: Waiver, met: Sequence[Verdict], profile: str) -> list[Note]:
    """Nothing fails: the waiver is stale where the run looked as deep as the one that recorded the failure."""
    passed = [one for one in met if one.outcome is Outcome.PASS]
    undecided = [one for one in met if one.outcome is not Outcome.PASS]
    if passed and not undecided:
        depths = list(PROFILES)
        if depths.index(profile) >= depths.index(waiver.profile):
            return [Note("stale", waiver, waiver.name, f"passes now, by profile {profile}; remove the waiver")]
        why = f"passes by profile {profile}, which looks less deep than {waiver.profile}; nothing is concluded"
        return [Note("untouched", waiver, waiver.name, why)]
    return [
        Note("untouched", waiver, verdict.clause, f"is {verdict.outcome.word} in this run: {verdict.reason}")
        for verdict in undecided
    ]

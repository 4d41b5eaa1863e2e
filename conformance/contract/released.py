"""The contract as a released revision of an edition has it: what a run by ``EDITION@N`` measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from conformance.contract.load import load
from conformance.contract.locks import Lock, LockedClause, read
from conformance.contract.model import Clause, Contract

GONE = "this version of the suite does not measure it any more"


def contract_of(edition: str, revision: int | None) -> Contract:
    """What is measured: by a revision what it holds, without one today's contract."""
    return load() if revision is None else as_released(load(), read(edition, revision))


def as_released(contract: Contract, lock: Lock) -> Contract:
    """The contract with the clauses of the lock's edition as its revision has them.

    A level is that of the revision. A clause that this version of the suite cannot measure by the revision, because
    it is gone or has another value, is there and untested. A clause that was added later stays as it is: who measures
    by the lock leaves it out.
    """
    clauses = {clause_id: _as_locked(clause, lock) for clause_id, clause in contract.clauses.items()}
    for clause_id in sorted(set(lock.clauses) - set(clauses)):
        clauses[clause_id] = _gone(clause_id, lock)
    return replace(contract, clauses=MappingProxyType(clauses))


def _as_locked(clause: Clause, lock: Lock) -> Clause:
    locked = lock.clauses.get(clause.id)
    if locked is None:
        return clause
    if lock.edition not in clause.editions:
        return _gone(clause.id, lock)
    return replace(clause, level=locked.level, untested=clause.untested or _other_value(clause, locked, lock))


def _other_value(clause: Clause, locked: LockedClause, lock: Lock) -> str:
    """Why a clause cannot be measured by the revision: the suite expects another value; empty where it does not."""
    today = _values(clause.values, lock.edition)
    for name in sorted({*today, *locked.values}):
        if today.get(name) != locked.values.get(name):
            was, now = locked.values.get(name), today.get(name)
            return f"{name} is {was} in revision {lock.revision}, and this version of the suite measures by {now}"
    return ""


def _values(values: Mapping[str, Mapping[str, int]], edition: str) -> dict[str, int]:
    return {name: by_edition[edition] for name, by_edition in values.items()}


def _gone(clause_id: str, lock: Lock) -> Clause:
    locked = lock.clauses[clause_id]
    return Clause(
        clause_id,
        operation=clause_id.partition(".")[0],
        level=locked.level,
        text=f"A clause of revision {lock.revision}.",
        editions=(lock.edition,),
        place="",
        sources=MappingProxyType({lock.edition: ""}),
        values=MappingProxyType({name: MappingProxyType({lock.edition: n}) for name, n in locked.values.items()}),
        observations=(),
        untested=GONE,
        when="",
        alternative="",
        unsaid=MappingProxyType({}),
        file="",
        line=0,
    )

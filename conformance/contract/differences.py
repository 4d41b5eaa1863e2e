"""What changed between two editions, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Clause, Contract, Parameter


def differences(contract: Contract, before: str, after: str) -> Iterator[str]:
    """One sentence per difference: parameters, then clauses in the order of the files."""
    for operation in contract.operations.values():
        for parameter in operation.parameters:
            if sentence := _of_parameter(operation.name, parameter, before, after):
                yield sentence
    for clause in contract.clauses.values():
        if sentence := _of_clause(clause, before, after):
            yield sentence


def _of_parameter(operation: str, parameter: Parameter, before: str, after: str) -> str:
    was, now = _state(parameter, before), _state(parameter, after)
    return "" if was == now else f"{operation}: {parameter.name} was {was}, is {now}."


def _state(parameter: Parameter, edition: str) -> str:
    if edition in parameter.required:
        return "required"
    return "optional" if edition in parameter.optional else "unknown"


def _of_clause(clause: Clause, before: str, after: str) -> str:
    had, has = before in clause.editions, after in clause.editions
    if had and not has:
        return f"{clause.id}: no longer promised: {clause.says(before)}"
    if has and not had:
        return f"{clause.id}: new ({clause.level}): {clause.says(after)}"
    changed = [
        f"{name} was {values[before]:,}, is {values[after]:,}"
        for name, values in clause.values.items()
        if had and has and values[before] != values[after]
    ]
    return f"{clause.id}: {'; '.join(changed)}: {clause.says(after)}" if changed else ""

"""Requests that differ from an accepted one in one parameter, derived from the contract's rows and from drawn cases.

A parameter is attacked as soon as its row is in the contract, and each change belongs to the clause on its kind:
``<operation>.<parameter>.required`` where it is left out, ``….integer`` where it is spelt as no integer, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.contract.cases import Case
from conformance.contract.model import Contract, Operation, Parameter
from conformance.generate.careless_spellings import FREQUENT, KEYS, LONGS, NUMBERS, Malform
from conformance.wire.message import Request

KINDS = ("required", "blank", "integer", "zero", "negative", "max", "unknown")
"""The last part of the ids of the clauses that a changed parameter can break."""
PLAIN = re.compile(r"-?(0|[1-9][0-9]*)")
ZERO, NEGATIVE, TOO_MUCH = ("zero", "unknown", "integer"), ("negative", "integer", "unknown"), ("max", "integer")
"""For an integer out of its limits, the kinds of clauses that may speak of it, the nearest first."""

SPELLINGS = {"String": KEYS, "Integer": NUMBERS, "Long": LONGS}
"""Type → what can be wrong with the spelling of a value."""
SAMPLES = {"String": "a1B2c3D4e5F", "Integer": "7", "Long": "1295006"}
"""Type → a valid value: what kind of fault a change makes does not depend on which."""


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """One parameter of a valid request, and what is sent in its place."""

    operation: str
    parameter: str
    says: str
    """What is wrong with it, if anything: ``a tail of letters``."""
    values: Callable[[str], tuple[str, ...]]
    """The valid value → the values sent under the parameter's name; none leaves it out."""
    frequent: bool = False
    """Whether servers let it through so often that every profile tries it; the others are for full and thorough."""

    def of(self, valid: Request) -> Request:
        """The valid request with that one thing changed."""
        place = next((n for n, (name, _) in enumerate(valid.params) if name == self.parameter), len(valid.params))
        kept = [pair for pair in valid.params if pair[0] != self.parameter]
        sent = [(self.parameter, value) for value in self.values(valid.get(self.parameter) or "")]
        return replace(valid, params=(*kept[:place], *sent, *kept[place:]))


def derived(operation: Operation, edition: str) -> Iterator[ParameterChange]:
    """Every change that the rows of an operation call for: missing, blank, misspelt, out of its limits, twice."""
    for parameter in operation.parameters:
        if not parameter.known(edition) or "." in parameter.name:
            continue  # lists of names are drawn as applications
        spellings = SPELLINGS[parameter.type]
        yield ParameterChange(operation.name, parameter.name, "left out", lambda valid: (), frequent=True)
        yield _put(operation, parameter, "empty", "", frequent=True)
        yield _put(operation, parameter, "only blanks", "   ")
        yield from (_spelt(operation, parameter, says, spell) for says, spell in spellings.items())
        for number, frequent in _beyond(parameter, edition).items():
            yield _put(operation, parameter, str(number), str(number), frequent=frequent)
        yield ParameterChange(operation.name, parameter.name, "sent twice", lambda valid: (valid, valid))


def _put(
    operation: Operation, parameter: Parameter, says: str, value: str, *, frequent: bool = False
) -> ParameterChange:
    return ParameterChange(operation.name, parameter.name, says, lambda valid: (value,), frequent)


def _spelt(operation: Operation, parameter: Parameter, says: str, spell: Malform) -> ParameterChange:
    return ParameterChange(operation.name, parameter.name, says, lambda valid: (spell(valid),), says in FREQUENT)


def _beyond(parameter: Parameter, edition: str) -> dict[int, bool]:
    """Numbers just outside the limits of a parameter, and those that an overflow makes small; whether each is frequent.

    Empty for a text.
    """
    if parameter.type == "String":
        return {}
    least, most = parameter.limit("minimum", edition), parameter.limit("maximum", edition)
    if parameter.type == "Integer":
        numbers = dict.fromkeys((2**31, 2**31 + 1, 2**32, 2**32 + 2, 2**63, 2**64 + 2), False)
        numbers |= dict.fromkeys((-(2**31), -(2**32) + 1), True)
    else:
        numbers = dict.fromkeys((2**63, 2**64), False)
    if isinstance(least, int):
        numbers |= dict.fromkeys((least - 1, -least), parameter.type == "Integer")
    if isinstance(most, int):
        numbers |= {most + 1: True}
    return numbers


def drawn(case: Case) -> ParameterChange:
    """The change of a case that Schemathesis drew."""
    says = " and ".join(map(repr, case.values)) or "left out"
    return ParameterChange(case.operation, case.parameter, says, lambda valid: case.values)


def _row(contract: Contract, change: ParameterChange) -> Parameter | None:
    return next((row for row in contract.operations[change.operation].parameters if row.name == change.parameter), None)


def sampled(contract: Contract, change: ParameterChange) -> tuple[str, ...]:
    """What the change makes of a sample of its parameter's type."""
    row = _row(contract, change)
    return change.values(SAMPLES[row.type if row is not None else "String"])


def kind_of(contract: Contract, edition: str, change: ParameterChange) -> str:
    """The kind of clause by which the changed request is to be refused; empty where none of the edition demands it."""
    row, values = _row(contract, change), sampled(contract, change)
    if row is None or len(values) > 1:
        return ""
    for kind in _kinds(row, edition, values[0] if values else None):
        clause = contract.clauses.get(f"{change.operation}.{change.parameter}.{kind}")
        if clause is not None and edition in clause.editions:
            return kind
    return ""


def _kinds(parameter: Parameter, edition: str, value: str | None) -> tuple[str, ...]:
    """The kinds that fit, the nearest first."""
    if value is None:
        return ("required",)
    if not value:
        return ("blank",)
    if parameter.type == "String":
        return () if value == SAMPLES["String"] else ("unknown",)
    if value.isascii() and value.isdigit() and value[0] == "0" and len(value) > 1:
        return ()  # leading zeros may pass
    if not PLAIN.fullmatch(value):
        return ("integer",)
    least, most, number = parameter.limit("minimum", edition), parameter.limit("maximum", edition), int(value)
    if isinstance(least, int) and number < least:
        return NEGATIVE if number < 0 else ZERO
    return TOO_MUCH if isinstance(most, int) and number > most else ()

"""What an invariant is: a pure function over the stream that judges one clause, marked with that clause's id."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.contract.actions import UNDER_TEST
from conformance.judge.stream import Stream
from conformance.judge.verdict import CheckResult


@dataclass(frozen=True, slots=True)
class Observation:
    """One reading of an OBSERVED clause."""

    value: str
    exchange: int


InvariantFunction = Callable[[Stream], Iterator[CheckResult | Observation]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """An invariant with the clause that it judges."""

    clause: str
    judge: InvariantFunction
    says: str
    where: str


def invariant(clause: str) -> Callable[[InvariantFunction], InvariantFunction]:
    """Mark a function as the invariant of that clause."""

    def mark(function: InvariantFunction) -> InvariantFunction:
        function.invariants = [Invariant(clause, function, (function.__doc__ or "").strip(), _where(function))]  # type: ignore[attr-defined]
        return function

    return mark


def invariant_of_each(
    pattern: str,
) -> Callable[
    [Callable[[Stream, str], Iterator[CheckResult | Observation]]],
    Callable[[Stream, str], Iterator[CheckResult | Observation]],
]:
    """Mark a function of stream and operation as the invariant of ``<operation>.<pattern>`` for each operation."""

    def mark(
        function: Callable[[Stream, str], Iterator[CheckResult | Observation]],
    ) -> Callable[[Stream, str], Iterator[CheckResult | Observation]]:
        says = (function.__doc__ or "").strip()
        function.invariants = [  # type: ignore[attr-defined]
            Invariant(f"{operation}.{pattern}", _bound(function, operation), says, _where(function))
            for operation in UNDER_TEST
        ]
        return function

    return mark


def _bound(function: Callable[[Stream, str], Iterator[CheckResult | Observation]], operation: str) -> InvariantFunction:
    return lambda stream: function(stream, operation)


def _where(function: Callable[..., object]) -> str:
    return f"{function.__module__.replace('.', '/')}.py:{function.__code__.co_firstlineno}"


def all_invariants() -> dict[str, Invariant]:
    """Every invariant by clause id. Raises ValueError where two invariants judge one clause."""
    from conformance.judge import invariants as package

    found: dict[str, Invariant] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for function in vars(module).values():
            for one in (
                getattr(function, "invariants", []) if getattr(function, "__module__", "") == module.__name__ else []
            ):
                if one.clause in found:
                    raise ValueError(
                        f"{one.where}: clause {one.clause} has an invariant already: {found[one.clause].where}"
                    )
                found[one.clause] = one
    return found

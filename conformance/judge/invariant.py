"""What a law is: a pure function over the stream that judges one clause, marked with that clause's id."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.judge.stream import Stream
from conformance.judge.verdict import Judged

OPERATIONS = (
    "BatchRegisterDevice",
    "BatchCheckDeviceNames",
    "BatchRegisterDeviceWithApplyId",
    "QueryBatchRegisterDeviceStatus",
    "QueryPageByApplyId",
)


@dataclass(frozen=True, slots=True)
class Reads:
    """One reading of an OBSERVED clause."""

    value: str
    exchange: int


LawFunction = Callable[[Stream], Iterator[Judged | Reads]]


@dataclass(frozen=True, slots=True)
class Law:
    """A law with the clause that it judges."""

    clause: str
    judge: LawFunction
    says: str
    where: str


def law(clause: str) -> Callable[[LawFunction], LawFunction]:
    """Mark a function as the law of that clause."""

    def mark(function: LawFunction) -> LawFunction:
        function.laws = [Law(clause, function, (function.__doc__ or "").strip(), _where(function))]  # type: ignore[attr-defined]
        return function

    return mark


def law_of_each(
    pattern: str,
) -> Callable[[Callable[[Stream, str], Iterator[Judged | Reads]]], Callable[[Stream, str], Iterator[Judged | Reads]]]:
    """Mark a function of stream and operation as the law of ``<operation>.<pattern>`` for each operation."""

    def mark(
        function: Callable[[Stream, str], Iterator[Judged | Reads]],
    ) -> Callable[[Stream, str], Iterator[Judged | Reads]]:
        says = (function.__doc__ or "").strip()
        function.laws = [  # type: ignore[attr-defined]
            Law(f"{operation}.{pattern}", _bound(function, operation), says, _where(function))
            for operation in OPERATIONS
        ]
        return function

    return mark


def _bound(function: Callable[[Stream, str], Iterator[Judged | Reads]], operation: str) -> LawFunction:
    return lambda stream: function(stream, operation)


def _where(function: Callable[..., object]) -> str:
    return f"{function.__module__.replace('.', '/')}.py:{function.__code__.co_firstlineno}"


def all_laws() -> dict[str, Law]:
    """Every law by clause id. Raises ValueError where two laws judge one clause."""
    from conformance.judge import invariants as package

    found: dict[str, Law] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for function in vars(module).values():
            for one in getattr(function, "laws", []) if getattr(function, "__module__", "") == module.__name__ else []:
                if one.clause in found:
                    raise ValueError(f"{one.where}: clause {one.clause} has a law already: {found[one.clause].where}")
                found[one.clause] = one
    return found

"""What an invariant is: a pure function over the stream that judges one clause, marked with that clause's id.

The mark says all that the suite must know of it: ``of``, how much of the traffic it looks at; ``needs``, what a
recording made by others does not tell, so that it cannot decide the clause; ``timed``, whether its observation depends
on when was asked.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import Any

from conformance.contract.actions import UNDER_TEST
from conformance.judge.stream import Stream
from conformance.judge.verdict import CheckResult

WHICH_NAMES_WERE_FREE = (
    "the recording does not tell which names were free before; --whole says that it holds all that was ever done"
)
EVERY_REQUEST = "what it forbids may have been asked for elsewhere; --whole says that the recording holds all of it"
QUOTA_AND_RIGHTS = (
    "the account's quota and rights are not known; --whole says that nothing else keeps a request from success"
)
NO_OTHER_REASON = "the refusal may have another reason; --whole says that nothing else was wrong with the requests"


class Scope(Enum):
    """How much of the traffic an invariant looks at."""

    ONE_EXCHANGE = "one exchange"
    """Each exchange by itself: it judges all of a recording, however long that is."""
    THE_STREAM = "the stream"
    """Exchanges together, in their order."""


ONE_EXCHANGE, THE_STREAM = Scope.ONE_EXCHANGE, Scope.THE_STREAM


@dataclass(frozen=True, slots=True)
class Observation:
    """One reading of an OBSERVED clause."""

    value: str
    exchange: int


InvariantFunction = Callable[[Stream], Iterator[CheckResult | Observation]]
InvariantOfOperation = Callable[[Stream, str], Iterator[CheckResult | Observation]]
"""An invariant that judges a clause of each operation: called with the stream and the operation."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """An invariant with the clause that it judges."""

    clause: str
    judge: InvariantFunction
    says: str
    where: str
    """The file and line where its function begins."""
    of: Scope = THE_STREAM
    needs: str = ""
    """What a recording by others does not tell, as a sentence; empty where it tells enough."""
    timed: bool = False
    """Whether its observation depends on when was asked."""


def invariant(
    clause: str, *, of: Scope = THE_STREAM, needs: str = "", timed: bool = False
) -> Callable[[InvariantFunction], InvariantFunction]:
    """Mark a function as the invariant of that clause."""

    def mark(function: InvariantFunction) -> InvariantFunction:
        says, where = _documented(function)
        function.invariants = [Invariant(clause, function, says, where, of, needs, timed)]  # type: ignore[attr-defined]
        return function

    return mark


def invariant_of_each(
    pattern: str, *, of: Scope = THE_STREAM, needs: Mapping[str, str] | None = None
) -> Callable[[InvariantOfOperation], InvariantOfOperation]:
    """Mark a function of stream and operation as the invariant of ``<operation>.<pattern>`` for each operation.

    ``needs`` says by operation what a recording by others does not tell.
    """

    def mark(function: InvariantOfOperation) -> InvariantOfOperation:
        says, where = _documented(function)
        function.invariants = [  # type: ignore[attr-defined]
            Invariant(
                f"{operation}.{pattern}", _bound(function, operation), says, where, of, (needs or {}).get(operation, "")
            )
            for operation in UNDER_TEST
        ]
        return function

    return mark


def _bound(function: InvariantOfOperation, operation: str) -> InvariantFunction:
    return lambda stream: function(stream, operation)


def _documented(function: Callable[..., Any]) -> tuple[str, str]:
    """What a function says of itself, and where it stands."""
    where = f"{function.__module__.replace('.', '/')}.py:{function.__code__.co_firstlineno}"
    return (function.__doc__ or "").strip(), where


def all_invariants() -> dict[str, Invariant]:
    """Every invariant by clause id. Raises ValueError where two invariants judge one clause."""
    from conformance.judge import invariants as package

    by_clause: dict[str, Invariant] = {}
    for info in pkgutil.iter_modules(package.__path__):
        for marked in _invariants_in(importlib.import_module(f"{package.__name__}.{info.name}")):
            if (other := by_clause.get(marked.clause)) is not None:
                raise ValueError(f"{marked.where}: clause {marked.clause} has an invariant already: {other.where}")
            by_clause[marked.clause] = marked
    return by_clause


def _invariants_in(module: ModuleType) -> Iterator[Invariant]:
    """The invariants of the functions that a module itself defines, in their order."""
    for function in vars(module).values():
        if getattr(function, "__module__", "") == module.__name__:
            yield from getattr(function, "invariants", ())

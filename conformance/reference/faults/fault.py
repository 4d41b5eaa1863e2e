"""One way to break one clause, and how it is declared beside the rule that it breaks.

A fault is called after the clause that it breaks, with a flavour where a clause can be broken in different ways:
``Workflow.terminal/expires``. Scopes narrow where it shows, for example ``Workflow.terminal/expires@XML@B``. Every
scope may follow every fault; several must hold together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from conformance.reference.rule import rule_name

NOW_AND_THEN = frozenset({"20th", "50th"})

Change = TypeVar("Change", bound=Callable[..., Any])


class UnknownFault(ValueError):
    """A fault that the reference does not know."""


class Crash(Exception):
    """The server falls over: HTTP 500 with a page of HTML."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break one clause."""

    name: str
    says: str
    """What the server does, as a sentence."""
    editions: tuple[str, ...] = ()
    """Where it shows; empty: in every edition that has the clause."""
    listed: bool = True
    """Whether it is worth a run of its own; otherwise only with scopes."""

    @property
    def base(self) -> str:
        """The name without scopes."""
        return self.name.partition("@")[0]

    @property
    def clause(self) -> str:
        """The id of the clause that it breaks."""
        return self.base.partition("/")[0]

    @property
    def scopes(self) -> tuple[str, ...]:
        """Where it shows; empty: everywhere."""
        return tuple(self.name.split("@")[1:])

    @property
    def shows(self) -> str:
        """How often it shows, the rarest first where several hold."""
        if NOW_AND_THEN.intersection(self.scopes):
            return "now and then"
        if "B" in self.scopes:
            return "for the second product only"
        if self.scopes:
            return "in one form only"
        return "in one case only" if "/" in self.name else "wherever it can"


DECLARED: dict[str, Fault] = {}
"""Every fault by name, in the order in which the files of this folder declare them."""

CHANGES: defaultdict[str, list[tuple[str, Callable[..., Any]]]] = defaultdict(list)
"""Fault without scopes → each rule that it breaks, and what takes its place."""


def breaks(
    name: str, says: str, *rules: Callable[..., Any], editions: Sequence[str] = (), listed: bool = True
) -> Callable[[Change], Change]:
    """This function takes the place of these rules where the fault is in force.

    It is called with the rule as it would be followed otherwise, then with the rule's own arguments. A fault that
    changes several rules in different ways is declared once for each, the further times by ``also_breaks``. One that
    is not ``listed`` is worth a run of its own only in the scopes that ``scoped`` gives it.
    """
    return _changes(_declared(Fault(name, says, tuple(editions), listed)).name, rules)


def also_breaks(name: str, *rules: Callable[..., Any]) -> Callable[[Change], Change]:
    """A further change of a fault that is declared elsewhere."""
    return _changes(name, rules)


def scoped(name: str, says: str, editions: Sequence[str] = ()) -> None:
    """A fault that was declared above, in these scopes only: worth a run of its own."""
    if name.partition("@")[0] not in DECLARED:
        raise ValueError(f"fault {name}: declare it without scopes first")
    _declared(Fault(name, says, tuple(editions)))


def _declared(fault: Fault) -> Fault:
    if fault.name in DECLARED:
        raise ValueError(f"fault {fault.name} is declared twice")
    DECLARED[fault.name] = fault
    return fault


def _changes(name: str, rules: Sequence[Callable[..., Any]]) -> Callable[[Change], Change]:
    def mark(change: Change) -> Change:
        CHANGES[name].extend((rule_name(follow), change) for follow in rules)
        return change

    return mark

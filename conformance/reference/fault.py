"""The value that names one way to break one clause.

A fault is called after the clause that it breaks, with a flavour where a clause can be broken in different
ways, and with scopes that narrow when it acts: ``Workflow.terminal/expires@XML@B``. Every scope may follow
every fault; several must hold together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SCOPES: dict[str, str] = {
    "JSON": "only when the answer is JSON",
    "XML": "only when the answer is XML",
    "GET": "only for GET",
    "POST": "only for POST",
    "RPC": "only for requests signed in their parameters",
    "ACS3": "only for requests signed in their headers",
    "FORM": "only when parameters stand in the form body",
    "QUERY": "only when no parameter stands in the form body",
    "B": "only for every second product: the second one that is known from the start, or the second one made",
    "20th": "only for every 20th request",
    "50th": "only for every 50th request",
}


NOW_AND_THEN = frozenset({"20th", "50th"})


class UnknownFault(ValueError):
    """A fault that the reference does not know."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break one clause."""

    name: str
    says: str
    also: tuple[str, ...] = ()
    """Clauses that cannot help failing with it."""
    editions: tuple[str, ...] = ()
    """Where it shows; empty: in every edition that has the clause."""

    @property
    def rule(self) -> str:
        """The name without scopes: what the code asks for."""
        return self.name.partition("@")[0]

    @property
    def clause(self) -> str:
        """The id of the clause that it breaks."""
        return self.rule.partition("/")[0]

    @property
    def scopes(self) -> tuple[str, ...]:
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


def faults_of(
    area: str,
    says: Mapping[str, str],
    also: Mapping[str, tuple[str, ...]] | None = None,
    editions: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Fault, ...]:
    """The faults of one operation, from a table: name within the operation → what it does.

    ``also`` is looked up by the whole name, then by the name without flavour and scopes.
    """
    falls = also or {}
    faults = []
    for name, text in says.items():
        others = falls.get(name, falls.get(re.split("[/@]", name)[0], ()))
        faults.append(Fault(f"{area}.{name}", text, others, (editions or {}).get(name, ())))
    return tuple(faults)

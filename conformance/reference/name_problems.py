"""One check of names, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.reference.nicknames import ILLEGAL
from conformance.reference.store import Product


@dataclass(slots=True)
class NameProblems:
    """What is wrong with the names of one check; a name may stand in several of these."""

    malformed: dict[str, str] = field(default_factory=dict)
    """Names that are not legal, and why."""
    taken: dict[str, str] = field(default_factory=dict)
    """Legal names that are in use, and that sentence."""
    nicknames: dict[str, str] = field(default_factory=dict)
    """Names whose nickname is illegal, and that nickname."""
    repeated: dict[str, None] = field(default_factory=dict)
    """Names given twice; that alone is no reason to fail."""

    def invalid(self, first_only: bool = False) -> dict[str, str]:
        """Every name that does not pass, and why; several reasons are joined by ``|``."""
        reasons = {**self.taken, **self.malformed}
        for name in self.nicknames:
            reason = reasons.get(name)
            reasons[name] = reason if reason and first_only else "|".join(filter(None, (reason, ILLEGAL)))
        return reasons


@dataclass(frozen=True, slots=True)
class NameCheck:
    """What one BatchCheckDeviceNames asks for, after every name has been looked at."""

    product: Product
    names: Sequence[str]
    """In the order of their index."""
    nicknames: Mapping[str, str]
    """The nickname of each name that has one."""
    problems: NameProblems

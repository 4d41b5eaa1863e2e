"""What is wrong with the names of one check."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.reference.nicknames import ILLEGAL


@dataclass(slots=True)
class Findings:
    """What is wrong with the names of one call."""

    malformed: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    nicknames: dict[str, str] = field(default_factory=dict)
    """Names whose nickname is illegal, and that nickname."""
    repeated: dict[str, None] = field(default_factory=dict)

    def invalid(self, first_only: bool = False) -> dict[str, str]:
        """Every name that does not pass, and why; several reasons are joined by ``|``."""
        found = {**self.taken, **self.malformed}
        for name in self.nicknames:
            told = found.get(name)
            found[name] = told if told and first_only else "|".join(filter(None, (told, ILLEGAL)))
        return found

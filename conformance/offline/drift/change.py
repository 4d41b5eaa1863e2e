"""One change between nights: what it is, whose it is, and the fingerprint under which it is known for good."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Attribution(StrEnum):
    """Whose change it is."""

    TARGET = "target"
    """The same question by the same suite is answered otherwise than on any night before."""
    SUITE = "suite or contract"
    """What was seen before would be judged like this as well, or something else was asked."""
    ENVIRONMENT = "environment"
    """Credentials, clocks, throttling, or the way there."""
    FLAKE = "flake"
    """The same question is answered now so, now so; or too little was seen to exclude chance."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. Several of the same kind and cause are one, with the places where it shows."""

    kind: str
    """Newly failing, fails otherwise, newly passing, not offered any more, could not be told, reading, field appeared,
    field vanished, field of another type, code, HTTP status, time to register."""
    what: str
    """A clause, a field, a pair of codes: the same words every night."""
    before: str
    after: str
    places: tuple[str, ...]
    """Where it shows: operations with the kind of answer, or purposes."""
    seen: int = 0
    """Observations that show it tonight, confirmations included."""
    of: int = 0
    """Observations tonight that could have shown it."""
    earlier: int = 0
    """Observations of the baseline, none of which showed it."""
    level: str = ""
    attribution: Attribution = Attribution.TARGET
    why: str = ""
    accepted: str = ""
    """The reason for which somebody has accepted it; empty where nobody has."""
    exchanges: tuple[int, ...] = field(default=())
    """Exchanges of tonight's run that show it."""

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay the same until the target changes again."""
        text = "\n".join((self.kind, self.what, self.after))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def whole(self) -> bool:
        """Whether nothing else was seen any more."""
        return self.seen == self.of

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"fingerprint": self.fingerprint, **asdict(self), "attribution": str(self.attribution)}

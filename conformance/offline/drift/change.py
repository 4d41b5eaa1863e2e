"""One change between runs: what it is, whose it is, and the fingerprint under which it is known for good."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

AS_BEFORE = {
    "newly failed": "newly failing", "newly passed": "newly passing", "fails differently": "fails otherwise",
    "newly inconclusive": "could not be told", "observation": "reading",
    "failed": "broken", "passed": "kept", "not tested": "untested",
}  # fmt: skip
"""Kinds and outcomes as version 0.1 called them. Fingerprints are made of those words: one that somebody has accepted
stays accepted."""


class Attribution(StrEnum):
    """Whose change it is."""

    TARGET = "target"
    """The same suite asks the same and gets an answer that no run of the baseline got."""
    SUITE = "suite or contract"
    """What was seen before would be judged like this as well, or something else was asked."""
    ENVIRONMENT = "environment"
    """Credentials, clocks, throttling, or the way there."""
    FLAKE = "flake"
    """The same question gets different answers within one run; or too little was seen to exclude chance."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. Several of the same kind and cause are one, with the places where it shows."""

    kind: str
    """Newly failed, fails differently, newly passed, not offered any more, newly inconclusive, observation, field
    appeared, field vanished, field of another type, code, HTTP status, time to register, time to answer."""
    what: str
    """A clause, a field, a pair of codes: the same words in every run."""
    before: str
    after: str
    places: tuple[str, ...]
    """Where it shows: operations with the kind of answer, or purposes."""
    seen: int = 0
    """Observations of the new run that show it, confirmations included."""
    of: int = 0
    """Observations of the new run that could have shown it."""
    earlier: int = 0
    """Observations of the baseline, none of which showed it."""
    level: str = ""
    attribution: Attribution = Attribution.TARGET
    why: str = ""
    accepted: str = ""
    """The reason for which somebody has accepted it; empty where nobody has."""
    exchanges: tuple[int, ...] = field(default=())
    """Exchanges of the new run that show it."""

    @property
    def of_a_verdict(self) -> bool:
        """Whether an outcome has changed; ``after`` is an outcome then, or fingerprints of failures."""
        return self.kind.startswith("newly ") or self.kind == "fails differently"

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay the same until the target changes again."""
        after = AS_BEFORE.get(self.after, self.after) if self.of_a_verdict else self.after
        text = "\n".join((AS_BEFORE.get(self.kind, self.kind), self.what, after))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def whole(self) -> bool:
        """Whether nothing else was seen any more."""
        return self.seen == self.of

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"fingerprint": self.fingerprint, **asdict(self), "attribution": str(self.attribution)}

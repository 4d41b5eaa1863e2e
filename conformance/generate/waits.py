"""How long states have lasted in this run: whoever waits as long is asked about when it should be over, not later."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

ALIKE = 1.1
"""Waits that differ by less count as one: the shortest of them."""
SHORTEST = 0.1
"""Seconds below which nothing is gained: questions are as close then anyway."""


@dataclass(slots=True)
class Waits:
    """The waits that were seen to end, and how long they had lasted."""

    _ends: dict[int, float] = field(default_factory=dict)

    def note(self, seconds: float) -> None:
        """A state was seen to be over after so many seconds."""
        if seconds >= SHORTEST:
            about = math.floor(math.log(seconds, ALIKE))
            self._ends[about] = min(seconds, self._ends.get(about, seconds))

    def pause(self, waited: float, regular: float, least: float) -> float:
        """Seconds until the next question: ``regular``, or fewer where another wait was over by then."""
        soon = [end - waited for end in self._ends.values() if least <= end - waited < regular]
        return min(soon, default=regular)

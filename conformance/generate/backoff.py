"""When to poll again: a state is asked about at the time when the same state was over elsewhere in this run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

ALIKE = 1.1
"""Waits that differ by less count as one: the shortest of them."""
SHORTEST = 0.1
"""Seconds below which nothing is gained: questions are as close then anyway."""
CLOSER = 4
"""Questions between the last that came too early elsewhere and the first that did not."""
LONGEST = 1.0
"""Seconds between two questions, at most."""
SELDOM = 0.25
"""Share of what was waited until the next question, while others have waited longer in vain."""


@dataclass(slots=True)
class Backoff:
    """The waits that were seen to end: the seconds that each had lasted at least, and at most."""

    _ends: dict[int, tuple[float, float]] = field(default_factory=dict)

    def note(self, not_yet: float, over: float) -> None:
        """A state was still there after ``not_yet`` seconds, and over after ``over``."""
        if over >= SHORTEST:
            about = math.floor(math.log(over, ALIKE))
            self._ends[about] = min((not_yet, over), self._ends.get(about, (not_yet, over)), key=lambda end: end[1])

    def pause(self, waited: float, share: float, least: float) -> float:
        """Seconds until the next question: a share of what was waited, fewer around the time when others were over."""
        ahead = any(waited < not_yet for not_yet, _ in self._ends.values())
        regular = min(LONGEST, max(least, waited * (max(share, SELDOM) if ahead else share)))
        return min([regular, *(max(least, _around(waited, *end)) for end in self._ends.values())])


def _around(waited: float, not_yet: float, over: float) -> float:
    """Seconds until that other wait was asked about in vain, then steps to its end, then away from it ever faster."""
    if waited < not_yet:
        return not_yet - waited
    return (over - not_yet) / CLOSER if waited < over else waited - over

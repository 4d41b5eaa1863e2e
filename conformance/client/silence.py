"""When a target counts as gone: it answers nothing any more, nobody listens, or waiting for it has cost too much."""

from __future__ import annotations

from conformance.client.budget import NotSent

ROW = 6
"""So many requests in a row without an answer, and the target is asked whether it is there at all."""
STILL_THERE = (0.0, 1.0, 3.0)
"""Seconds before each of these questions."""
UNTIL_IT_LISTENS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between tries to connect to a target that has answered before: programs are restarted."""
SHORTEST_WAIT = 5.0
"""Seconds that an answer may take at least, however fast the others came."""
MOST_LOST = 120.0
"""Seconds that requests without an answer may cost in one run."""


class Gone(NotSent):
    """The target does not answer any more; what is left to ask cannot be told."""


class Silence:
    """What one target owes us in answers."""

    def __init__(self, most_lost: float = MOST_LOST) -> None:
        self.gone = ""
        """Why the target counts as gone; empty as long as it does not."""
        self.answered = False
        self._most_lost = most_lost
        self._row = 0
        self._since = 0
        self._slowest = 0.0
        self._lost = 0.0

    def broken(self, seconds: float) -> None:
        """An answer came after so many seconds."""
        self.answered = True
        self._row = 0
        self._slowest = max(self._slowest, seconds)

    def kept(self, number: int, seconds: float) -> bool:
        """No answer came to that exchange; whether it is time to ask if the target is there."""
        self._row += 1
        self._since = number if self._row == 1 else self._since
        self.cost(seconds)
        return self._row >= ROW and not self.gone

    def cost(self, seconds: float) -> None:
        """So many seconds were waited for nothing."""
        self._lost += seconds
        if self._lost > self._most_lost and not self.gone:
            self.gone = f"waiting for answers that did not come has cost {self._lost:.0f} s"

    def give_up(self, why: str = "") -> None:
        """The target is gone."""
        self.gone = self.gone or why or f"the target has not answered any more since request #{self._since}"

    def patience(self, usual: float) -> float:
        """Seconds to wait for the next answer, once one was waited for in vain."""
        return usual if not self._lost else min(usual, max(SHORTEST_WAIT, 10 * self._slowest))

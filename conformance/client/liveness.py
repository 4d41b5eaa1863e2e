"""Decides when a target counts as gone: it answers nothing any more, refuses connections, or costs too much waiting."""

from __future__ import annotations

from conformance.client.budget import NotSent

ROW = 6
"""After so many requests in a row without an answer, the target is asked whether it is still there."""
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


class Liveness:
    """Whether one target still answers, from what became of the requests so far."""

    def __init__(self, most_lost: float = MOST_LOST) -> None:
        self.gone = ""
        """Why the target counts as gone; empty as long as it does not."""
        self.answered = False
        """Whether any answer has come."""
        self._most_lost = most_lost
        self._unanswered = 0
        self._since = 0
        self._slowest = 0.0
        self._lost = 0.0

    def note_answer(self, seconds: float) -> None:
        """An answer came after so many seconds."""
        self.answered = True
        self._unanswered = 0
        self._slowest = max(self._slowest, seconds)

    def note_no_answer(self, number: int, seconds: float) -> bool:
        """No answer came to that exchange; True when it is time to ask whether the target is still there."""
        self._unanswered += 1
        self._since = number if self._unanswered == 1 else self._since
        self._lost += seconds
        if self._lost > self._most_lost and not self.gone:
            self.gone = f"waiting for answers that did not come has cost {self._lost:.0f} s"
        return self._unanswered >= ROW and not self.gone

    def give_up(self, why: str = "") -> None:
        """From now on the target counts as gone; the first reason stands."""
        self.gone = self.gone or why or f"the target has not answered any more since request #{self._since}"

    def timeout(self, usual: float) -> float:
        """Seconds to wait for the next answer: shorter than usual once an answer was missed, by the slowest so far."""
        return usual if not self._lost else min(usual, max(SHORTEST_WAIT, 10 * self._slowest))

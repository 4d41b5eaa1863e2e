"""One single-threaded scheduler: many applications side by side, each a generator of steps."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Callable

from conformance.client.budget import NotSent
from conformance.client.clock import Clock
from conformance.generate.steps import Ask, Pause, Reach, Steps
from conformance.wire.message import Exchange, Form, Request

Due = tuple[float, int, str, Steps, Ask | None]
"""When, in which order, whose, the task, and what to send."""
Sender = Callable[[Request, Form, str], Exchange]


class Scheduler:
    """Runs tasks in the order in which they are due."""

    def __init__(self, clock: Clock, send: Sender) -> None:
        self._clock = clock
        self._send = send
        self._due: list[Due] = []
        self._urgent: list[Due] = []
        self._count = 0
        self._first: set[str] = set()
        self._done: set[str] = set()
        self._awaiting: dict[str, list[tuple[str, Steps]]] = {}

    @property
    def all_parked(self) -> bool:
        """Whether no task can go on by itself."""
        return not self._due and not self._urgent

    def add(self, key: str, steps: Steps, *, urgent: bool = False) -> None:
        """Take a task; its first step is due now. The steps of urgent ones, when due, go before all others."""
        if urgent:
            self._first.add(key)
        with contextlib.suppress(NotSent):
            self._advance(key, steps, None)

    def release(self, key: str) -> None:
        """Open a gate, or mark a task as over: whoever awaits it goes on."""
        self._done.add(key)
        for waiter, steps in self._awaiting.pop(key, []):
            self._push(self._clock.now(), waiter, steps, None)

    def tick(self) -> bool:
        """Make the step that is due longest, if any; tell whether one was made."""
        now = self._clock.now()
        queue = next((each for each in (self._urgent, self._due) if each and each[0][0] <= now), None)
        if queue is None:
            return False
        _, _, key, steps, step = heapq.heappop(queue)
        try:
            self._advance(key, steps, None if step is None else self._send(step.request, step.form, key))
        except NotSent:
            self.release(key)  # nothing is left for this application; the others go on
        return True

    def run(self, until: Callable[[], bool]) -> None:
        """Make steps, sleeping only when none is due, until ``until`` holds or nothing is left to wait for."""
        while not until():
            if self.tick():
                continue
            if self.all_parked:
                return
            soonest = min(queue[0][0] for queue in (self._urgent, self._due) if queue)
            self._clock.sleep(max(soonest - self._clock.now(), 0.0) + 1e-6)

    def _advance(self, key: str, steps: Steps, value: Exchange | None) -> None:
        """Learn a task's next step and put it where it belongs."""
        while True:
            try:
                step = steps.send(value)
            except StopIteration:
                self.release(key)
                return
            if isinstance(step, Ask) and not step.at_once:
                return self._push(self._clock.now(), key, steps, step)
            if isinstance(step, Pause):
                return self._push(self._clock.now() + step.seconds, key, steps, None)
            if isinstance(step, Ask):
                value = self._send(step.request, step.form, key)
            elif isinstance(step, Reach):
                self.release(step.key)
                value = None
            elif step.key in self._done:
                value = None
            else:
                self._awaiting.setdefault(step.key, []).append((key, steps))
                return

    def _push(self, at: float, key: str, steps: Steps, step: Ask | None) -> None:
        self._count += 1
        heapq.heappush(self._urgent if key in self._first else self._due, (at, self._count, key, steps, step))

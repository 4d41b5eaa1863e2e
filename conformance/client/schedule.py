"""Executes many applications side by side in one thread; each is a generator of steps."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Callable

from conformance.client.budget import NotSent
from conformance.client.clock import Clock
from conformance.generate.steps import Ask, Pause, Reach, Steps
from conformance.wire.message import Exchange, Form, Request

Due = tuple[float, int, str, Steps, Ask | None]
"""When it is due in seconds of the clock, its place among equals, its key, the task, and what to send if anything."""
Sender = Callable[[Request, Form, str], Exchange]


class Scheduler:
    """Executes the steps of tasks in the order in which they are due."""

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
        """Whether every task awaits a key, or is over."""
        return not self._due and not self._urgent

    def add(self, key: str, steps: Steps, *, urgent: bool = False) -> None:
        """Add a task; its first step is due now. Due steps of urgent tasks are executed before all others."""
        if urgent:
            self._first.add(key)
        with contextlib.suppress(NotSent):
            self._advance(key, steps, None)

    def release(self, key: str) -> None:
        """Release a barrier, or the key of a task that is over: every task that awaits it goes on."""
        self._done.add(key)
        for waiter, steps in self._awaiting.pop(key, []):
            self._push(self._clock.now(), waiter, steps, None)

    def tick(self) -> bool:
        """Execute the step that has been due longest; False where none is due."""
        now = self._clock.now()
        queue = next((steps for steps in (self._urgent, self._due) if steps and steps[0][0] <= now), None)
        if queue is None:
            return False
        _, _, key, steps, step = heapq.heappop(queue)
        try:
            self._advance(key, steps, None if step is None else self._send(step.request, step.form, key))
        except NotSent:
            self.release(key)  # nothing is left for this application; the others go on
        return True

    def run(self, until: Callable[[], bool]) -> None:
        """Execute steps, sleeping where none is due, until ``until()`` holds or every task awaits a key."""
        while not until():
            if self.tick():
                continue
            if self.all_parked:
                return
            soonest = min(queue[0][0] for queue in (self._urgent, self._due) if queue)
            self._clock.sleep(max(soonest - self._clock.now(), 0.0) + 1e-6)

    def _advance(self, key: str, steps: Steps, value: Exchange | None) -> None:
        """Send ``value`` into a task, and execute or schedule the steps that follow."""
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

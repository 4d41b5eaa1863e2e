"""The clock of a run: the machine's, or a virtual one on which waiting takes no time."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time and waits."""

    def now(self) -> float:
        """Seconds of a monotonic clock."""
        ...

    def wall(self) -> float:
        """Seconds since 1970, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class RealClock:
    """The machine's clock, read once: setting it during a run does not change the Timestamps of requests."""

    def __init__(self) -> None:
        self._began = time.time() - _steady()

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return self._began + _steady()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


def _steady() -> float:
    """Seconds that nobody can set, and where the system tells, also those that the machine has slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class VirtualClock:
    """A clock that moves only when somebody sleeps or sends, so that waiting costs nothing."""

    TICK = 0.001

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def wall(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += max(seconds, 0.0)

    def tick(self) -> None:
        """Let the time of one request pass."""
        self._now += self.TICK

"""How fast a run may ask: the user's rate, the documented limits of operations, and what a throttled target says."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.client.clock import Clock
from conformance.contract.actions import Action
from conformance.wire.message import Exchange

DOCUMENTED: Mapping[str, int] = {
    Action.BatchRegisterDevice: 10,
    Action.BatchCheckDeviceNames: 10,
    Action.BatchRegisterDeviceWithApplyId: 500,
    Action.QueryBatchRegisterDeviceStatus: 30,
    Action.QueryPageByApplyId: 50,
    Action.RegisterDevice: 30,
    Action.QueryDevice: 50,
    Action.QueryDeviceDetail: 50,
    Action.DeleteDevice: 50,
    Action.CreateProduct: 50,
    Action.DeleteProduct: 500,
}
"""Requests per second that an account may send, with all its RAM users together: the operations' own documents."""
PAUSES = (0.1, 1.0)
"""Seconds before what was throttled is asked again; the documented limits are per second."""
LONGEST_PAUSE = 30.0
"""Seconds that a target may ask for."""
MOST_WAITED = 120.0
"""Seconds that one run waits for throttling in all; a target that throttles longer is not measured today."""


class Pace:
    """When the next request may be sent."""

    def __init__(self, clock: Clock, rate: float | None = None, limits: Mapping[str, int] | None = None) -> None:
        self._clock = clock
        self._intervals = {operation: 1.0 / limit for operation, limit in (limits or {}).items()}
        self._every = 1.0 / rate if rate else 0.0
        self._next: dict[str, float] = {}
        self._waited = 0.0

    def wait(self, operation: str) -> None:
        """Sleep until a request to that operation may be sent."""
        for name, interval in (("", self._every), (operation, self._intervals.get(operation, 0.0))):
            if interval:
                at = self._next.get(name, 0.0)
                self._clock.sleep(at - self._clock.now())
                self._next[name] = max(self._clock.now(), at) + interval

    def backs_off(self, exchange: Exchange, seconds: float) -> bool:
        """After a throttled answer, wait that long, or as the target asks; False where there was enough of it."""
        seconds = max(seconds, _asked_for(exchange))
        if self._waited + seconds > MOST_WAITED:
            return False
        self._waited += seconds
        self._clock.sleep(seconds)
        return True


def _asked_for(exchange: Exchange) -> float:
    """The seconds of Retry-After, bounded; a date, or anything else, is no number of seconds."""
    said = (exchange.received.header("retry-after") if exchange.received is not None else None) or ""
    return min(float(said), LONGEST_PAUSE) if said.isascii() and said.isdigit() and len(said) < 9 else 0.0

"""Limits requests per second: by the user's rate, the documented limits, and the Retry-After of a throttled target."""

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
"""Operation → requests per second of one account, all its RAM users together; source: the operations' documents."""
PAUSES = (0.1, 1.0)
"""Seconds before a throttled request is sent again, at the first and the second try."""
LONGEST_PAUSE = 30.0
"""Seconds of Retry-After that are honoured at most."""
MOST_WAITED = 120.0
"""Seconds that one run waits for throttling in all; after that throttled answers stay as they are."""


class RateLimiter:
    """Delays requests so that neither limit is exceeded; times are seconds of the clock."""

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
        """After a throttled answer, sleep that long, or as Retry-After asks; False where MOST_WAITED is used up."""
        seconds = max(seconds, _asked_for(exchange))
        if self._waited + seconds > MOST_WAITED:
            return False
        self._waited += seconds
        self._clock.sleep(seconds)
        return True


def _asked_for(exchange: Exchange) -> float:
    """The seconds of Retry-After, at most LONGEST_PAUSE; 0 where it is absent, a date, or anything else."""
    retry_after = (exchange.received.header("retry-after") if exchange.received is not None else None) or ""
    digits = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9
    return min(float(retry_after), LONGEST_PAUSE) if digits else 0.0

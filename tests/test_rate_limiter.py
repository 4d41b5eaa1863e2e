"""How fast a run asks: documented limits per operation, the user's rate, and bounded patience with throttling."""

from __future__ import annotations

import uuid

import httpx
import pytest

from conformance.client.clock import VirtualClock
from conformance.client.rate_limiter import DOCUMENTED, MOST_WAITED, RateLimiter
from conformance.config.options import settings_from
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.exit_status import Exit
from conformance.runner.run import Runner

KEYS = {"product_key": PRODUCTS[0], "other_product_key": PRODUCTS[1]}


def test_each_operation_has_a_rate_of_its_own() -> None:
    clock = VirtualClock(0.0)
    limiter = RateLimiter(clock, limits=DOCUMENTED)

    for _ in range(11):
        limiter.wait("BatchRegisterDevice")
    after_registering = clock.now()
    for _ in range(31):
        limiter.wait("QueryBatchRegisterDeviceStatus")

    assert after_registering == pytest.approx(1.0)
    assert clock.now() == pytest.approx(2.0)


def test_the_users_rate_holds_over_all_operations() -> None:
    clock = VirtualClock(0.0)
    limiter = RateLimiter(clock, rate=2)

    for operation in ("BatchRegisterDevice", "QueryDevice", "QueryPageByApplyId"):
        limiter.wait(operation)

    assert clock.now() == pytest.approx(1.0)


class Busy(InProcess):
    """A reference that throttles, and says for how long."""

    def __init__(self, reference: Reference, clock: VirtualClock, every: int, after: str) -> None:
        super().__init__(reference, clock)
        self.every, self.after, self.asked = every, after, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.asked > 30 and self.asked % self.every == 0:
            self.clock.tick()
            fields = {
                "RequestId": str(uuid.uuid4()).upper(),
                "Code": "Throttling.User",
                "Message": "Request was denied.",
                "HostId": "iot.example",
            }
            headers = {"Retry-After": self.after}
            if b"Format=JSON" in request.extensions["target"] + request.read():
                return httpx.Response(400, headers=headers, json=fields)
            xml = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
            headers["Content-Type"] = "text/xml"
            return httpx.Response(400, headers=headers, content=f"<?xml version='1.0'?><Error>{xml}</Error>")
        return super().handle_request(request)


def test_throttling_is_waited_for_and_never_graded() -> None:
    settings = settings_from("http://127.0.0.1:1", profile="quick", **KEYS)
    clock = VirtualClock()
    began = clock.now()

    transport = Busy(Reference(edition=settings.edition, auth="both"), clock, every=40, after="3")
    result = Runner(settings, clock=clock, transport=transport).drive()

    failed = [one.clause for one in result.verdicts if one.outcome is Outcome.FAIL]
    assert failed == []
    assert transport.asked / 40 * 2 < clock.now() - began < 600


def test_a_target_that_throttles_everything_is_not_waited_for_forever() -> None:
    settings = settings_from("http://127.0.0.1:1", profile="quick", **KEYS)
    clock = VirtualClock()
    began = clock.now()

    transport = Busy(Reference(edition=settings.edition, auth="both"), clock, every=1, after="99999999")
    result = Runner(settings, clock=clock, transport=transport).drive()

    assert result.exit is Exit.INCONCLUSIVE
    assert MOST_WAITED / 2 < clock.now() - began < MOST_WAITED + 120

"""Why a target does not let a run in: each reason is one clear line, and none is taken for another."""

from __future__ import annotations

import email.utils
from collections.abc import Callable

import httpx
import pytest

from conformance.conduct import Conductor
from conformance.options import settings_from
from conformance.reference.server import Reference
from conformance.selfproof import PRODUCTS, InProcess
from conformance.target.clock import VirtualClock
from conformance.target.preflight import PreflightError


class Refusing(InProcess):
    """A reference that refuses everything with one code, and whose clock may differ."""

    def __init__(self, clock: VirtualClock, code: str, ahead: float | None) -> None:
        super().__init__(Reference(), clock)
        self.code, self.ahead = code, ahead

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.clock.tick()
        headers = {}
        if self.ahead is not None:
            headers["Date"] = email.utils.formatdate(self.clock.wall() + self.ahead, usegmt=True)
        gateway = not self.code.startswith("iot.")
        said = "Message" if gateway else "ErrorMessage"
        body = {"RequestId": "1", "Code": self.code, said: "refused", **({} if gateway else {"Success": False})}
        return httpx.Response(400 if gateway else 200, headers=headers, json=body)


def turned_away(code: str, ahead: float | None = 0.0) -> str:
    """The line with which a run against such a target ends."""
    settings = settings_from("http://127.0.0.1:1", product_key=PRODUCTS[0])
    clock = VirtualClock()
    conductor = Conductor(settings, clock=clock, transport=Refusing(clock, code, ahead))
    with pytest.raises(PreflightError) as refused:
        conductor.begin()
    conductor.close()
    assert refused.value.usage is False
    return str(refused.value)


@pytest.mark.parametrize(
    ("code", "ahead", "said"),
    [
        ("InvalidTimeStamp.Expired", 3600.0, "the clock of this machine is 3600 s behind the target's; set the clock"),
        ("InvalidTimeStamp.Expired", -7200.0, "the clock of this machine is 7200 s ahead of the target's; set the"),
        ("InvalidTimeStamp.Expired", 2.0, "the clocks differ by 2 s only, so the target is at fault"),
        ("InvalidTimeStamp.Expired", None, "set the clock of this machine; the answer has no Date"),
        ("SignatureDoesNotMatch", 0.0, "refused the credentials (SignatureDoesNotMatch); check the key and its secret"),
        ("SignatureDoesNotMatch", 900.0, "or try --auth; the clock of this machine is 900 s behind the target's"),
        ("InvalidAccessKeyId.NotFound", 0.0, "refused the credentials (InvalidAccessKeyId.NotFound)"),
        ("InvalidSecurityToken.Expired", 0.0, "temporary credentials have ended; get new ones"),
        ("iot.common.RamActionPermissionDeny", 0.0, "grant iot:QueryBatchRegisterDeviceStatus, see REGIONS.md"),
        ("iot.common.APINotSupportedInInstance", 0.0, "this type of instance does not offer"),
        ("iot.system.InstanceNotFound", 0.0, "there is no such instance in this region"),
        ("iot.system.BillIsOverDue", 0.0, "the account is overdue"),
        ("iot.prod.NotExistedProduct", 0.0, "knows no product 'a1RefProdA1'"),
    ],
)
def test_a_run_that_is_turned_away_says_why(code: str, ahead: float | None, said: str) -> None:
    assert said in turned_away(code, ahead)


def test_one_question_alone_turns_nobody_away() -> None:
    """A target with a wrong code for unknown applications is measured: that is what the run is to find."""
    settings = settings_from("http://127.0.0.1:1", product_key=PRODUCTS[0])
    clock = VirtualClock()
    answer: Callable[[httpx.Request], httpx.Response] = InProcess(Reference(auth="both"), clock).handle_request

    class Odd(InProcess):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if b"QueryBatchRegisterDeviceStatus" in request.extensions["target"]:
                body = {"RequestId": "1", "Success": False, "Code": "iot.common.RamActionPermissionDeny"}
                return httpx.Response(200, json=body)
            return answer(request)

    conductor = Conductor(settings, clock=clock, transport=Odd(Reference(), clock))
    conductor.begin()
    conductor.close()

    assert conductor.opened is not None

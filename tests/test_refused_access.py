"""Why a target does not let a run in: each reason is one clear line, and none is taken for another."""

from __future__ import annotations

import email.utils
import io
import time
from collections.abc import Callable

import httpx
import pytest
from rich.console import Console

from conformance.cli.check import look
from conformance.client.clock import VirtualClock
from conformance.client.preflight import PreflightError
from conformance.config.options import settings_from
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Runner
from conformance.wire.message import HttpRequest


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
    runner = Runner(settings, clock=clock, transport=Refusing(clock, code, ahead))
    with pytest.raises(PreflightError) as refused:
        runner.begin()
    runner.close()
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

    runner = Runner(settings, clock=clock, transport=Odd(Reference(), clock))
    runner.begin()
    runner.close()

    assert runner.opened is not None


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("iot.common.APINotSupportedInInstance", 3, "this type of instance does not offer BatchRegisterDevice"),
        ("iot.common.RamActionPermissionDeny", 3, "grant iot:BatchRegisterDevice, see REGIONS.md"),
        ("iot.prod.NullProductKey", 0, "ready"),
    ],
)
def test_check_tells_what_may_be_called(code: str, status: int, said: str) -> None:
    """Only registering is refused, to a user or by an instance that may do all else."""
    settings = settings_from("http://127.0.0.1:1", product_key=PRODUCTS[0])
    clock = VirtualClock()
    reference = Reference(auth="both")

    class Narrow(InProcess):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if b"Action=BatchRegisterDevice&" in request.extensions["target"]:
                return httpx.Response(200, json={"RequestId": "1", "Success": False, "Code": code})
            answer = reference.answer(_as_sent(request), time.time())
            return httpx.Response(answer.status, headers=list(answer.headers), content=answer.body)

    console = Console(record=True, width=200, file=io.StringIO())
    found = look(settings, console, Narrow(Reference(), clock))

    assert found == status
    assert said in console.export_text()


def _as_sent(request: httpx.Request) -> HttpRequest:
    headers = tuple((name.decode().lower(), value.decode()) for name, value in request.headers.raw)
    return HttpRequest(request.method, request.extensions["target"].decode(), headers, request.read())

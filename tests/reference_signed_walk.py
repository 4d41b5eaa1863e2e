"""A scripted walk of signed requests, most of them with something wrong about the signature."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reference_walker import A, Differs

from conformance.reference import Reference
from conformance.wire.encode import encode
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import ABSENT, FORMS, MIXED, Form, HttpAnswer, Request, Scheme
from conformance.wire.signer import Signer

RPC = Signer(Scheme.RPC, "testid", "testsecret")
ACS3 = Signer(Scheme.ACS3, "testid", "testsecret")
STATUS = "QueryBatchRegisterDeviceStatus"
REGISTER = "BatchRegisterDeviceWithApplyId"


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class SignedWalker:
    """Somebody who signs what he asks, well or not, and remembers every answer."""

    server: Reference
    expected: list[HttpAnswer] | None = None
    now: float = 1_700_000_000.0
    heard: list[HttpAnswer] = field(default_factory=list)

    def send(self, request: Request, form: Form, signer: Signer, tampering: Tampering | None = None) -> HttpAnswer:
        """One request with a nonce of its own, unless that is what is wrong with it."""
        flaw, value = (tampering.flaw, tampering.value) if tampering else (None, "")
        seconds = int(value) if flaw is Flaw.TIME else -2 if flaw is Flaw.NONCE else 0
        timestamp, nonce = stamp(self.now + seconds), f"nonce-{len(self.heard)}"
        if flaw is Flaw.REPLAY:
            timestamp, nonce = value.split(" ")
        if flaw is Flaw.TIME_SPELLING:
            timestamp = datetime.fromtimestamp(self.now, UTC).strftime(value)
        nonce = value if flaw is Flaw.NONCE else nonce
        asked = encode(request, form, signer, host="iot.test", timestamp=timestamp, nonce=nonce, tampering=tampering)
        answer = self.server.answer(asked, self.now)
        if self.expected is not None and answer != self.expected[len(self.heard)]:
            raise Differs(asked, self.expected[len(self.heard)], answer)
        self.heard.append(answer)
        return answer

    def opened(self, operation: str, **params: str) -> int:
        request = Request(operation, (("ProductKey", A), *((n.replace("__", "."), v) for n, v in params.items())))
        found = re.search(rb'ApplyId"?\W{1,3}(\d+)', self.send(request, FORMS[0], RPC).body)
        assert found is not None
        return int(found[1])


def asked_about(apply_id: int, operation: str = STATUS) -> Request:
    return Request(operation, (("ProductKey", A), ("ApplyId", str(apply_id))))


def flaws(other: int) -> list[tuple[Tampering, dict[str, str]]]:
    """Everything that can be wrong about a signature, with parameters that are sent beside those signed."""
    changed = (("ApplyId", str(other)),)
    return [
        (Tampering(Flaw.OTHER_SECRET), {}),
        (Tampering(Flaw.EMPTY_SECRET), {}),
        (Tampering(Flaw.UNKNOWN_KEY, "nobody"), {}),
        (Tampering(Flaw.KEY_CASE), {}),
        (Tampering(Flaw.OTHER_METHOD), {}),
        (Tampering(Flaw.NO_SIGNATURE), {}),
        (Tampering(Flaw.UNSIGNED), {}),
        (Tampering(Flaw.CUT), {}),
        (Tampering(Flaw.LETTER_CASE), {}),
        (Tampering(Flaw.OTHER_REQUEST, signed=changed), {}),
        (Tampering(Flaw.OTHER_REQUEST, signed=(("Action", "QueryPageByApplyId"),)), {}),
        (Tampering(Flaw.OTHER_REQUEST, signed=(("Nickname", ABSENT),)), {"Nickname": "added"}),
        (Tampering(Flaw.OTHER_REQUEST, signed=(("DeviceName.1", ABSENT),)), {"DeviceName.1": "added"}),
        (Tampering(Flaw.TIME, "-10800"), {}),
        (Tampering(Flaw.TIME, "10800"), {}),
        (Tampering(Flaw.TIME, "-300"), {}),
        (Tampering(Flaw.TIME_SPELLING, "yesterday"), {}),
        (Tampering(Flaw.TIME_SPELLING, "%Y-%m-%d %H:%M:%S"), {}),
        (Tampering(Flaw.TIME_SPELLING, "%Y-%m-%d %H:%M:%SZ"), {}),
        (Tampering(Flaw.TIME_SPELLING, "%Y-%m-%dT%H:%M:%S"), {}),
        (Tampering(Flaw.NAMED_OTHERWISE, "SignatureMethod=HMAC-MD5"), {}),
        (Tampering(Flaw.NAMED_OTHERWISE, "SignatureVersion=9.9"), {}),
        (Tampering(Flaw.LEFT_OUT, "AccessKeyId"), {}),
        (Tampering(Flaw.LEFT_OUT, "SignatureMethod"), {}),
        (Tampering(Flaw.LEFT_OUT, "SignatureNonce"), {}),
        (Tampering(Flaw.LEFT_OUT, "Timestamp"), {}),
        (Tampering(Flaw.LEFT_OUT, "Version"), {}),
        (Tampering(Flaw.LEFT_OUT, "SignatureVersion"), {}),
        (Tampering(Flaw.METHOD, "PUT"), {}),
        (Tampering(Flaw.METHOD, "DELETE"), {}),
    ]


def signed_walk(server: Reference, expected: list[HttpAnswer] | None = None) -> list[HttpAnswer]:
    """The whole walk, or as much of it as goes as expected."""
    walker = SignedWalker(server, expected)
    first = walker.opened("BatchRegisterDevice", Count="1")
    second = walker.opened("BatchCheckDeviceNames", DeviceName__1="name-1")
    walker.now += 1
    request = asked_about(first)
    for signer in (RPC, ACS3):
        for form in (*FORMS, *MIXED):
            for tampering, beside in flaws(second):
                walker.send(request.but(**beside), form, signer, tampering)
            nonce = f"nonce-{len(walker.heard)}"
            walker.send(request, form, signer)
            walker.send(request, form, signer, Tampering(Flaw.REPLAY, f"{stamp(walker.now)} {nonce}"))
            walker.send(asked_about(first, "QueryPageByApplyId"), form, signer, Tampering(Flaw.NONCE, nonce))
            for other in FORMS[:4]:
                walker.send(request, other, signer, Tampering(Flaw.NONCE, nonce))
        for call in (
            asked_about(first, "QueryPageByApplyId"),
            Request("BatchCheckDeviceNames", (("ProductKey", A), ("DeviceName.1", "name-2"))),
        ):
            walker.send(call, FORMS[1], signer, Tampering(Flaw.OTHER_SECRET))
            walker.send(call, FORMS[1], signer, Tampering(Flaw.TIME, "-10800"))
        for call in (
            Request("BatchRegisterDevice", (("ProductKey", A), ("Count", "3"))),
            asked_about(second, REGISTER),
        ):
            walker.send(call, FORMS[1], signer, Tampering(Flaw.OTHER_SECRET))
        walker.now += 1
        for form in (FORMS[0], FORMS[1]):
            walker.send(request.commonly(Format=None), form, signer)
        walker.send(asked_about(second), FORMS[0], signer)
        walker.send(Request("QueryDevice", (("ProductKey", A),)), FORMS[0], signer)
    nonce, then = f"nonce-{len(walker.heard)}", stamp(walker.now)
    for _ in range(500):
        walker.send(request, FORMS[0], RPC)
    walker.send(request, FORMS[0], RPC, Tampering(Flaw.REPLAY, f"{then} {nonce}"))
    walker.send(request, FORMS[0], RPC, Tampering(Flaw.OTHER_SECRET))
    return walker.heard

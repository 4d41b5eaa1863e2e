"""The gateway of the reference lets signed requests pass, and stops the others for the first thing wrong."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from reference_walker import FORM_TYPE, A, value_of

from conformance.reference import Reference
from conformance.wire.message import HttpAnswer, HttpRequest
from conformance.wire.sign import acs3_authorization, rpc_signature, rpc_string_to_sign

NOW = 1_700_000_000.0
NAMES = {"DeviceName.1": "lamp 1", "DeviceName.10": "灯*~"}


def stamp(seconds: float = 0.0) -> str:
    return datetime.fromtimestamp(NOW + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rpc(method: str = "POST", secret: str = "testsecret", in_form: bool = False, **changes: str | None) -> HttpRequest:
    """A signed RPC request; names stand in the form by POST, everything does if asked for."""
    common: dict[str, str | None] = {
        "Action": "BatchCheckDeviceNames",
        "Format": "JSON",
        "Version": "2018-01-20",
        "AccessKeyId": "testid",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": "nonce-1",
        "SignatureType": "",
        "Timestamp": stamp(),
        "ProductKey": A,
        **changes,
    }
    query = {name: value for name, value in common.items() if value is not None}
    query.setdefault("Signature", rpc_signature(method, [*query.items(), *NAMES.items()], secret))
    if not query["Signature"]:
        del query["Signature"]
    if method == "GET":
        return HttpRequest("GET", "/?" + urlencode({**query, **NAMES}), ())
    if in_form:
        return HttpRequest("POST", "/", (FORM_TYPE,), urlencode({**query, **NAMES}).encode())
    return HttpRequest("POST", "/?" + urlencode(query), (FORM_TYPE,), urlencode(NAMES).encode())


def acs3(secret: str = "testsecret", **changes: str | None) -> HttpRequest:
    """A signed request in the ACS3 form, names in the form body."""
    body = urlencode(NAMES).encode()
    sent: dict[str, str | None] = {
        "host": "iot.test",
        "accept": "application/json",
        "content-type": FORM_TYPE[1],
        "x-acs-action": "BatchCheckDeviceNames",
        "x-acs-version": "2018-01-20",
        "x-acs-date": stamp(),
        "x-acs-signature-nonce": "nonce-1",
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        **changes,
    }
    headers = {name: value for name, value in sent.items() if value is not None}
    if "authorization" not in headers:
        headers["authorization"] = acs3_authorization("POST", "/", [("ProductKey", A)], headers, body, "testid", secret)
    return HttpRequest("POST", f"/?ProductKey={A}", tuple(headers.items()), body)


def outcome(answer: HttpAnswer) -> tuple[int, str]:
    said = value_of(answer)
    return answer.status, said.get("Code") or ""


PASSED = (
    200,
    "iot.device.InvalidDeviceNameExisted",
)  # the names are bad, but the gateway has let them through


@pytest.mark.parametrize("auth", ["rpc", "any"])
@pytest.mark.parametrize("sent", [rpc(), rpc("GET"), rpc(in_form=True)], ids=["mixed", "GET", "form"])
def test_a_signed_rpc_request_passes_once(auth: Any, sent: HttpRequest):
    server = Reference(auth=auth)

    assert outcome(server.answer(sent, NOW)) == PASSED
    assert outcome(server.answer(sent, NOW + 10)) == (400, "SignatureNonceUsed")


@pytest.mark.parametrize("auth", ["acs3", "any"])
def test_a_signed_acs3_request_passes_once(auth: Any):
    server = Reference(auth=auth)

    assert outcome(server.answer(acs3(), NOW)) == PASSED
    assert outcome(server.answer(acs3(), NOW)) == (400, "SignatureNonceUsed")
    assert server.answer(acs3(accept="text/xml", **{"x-acs-signature-nonce": "2"}), NOW).body[:1] == b"<"


WRONG_RPC: list[tuple[dict[str, str | None], tuple[int, str]]] = [
    ({"Action": None}, (400, "MissingAction")),
    ({"SignatureNonce": None}, (400, "MissingSignatureNonce")),
    ({"Timestamp": None}, (400, "MissingTimestamp")),
    ({"Signature": ""}, (400, "MissingSignature")),
    ({"SignatureVersion": None}, (400, "MissingSignatureVersion")),
    ({"AccessKeyId": "nobody"}, (404, "InvalidAccessKeyId.NotFound")),
    ({"SignatureMethod": "HMAC-MD5"}, (400, "InvalidSignatureMethod")),
    ({"Timestamp": "2023-11-14 22:13:20"}, (400, "InvalidTimeStamp.Format")),
    ({"Timestamp": "2023-13-14T22:13:20Z"}, (400, "InvalidTimeStamp.Format")),
    ({"Timestamp": stamp(-901)}, (400, "InvalidTimeStamp.Expired")),
    ({"Timestamp": stamp(901)}, (400, "InvalidTimeStamp.Expired")),
    ({"Timestamp": stamp(-899)}, PASSED),
    ({"Signature": "AAAA"}, (400, "SignatureDoesNotMatch")),
    ({"secret": "other"}, (400, "SignatureDoesNotMatch")),
    ({"Version": "2001-01-01"}, (400, "InvalidVersion")),
    ({"Version": None}, (400, "MissingVersion")),
    ({"Action": "Nothing"}, (404, "InvalidAction.NotFound")),
]


@pytest.mark.parametrize(("changes", "expected"), WRONG_RPC)
def test_an_rpc_request_is_stopped(changes: dict[str, Any], expected: tuple[int, str]):
    assert outcome(Reference().answer(rpc(**changes), NOW)) == expected


WRONG_ACS3: list[tuple[dict[str, str | None], tuple[int, str]]] = [
    ({"x-acs-date": None}, (400, "Missingx-acs-date")),
    ({"authorization": "ACS3-HMAC-SHA256 nonsense"}, (400, "IncompleteSignature")),
    (
        {"authorization": "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=00"},
        (400, "IncompleteSignature"),
    ),
    ({"x-acs-date": stamp(3600)}, (400, "InvalidTimeStamp.Expired")),
    ({"x-acs-content-sha256": "0" * 64}, (400, "SignatureDoesNotMatch")),
    ({"secret": "other"}, (400, "SignatureDoesNotMatch")),
    ({"x-acs-version": "2001-01-01"}, (400, "InvalidVersion")),
    ({"x-acs-action": "Nothing"}, (404, "InvalidAction.NotFound")),
]


@pytest.mark.parametrize(("changes", "expected"), WRONG_ACS3)
def test_an_acs3_request_is_stopped(changes: dict[str, Any], expected: tuple[int, str]):
    assert outcome(Reference().answer(acs3(**changes), NOW)) == expected


def test_a_wrong_signature_is_told_what_to_sign_and_never_the_secret():
    """An SDK compares what follows the colon with its own string."""
    sent = rpc("GET", Signature="AAAA")
    message = value_of(Reference().answer(sent, NOW))["Message"]

    expected = rpc_string_to_sign("GET", [*_params(sent), *NAMES.items()])
    assert message.partition(":")[2] == expected
    assert "testsecret" not in message


def _params(sent: HttpRequest) -> list[tuple[str, str]]:
    return [pair for pair in parse_qsl(sent.target[2:], keep_blank_values=True) if not pair[0].startswith("DeviceName")]


@pytest.mark.parametrize(
    ("auth", "sent", "expected"),
    [
        ("rpc", acs3(), (400, "MissingAccessKeyId")),
        ("acs3", rpc(), (400, "IncompleteSignature")),
        ("both", rpc(), PASSED),
        ("both", acs3(), PASSED),
        ("both", rpc(secret="other"), (400, "SignatureDoesNotMatch")),
        ("both", acs3(secret="other"), (400, "SignatureDoesNotMatch")),
        ("both", rpc(AccessKeyId=None, Signature=""), (400, "MissingAccessKeyId")),
        ("none", rpc(Signature="AAAA"), PASSED),
        ("none", acs3(secret="other"), PASSED),
        ("any", rpc(AccessKeyId=None, Signature=""), PASSED),
        ("rpc", rpc(AccessKeyId=None, Signature=""), (400, "MissingAccessKeyId")),
    ],
)
def test_only_the_schemes_asked_for_are_verified(auth: Any, sent: HttpRequest, expected: tuple[int, str]):
    assert outcome(Reference(auth=auth).answer(sent, NOW)) == expected


def test_in_tuya_a_signed_request_needs_no_version():
    sent = rpc(Version=None, SignatureVersion=None)

    assert outcome(Reference(edition="tuya-2025").answer(sent, NOW)) == PASSED


def test_other_keys_may_be_given():
    server = Reference(keys={"mine": "s3cret"})

    assert outcome(server.answer(rpc(AccessKeyId="mine", secret="s3cret"), NOW)) == PASSED
    assert outcome(server.answer(rpc(), NOW)) == (404, "InvalidAccessKeyId.NotFound")


def test_an_old_nonce_is_forgotten_when_its_timestamp_has_expired():
    server = Reference()
    for hour in range(5):
        moment = 7200.0 * hour
        assert outcome(server.answer(rpc(Timestamp=stamp(moment)), NOW + moment)) == PASSED
    assert len(server.state.access.nonces.newer | server.state.access.nonces.older) == 1


def test_variants_of_the_gateway():
    older = Reference(variants=["gateway_errors_of_the_older_lists"])
    assert outcome(older.answer(rpc(AccessKeyId="nobody"), NOW)) == (400, "InvalidAccessKeyId.NotFound")
    assert outcome(older.answer(rpc(secret="other"), NOW)) == (403, "SignatureDoesNotMatch")
    assert outcome(older.answer(rpc(Action="Nothing"), NOW)) == (400, "UnsupportedOperation")
    wide = Reference(variants=["window_of_31_minutes"])
    assert outcome(wide.answer(rpc(Timestamp=stamp(-1800)), NOW)) == PASSED
    assert outcome(wide.answer(rpc(Timestamp=stamp(-1900)), NOW)) == (400, "InvalidTimeStamp.Expired")


def test_a_gateway_error_has_its_own_envelope():
    said = value_of(Reference().answer(HttpRequest("GET", "/?Format=JSON", (("Host", "iot.test:80"),)), NOW))
    answer = Reference().answer(HttpRequest("GET", "/?Action=No&x=%26", (("Host", "iot.test"),)), NOW)

    assert said["HostId"] == "iot.test:80"
    assert said["Message"] == "Action is mandatory for this action."
    assert said.keys() == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert answer.body.startswith(b"<Error><RequestId>")
    assert answer.header("Content-Type") == "text/xml;charset=utf-8"

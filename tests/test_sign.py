"""Both signatures hold against published examples and against what released SDKs put on the wire."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from conformance.reference import Reference
from conformance.wire.message import HttpRequest
from conformance.wire.sign import (
    acs3_authorization,
    acs3_matches,
    canonical_query,
    parse_authorization,
    percent,
    rpc_matches,
    rpc_signature,
)

VECTORS = json.loads((Path(__file__).parent.parent / "fixtures/vectors/signatures.json").read_text("utf-8"))
RPC = [pytest.param(vector, id=vector["id"]) for vector in VECTORS["rpc"]]
ACS3 = [pytest.param(vector, id=vector["id"]) for vector in VECTORS["acs3"]]

Vector = dict[str, Any]


def test_the_vectors_are_many():
    """Four published ones, four of the SDKs' own, and what four independent signers sent."""
    assert len(RPC) >= 59
    assert len(ACS3) >= 31
    assert {"published-DescribeRegions", "RPC-IOT-PUB-GET", "RPC-SDK-UNIT"} <= {one["id"] for one in VECTORS["rpc"]}


@pytest.mark.parametrize("vector", RPC)
def test_rpc_signs_as_expected(vector: Vector):
    params = list(vector["params"].items())

    assert rpc_signature(vector["method"], params, vector["secret"]) == vector["signature"]
    assert rpc_signature(vector["method"], reversed(params), vector["secret"]) == vector["signature"]


@pytest.mark.parametrize("vector", RPC)
def test_rpc_accepts_its_own_signature_only(vector: Vector):
    method, secret = vector["method"], vector["secret"]
    sent = [*vector["params"].items(), ("Signature", vector["signature"])]

    assert rpc_matches(method, sent, secret)
    assert not rpc_matches("POST" if method == "GET" else "GET", sent, secret)
    assert not rpc_matches(method, sent, secret + "x")
    assert not rpc_matches(method, [*sent, ("Extra", "")], secret)
    assert not rpc_matches(method, sent[1:], secret)
    assert not rpc_matches(method, sent[:-1], secret)
    assert not rpc_matches(method, [*sent[:-1], ("Signature", vector["signature"].swapcase())], secret)
    name, value = sent[0]
    assert not rpc_matches(method, [(name, value + " "), *sent[1:]], secret)


def signed(vector: Vector) -> str:
    return acs3_authorization(
        vector["method"],
        vector["path"],
        vector["query"].items(),
        vector["headers"],
        vector["body"].encode(),
        vector["key_id"],
        vector["secret"],
    )


@pytest.mark.parametrize("vector", ACS3)
def test_acs3_signs_as_expected(vector: Vector):
    names = ";".join(sorted(vector["headers"]))

    assert signed(vector) == (
        f"ACS3-HMAC-SHA256 Credential={vector['key_id']},SignedHeaders={names},Signature={vector['signature']}"
    )


def matches(vector: Vector, header: str, **changes: Any) -> bool:
    vector = {**vector, **changes}
    sent = parse_authorization(header)
    assert sent is not None
    return acs3_matches(
        vector["method"],
        vector["path"],
        vector["query"].items(),
        vector["headers"],
        vector["body"].encode(),
        sent,
        vector["secret"],
    )


@pytest.mark.parametrize("vector", ACS3)
def test_acs3_accepts_its_own_signature_only(vector: Vector):
    header, headers = signed(vector), vector["headers"]
    unsigned = {**headers, "x-forwarded-for": "10.0.0.1"}

    assert matches(vector, header)
    assert matches(vector, header, headers=unsigned)
    assert not matches(vector, header, method="GET")
    assert not matches(vector, header, path="/x")
    assert not matches(vector, header, query={**vector["query"], "Extra": ""})
    assert not matches(vector, header, body=vector["body"] + " ")
    assert not matches(vector, header, secret=vector["secret"] + "&")
    assert not matches(vector, header, headers={**headers, "x-acs-date": "2020-01-01T00:00:00Z"})
    assert not matches(vector, header, headers={**headers, "host": "elsewhere"})
    assert not matches(vector, header.replace("SignedHeaders=", "SignedHeaders=x-new;"))
    assert not matches(vector, header[:-1] + ("0" if header[-1] != "0" else "1"))


FORM_TYPE = ("Content-Type", "application/x-www-form-urlencoded")
OF_SIGNATURES = {"SignatureDoesNotMatch", "IncompleteSignature"}


def moment(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def code(server: Reference, sent: HttpRequest, now: float) -> str:
    found = re.search(rb'Code"?\W{1,3}([A-Za-z.]+)', server.answer(sent, now).body)
    return found[1].decode() if found else ""


def sent_rpc(vector: Vector, *, in_form: bool, **changes: str) -> HttpRequest:
    text = urlencode({**vector["params"], "Signature": vector["signature"], **changes})
    if in_form:
        return HttpRequest(vector["method"], "/", (FORM_TYPE,), text.encode())
    return HttpRequest(vector["method"], f"/?{text}", ())


REQUESTS = [one for one in RPC if one.id != "RPC-SDK-UNIT"]
"""All but the one that signs two parameters and no request."""


@pytest.mark.parametrize("vector", REQUESTS)
@pytest.mark.parametrize("in_form", [False, True], ids=["query", "form"])
def test_the_reference_verifies_what_others_have_signed_in_the_parameters(vector: Vector, in_form: bool):
    """Published requests and those of released SDKs pass, once; with another value of any parameter none does."""
    params = vector["params"]
    server = Reference(auth="rpc", keys={params["AccessKeyId"]: vector["secret"]})
    now = moment(params["Timestamp"])

    assert code(server, sent_rpc(vector, in_form=in_form, Format="JSON-"), now) in OF_SIGNATURES
    assert code(server, sent_rpc(vector, in_form=in_form, Extra=""), now) in OF_SIGNATURES
    assert code(server, sent_rpc(vector, in_form=in_form), now) not in OF_SIGNATURES | {"SignatureNonceUsed"}
    assert code(server, sent_rpc(vector, in_form=in_form), now) == "SignatureNonceUsed"


def sent_acs3(vector: Vector, **changes: Any) -> HttpRequest:
    """The request of a vector, with its published signature, and these changes after signing."""
    names = ";".join(sorted(vector["headers"]))
    authorization = (
        f"ACS3-HMAC-SHA256 Credential={vector['key_id']},SignedHeaders={names},Signature={vector['signature']}"
    )
    vector = {**vector, **changes}
    target = vector["path"] + ("?" + urlencode(vector["query"]) if vector["query"] else "")
    headers = (*vector["headers"].items(), ("authorization", authorization))
    return HttpRequest(vector["method"], target, headers, vector["body"].encode())


@pytest.mark.parametrize("vector", ACS3)
def test_the_reference_verifies_what_others_have_signed_in_the_headers(vector: Vector):
    headers = vector["headers"]
    server = Reference(auth="acs3", keys={vector["key_id"]: vector["secret"]})
    now = moment(headers["x-acs-date"])

    for changes in (
        {"query": {**vector["query"], "Extra": ""}},
        {"body": vector["body"] + "&a=b"},
        {"headers": {**headers, "x-acs-action": "DeleteDevice"}},
        {"method": "GET"},
    ):
        assert code(server, sent_acs3(vector, **changes), now) in OF_SIGNATURES, changes
    assert code(server, sent_acs3(vector), now) not in OF_SIGNATURES | {"SignatureNonceUsed"}
    assert code(server, sent_acs3(vector), now) == "SignatureNonceUsed"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic dGVzdA==",
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host",
        "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA1 Credential=a,SignedHeaders=host,Signature=00",
    ],
)
def test_other_authorization_headers_are_none_of_ours(header: str):
    assert parse_authorization(header) is None


def test_blanks_after_the_commas_of_an_authorization_are_forgiven():
    sent = parse_authorization("ACS3-HMAC-SHA256 Credential=a, SignedHeaders=host;X-Acs-Date, Signature=00")

    assert sent is not None
    assert (sent.key_id, sent.signed, sent.signature) == ("a", ("host", "x-acs-date"), "00")


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("abcXYZ019-_.~", "abcXYZ019-_.~"),
        ("a b+c", "a%20b%2Bc"),
        ("*'()!", "%2A%27%28%29%21"),
        ("设备 3", "%E8%AE%BE%E5%A4%87%203"),
        ("\n", "%0A"),
        ("", ""),
    ],
)
def test_percent_encodes_by_rfc_3986(text: str, encoded: str):
    assert percent(text) == encoded


def test_parameters_are_sorted_as_texts_and_empty_ones_stay():
    """DeviceName.10 stands before DeviceName.2, and the legacy SDK signs an empty SignatureType."""
    params = [("DeviceName.2", "b"), ("SignatureType", ""), ("DeviceName.10", "a")]

    assert canonical_query(params) == "DeviceName.10=a&DeviceName.2=b&SignatureType="

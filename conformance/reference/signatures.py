"""Whether a signature fits its request, in either scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.reference.call import Call
from conformance.reference.rule import rule
from conformance.wire.sign import (
    Authorization,
    acs3_canonical_request,
    acs3_matches,
    acs3_string_to_sign,
    rpc_matches,
    rpc_string_to_sign,
)

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature covers: of ACS3 also the path and the body."""

    method: str
    parameters: Pairs
    """Those of query and form together; of ACS3 those of the query only."""
    secret: str
    authorization: Authorization | None = None
    """What the header Authorization says of an ACS3 signature; None where the signature is the parameter Signature."""
    headers: Mapping[str, str] = field(default_factory=dict)


@rule
def signature_fits(call: Call, signed: Signed) -> bool:
    """RPC: HMAC-SHA1 over method and parameters. ACS3: HMAC-SHA256 over method, path, query, headers and body."""
    if signed.authorization is None:
        return rpc_matches(signed.method, signed.parameters, signed.secret)
    question = call.question
    return acs3_matches(
        signed.method,
        question.path or "/",
        signed.parameters,
        signed.headers,
        question.request.body,
        signed.authorization,
        signed.secret,
    )


def string_to_sign(call: Call, signed: Signed) -> str:
    """What the server itself would sign."""
    if signed.authorization is None:
        return rpc_string_to_sign(signed.method, signed.parameters)
    return acs3_string_to_sign(canonical_request(call, signed, signed.authorization))


def canonical_request(call: Call, signed: Signed, authorization: Authorization) -> str:
    """What ACS3 hashes for the string to sign."""
    question = call.question
    return acs3_canonical_request(
        signed.method,
        question.path or "/",
        signed.parameters,
        signed.headers,
        authorization.signed,
        question.request.body,
    )

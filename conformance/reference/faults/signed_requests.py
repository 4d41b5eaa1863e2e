"""Faults of what a signed request must say: its method, its key, and the parameters of its signature."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.faults.signature import ACS3_DOCUMENTED
from conformance.reference.gateway import (
    check_acs3,
    check_nonce,
    check_rpc,
    check_signature_method,
    check_time,
    method_is_served,
    require,
    scheme_to_verify,
    secret_of,
)
from conformance.wire.message import Scheme

breaks("Signature.AccessKeyId", "A key that nobody has is taken for the one that is known.", secret_of)(
    lambda faithful, call, key_id: faithful(call, key_id) or next(iter(call.server.access.keys.values()))
)
breaks("Signature.AccessKeyId/letter_case", "Letter case does not matter in an AccessKeyId.", secret_of)(
    lambda faithful, call, key_id: faithful(call, key_id) or faithful(call, key_id.swapcase())
)
breaks("Signature.missing", "A request that names its key needs no signature.", check_rpc)(
    lambda faithful, call: None if call.param("AccessKeyId") and not call.param("Signature") else faithful(call)
)
also_breaks("Signature.missing", check_acs3)(
    lambda faithful, call: faithful(call) if "authorization" in call.question.headers else None
)
scoped("Signature.missing@POST", "A POST that names its key needs no signature.")
scoped("Signature.missing@ACS3", "A request signed in its headers needs no Authorization.", editions=ACS3_DOCUMENTED)


def needs_no(parameter: str) -> Callable[..., None]:
    """A parameter may be left out."""
    return lambda faithful, call, name, given: None if name == parameter else faithful(call, name, given)


def unless_absent(name: str) -> Callable[..., None]:
    """What would be checked of a parameter is not, where it is absent."""
    return lambda faithful, call, *args: faithful(call, *args) if call.param(name) is not None else None


breaks(
    "Signature.required/AccessKeyId",
    "A signed request that names no key is taken for one by the key that is known.",
    require,
)(needs_no("AccessKeyId"))
also_breaks("Signature.required/AccessKeyId", secret_of)(
    lambda faithful, call, key_id: faithful(call, key_id or next(iter(call.server.access.keys)))
)
breaks("Signature.required/SignatureMethod", "A signed request need not name its SignatureMethod.", require)(
    needs_no("SignatureMethod")
)
also_breaks("Signature.required/SignatureMethod", check_signature_method)(unless_absent("SignatureMethod"))
breaks("Signature.required/SignatureNonce", "A signed request needs no nonce.", require)(needs_no("SignatureNonce"))
also_breaks("Signature.required/SignatureNonce", check_nonce)(
    lambda faithful, call, key_id, nonce: faithful(call, key_id, nonce) if nonce else None
)
breaks("Signature.required/Timestamp", "A signed request needs no Timestamp.", require)(needs_no("Timestamp"))
also_breaks("Signature.required/Timestamp", check_time)(
    lambda faithful, call, text: faithful(call, text) if text else None
)
breaks("Signature.required.Version", "A signed request needs no Version.", require)(needs_no("Version"))
breaks("Signature.required.Version/SignatureVersion", "A signed request needs no SignatureVersion.", require)(
    needs_no("SignatureVersion")
)
breaks("Signature.unsigned", "A request may be sent without key and signature.", scheme_to_verify, listed=False)(
    lambda faithful, call: Scheme.NONE if call.question.scheme is Scheme.NONE else faithful(call)
)
scoped("Signature.unsigned@POST", "A POST may be sent without key and signature.")
scoped("Signature.unsigned@XML", "A request for XML may be sent without key and signature.")
breaks("Signature.SignatureMethod", "Whatever SignatureMethod is named, HMAC-SHA1 is meant.", check_signature_method)(
    lambda faithful, call, name: None
)
breaks("Signature.HTTPMethod", "PUT and DELETE are served like GET.", method_is_served)(lambda faithful, call: None)
breaks("Signature.HTTPMethod/DELETE", "DELETE is served like GET.", method_is_served)(
    lambda faithful, call: faithful(call) if call.question.request.method != "DELETE" else None
)

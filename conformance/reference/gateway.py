"""The gateway in front of the operations: common parameters, keys, signatures, in the order of its checks.

Missing parameters, key, signature method, form of the time, window, signature, nonce, version, action: only
one public source states an order, and this is it. Variants take another.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from conformance.reference.call import Call
from conformance.reference.editions import OPERATIONS
from conformance.reference.refusals import GatewayError, gateway
from conformance.reference.rule import rule
from conformance.reference.signatures import Signed, signature_fits, string_to_sign
from conformance.wire.message import Scheme
from conformance.wire.sign import ACS3, parse_authorization

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
RPC_NEEDS = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureNonce", "Timestamp")
ACS3_NEEDS = ("x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce")


@rule
def let_pass(call: Call) -> None:
    """Let a call pass, or raise the gateway error that stops it."""
    method_is_served(call)
    action_is_named(call)
    scheme = scheme_to_verify(call)
    if scheme is Scheme.RPC:
        check_rpc(call)
    elif scheme is Scheme.ACS3:
        check_acs3(call)
    check_version(call, scheme)
    action_is_known(call)
    if call.question.unknown_format and not call.choices.unknown_format_answered:
        raise gateway("InvalidParameter.Format")


@rule
def method_is_served(call: Call) -> None:
    """Only GET and POST are served."""
    if call.question.request.method not in ("GET", "POST"):
        raise gateway("UnsupportedHTTPMethod")


@rule
def action_is_named(call: Call) -> None:
    """Every request names its Action."""
    if not call.operation:
        raise gateway("MissingAction")


@rule
def action_is_known(call: Call) -> None:
    """There are these operations, and no other."""
    if call.operation not in OPERATIONS:
        raise gateway("InvalidAction.NotFound")


@rule
def check_version(call: Call, scheme: Scheme) -> None:
    """The version of the API must be one that there is; who does not sign may leave it out."""
    version = call.question.version
    if version is None:
        require(call, "Version", scheme is Scheme.NONE or not call.edition.needs_version)
    elif version not in call.edition.versions or (version == "2022-01-01" and call.choices.later_version_unserved):
        raise gateway("InvalidVersion")


@rule
def require(call: Call, name: str, given: bool) -> None:
    """What must be given and is not has an error of its own."""
    if not given:
        raise gateway(f"Missing{name}")


# --- signatures ---


@rule
def scheme_to_verify(call: Call) -> Scheme:
    """The scheme by which a request is verified, whatever it carries."""
    return call.server.access.scheme_to_verify(call.question.scheme)


@rule
def check_rpc(call: Call) -> None:
    """A request signed in its parameters: the signature covers those of query and form together."""
    question, params = call.question, call.question.params
    for name in RPC_NEEDS:
        require(call, name, bool(params.get(name)))
    if call.edition.needs_version:
        require(call, "SignatureVersion", "SignatureVersion" in params)
    if call.choices.region_id_required:
        require(call, "RegionId", "RegionId" in params)
    key_id = params.get("AccessKeyId", "")
    secret = known_secret(call, key_id)
    check_signature_method(call, params.get("SignatureMethod", ""))
    if params.get("SignatureVersion", "1.0") != "1.0" and not call.choices.signature_version_unread:
        raise gateway("InvalidSignatureVersion")
    signed = Signed(question.request.method, question.query + question.form, secret)
    check_signed(call, signed, key_id, params.get("Timestamp", ""), params.get("SignatureNonce", ""))


@rule
def check_acs3(call: Call) -> None:
    """A request signed in its headers: the signature covers method, query, signed headers and the hash of the body."""
    question, headers = call.question, call.question.headers
    authorization = parse_authorization(headers.get("authorization", ""))
    if authorization is None:
        raise gateway("IncompleteSignature")
    for name in ACS3_NEEDS:
        require(call, name, bool(headers.get(name)))
    if not {"host", "x-acs-action", *ACS3_NEEDS}.issubset(authorization.signed):
        raise gateway("IncompleteSignature")
    secret = known_secret(call, authorization.key_id)
    signed = Signed(question.request.method, question.query, secret, authorization, headers)
    check_signed(call, signed, authorization.key_id, headers["x-acs-date"], headers["x-acs-signature-nonce"])


def known_secret(call: Call, key_id: str) -> str:
    """The secret of a key that somebody has."""
    secret = secret_of(call, key_id)
    if secret is None:
        raise gateway("InvalidAccessKeyId.NotFound")
    return secret


@rule
def secret_of(call: Call, key_id: str) -> str | None:
    """The secret of a key, None where nobody has it."""
    return call.server.access.keys.get(key_id)


@rule
def check_signature_method(call: Call, name: str) -> None:
    """SignatureMethod can only be HMAC-SHA1."""
    if name != "HMAC-SHA1":
        raise gateway("InvalidSignatureMethod")


def check_signed(call: Call, signed: Signed, key_id: str, timestamp: str, nonce: str) -> None:
    """Time, signature and nonce."""
    mismatch = None if signature_fits(call, signed) else signature_does_not_match(call, signed)
    if mismatch is not None and call.choices.signature_before_time:
        raise mismatch
    check_time(call, timestamp)
    if mismatch is not None:
        raise mismatch
    check_nonce(call, key_id, nonce)


@rule
def signature_does_not_match(call: Call, signed: Signed) -> GatewayError:
    """The signature is not ours. SDKs compare what stands after the colon with their own string."""
    message = "Specified signature is not matched with our calculation."
    if not call.choices.string_to_sign_kept_back:
        told = string_to_sign(call, signed) if signed.authorization is None else ACS3
        message += f" server string to sign is:{told}"
    return GatewayError("SignatureDoesNotMatch", 400, message)


# --- time and nonce ---


@rule
def check_time(call: Call, text: str) -> None:
    """A request is served within the window before and after its time."""
    age = call.now - seconds_since_1970(call, text)
    if too_old(call, age) or too_far_ahead(call, age):
        raise gateway("InvalidTimeStamp.Expired")


@rule
def seconds_since_1970(call: Call, text: str) -> float:
    """A time is written YYYY-MM-DDThh:mm:ssZ, in UTC."""
    try:
        if not TIME.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise gateway("InvalidTimeStamp.Format") from None


@rule
def too_old(call: Call, age: float) -> bool:
    """A request is not served after its window."""
    return age > call.server.access.window


@rule
def too_far_ahead(call: Call, age: float) -> bool:
    """A request is not served before its window."""
    return -age > call.server.access.window


@rule
def check_nonce(call: Call, key_id: str, nonce: str) -> None:
    """A nonce may be used once."""
    if used_before(call, identity(call, key_id, nonce)):
        raise gateway("SignatureNonceUsed")


@rule
def identity(call: Call, key_id: str, nonce: str) -> tuple[str, ...]:
    """Two keys may use the same nonce."""
    return key_id, nonce


@rule
def used_before(call: Call, nonce: tuple[str, ...]) -> bool:
    """Whether this nonce was used before; from now on it was."""
    return call.server.access.nonces.used_before(nonce, call.now)

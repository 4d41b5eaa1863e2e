"""The gateway in front of the operations: common parameters, keys, signatures, in the order of its checks.

Missing parameters, key, signature method, form of the time, window, signature, nonce, version, action: only
one public source states an order, and this is it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from conformance.reference.call import Call
from conformance.reference.refusals import GatewayError, gateway
from conformance.reference.rules import OPERATIONS
from conformance.wire.message import Scheme
from conformance.wire.sign import acs3_matches, parse_authorization, rpc_matches, rpc_string_to_sign

Auth = Literal["none", "rpc", "acs3", "any"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
WINDOW = 15 * 60
RPC_NEEDS = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureNonce", "Timestamp")
ACS3_NEEDS = ("x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce")


class Gate:
    """Who may pass, and which nonces have passed already."""

    def __init__(self, auth: Auth, keys: Mapping[str, str], window: float) -> None:
        self.auth = auth
        self.keys = keys
        self.window = window
        self.nonces: set[tuple[str, str]] = set()
        self.older: set[tuple[str, str]] = set()
        self.turned = 0.0

    def check(self, call: Call) -> None:
        """Let the call pass, or raise the gateway error that stops it."""
        question = call.question
        if question.request.method not in ("GET", "POST"):
            raise gateway("UnsupportedHTTPMethod")
        if not question.operation and call.keeps("Common.Action.missing"):
            raise gateway("MissingAction")
        scheme = self.scheme_to_verify(question.scheme)
        if scheme is Scheme.RPC:
            self.check_rpc(call)
        elif scheme is Scheme.ACS3:
            self.check_acs3(call)
        self.check_version(call, scheme)
        known = not question.operation or question.operation in OPERATIONS
        if not known and call.keeps("Common.Action.unknown"):
            raise gateway("InvalidAction.NotFound")
        if question.unknown_format and not call.chooses("unknown_format_answered"):
            raise gateway("InvalidParameter.Format")

    def scheme_to_verify(self, sent: Scheme) -> Scheme:
        """The scheme by which a request is verified, whatever it carries."""
        if self.auth == "any":
            return sent
        return {"none": Scheme.NONE, "rpc": Scheme.RPC, "acs3": Scheme.ACS3}[self.auth]

    def check_rpc(self, call: Call) -> None:
        """HMAC-SHA1 over the parameters of query and form together."""
        question, params = call.question, call.question.params
        for name in RPC_NEEDS:
            if not params.get(name):
                raise gateway(f"Missing{name}")
        if call.rules.needs_version and "SignatureVersion" not in params:
            raise gateway("MissingSignatureVersion")
        secret = self.secret_of(params["AccessKeyId"])
        if params["SignatureMethod"] != "HMAC-SHA1":
            raise gateway("InvalidSignatureMethod")
        if params.get("SignatureVersion", "1.0") != "1.0":
            raise gateway("InvalidSignatureVersion")
        self.check_time(params["Timestamp"], call.now)
        pairs = question.query + question.form
        method = question.request.method
        if not rpc_matches(method, pairs, secret):
            raise mismatch(rpc_string_to_sign(method, pairs))
        self.check_nonce(params["AccessKeyId"], params["SignatureNonce"], call.now)

    def check_acs3(self, call: Call) -> None:
        """HMAC-SHA256 over method, query, the signed headers and the hash of the body."""
        question, headers = call.question, call.question.headers
        for name in ACS3_NEEDS:
            if not headers.get(name):
                raise gateway(f"Missing{name}")
        sent = parse_authorization(headers.get("authorization", ""))
        if sent is None or not {"host", "x-acs-action", *ACS3_NEEDS}.issubset(sent.signed):
            raise gateway("IncompleteSignature")
        secret = self.secret_of(sent.key_id)
        self.check_time(headers["x-acs-date"], call.now)
        request = question.request
        path = question.path or "/"
        if not acs3_matches(request.method, path, question.query, headers, request.body, sent, secret):
            raise mismatch("ACS3-HMAC-SHA256")
        self.check_nonce(sent.key_id, headers["x-acs-signature-nonce"], call.now)

    def secret_of(self, key_id: str) -> str:
        secret = self.keys.get(key_id)
        if secret is None:
            raise gateway("InvalidAccessKeyId.NotFound")
        return secret

    def check_time(self, text: str, now: float) -> None:
        """The time must be well-formed, and not too far from ours."""
        try:
            if not TIME.fullmatch(text):
                raise ValueError
            said = datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC).timestamp()
        except ValueError:
            raise gateway("InvalidTimeStamp.Format") from None
        if abs(now - said) > self.window:
            raise gateway("InvalidTimeStamp.Expired")

    def check_nonce(self, key_id: str, nonce: str, now: float) -> None:
        """A nonce passes once. It is remembered while its Timestamp may pass, and up to twice as long."""
        life = 2 * self.window
        if now - self.turned > life:
            self.older = self.nonces if now - self.turned <= 2 * life else set()
            self.nonces, self.turned = set(), now
        if (key_id, nonce) in self.nonces or (key_id, nonce) in self.older:
            raise gateway("SignatureNonceUsed")
        self.nonces.add((key_id, nonce))

    def check_version(self, call: Call, scheme: Scheme) -> None:
        """The version of the API; who does not sign may leave it out."""
        version = call.question.version
        if version is None:
            if scheme is not Scheme.NONE and call.rules.needs_version:
                raise gateway("MissingVersion")
        elif version not in call.rules.versions and call.keeps("Common.Version.unknown"):
            raise gateway("InvalidVersion")


def mismatch(string_to_sign: str) -> GatewayError:
    """The signature is not ours. SDKs compare what stands after the colon with their own string."""
    return GatewayError(
        "SignatureDoesNotMatch",
        400,
        f"Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}",
    )

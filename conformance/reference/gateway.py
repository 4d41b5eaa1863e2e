"""The gateway in front of the operations: common parameters, keys, signatures, in the order of its checks.

Missing parameters, key, signature method, form of the time, window, signature, nonce, version, action: only
one public source states an order, and this is it. Variants take another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.editions import OPERATIONS
from conformance.reference.fitting import acs3_fits, rpc_fits
from conformance.reference.nonces import Nonces
from conformance.reference.refusals import GatewayError, gateway
from conformance.wire.message import Scheme
from conformance.wire.sign import parse_authorization, rpc_string_to_sign

Auth = Literal["none", "rpc", "acs3", "both", "any"]
"""``both`` demands a signature by either scheme; ``any`` verifies what it finds and lets in what has none."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
WINDOW = 15 * 60
RPC_NEEDS = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureNonce", "Timestamp")
ACS3_NEEDS = ("x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce")
DEMANDED = {"rpc": Scheme.RPC, "acs3": Scheme.ACS3, "both": Scheme.RPC}
"""The scheme that is missed in a request without any."""


class Gateway:
    """Who may pass, and which nonces have passed already."""

    def __init__(self, auth: Auth, keys: Mapping[str, str], window: float) -> None:
        self.auth = auth
        self.keys = keys
        self.window = window
        self.nonces = Nonces(2 * window)

    def check(self, call: Call) -> None:
        """Let the call pass, or raise the gateway error that stops it."""
        question = call.question
        if question.request.method not in ("GET", "POST"):
            check_method(call)
        if not question.operation and call.keeps("Common.Action.missing"):
            raise gateway("MissingAction")
        scheme = self.scheme_to_verify(call)
        if scheme is Scheme.RPC:
            self.check_rpc(call)
        elif scheme is Scheme.ACS3:
            self.check_acs3(call)
        self.check_version(call, scheme)
        known = not question.operation or question.operation in OPERATIONS
        if not known and call.keeps("Common.Action.unknown"):
            raise gateway("InvalidAction.NotFound")
        if question.unknown_format and not call.choices.unknown_format_answered:
            raise gateway("InvalidParameter.Format")

    def scheme_to_verify(self, call: Call) -> Scheme:
        """The scheme by which a request is verified, whatever it carries."""
        sent = call.question.scheme
        if self.auth == "none" or (sent is Scheme.NONE and call.breaks("Signature.unsigned")):
            return Scheme.NONE
        if self.auth == "any" or (self.auth == "both" and sent is not Scheme.NONE):
            return sent
        return DEMANDED[self.auth]

    def check_rpc(self, call: Call) -> None:
        """HMAC-SHA1 over the parameters of query and form together."""
        question, params = call.question, call.question.params
        for name in RPC_NEEDS:
            if not params.get(name):
                if name == "Signature" and call.breaks("Signature.missing"):
                    return
                if call.keeps(f"Signature.required/{name}"):
                    raise gateway(f"Missing{name}")
        needs_version = call.edition.needs_version and call.keeps("Signature.required.Version/SignatureVersion")
        if needs_version and "SignatureVersion" not in params:
            raise gateway("MissingSignatureVersion")
        if call.choices.region_id_required and "RegionId" not in params:
            raise gateway("MissingRegionId")
        key_id = params.get("AccessKeyId") or next(iter(self.keys))
        secret = self.secret_of(call, key_id)
        if params.get("SignatureMethod", "HMAC-SHA1") != "HMAC-SHA1" and call.keeps("Signature.SignatureMethod"):
            raise gateway("InvalidSignatureMethod")
        if params.get("SignatureVersion", "1.0") != "1.0" and not call.choices.signature_version_unread:
            raise gateway("InvalidSignatureVersion")
        wrong = None
        if not rpc_fits(call, secret):
            wrong = mismatch(call, secret, rpc_string_to_sign(question.request.method, question.query + question.form))
        self.check_rest(call, key_id, params.get("Timestamp", ""), params.get("SignatureNonce", ""), wrong)

    def check_acs3(self, call: Call) -> None:
        """HMAC-SHA256 over method, query, the signed headers and the hash of the body."""
        headers = call.question.headers
        sent = parse_authorization(headers.get("authorization", ""))
        if sent is None:
            if "authorization" not in headers and call.breaks("Signature.missing"):
                return
            raise gateway("IncompleteSignature")
        for name in ACS3_NEEDS:
            if not headers.get(name):
                raise gateway(f"Missing{name}")
        if not {"host", "x-acs-action", *ACS3_NEEDS}.issubset(sent.signed):
            raise gateway("IncompleteSignature")
        secret = self.secret_of(call, sent.key_id)
        wrong = None if acs3_fits(call, sent, secret) else mismatch(call, secret, "ACS3-HMAC-SHA256")
        self.check_rest(call, sent.key_id, headers["x-acs-date"], headers["x-acs-signature-nonce"], wrong)

    def check_rest(self, call: Call, key_id: str, timestamp: str, nonce: str, wrong: GatewayError | None) -> None:
        """Time, signature and nonce; ``wrong`` says what is wrong with the signature."""
        if wrong is not None and call.choices.signature_before_time:
            raise wrong
        if timestamp:
            self.check_time(call, timestamp)
        if wrong is not None:
            raise wrong
        if nonce:
            self.nonces.check(call, key_id, nonce)

    def secret_of(self, call: Call, key_id: str) -> str:
        """The secret of a key; for one that nobody has, a fault takes the first it knows."""
        secret = self.keys.get(key_id)
        if secret is None and call.breaks("Signature.AccessKeyId"):
            secret = next(iter(self.keys.values()))
        if secret is None and call.breaks("Signature.AccessKeyId/letter_case"):
            secret = self.keys.get(key_id.swapcase())
        if secret is None:
            raise gateway("InvalidAccessKeyId.NotFound")
        return secret

    def check_time(self, call: Call, text: str) -> None:
        """The time must be well-formed, and not too far from ours."""
        if call.breaks("Signature.Timestamp.format/of_databases"):
            text = re.sub(r"([0-9-]{10}) ([0-9:]{8})", r"\1T\2Z", text)
        if call.breaks("Signature.Timestamp.format/with_a_blank"):
            text = re.sub(r"([0-9-]{10}) ([0-9:]{8}Z)", r"\1T\2", text)
        if call.breaks("Signature.Timestamp.format/without_Z") and not text.endswith("Z"):
            text += "Z"
        try:
            if not TIME.fullmatch(text):
                raise ValueError
            said = datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC).timestamp()
        except ValueError:
            if call.breaks("Signature.Timestamp.format"):
                return
            raise gateway("InvalidTimeStamp.Format") from None
        age = call.now - said
        oldest = 86_400.0 if call.breaks("Signature.Timestamp.expired/a_day") else self.window
        expired = age > oldest and call.keeps("Signature.Timestamp.expired")
        if call.operation == Action.QueryPageByApplyId and call.breaks("Signature.Timestamp.expired/of_pages"):
            expired = False
        ahead = -age > self.window and call.keeps("Signature.Timestamp.future")
        if expired or ahead or (abs(age) > 60 and call.breaks("Signature.Timestamp.near")):
            told = "Format" if call.breaks("Signature.Timestamp.expired/told_as_malformed") else "Expired"
            raise gateway(f"InvalidTimeStamp.{told}")

    def check_version(self, call: Call, scheme: Scheme) -> None:
        """The version of the API; who does not sign may leave it out."""
        version = call.question.version
        if version is None:
            needed = scheme is not Scheme.NONE and call.edition.needs_version
            if needed and call.keeps("Signature.required.Version"):
                raise gateway("MissingVersion")
        elif not self.serves(call, version) and call.keeps("Common.Version.unknown"):
            raise gateway("InvalidVersion")

    def serves(self, call: Call, version: str) -> bool:
        """Whether there is that version of the API."""
        unserved = version == "2022-01-01" and call.choices.later_version_unserved
        return version in call.edition.versions and not unserved


def check_method(call: Call) -> None:
    """Only GET and POST are served."""
    if call.breaks("Signature.HTTPMethod") or (
        call.question.request.method == "DELETE" and call.breaks("Signature.HTTPMethod/DELETE")
    ):
        return
    raise gateway("UnsupportedHTTPMethod")


def mismatch(call: Call, secret: str, string_to_sign: str) -> GatewayError:
    """The signature is not ours. SDKs compare what stands after the colon with their own string."""
    message = "Specified signature is not matched with our calculation."
    if not call.choices.string_to_sign_kept_back:
        message += f" server string to sign is:{string_to_sign}"
    if call.breaks("Signature.Message"):
        message += f" (signed with {secret})"
    return GatewayError("SignatureDoesNotMatch", 400, message)

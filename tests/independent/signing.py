"""The RPC signature: HMAC-SHA1 over the method and every parameter, and the checks that go before it."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import quote

from .parameters import Call
from .state import KEYS, Rejection, State, chosen

NEEDED = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp", "Version")


def text_to_sign(method: str, params: dict[str, str]) -> str:
    """The string of the documents: names and values encoded, sorted, joined, encoded again."""
    parts = sorted((key, value) for key, value in params.items() if key != "Signature")
    line = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in parts)
    return f"{method}&%2F&{quote(line, safe='~')}"


def signature(secret: str, text: str) -> str:
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def check_rpc(state: State, call: Call) -> None:
    """Lets a well-signed request pass and rejects any other."""
    params: dict[str, str] = call["params"]
    for name in NEEDED:
        if not params.get(name) and not (name in ("Version", "SignatureVersion") and state["edition"] == "tuya-2025"):
            raise missing_common(name)
    secret = KEYS.get(params["AccessKeyId"])
    if secret is None:
        raise Rejection(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    if params["SignatureMethod"].upper() != "HMAC-SHA1":
        raise Rejection(400, "InvalidSignatureMethod", "Specified signature method is not valid.")
    try:
        sent = datetime.strptime(params["Timestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        text = "Specified time stamp or date value is not well formatted."
        raise Rejection(400, "InvalidTimeStamp.Format", text) from None
    window = 60 * (15 if chosen(state, "window", "15") else 31)
    if abs(sent - call["now"]) > window:
        raise Rejection(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
    text = text_to_sign(call["method"], params)
    if not hmac.compare_digest(signature(secret, text).encode(), params["Signature"].encode()):
        told = f"Specified signature is not matched with our calculation. server string to sign is:{text}"
        raise Rejection(400, "SignatureDoesNotMatch", told)
    nonces: dict[str, float] = state["nonces"]
    if params["SignatureNonce"] in nonces:
        raise Rejection(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
    nonces[params["SignatureNonce"]] = call["now"]
    if len(nonces) > 20_000:
        for nonce in [each for each, at in nonces.items() if call["now"] - at > 2 * window]:
            del nonces[nonce]


def missing_common(name: str) -> Rejection:
    return Rejection(400, f"Missing{name}", f"{name} is mandatory for this action.")

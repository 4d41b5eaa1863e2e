"""Both signatures of the gateway, to make and to check: RPC with HMAC-SHA1, and ACS3-HMAC-SHA256.

RPC signs method and parameters, query and form together; it covers neither host nor path. ACS3 signs method,
path, query, chosen headers and a hash of the body. The rules are those of the published documents; what
released SDKs do beyond them (empty parameters, extra headers) is why nothing here is left out or hard-coded.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

ACS3 = "ACS3-HMAC-SHA256"
PLAIN = re.compile(r"[A-Za-z0-9\-_.~]*").fullmatch


def percent(text: str) -> str:
    """RFC 3986 encoding of UTF-8: only letters, digits and ``-_.~`` stay as they are."""
    return text if PLAIN(text) else quote(text, safe="")


def canonical_query(params: Iterable[tuple[str, str]]) -> str:
    """Parameters sorted as texts (DeviceName.10 before DeviceName.2) and encoded; empty values stay."""
    return "&".join([f"{percent(name)}={percent(value)}" for name, value in sorted(params)])


def rpc_string_to_sign(method: str, params: Iterable[tuple[str, str]]) -> str:
    """What the RPC signature signs; a parameter called Signature is left out."""
    signed = [pair for pair in params if pair[0] != "Signature"]
    canonical = canonical_query(signed)
    # Only these three characters of a canonical query are not unreserved.
    encoded = canonical.replace("%", "%25").replace("=", "%3D").replace("&", "%26")
    return f"{method}&%2F&{encoded}"


def rpc_signature(method: str, params: Iterable[tuple[str, str]], secret: str) -> str:
    """The value of the parameter Signature for these query and form parameters."""
    text = rpc_string_to_sign(method, params)
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1")).decode()


def rpc_matches(method: str, params: Iterable[tuple[str, str]], secret: str) -> bool:
    """Whether the Signature among the parameters is the one that this secret gives."""
    pairs = list(params)
    claimed = next((value for name, value in pairs if name == "Signature"), "")
    return hmac.compare_digest(claimed.encode(), rpc_signature(method, pairs, secret).encode())


@dataclass(frozen=True, slots=True)
class Authorization:
    """What an ACS3 Authorization header says."""

    key_id: str
    signed: tuple[str, ...]
    """Names of the signed headers, in the order sent."""
    signature: str

    def __str__(self) -> str:
        names = ";".join(self.signed)
        return f"{ACS3} Credential={self.key_id},SignedHeaders={names},Signature={self.signature}"


def parse_authorization(header: str) -> Authorization | None:
    """The parts of an ACS3 Authorization header, None where it is no such header."""
    scheme, _, rest = header.strip().partition(" ")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if scheme != ACS3 or not all(parts.get(name) for name in ("Credential", "SignedHeaders", "Signature")):
        return None
    return Authorization(parts["Credential"], tuple(parts["SignedHeaders"].lower().split(";")), parts["Signature"])


def acs3_canonical_request(
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    signed: Iterable[str],
    body: bytes,
) -> str:
    """What ACS3 hashes: ``headers`` in lower case; only those named by ``signed`` enter, in that order."""
    names = tuple(signed)
    lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names)
    return "\n".join((method, path, canonical_query(query), lines, ";".join(names), hashlib.sha256(body).hexdigest()))


def acs3_string_to_sign(canonical_request: str) -> str:
    """The name of the algorithm and the hash of the canonical request."""
    return f"{ACS3}\n{hashlib.sha256(canonical_request.encode()).hexdigest()}"


def acs3_signature(string_to_sign: str, secret: str) -> str:
    """64 hexadecimal digits. The key is the plain secret, without the ``&`` of the RPC scheme."""
    return hmac.digest(secret.encode(), string_to_sign.encode(), "sha256").hex()


def acs3_authorization(
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    body: bytes,
    key_id: str,
    secret: str,
) -> str:
    """The Authorization header of a request that signs all of ``headers`` (lower-case names)."""
    names = tuple(sorted(headers))
    request = acs3_canonical_request(method, path, query, headers, names, body)
    return str(Authorization(key_id, names, acs3_signature(acs3_string_to_sign(request), secret)))


def acs3_matches(
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    body: bytes,
    sent: Authorization,
    secret: str,
) -> bool:
    """Whether an ACS3 request carries the signature that this secret gives, and the hash of its own body.

    The list of signed headers is the one sent: every SDK signs another choice.
    """
    if headers.get("x-acs-content-sha256", "").strip() != hashlib.sha256(body).hexdigest():
        return False
    request = acs3_canonical_request(method, path, query, headers, sent.signed, body)
    return hmac.compare_digest(sent.signature.encode(), acs3_signature(acs3_string_to_sign(request), secret).encode())

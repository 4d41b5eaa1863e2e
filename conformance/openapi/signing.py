"""Signs what Schemathesis sends, for whoever lets Schemathesis do the sending."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

from conformance.client.target import is_loopback
from conformance.openapi.parameters import FORM
from conformance.wire.encode import spelt
from conformance.wire.message import Params
from conformance.wire.sign import rpc_signature


class KeyInDanger(Exception):
    """A real key must not go to a stranger in plain text: the signature does not say for which host it is."""


class RpcSignature(AuthBase):
    """Signs what is sent: all else, above all values that are wrong on purpose, is only known then."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        url = str(request.url)
        key, secret = (os.environ.get(f"IOT_ACCESS_KEY_{part}", "") for part in ("ID", "SECRET"))
        if key and not (url.startswith("https:") or is_loopback(url)):
            raise KeyInDanger(f"IOT_ACCESS_KEY_ID is set, and {urlsplit(url).netloc} is reached by plain http")
        added: Params = (
            ("AccessKeyId", key or "testid"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", uuid.uuid4().hex),
            ("Timestamp", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        )
        signature = rpc_signature(str(request.method), [*sent(request), *added], secret or "testsecret")
        request.url = f"{url}{'&' if '?' in url else '?'}{spelt((*added, ('Signature', signature)))}"
        return request


def sent(request: PreparedRequest) -> list[tuple[str, str]]:
    """The parameters of query and form as they travel."""
    body = request.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    form = text if str(request.headers.get("Content-Type", "")).startswith(FORM) else ""
    return [
        pair for part in (urlsplit(str(request.url)).query, form) for pair in parse_qsl(part, keep_blank_values=True)
    ]

"""Turns a Request and a Form into the bytes of an HTTP request, signed where a scheme is asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from conformance.wire.message import ABSENT, Form, HttpRequest, Params, Place, Request, Scheme
from conformance.wire.sign import acs3_authorization, percent, rpc_signature

VERSION = "2018-01-20"
LIST_PARAMETERS = ("DeviceName.", "DeviceNameList.")
LONGEST_QUERY = 6_000
"""Longer name lists move to the form body: servers and proxies bound the request line, and no document says where."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and how. ``secret`` and ``token`` never appear in a repr."""

    scheme: Scheme
    key_id: str = ""
    secret: str = ""
    token: str = ""

    def __repr__(self) -> str:
        return f"Signer({self.scheme})"


def encode(
    request: Request, form: Form, signer: Signer, *, host: str, timestamp: str, nonce: str, region: str = "cn-shanghai"
) -> HttpRequest:
    """The HTTP request for ``request`` in ``form``; ``timestamp`` is UTC as ``YYYY-MM-DDThh:mm:ssZ``."""
    headers = {"host": host, "user-agent": "iot-conformance"}
    if signer.scheme is Scheme.ACS3:
        common: dict[str, str] = {"Format": form.format}
        headers["accept"] = "application/json" if form.format == "JSON" else "application/xml"
    else:
        common = {"Action": request.operation, "Version": VERSION, "Format": form.format, "RegionId": region}
    if signer.scheme is Scheme.RPC:
        common |= {
            "AccessKeyId": signer.key_id,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": nonce,
            "Timestamp": timestamp,
        }
        if signer.token:
            common["SecurityToken"] = signer.token
    action, version = request.operation, VERSION
    for name, value in request.common:
        if signer.scheme is Scheme.ACS3 and name in {"Action", "Version"}:
            action, version = (value, version) if name == "Action" else (action, value)
        elif value == ABSENT:
            common.pop(name, None)
        else:
            common[name] = value
    query, body_params = _placed(tuple(common.items()), request.params, form)
    if signer.scheme is Scheme.RPC:
        signature = ("Signature", rpc_signature(form.method, query + body_params, signer.secret))
        if form.place is Place.FORM:
            body_params = (*body_params, signature)
        else:
            query = (*query, signature)
    body = spelt(body_params).encode()
    if form.place is Place.MIXED:
        body = body.replace(b"%20", b"+")  # as SDKs in Python spell a blank in a form; both mean the same
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    if signer.scheme is Scheme.ACS3:
        headers |= {
            name: value for name, value in (("x-acs-action", action), ("x-acs-version", version)) if value != ABSENT
        }
        headers["x-acs-date"] = timestamp
        headers["x-acs-signature-nonce"] = nonce
        headers["x-acs-content-sha256"] = hashlib.sha256(body).hexdigest()
        if signer.token:
            headers["x-acs-security-token"] = signer.token
        headers["authorization"] = acs3_authorization(
            form.method, "/", query, headers, body, signer.key_id, signer.secret
        )
    target = "/?" + spelt(query) if query else "/"
    return HttpRequest(form.method, target, tuple(headers.items()), body)


def spelt(params: Params) -> str:
    """Parameters as ``a=b&c=d``, percent-encoded as the signature wants them."""
    return "&".join(f"{percent(name)}={percent(value)}" for name, value in params)


def _placed(common: Params, own: Params, form: Form) -> tuple[Params, Params]:
    """The parameters of the query and those of the form body."""
    if form.place is Place.FORM:
        return (), common + own
    lists = tuple(pair for pair in own if pair[0].startswith(LIST_PARAMETERS))
    scalars = tuple(pair for pair in own if not pair[0].startswith(LIST_PARAMETERS))
    if form.place is Place.MIXED or (
        form.method == "POST" and sum(len(name) + len(value) + 2 for name, value in lists) > LONGEST_QUERY
    ):
        return common + scalars, lists
    return common + own, ()

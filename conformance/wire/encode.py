"""Turns a Request and a Form into the bytes of an HTTP request, signed where a scheme is asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial

from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import ABSENT, Form, HttpRequest, Params, Place, Request, Scheme
from conformance.wire.sign import acs3_authorization, percent, rpc_signature
from conformance.wire.signer import Signer
from conformance.wire.tampering import as_signed, spoilt, wrong_signer

VERSION = "2018-01-20"
LIST_PARAMETERS = ("DeviceName.", "DeviceNameList.")
LONGEST_QUERY = 6_000
"""Longer name lists move to the form body: servers and proxies bound the request line, and no document says where."""


def encode(
    request: Request,
    form: Form,
    signer: Signer,
    *,
    host: str,
    timestamp: str,
    nonce: str,
    region: str = "cn-shanghai",
    tampering: Tampering | None = None,
) -> HttpRequest:
    """The HTTP request for ``request`` in ``form``; ``timestamp`` is UTC as ``YYYY-MM-DDThh:mm:ssZ``.

    ``tampering`` spoils it; a wrong time or nonce is not made here, but given.
    """
    flaw = tampering.flaw if tampering is not None else None
    method = tampering.value if tampering is not None and flaw is Flaw.METHOD else form.method
    if tampering is not None:
        signer = wrong_signer(signer, tampering)
        if flaw is Flaw.NAMED_OTHERWISE:
            name, _, value = tampering.value.partition("=")
            request = request.commonly(**{name: value})
        if flaw is Flaw.LEFT_OUT:
            request = request.commonly(**{tampering.value: None})
    draft = partial(_draft, form=form, signer=signer, host=host, timestamp=timestamp, nonce=nonce, region=region)
    sent = signed = draft(request)
    if tampering is not None and tampering.signed:
        signed = draft(as_signed(request, tampering))
    query, body_params, headers = sent.query, sent.form, sent.headers
    signed_for = {"GET": "POST", "POST": "GET"}[method] if flaw is Flaw.OTHER_METHOD else method
    if signer.scheme is Scheme.RPC:
        signature = spoilt(rpc_signature(signed_for, signed.query + signed.form, signer.secret), flaw)
        last = (("Signature", signature),) if signature else ()
        query, body_params = (query, body_params + last) if form.place is Place.FORM else (query + last, body_params)
    body = _body(body_params, form)
    if signer.scheme is Scheme.ACS3:
        # Whoever changes a body on its way leaves the hash of the first one where it is: it is signed.
        headers |= {"x-acs-content-sha256": signed.headers["x-acs-content-sha256"]}
        authorization = acs3_authorization(
            signed_for, "/", signed.query, signed.headers, _body(signed.form, form), signer.key_id, signer.secret
        )
        before, mark, signature = authorization.rpartition("Signature=")
        if signature := spoilt(signature, flaw):
            headers |= {"authorization": before + mark + signature}
    target = "/?" + spelt(query) if query else "/"
    return HttpRequest(method, target, tuple(headers.items()), body)


def spelt(params: Params) -> str:
    """Parameters as ``a=b&c=d``, percent-encoded as the signature wants them."""
    return "&".join(f"{percent(name)}={percent(value)}" for name, value in params)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A request that lacks nothing but its signature."""

    query: Params
    form: Params
    headers: dict[str, str]


def _draft(
    request: Request, form: Form, signer: Signer, *, host: str, timestamp: str, nonce: str, region: str
) -> _Draft:
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
    body = _body(body_params, form)
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
    return _Draft(query, body_params, headers)


def _body(params: Params, form: Form) -> bytes:
    body = spelt(params).encode()
    # As SDKs in Python spell a blank in a form; both mean the same.
    return body.replace(b"%20", b"+") if form.place is Place.MIXED else body


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

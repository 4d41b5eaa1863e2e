"""Beasts that tell what they were told: secrets of the caller, in every place where a server can put them."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape

from tests.zoo.keeper import Call

NAMES = ("AccessKeyId", "Signature", "SecurityToken")
HEADERS = ("authorization", "x-acs-security-token")


class Tells:
    """Answers faithfully, and tells in between what it was sent, and what else it knows."""

    def __init__(self, secret: str, of_devices: str) -> None:
        self.known = secret
        """The secret of the key, which a server knows without being told."""
        self.of_devices = of_devices
        """Told under its name alone: who does not know it cannot recognise it anywhere else."""
        self.told: set[str] = set()
        """What it was sent and must never be seen anywhere."""

    def __call__(self, call: Call) -> None:
        secrets = self.secrets(call)
        self.told.update(secrets)
        self.told.add(self.of_devices)
        if call.number % 150 == 0:
            call.send(f"HTTP/1.1 2OO {secrets[-1]}\r\n\r\n".encode("latin-1"))
            call.close()
            return
        place = PLACES[call.number % len(PLACES)]
        body, headers = place(call, [*secrets, self.of_devices])
        status = 400 if place is _in_the_string_to_sign else None
        call.answered(body=body, status=status, headers=headers)

    def secrets(self, call: Call) -> list[str]:
        """Key, signature and token of the request, and the secrets that a server knows."""
        query = urlsplit(call.asked.target).query
        sent = dict(parse_qsl(query) + parse_qsl(call.asked.body.decode("utf-8", "replace")))
        headers = dict(call.asked.headers)
        found = [sent[name] for name in NAMES if sent.get(name)]
        if (authorization := headers.get("authorization", "")) and "Signature=" in authorization:
            found.append(authorization.partition("Signature=")[2])
        if token := headers.get("x-acs-security-token"):
            found.append(token)
        return [*found, self.known]


Told = tuple[bytes, tuple[tuple[str, str], ...]]


def _in_headers(call: Call, secrets: list[str]) -> Told:
    *ours, theirs = secrets
    text = " ".join(ours)
    named = (("Set-Cookie", f"s={text}"), ("X-DeviceSecret", theirs))
    return call.answer.body, (("X-Debug", text), ("Server", f"x/{ours[0]}"), *named)


def _in_the_message(call: Call, secrets: list[str]) -> Told:
    *ours, theirs = secrets
    quoted = json.dumps({"DeviceSecret": theirs})
    text = " ".join([*ours, *map(quote, ours), *(quote(quote(one, safe=""), safe="") for one in ours), quoted])
    return _inside(call.answer.body, "ErrorMessage", text), ()


def _in_further_fields(call: Call, secrets: list[str]) -> Told:
    names = ("DeviceSecret", "ProductSecret", "AccessKeySecret", "SecurityToken", "Echo")
    body = call.answer.body
    for name, secret in zip(names, reversed(secrets), strict=False):
        body = _inside(body, name, secret)
    return body.replace(b'"DeviceName":', b'"DeviceSecret":' + json.dumps(secrets[-1]).encode() + b',"DeviceName":'), ()


def _in_the_string_to_sign(call: Call, secrets: list[str]) -> Told:
    """As the gateway does it: parameters encoded twice, and beside it what it has computed."""
    *ours, _ = secrets
    token = quote(quote(ours[min(2, len(ours) - 1)], safe=""), safe="")
    signed = f"GET&%2F&AccessKeyId%3D{ours[0]}%26SecurityToken%3D{token}"
    said = f"Specified signature is not matched with our calculation. server string to sign is:{signed}"
    value = {"Code": "SignatureDoesNotMatch", "Message": f"{said} {' '.join(ours)}", "RequestId": "1", "HostId": "h"}
    if call.answer.body[:1] == b"<":
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in value.items())
        return f"<Error>{inner}</Error>".encode(), ()
    return json.dumps(value).encode(), ()


def _in_a_page(call: Call, secrets: list[str]) -> Told:
    text = "".join(f"<p>{escape(one)}</p><a href='?token={quote(one)}'>{one}</a>" for one in secrets[:-1])
    return f"<!DOCTYPE html><html><body>{text}</body></html>".encode(), ()


def _in_another_spelling(call: Call, secrets: list[str]) -> Told:
    """With a backslash before each slash, and letters by their number, as some writers of JSON do."""
    spelt = [one.replace("/", "\\/").replace("+", "\\u002b").replace("=", "\\u003D") for one in secrets[:-1]]
    return _inside(call.answer.body, "ErrorMessage", " ".join(spelt), raw=True), ()


def _in_a_body_cut_short(call: Call, secrets: list[str]) -> Told:
    return b'{"RequestId":"1","Success":true,"DeviceSecret":"' + secrets[-1].encode(), ()


def _inside(body: bytes, name: str, text: str, *, raw: bool = False) -> bytes:
    if body[:1] == b"{":
        spelt = f'"{text}"' if raw else json.dumps(text)
        return b'{"' + name.encode() + b'":' + spelt.encode() + b"," + body[1:]
    head, mark, tail = body.rpartition(b"</")
    return head + f"<{name}>{escape(text)}</{name}>".encode() + mark + tail


def _untouched(call: Call, secrets: list[str]) -> Told:
    return call.answer.body, ()


PLACES = (
    _untouched, _in_headers, _in_the_message, _untouched, _in_further_fields, _in_the_string_to_sign, _untouched,
    _in_a_page, _in_another_spelling, _untouched, _in_a_body_cut_short, _untouched,
)  # fmt: skip
"""Where it tells, in turn; in between it answers as the reference does, so that a run goes on."""

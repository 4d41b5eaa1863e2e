"""Beasts of content: answers that are well framed, and poison to whoever reads them."""

from __future__ import annotations

from tests.zoo.keeper import Call


def _instead(json: bytes, xml: bytes | None = None):  # type: ignore[no-untyped-def]
    def beast(call: Call) -> None:
        wants_xml = call.answer.body[:1] == b"<"
        call.answered(body=(xml if wants_xml and xml is not None else json))

    return beast


def _inside(old: bytes, new: bytes):  # type: ignore[no-untyped-def]
    def beast(call: Call) -> None:
        call.answered(body=call.answer.body.replace(old, new))

    return beast


BILLION = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))
    + b"]><R><RequestId>&k;</RequestId></R>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><R><RequestId>&x;</RequestId></R>'
)

xml_bomb = _instead(b"{}", BILLION)
external_entity = _instead(b"{}", OUTSIDE)
deep = _instead(b'{"Data":' * 100_000, b"<a>" * 100_000)
deep_and_closed = _instead(b"[" * 50_000 + b"]" * 50_000, b"<a>" * 50_000 + b"</a>" * 50_000)
not_a_number = _inside(b'"Success":true', b'"Success":NaN,"ApplyId":Infinity')
million_digits = _instead(b'{"RequestId":"1","Success":true,"Data":{"ApplyId":' + b"9" * 1_000_000 + b"}}", b"<R/>")
nothing = _instead(b"")
a_page = _instead(b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>")
a_list = _instead(b"[1,2,3]", b"<List><Item/></List>")
a_text = _instead(b'"OK"', b"OK")
noise = _instead(b"\xff\xfe\x00\x01\x80" * 100)
nul = _inside(b'"RequestId":"', b'"RequestId":"\x00')
lone_surrogate = _inside(b'"RequestId":"', b'"RequestId":"\\ud800')
escapes = _inside(b'"RequestId":"', b'"RequestId":"\\u001b[2J\\u001b]0;owned\\u0007')
markup = _inside(b'"RequestId":"', b'"RequestId":"<script>alert(1)</script>\\"><img src=x onerror=alert(2)>')
ten_megabytes = _instead(
    b'{"RequestId":"' + b"x" * 10_000_000 + b'","Success":true}', b"<R>" + b"x" * 10_000_000 + b"</R>"
)
more_than_is_read = _instead(b'{"RequestId":"' + b"x" * 20_000_000 + b'"}')


def duplicate_keys(call: Call) -> None:
    """Every key of a JSON object twice, with another value."""
    body = call.answer.body
    call.answered(body=b'{"Success":"maybe","RequestId":7,' + body[1:] if body[:1] == b"{" else body)


def other_charset(call: Call) -> None:
    """UTF-16, without saying so."""
    call.answered(body=call.answer.body.decode().encode("utf-16"))


def byte_order_mark(call: Call) -> None:
    """A byte order mark before the body."""
    call.answered(body=b"\xef\xbb\xbf" + call.answer.body)


def escapes_in_headers(call: Call) -> None:
    """Terminal escapes in a header."""
    call.answered(headers=(("X-Title", "\x1b[31mred"), ("Server", "<b>bold</b>")))

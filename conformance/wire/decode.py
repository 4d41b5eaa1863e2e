"""Reads an answer's bytes as tolerantly as possible, names everything irregular, and never raises."""

from __future__ import annotations

from typing import Any, Literal

from conformance.contract.model import Structure
from conformance.wire.decode_json import read_json
from conformance.wire.decode_xml import read_xml
from conformance.wire.message import Answer, HttpAnswer

LARGEST_BODY = 8 * 1024 * 1024
"""Bytes of an answer that are read at most; more is the irregularity ``oversize``."""


def decode(received: HttpAnswer, shape: Structure) -> Answer:
    """The answer as one value by its operation's ``shape``, whichever form its bytes have."""
    irregularities: list[tuple[str, str]] = []

    def note(name: str, where: str) -> None:
        if len(irregularities) < 50:
            irregularities.append((name, where[:200]))

    body = received.body
    if len(body) > LARGEST_BODY:
        note("oversize", f"{len(body)} bytes")
        return Answer(received.status, "none", None, None, tuple(irregularities))
    form: Literal["JSON", "XML", "none"] = "none"
    value: dict[str, Any] | None = None
    root: str | None = None
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        form, value = "JSON", read_json(body, shape, note)
    elif start == b"<":
        form = "XML"
        root, value = read_xml(body, shape, note)
    else:
        note("no known form", "empty body" if not body.strip() else "the body is neither JSON nor XML")
    return Answer(received.status, form, value, root, tuple(irregularities))

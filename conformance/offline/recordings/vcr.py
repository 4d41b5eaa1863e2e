"""VCR cassettes in JSON or YAML, as vcr.py, betamax, VCR for Ruby and go-vcr write them."""

from __future__ import annotations

import base64
import email.utils
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from conformance.offline.recordings.items import Document
from conformance.offline.recordings.message import Recorded
from conformance.offline.recordings.yaml_items import yaml_items
from conformance.wire.message import Headers

LISTS = ("interactions", "http_interactions")
"""What recorders call the list of what they kept."""
UNITS = {"ns": 1e-9, "\u00b5s": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def json_interactions(file: BinaryIO, name: str, wanted: str) -> Iterator[Recorded | None]:
    """Every interaction of a cassette in JSON; None for one that is not whole."""
    return map(_tolerant, Document(file, name).items(wanted))


def yaml_interactions(file: BinaryIO, name: str, *, whole: bool = True) -> Iterator[Recorded | None]:
    """Every interaction of a cassette in YAML; None for one that is not whole. ``whole`` is whether the file is."""
    return map(_tolerant, yaml_items(file, name, LISTS, whole=whole))


def _tolerant(item: Any) -> Recorded | None:
    try:
        return _interaction(item)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _interaction(item: dict[str, Any]) -> Recorded | None:
    asked, answer = item["request"], item["response"]
    body = _body(answer.get("body"))
    if body is None:
        return None
    return Recorded(
        str(asked["method"]).upper(),
        str(asked.get("uri") or asked["url"]),
        _headers(asked.get("headers")),
        _body(asked.get("body")) or b"",
        _status(answer),
        _headers(answer.get("headers")),
        body,
        _time(item.get("recorded_at")),
        _seconds(answer.get("duration")),
    )


def _status(answer: dict[str, Any]) -> int:
    """``status: {code: 200}``, ``code: 200``, or ``status: 200 OK``."""
    status = answer.get("code", answer.get("status"))
    if isinstance(status, dict):
        status = status["code"]
    return int(str(status).split()[0])


def _body(written: Any) -> bytes | None:
    """A text, bytes, or a structure with one of them; None where there is none."""
    if isinstance(written, dict):
        if "base64_string" in written:
            return base64.b64decode(str(written["base64_string"]))
        written = written.get("string")
    if written is None or isinstance(written, bytes):
        return written
    return str(written).encode("utf-8")


def _headers(written: Any) -> Headers:
    """``{name: [values]}`` or ``{name: value}``."""
    return tuple(
        (str(name), value.decode("latin-1") if isinstance(value, bytes) else str(value))
        for name, values in (written or {}).items()
        for value in (values if isinstance(values, list) else [values])
    )


def _time(text: Any) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(str(text)).timestamp() if text else None
    except ValueError:
        return None


def _seconds(text: Any) -> float:
    """A duration as Go spells it, such as 97.3ms; 0 where there is none."""
    duration = re.fullmatch(r"([0-9.]+)(ns|\u00b5s|us|ms|s)", str(text or ""))
    return float(duration[1]) * UNITS[duration[2]] if duration else 0.0

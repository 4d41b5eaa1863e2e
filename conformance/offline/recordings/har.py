"""HAR: what browsers, proxies and API tools keep of HTTP traffic (HTTP Archive 1.2)."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import urlencode

from conformance.offline.recordings.items import Document
from conformance.offline.recordings.message import Recorded
from conformance.wire.message import Headers


def entries(file: BinaryIO, name: str) -> Iterator[Recorded | None]:
    """Every entry; None for one without an answer, or whose body the recorder left out."""
    for item in Document(file, name).items("log", "entries"):
        try:
            yield _entry(item)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            yield None


def _entry(item: dict[str, Any]) -> Recorded | None:
    asked, answer = item["request"], item["response"]
    status = int(answer.get("status") or 0)
    body = _content(answer.get("content") or {})
    if not status or body is None:
        return None
    post = asked.get("postData") or {}
    text = post.get("text")
    if text is None and post.get("params"):
        text = urlencode([(str(param["name"]), str(param.get("value") or "")) for param in post["params"]])
    started = datetime.datetime.fromisoformat(str(item["startedDateTime"])).timestamp()
    return Recorded(
        str(asked["method"]).upper(),
        str(asked["url"]),
        _headers(asked.get("headers")),
        str(text or "").encode(),
        status,
        _headers(answer.get("headers")),
        body,
        started,
        max(float(item.get("time") or 0), 0.0) / 1_000,
    )


def _content(content: dict[str, Any]) -> bytes | None:
    """The body, content coding undone by the recorder; None where it was left out."""
    text = content.get("text")
    if text is None:
        return b"" if content.get("size") == 0 else None
    return base64.b64decode(str(text)) if content.get("encoding") == "base64" else str(text).encode()


def _headers(written: Any) -> Headers:
    return tuple((str(header["name"]), str(header["value"])) for header in written or [])

"""An exchange as Allure's HTTP viewer reads it."""

from __future__ import annotations

from typing import Any

from conformance.report.measured import Measured
from conformance.text.safe import block, line
from conformance.wire.message import Exchange

HTTP = "application/vnd.allure.http+json"
"""The type of such an attachment; its file ends in ``httpexchange``."""


def http(run: Measured, exchange: Exchange, longest: int) -> dict[str, Any]:
    """An exchange as Allure's HTTP viewer reads it."""
    start = started(run) + round(exchange.at * 1000)
    found: dict[str, Any] = {
        "schemaVersion": 1,
        "start": start,
        "stop": start + round(exchange.seconds * 1000),
        "request": {
            "method": exchange.sent.method,
            "url": line(run.url + exchange.sent.target, longest),
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": line(name), "value": line(value, 500)} for name, value in exchange.sent.headers],
            "body": _content(exchange.sent.body, "application/x-www-form-urlencoded", longest),
        },
    }
    if exchange.received is not None:
        found["response"] = {
            "status": exchange.received.status,
            "statusText": "",
            "headers": [{"name": line(name), "value": line(value, 500)} for name, value in exchange.received.headers],
            "body": _content(exchange.received.body, line(exchange.received.header("content-type") or ""), longest),
        }
    return found


def _content(body: bytes, kind: str, longest: int) -> dict[str, Any]:
    text = body[: 4 * longest].decode("utf-8", "replace")
    return {
        "contentType": kind,
        "encoding": "utf8",
        "value": block(text, longest),
        "size": len(body),
        "truncated": len(text) > longest,
    }


def started(run: Measured) -> int:
    """When the run began, in milliseconds since 1970."""
    return round(run.start.timestamp() * 1000) if run.start else 0

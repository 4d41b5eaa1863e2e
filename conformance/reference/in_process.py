"""Carries the requests of an HTTP client to a reference in this process, without a socket."""

from __future__ import annotations

from typing import Protocol

import httpx

from conformance.reference.server import PRODUCTS, Reference
from conformance.wire.message import HttpRequest

__all__ = ["PRODUCTS", "InProcess", "Ticking"]


class Ticking(Protocol):
    """Where the time of a request comes from."""

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    def tick(self) -> None:
        """Let the time of one request pass."""
        ...


class InProcess(httpx.BaseTransport):
    """Carries requests to a reference in this process; each takes one tick of the clock."""

    def __init__(self, reference: Reference, clock: Ticking) -> None:
        self.reference = reference
        self.clock = clock
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the reference. The target of the request must stand in its extensions."""
        self.clock.tick()
        self.requests += 1
        headers = tuple((name.decode().lower(), value.decode()) for name, value in request.headers.raw)
        asked = HttpRequest(request.method, request.extensions["target"].decode(), headers, request.read())
        answer = self.reference.answer(asked, self.clock.now())
        return httpx.Response(answer.status, headers=list(answer.headers), content=answer.body)

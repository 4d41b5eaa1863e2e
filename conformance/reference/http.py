"""The reference server on a socket: a thin Starlette app, the only place that knows the clock."""

from __future__ import annotations

import contextlib
import gzip
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from conformance.reference.access import Auth
from conformance.reference.server import Reference
from conformance.wire.message import HttpAnswer, HttpRequest

LONGEST_HEAD = 256 * 1024
"""Some SDKs put every name into the request line, whatever its length."""


class Door:
    """One route for every path and method: bytes in, bytes out."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        query = scope["query_string"].decode("latin-1")
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        asked = HttpRequest(
            method=request.method,
            target=f"{path}?{query}" if query else path,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
            body=await request.body(),
        )
        answer = self.reference.answer(asked, time.time())
        await self.response(answer, request)(scope, receive, send)

    def response(self, answer: HttpAnswer, request: Request) -> Response:
        """The answer in the transport's own forms, of which variants choose others."""
        choices = self.reference.state.choices
        headers, body = dict(answer.headers), answer.body
        if choices.connection_closed:
            headers["Connection"] = "close"
        if choices.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
        if choices.chunked:
            parts = (body[start : start + 100] for start in range(0, len(body), 100))
            return StreamingResponse(parts, answer.status, headers)
        return Response(body, answer.status, headers)


class Announced(uvicorn.Server):
    """A server that says in one line where it listens, as soon as it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"listening on http://127.0.0.1:{port}", flush=True)


def app(reference: Reference) -> Starlette:
    """The server as an ASGI application."""
    application = Starlette()
    application.router.default = Door(reference)
    return application


def _bound(port: int) -> socket.socket:
    """The socket to listen on, bound here: uvicorn would log a port in use in its own words, and leave by itself."""
    # Named a TCP socket: asyncio sends small answers at once only on those, else each waits 40 ms.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(("127.0.0.1", port))
    except OSError:
        door.close()
        raise
    return door


def serve(
    *,
    port: int,
    edition: str,
    delay: float,
    auth: str,
    faults: Sequence[str],
    variants: Sequence[str],
    keys: Mapping[str, str],
    products: Sequence[str],
) -> None:
    """Listen on 127.0.0.1 until SIGTERM or SIGINT; port 0 takes a free one. Raises OSError where it cannot be had."""
    reference = Reference(
        edition=edition,
        delay=delay,
        auth=cast(Auth, auth),
        faults=faults,
        variants=variants,
        keys=keys,
        products=products,
    )
    config = uvicorn.Config(
        app(reference),
        access_log=False,
        log_level="error",
        lifespan="off",
        http="h11",
        h11_max_incomplete_event_size=LONGEST_HEAD,
        timeout_keep_alive=60,
    )
    server = Announced(config)
    door = _bound(port)
    if threading.current_thread() is threading.main_thread():
        # uvicorn sends itself the signal once more when it has ended in good order: let that be a clean end.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt):
        server.run([door])

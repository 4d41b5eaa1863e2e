"""Serves the faithful reference through a beast, which decides what of an answer goes over the wire, and how."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.reference.server import Reference
from conformance.wire.message import HttpAnswer, HttpRequest

LONGEST = 4 * 1024 * 1024


@dataclass(slots=True)
class Call:
    """One request at the cage: what the reference answers, and the connection to misbehave on."""

    number: int
    """Counted from 1 over the life of the server."""
    asked: HttpRequest
    answer: HttpAnswer
    connection: socket.socket
    over: threading.Event
    """Set when the test is over: a beast that waits, waits for this."""
    memory: dict[str, object]
    """Whatever the beast wants to remember between calls."""
    away: list[float]
    """When the server comes back that has gone; empty while it is there."""

    def send(self, data: bytes) -> None:
        """Put bytes on the wire; a peer that has gone is no matter."""
        with contextlib.suppress(OSError):
            self.connection.sendall(data)

    def answered(
        self, *, body: bytes | None = None, status: int | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """The reference's own answer, with another body or status, or further headers."""
        self.send(self.bytes(body=body, status=status, headers=headers))

    def bytes(
        self, *, body: bytes | None = None, status: int | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> bytes:
        """The same, as bytes."""
        content = self.answer.body if body is None else body
        lines = [f"HTTP/1.1 {status or self.answer.status} Said"]
        lines += [f"{name}: {value}" for name, value in (*self.answer.headers, *headers)]
        lines.append(f"Content-Length: {len(content)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content

    def close(self, *, reset: bool = False) -> None:
        """End the connection, in good order or not."""
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.connection.close()

    def leave(self, seconds: float) -> None:
        """Close this connection and listen no more, for so many seconds."""
        self.away[:] = [time.monotonic() + seconds]
        self.close(reset=True)

    def wait(self, seconds: float = 3600.0) -> None:
        """Do nothing for that long, or until the test is over."""
        self.over.wait(seconds)


Beast = Callable[[Call], None]


@dataclass(slots=True)
class Cage:
    """A listening socket, its threads, and what has come in."""

    url: str
    calls: int = 0
    asked: list[HttpRequest] = field(default_factory=list)


@contextlib.contextmanager
def caged(
    beast: Beast,
    *,
    after: int = 0,
    edition: str = "alibaba-2023",
    certificate: Path | None = None,
    keys: Mapping[str, str] | None = None,
) -> Iterator[Cage]:
    """A server that is faithful for its first ``after`` requests, and from then on does what the beast does."""
    reference = Reference(edition=edition, delay=0.02, auth="both", keys=keys)
    over, lock, memory, away = threading.Event(), threading.Lock(), dict[str, object](), list[float]()
    first = socket.create_server(("127.0.0.1", 0))
    port = first.getsockname()[1]
    scheme = "https" if certificate else "http"
    cage = Cage(f"{scheme}://127.0.0.1:{port}")
    context: ssl.SSLContext | None = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            connection.settimeout(60.0)
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
            pending = b""
            while not over.is_set() and not away:
                got = _request(connection, pending)
                if got is None:
                    return
                asked, pending = got
                with lock:
                    cage.calls += 1
                    number = cage.calls
                    cage.asked.append(asked)
                    answer = reference.answer(asked, time.time())
                call = Call(number, asked, answer, connection, over, memory, away)
                if number <= after:
                    call.answered()
                else:
                    beast(call)

    def accept(listener: socket.socket) -> None:
        listener.settimeout(0.02)
        while not over.is_set():
            if away:
                listener.close()
                over.wait(away[0] - time.monotonic())
                away.clear()
                listener = socket.create_server(("127.0.0.1", port))
                listener.settimeout(0.02)
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()
        listener.close()

    thread = threading.Thread(target=accept, args=(first,), daemon=True)
    thread.start()
    try:
        yield cage
    finally:
        over.set()
        thread.join()


def _request(connection: socket.socket, pending: bytes) -> tuple[HttpRequest, bytes] | None:
    """The next request on a connection and what came after it; None where the peer has gone."""
    data = pending
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more or len(data) > LONGEST:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    length = int(dict(headers).get("content-length", "0"))
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return HttpRequest(method, target, headers, body[:length]), body[length:]

"""Carries requests and answers over HTTP/1.1 connections that stay open."""

import socket
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Protocol

from .gateway import answer
from .state import State, chosen

LONGEST_LINE = 4 * 1024 * 1024


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, state: State, port: int) -> None:
        self.state = state
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Connection)

    def server_bind(self) -> None:
        """Binds without asking any name service for the host's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])


class Connection(BaseHTTPRequestHandler):
    """One connection: reads request after request, and writes each answer in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        try:
            while self.one_request():
                pass
        except (ConnectionError, TimeoutError, ValueError):
            pass

    def one_request(self) -> bool:
        """Serves one request; tells whether the connection stays open."""
        line = self.rfile.readline(LONGEST_LINE)
        while line in (b"\r\n", b"\n"):
            line = self.rfile.readline(LONGEST_LINE)
        parts = line.decode("latin-1").split()
        if len(parts) != 3:
            return False
        method, target, version = parts
        headers = self.read_headers()
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = read_body(self.rfile, headers)
        state = self.server.state
        with self.server.lock:
            status, out, data = answer(state, method, target, headers, body, time.time())
        keep = "close" not in headers.get("connection", "").lower() and version == "HTTP/1.1"
        keep = keep and not chosen(state, "connection", "close")
        out["Connection"] = "keep-alive" if keep else "close"
        if chosen(state, "transfer", "chunked") and version == "HTTP/1.1":
            del out["Content-Length"]
            out["Transfer-Encoding"] = "chunked"
            data = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces(data)) + b"0\r\n\r\n"
        phrase = HTTPStatus(status).phrase
        head = "".join(f"{name}: {value}\r\n" for name, value in out.items())
        start = f"HTTP/1.1 {status} {phrase}\r\n{head}\r\n".encode("latin-1")
        self.wfile.write(start + (b"" if method == "HEAD" else data))
        return keep

    def read_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while True:
            line = self.rfile.readline(LONGEST_LINE)
            if line in (b"\r\n", b"\n", b""):
                return headers
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()


class Stream(Protocol):
    """Anything that can be read by length and by line."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


def read_body(stream: Stream, headers: dict[str, str]) -> bytes:
    """The body of a request, by its length or in chunks."""
    if "chunked" not in headers.get("transfer-encoding", "").lower():
        return stream.read(int(headers.get("content-length") or 0))
    whole = b""
    while size := int(stream.readline(LONGEST_LINE).split(b";")[0], 16):
        whole += stream.read(size)
        stream.readline(LONGEST_LINE)
    while stream.readline(LONGEST_LINE) not in (b"\r\n", b"\n", b""):
        pass
    return whole


def pieces(data: bytes) -> list[bytes]:
    """A body cut into uneven pieces, for sending in chunks."""
    cuts = [0, min(7, len(data)), *range(1500, len(data), 4096), len(data)]
    return [data[a:b] for a, b in pairwise(cuts) if a < b]

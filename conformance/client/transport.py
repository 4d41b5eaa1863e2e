"""Carries one request and brings back the bytes of its answer, within a limit of time and of size, whatever comes."""

from __future__ import annotations

import errno
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpcore
import httpx

from conformance.wire.decode import LARGEST_BODY
from conformance.wire.message import Headers, HttpAnswer, HttpRequest, NoAnswer

CONNECT_SECONDS = 5.0
KEPT_SECONDS = 5.0
"""How long a connection is kept that nothing is sent on."""
MOST_HEADERS = 200
LARGE = 256 * 1024
"""Bytes from which on an answer is large."""
MOST_IN_LARGE_ANSWERS = 64 * 1024 * 1024
"""Bytes that all large answers of a run may have together, since they stay in memory; after that none is read."""
OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
"""What the system says where this process or machine has no more descriptors or memory."""
CODINGS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
"""Content-Encoding → what zlib calls it."""


class Deadline:
    """The moment by which the answer under way must be complete."""

    def __init__(self) -> None:
        self._at = 0.0
        self.connected = False
        """Whether a connection was opened since it began."""

    def begin(self, seconds: float) -> None:
        """Count from now."""
        self._at = time.monotonic() + seconds
        self.connected = False

    def left(self, most: float | None) -> float:
        """How long an operation may take at most. Raises ReadTimeout where no time is left."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this answer is over")
        return left if most is None else min(most, left)


class _Stream(httpcore.NetworkStream):
    """A connection on which no operation outlasts the deadline: a byte now and then does not buy more time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens such connections."""

    def __init__(self, backend: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._backend = backend
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self._deadline.connected = True
        stream = self._backend.connect_tcp(host, port, self._deadline.left(timeout), local_address, socket_options)
        return _Stream(stream, self._deadline)

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Route:
    """How a target is reached, as far as the user says it."""

    ca_bundle: str = ""
    """A file of certificates that are believed instead of the machine's."""
    proxy: str = ""
    """The URL of a proxy."""

    def trusted(self, url: str) -> ssl.SSLContext | bool:
        """Whose certificates are believed. Reading those of the machine takes 40 ms: not for plain http."""
        if self.ca_bundle and url.startswith("https:"):
            return ssl.create_default_context(cafile=self.ca_bundle)
        return url.startswith("https:")


DIRECT = Route()


class Network(httpx.BaseTransport):
    """The network as httpx sees it: no proxy from the environment, no redirect, no cookie kept.

    A request goes to the target that was named, or nowhere. ``httpx.HTTPTransport`` has no argument for the backend,
    and limits each read by itself: a target that sends one byte every second would never be too late.
    """

    def __init__(self, verify: ssl.SSLContext | bool, deadline: Deadline, proxy: str = "") -> None:
        backend = _Backend(httpcore.SyncBackend(), deadline)
        trusted = httpx.create_ssl_context(verify, trust_env=False) if verify else None  # read only for https
        self._pool: httpcore.ConnectionPool = (
            httpcore.HTTPProxy(proxy, ssl_context=trusted, keepalive_expiry=KEPT_SECONDS, network_backend=backend)
            if proxy
            else httpcore.ConnectionPool(ssl_context=trusted, keepalive_expiry=KEPT_SECONDS, network_backend=backend)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its body still to be read. Raises what httpx raises."""
        url = request.url
        # The target as it was spelt. In the extensions it would replace what a proxy must be told, too.
        extensions = dict(request.extensions)
        target = extensions.pop("target", url.raw_path)
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target),
            headers=request.headers.raw,
            content=cast("httpx.SyncByteStream", request.stream),
            extensions=extensions,
        )
        with _errors_of_httpx():
            answer = self._pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body of an answer as it comes."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


_ERRORS: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
}
"""Error of httpcore → what httpx calls it."""


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    """Raise the errors of httpcore as those of httpx: callers then know one kind, whatever transport they use."""
    try:
        yield
    except tuple(_ERRORS) as error:
        raise _ERRORS.get(type(error), httpx.TransportError)(str(error)) from error


class Carrier:
    """Carries requests to one root URL."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None, route: Route = DIRECT) -> None:
        self._deadline = Deadline()
        self._large = MOST_IN_LARGE_ANSWERS
        self._keep = True
        """Whether connections are kept: not for a target that closes them without a word."""
        self._transport = transport or Network(route.trusted(url), self._deadline, route.proxy)
        self._root = httpx.URL(url + "/")

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def carry(
        self, wire: HttpRequest, seconds: float, now: Callable[[], float]
    ) -> tuple[HttpAnswer | None, NoAnswer | None, str]:
        """The answer, or why there is none within so many seconds. No exception of the HTTP client leaves here."""
        self._deadline.begin(seconds)
        timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)).as_dict()
        begun = now()
        body = bytearray()
        try:
            # The target travels beside the URL, so that no byte of it is spelt anew on the way.
            extensions = {"target": wire.target.encode(), "timeout": timeout}
            asked = httpx.Request(
                wire.method, self._root, headers=list(wire.headers), content=wire.body or None, extensions=extensions
            )
            if not self._keep:
                asked.headers["connection"] = "close"
            if wire.method == "POST" and not wire.body:
                asked.headers["content-length"] = "0"
            answer = self._transport.handle_request(asked)
            try:
                for chunk in _decoded(answer):
                    body += chunk
                    # Packed bytes count as well: those that unpack to nothing could come without end.
                    size = max(len(body), answer.num_bytes_downloaded)
                    if size > (most := LARGEST_BODY if self._large > 0 else LARGE):
                        self._large -= len(body)
                        return None, NoAnswer.OVERSIZE, f"more than {most} bytes"
                    if now() - begun > seconds:
                        return None, NoAnswer.TIMEOUT, f"not complete after {seconds:g} s"
            finally:
                answer.close()
        except httpx.TimeoutException:
            return None, NoAnswer.TIMEOUT, f"no answer within {seconds:g} s"
        except httpx.ConnectError as error:
            _not_ours(error)
            return None, NoAnswer.REFUSED, plain(str(error))
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError) as error:
            lost = "disconnected" in str(error) or isinstance(error, httpx.ReadError | httpx.WriteError)
            if lost and not body and not self._deadline.connected:
                self._keep = False
                return None, NoAnswer.STALE, "the target closed a connection that it had kept open"
            return None, NoAnswer.RESET if lost else NoAnswer.GARBLED, plain(str(error))
        except (httpx.DecodingError, httpx.InvalidURL, httpx.HTTPError, zlib.error, ValueError) as error:
            return None, NoAnswer.GARBLED, plain(f"{type(error).__name__}: {error}")
        headers: Headers = tuple(
            (plain(name), plain(value)) for name, value in list(answer.headers.multi_items())[:MOST_HEADERS]
        )
        self._large -= len(body) if len(body) > LARGE else 0
        return HttpAnswer(answer.status_code, headers, bytes(body)), None, ""


def _not_ours(error: BaseException) -> None:
    """Raise OSError where a connection failed for want of something on this machine: the target is not to blame."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in OURS:
            raise OSError(cause.errno, cause.strerror, "a connection to the target") from None
        cause = cause.__cause__ or cause.__context__


def _decoded(answer: httpx.Response) -> Iterator[bytes]:
    """The body in small pieces, unpacked by at most one Content-Encoding.

    httpx would unpack any number of layers, each as far as it goes: a few kilobytes could fill the memory.
    """
    if answer.is_stream_consumed:  # as all answers made in this process are
        yield answer.content
        return
    named = [coding.strip().lower() for coding in answer.headers.get("content-encoding", "").split(",")]
    codings = [coding for coding in named if coding and coding != "identity"]
    if len(codings) > 1 or any(coding not in CODINGS for coding in codings):
        raise ValueError(f"the body has the Content-Encoding {', '.join(codings)[:60]}, which was not asked for")
    if not codings:
        yield from answer.iter_raw()
        return
    unpacker = zlib.decompressobj(CODINGS[codings[0]])
    for chunk in answer.iter_raw():
        rest = chunk
        while rest:
            yield unpacker.decompress(rest, 1 << 20)
            if unpacker.unused_data:
                raise ValueError(f"bytes follow the end of the {codings[0]} body")
            rest = unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        raise ValueError(f"the {codings[0]} body ends too early")


def plain(text: str) -> str:
    """One line without control characters, at most 300 long."""
    if len(text) <= 300 and text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in text)[:300]

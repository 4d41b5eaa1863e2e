"""The way to the network: through a proxy or not, errors of one kind, and no answer that outlasts its time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore
import httpx
import pytest

from conformance.client.transport import _ERRORS, Carrier, Route
from conformance.wire.message import HttpRequest, NoAnswer

ASKED = HttpRequest("GET", "/?Action=QueryPageByApplyId", (("host", "target.example"),), b"")
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@contextmanager
def listener(*pieces: bytes, pause: float = 0.0) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers one connection with these pieces; its URL, and what was sent to it."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                received.append(connection.recv(65_536))
                try:
                    for piece in pieces:
                        connection.sendall(piece)
                        time.sleep(pause)
                except OSError:
                    pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", received
        thread.join(10)


def test_a_request_through_a_proxy_names_the_whole_url() -> None:
    with listener(ANSWER) as (proxy, received):
        carrier = Carrier("http://target.example", route=Route(proxy=proxy))
        answer, none, _ = carrier.carry(ASKED, 5.0, time.monotonic)
        carrier.close()

    assert (answer and answer.body, none) == (b"{}", None)
    assert received[0].startswith(b"GET http://target.example/?Action=QueryPageByApplyId HTTP/1.1\r\n")


def test_a_request_over_tls_asks_the_proxy_for_a_tunnel_to_the_host() -> None:
    with listener(b"HTTP/1.1 502 Bad Gateway\r\n\r\n") as (proxy, received):
        carrier = Carrier("https://target.example", route=Route(proxy=proxy))
        carrier.carry(ASKED, 5.0, time.monotonic)
        carrier.close()

    assert received[0].startswith(b"CONNECT target.example:443 HTTP/1.1\r\n")


def test_the_target_travels_as_it_was_spelt() -> None:
    spelt = HttpRequest("GET", "/?a=%7e&b=%2F/~&c='\"", (), b"")
    with listener(ANSWER) as (url, received):
        carrier = Carrier(url)
        carrier.carry(spelt, 5.0, time.monotonic)
        carrier.close()

    assert received[0].startswith(b"GET /?a=%7e&b=%2F/~&c='\" HTTP/1.1\r\n")


def test_bytes_that_come_one_by_one_do_not_buy_more_time() -> None:
    with listener(ANSWER.replace(b"2\r", b"100\r"), *[b" "] * 100, pause=0.1) as (url, _):
        carrier = Carrier(url)
        begun = time.monotonic()
        answer, none, _ = carrier.carry(ASKED, 0.5, time.monotonic)
        carrier.close()
        took = time.monotonic() - begun

    assert (answer, none) == (None, NoAnswer.TIMEOUT)
    assert took < 3.0


def test_a_head_that_comes_byte_by_byte_is_a_timeout() -> None:
    with listener(*(bytes([byte]) for byte in ANSWER), pause=0.1) as (url, _):
        carrier = Carrier(url)
        answer, none, why = carrier.carry(ASKED, 0.5, time.monotonic)
        carrier.close()

    assert (answer, none, why) == (None, NoAnswer.TIMEOUT, "no answer within 0.5 s")


def test_every_error_of_httpcore_has_its_name_in_httpx() -> None:
    raised = {
        error
        for name in dir(httpcore)
        if isinstance(error := getattr(httpcore, name), type) and issubclass(error, Exception)
    }
    bases = {base for error in raised for base in error.__bases__}
    internal = {httpcore.ConnectionNotAvailable}  # the pool itself tries another connection

    assert set(_ERRORS) == raised - bases - internal
    assert {error.__name__: other.__name__ for error, other in _ERRORS.items()} == {
        error.__name__: error.__name__ for error in _ERRORS
    }
    assert all(issubclass(other, httpx.TransportError) for other in _ERRORS.values())


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [((), NoAnswer.RESET), ((b"HTTP/9 what\r\n\r\n",), NoAnswer.GARBLED), ((ANSWER[:-1],), NoAnswer.GARBLED)],
    ids=["nothing", "no HTTP", "cut short"],
)
def test_an_answer_that_is_none_says_what_it_was(pieces: tuple[bytes, ...], expected: NoAnswer) -> None:
    with listener(*pieces) as (url, _):
        carrier = Carrier(url)
        answer, none, _ = carrier.carry(ASKED, 5.0, time.monotonic)
        carrier.close()

    assert (answer, none) == (None, expected)

"""Beasts of HTTP: lies about lengths, endless heads and bodies, codings, redirects."""

from __future__ import annotations

import gzip
import zlib

from tests.zoo.keeper import Call

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def promises_more_than_it_sends(call: Call) -> None:
    """Content-Length is ten bytes too large; then it waits."""
    call.send(HEAD + b"Content-Length: %d\r\n\r\n" % (len(call.answer.body) + 10) + call.answer.body)
    call.wait()


def promises_less_than_it_sends(call: Call) -> None:
    """Content-Length is ten bytes too small: the rest stands where the next answer belongs."""
    call.send(HEAD + b"Content-Length: %d\r\n\r\n" % max(len(call.answer.body) - 10, 0) + call.answer.body)


def negative_length(call: Call) -> None:
    """Content-Length is negative."""
    call.send(HEAD + b"Content-Length: -1\r\n\r\n" + call.answer.body)
    call.close()


def enormous_length(call: Call) -> None:
    """Content-Length is 10^18, and the connection ends."""
    call.send(HEAD + b"Content-Length: 1000000000000000000\r\n\r\n" + call.answer.body)
    call.close()


def two_lengths(call: Call) -> None:
    """Two Content-Lengths that contradict each other."""
    call.send(HEAD + b"Content-Length: 5\r\nContent-Length: %d\r\n\r\n" % len(call.answer.body) + call.answer.body)
    call.close()


def no_length(call: Call) -> None:
    """Neither length nor chunks: the body ends with the connection. Legal."""
    call.send(HEAD.replace(b"json", b"xml" if call.answer.body[:1] == b"<" else b"json") + b"\r\n" + call.answer.body)
    call.close()


def wrong_chunk_size(call: Call) -> None:
    """A chunk whose size is no number."""
    call.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + call.answer.body + b"\r\n0\r\n\r\n")
    call.close()


def chunk_cut_short(call: Call) -> None:
    """The last chunk never comes."""
    call.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(call.answer.body) + call.answer.body + b"\r\n")
    call.close()


def endless_head(call: Call) -> None:
    """Headers without end."""
    call.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000_000):
        if call.over.is_set() or not _sent(call, b"X-%d: %s\r\n" % (number, b"x" * 1000)):
            return


def thousand_headers(call: Call) -> None:
    """A thousand headers, then the answer in good order. Legal."""
    call.answered(headers=tuple((f"X-{number}", "x") for number in range(1000)))


def endless_body(call: Call) -> None:
    """A body without end, as fast as it goes."""
    call.send(HEAD + b"Connection: close\r\n\r\n" + b'{"RequestId":"')
    while not call.over.is_set() and _sent(call, b"x" * 65536):
        pass


def gigabyte(call: Call) -> None:
    """Announces a gigabyte and sends it."""
    call.send(HEAD + b"Content-Length: 1073741824\r\n\r\n")
    for _ in range(16384):
        if call.over.is_set() or not _sent(call, b" " * 65536):
            return


def gzip_bomb(call: Call) -> None:
    """A kilobyte that unpacks to a gigabyte, as far as it is let."""
    call.send(_packed(BOMB))


def gzip_bomb_in_gzip(call: Call) -> None:
    """The same in a second layer."""
    call.send(_packed(gzip.compress(BOMB), b"gzip, gzip"))


def broken_gzip(call: Call) -> None:
    """Says gzip, sends text."""
    call.send(_packed(call.answer.body))


def cut_gzip(call: Call) -> None:
    """A packed body that ends too early."""
    call.send(_packed(gzip.compress(call.answer.body)[:-12]))


def gzip_and_a_byte(call: Call) -> None:
    """A packed body in good order, and one byte after it."""
    call.send(_packed(gzip.compress(call.answer.body) + b"x"))


def gzip_and_no_end(call: Call) -> None:
    """A packed body in good order, and bytes after it without end."""
    call.send(HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(call.answer.body))
    while not call.over.is_set() and _sent(call, b"x" * 65536):
        pass


def endless_gzip_of_nothing(call: Call) -> None:
    """A packed body without end that unpacks to nothing: empty blocks, one after the other."""
    call.send(HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"")[:10])
    while not call.over.is_set() and _sent(call, b"\0\0\0\xff\xff" * 10_000):
        pass


def unknown_coding(call: Call) -> None:
    """A Content-Encoding that nobody asked for."""
    call.send(_packed(call.answer.body, b"br"))


def flood_of_1xx(call: Call) -> None:
    """Interim answers without end."""
    while not call.over.is_set() and _sent(call, b"HTTP/1.1 102 Processing\r\n\r\n" * 100):
        call.wait(0.01)


def body_without_head(call: Call) -> None:
    """Answers as HTTP/0.9 did."""
    call.send(call.answer.body)
    call.close()


def status_line_of_garbage(call: Call) -> None:
    """Begins with binary noise."""
    call.send(bytes(range(256)) * 4 + b"\r\n\r\n")
    call.close()


def status_of_four_digits(call: Call) -> None:
    """HTTP status 2000."""
    call.send(b"HTTP/1.1 2000 OK\r\nContent-Length: %d\r\n\r\n" % len(call.answer.body) + call.answer.body)


def redirects_to_itself(call: Call) -> None:
    """HTTP 302 to the same place."""
    call.answered(status=302, headers=(("Location", "/?again"),))


def redirects_to_a_file(call: Call) -> None:
    """HTTP 307 to a local file."""
    call.answered(status=307, headers=(("Location", "file:///etc/passwd"),))


def sets_cookies(call: Call) -> None:
    """Sets cookies, which nobody keeps. Harmless."""
    call.answered(headers=(("Set-Cookie", f"session={call.number}; Path=/"),) * 30)


def answers_twice(call: Call) -> None:
    """The same answer a second time, where the next one belongs."""
    call.send(call.bytes() * 2)


def answers_of_others(call: Call) -> None:
    """Each request gets the answer to the one before."""
    before = call.memory.get("before", call.bytes())
    call.memory["before"] = call.bytes()
    assert isinstance(before, bytes)
    call.send(before)


def _sent(call: Call, data: bytes) -> bool:
    try:
        call.connection.sendall(data)
    except OSError:
        return False
    return True


def _packed(body: bytes, coding: bytes = b"gzip") -> bytes:
    return HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (coding, len(body)) + body


def _bomb(size: int = 1 << 30) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    return b"".join([*(packer.compress(block) for _ in range(size >> 20)), packer.flush()])


BOMB = _bomb()

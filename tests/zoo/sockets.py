"""Beasts below HTTP: what happens to a connection before an answer is complete."""

from __future__ import annotations

import time

from tests.zoo.keeper import Call


def silent(call: Call) -> None:
    """Takes the request and says nothing."""
    call.wait()


def a_byte_a_second_in_the_head(call: Call) -> None:
    """Sends the head one byte at a time, so that no single read takes long."""
    for letter in call.bytes():
        call.send(bytes([letter]))
        call.wait(1.0)
        if call.over.is_set():
            return


def a_byte_a_second_in_the_body(call: Call) -> None:
    """The same after a head in good order."""
    head, _, body = call.bytes().partition(b"\r\n\r\n")
    call.send(head + b"\r\n\r\n")
    for letter in body:
        call.send(bytes([letter]))
        call.wait(1.0)
        if call.over.is_set():
            return


def closes_at_once(call: Call) -> None:
    """Closes the connection instead of answering."""
    call.close()


def closes_in_the_status_line(call: Call) -> None:
    """Closes after a few bytes."""
    call.send(b"HTTP/1.1 20")
    call.close()


def closes_in_the_head(call: Call) -> None:
    """Closes in the middle of a header."""
    call.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    call.close()


def closes_in_the_body(call: Call) -> None:
    """Promises a whole body and sends half of it."""
    data = call.bytes()
    call.send(data[: len(data) - len(call.answer.body) // 2 - 1])
    call.close()


def resets_at_once(call: Call) -> None:
    """Resets the connection instead of answering."""
    call.close(reset=True)


def resets_in_the_body(call: Call) -> None:
    """Sends half of the body, then resets."""
    data = call.bytes()
    call.send(data[: len(data) - len(call.answer.body) // 2 - 1])
    time.sleep(0.01)
    call.close(reset=True)


def closes_after_each_answer(call: Call) -> None:
    """Answers, and closes without having said so. Legal."""
    call.answered()
    call.close()


def right_every_second_time(call: Call) -> None:
    """Breaks every second connection."""
    if call.number % 2:
        call.close()
    else:
        call.answered()

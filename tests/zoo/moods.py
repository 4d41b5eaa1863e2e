"""Beasts of behaviour: each answer is in good order, all together are not."""

from __future__ import annotations

import itertools
import time

from tests.zoo.keeper import Call

STATUSES = itertools.cycle(["CHECK", "CREATE", "CHECK_SUCCESS", "CREATE"])


def server_errors(call: Call) -> None:
    """HTTP 500 for everything."""
    call.answered(status=500, body=b"Internal Server Error")


def overloaded(call: Call) -> None:
    """HTTP 503 for everything."""
    call.answered(status=503, body=b"busy")


def throttles_for_a_year(call: Call) -> None:
    """HTTP 429 with a Retry-After of a year."""
    call.answered(
        status=429,
        body=b'{"Code":"Throttling.User","Message":"too fast","RequestId":"1","HostId":"h"}',
        headers=(("Retry-After", "31536000"),),
    )


def status_for_ever(call: Call) -> None:
    """A status that goes round and never ends."""
    body = call.answer.body
    for known in (b"CHECK_SUCCESS", b"CREATE_SUCCESS", b"CHECK_FAILED", b"CREATE_FAILED", b"CREATE", b"CHECK"):
        if b'"' + known + b'"' in body or b">" + known + b"<" in body:
            body = body.replace(known, next(STATUSES).encode())
            break
    call.answered(body=body)


def wrong_every_second_time(call: Call) -> None:
    """HTTP 500 for every second request."""
    if call.number % 2:
        call.answered(status=500, body=b"{}")
    else:
        call.answered()


def clock_that_jumps(call: Call) -> None:
    """A Date header that jumps about. Harmless."""
    call.answered(headers=(("Date", "Thu, 01 Jan 1970 00:00:00 GMT" if call.number % 2 else "never"),))


def broken_for_a_moment(call: Call) -> None:
    """Breaks all connections for two seconds, then is as before."""
    begun = call.memory.setdefault("begun", time.monotonic())
    assert isinstance(begun, float)
    if time.monotonic() - begun < 2.0:
        call.close()
    else:
        call.answered()


def dies_and_comes_back(call: Call) -> None:
    """Ends once, and listens again a second later, as a program does that is restarted.

    It ends at a question: where the answer to a call that creates is lost, a run is rightly inconclusive.
    """
    is_question = b"QueryBatchRegisterDeviceStatus" in call.asked.target.encode() + call.asked.body
    if is_question and call.memory.setdefault("died", call.number) == call.number:
        call.leave(1.0)
    else:
        call.answered()


def dies(call: Call) -> None:
    """Ends for good."""
    call.leave(3600.0)

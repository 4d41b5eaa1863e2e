"""Ctrl-C and SIGTERM during a command: both end it alike, each with a status of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from conformance.cli.common import fail
from conformance.client.guard import follow


class Signals:
    """Which signal ended the run, and whether there was one: what it raises may get lost in somebody's clean-up."""

    status = 130
    came = False


@contextlib.contextmanager
def signals_heard() -> Iterator[Signals]:
    """Inside, a signal raises KeyboardInterrupt; where nobody catches that, the command ends with one line."""
    heard = Signals()

    def stop(number: int, frame: object) -> None:
        heard.status, heard.came = 128 + number, True
        raise KeyboardInterrupt

    # Who starts us in the background may want SIGINT to be ignored.
    numbers = [number for number in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in numbers}
    hook, sys.unraisablehook = sys.unraisablehook, _unless_interrupted
    follow(os.environ)
    try:
        yield heard
    except KeyboardInterrupt:  # before there was anything to report, or while the reports were written
        fail("interrupted", heard.status)
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def _unless_interrupted(lost: Any) -> None:
    """Say nothing of an interrupt that was lost in somebody's callback: it is heeded all the same."""
    if lost.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(lost)

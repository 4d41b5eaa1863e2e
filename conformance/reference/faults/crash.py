"""How a server looks that falls over: whatever fault is in force, its crash is HTTP 500 with a page of HTML."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash
from conformance.wire.message import HttpAnswer

CRASHED = HttpAnswer(
    500,
    (("Content-Type", "text/html"),),
    b"<html><body><h1>500 Internal Server Error</h1><hr>nginx</body></html>",
)


def crash_is_answered(faithful: Callable[[Call], HttpAnswer], call: Call) -> HttpAnswer:
    """Takes the place of the rule that answers a call."""
    try:
        return faithful(call)
    except Crash:
        return CRASHED

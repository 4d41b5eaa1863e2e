"""Which texts are integers: plain ASCII digits."""

from __future__ import annotations

from conformance.reference.call import Call
from conformance.reference.rule import rule

LARGEST = 2**63 - 1
"""The largest Long."""


def digits(text: str) -> bool:
    """Whether a text is what the documents call an Integer; nobody needs more than forty digits."""
    return text.isascii() and text.isdigit() and len(text) <= 40


@rule
def integer(call: Call, text: str, name: str) -> int | None:
    """The integer that stands for the parameter of this name, None where there is none."""
    if not digits(text) or (call.choices.leading_zeros_refused and len(text) > 1 and text[0] == "0"):
        return None
    return int(text)


def negative(text: str) -> bool:
    """Whether a text is an integer below zero."""
    return text[:1] == "-" and digits(text[1:])

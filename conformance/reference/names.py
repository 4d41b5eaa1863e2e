"""Which DeviceNames are legal: 4 to 32 letters, digits, hyphens, underscores, at signs, periods and colons."""

from __future__ import annotations

import re

from conformance.reference.call import Call
from conformance.reference.rule import rule

LEGAL = re.compile(r"[A-Za-z0-9\-_@.:]{4,32}")
FOREIGN = re.compile(r"[^A-Za-z0-9\-_@.:]")
EMPTY = "The device name is empty."
TOO_SHORT = "The device name is too short."
TOO_LONG = "The device name is too long."
ILLEGAL = "The device name is illegal."


@rule
def name_problem(call: Call, name: str) -> str | None:
    """What is wrong with a DeviceName, None if it is legal."""
    if not name:
        return EMPTY
    if too_short(call, name):
        return TOO_SHORT
    if too_long(call, name):
        return TOO_LONG
    return ILLEGAL if has_foreign_characters(call, name) else None


@rule
def too_short(call: Call, name: str) -> bool:
    """A DeviceName has at least 4 characters."""
    return len(name) < 4


@rule
def too_long(call: Call, name: str) -> bool:
    """A DeviceName has at most 32 characters."""
    return len(name) > 32


@rule
def has_foreign_characters(call: Call, name: str) -> bool:
    """A DeviceName consists of ASCII letters, digits, ``-``, ``_``, ``@``, ``.`` and ``:``."""
    return FOREIGN.search(name) is not None

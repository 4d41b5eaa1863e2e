"""Which DeviceNames are legal."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from conformance.reference.call import Call

LEGAL = re.compile(r"[A-Za-z0-9\-_@.:]{4,32}")
FOREIGN = re.compile(r"[^A-Za-z0-9\-_@.:]")
THIS = "BatchCheckDeviceNames.DeviceName"

FORGIVEN: dict[str, Callable[[str], str]] = {
    "space": lambda name: name.replace(" ", ""),
    "slash": lambda name: name.replace("/", ""),
    "hash_sign": lambda name: name.replace("#", ""),
    "plus": lambda name: name.replace("+", ""),
    "non_ascii": lambda name: "".join(c for c in name if c.isascii() or not c.isalnum()),
    "trailing_newline": lambda name: name.removesuffix("\n"),
    "control": lambda name: re.sub(r"[\x00-\x1f\x7f]", "", name),
    "decoded_twice": unquote,
}
"""The characters that a careless pattern lets through, by flavour: what is left must be legal."""

UNLOVED: dict[str, Callable[[str], bool]] = {
    "": lambda name: ":" in name,
    "/at_sign": lambda name: "@" in name,
    "/leading_hyphen": lambda name: name[0] in "-_@.:",
    "/leading_digit": lambda name: name[0].isdigit(),
    "/trailing_dot": lambda name: name[-1] in "-_@.:",
    "/doubled": lambda name: re.search(r"([-_@.:])\1", name) is not None,
}
"""The legal names that a zealous pattern keeps out."""


def name_problem(call: Call, name: str) -> str | None:
    """What is wrong with a DeviceName, None if it is legal."""
    if LEGAL.fullmatch(name):
        return zealous(call, name) if call.server.faults else None
    if not name:
        return "The device name is empty." if call.keeps(f"{THIS}.blank") else None
    if len(name) < 4 and call.keeps(f"{THIS}.too_short"):
        return "The device name is too short."
    if len(name) > 32 and call.keeps(f"{THIS}.too_long") and not off_by_one(call, name):
        return "The device name is too long."
    if FOREIGN.search(name) and call.keeps(f"{THIS}.illegal"):
        for flavour, forgive in FORGIVEN.items():
            if call.breaks(f"{THIS}.illegal/{flavour}"):
                name = forgive(name)
        if FOREIGN.search(name):
            return "The device name is illegal."
    return None


def name_problem_in_a_list(call: Call, name: str) -> str | None:
    """The same for a name of DeviceNameList, of which some faults think otherwise."""
    rule = "BatchCheckDeviceNames.DeviceNameList.length"
    if len(name) == 32 and call.breaks(f"{rule}/longest"):
        return "The device name is too long."
    if len(name) > 32 and call.breaks(f"{rule}/too_long"):
        return None
    return None if not 4 <= len(name) <= 32 and call.breaks(rule) else name_problem(call, name)


def off_by_one(call: Call, name: str) -> bool:
    """Whether a fault lets a name pass that is too long."""
    if any(sign in name for sign in "-_@.:") and call.breaks(f"{THIS}.too_long/with_a_sign"):
        return True
    return len(name) == 33 and call.breaks(f"{THIS}.too_long/by_one")


def zealous(call: Call, name: str) -> str | None:
    """The fault that a fault finds with a legal name."""
    if len(name) == 4 and not call.keeps(f"{THIS}.shortest"):
        return "The device name is too short."
    if len(name) == 32 and not call.keeps(f"{THIS}.longest"):
        return "The device name is too long."
    for flavour, hates in UNLOVED.items():
        if hates(name) and not call.keeps(f"{THIS}.characters{flavour}"):
            return "The device name is illegal."
    return None

"""Which DeviceNames and DeviceNicknames are legal, and how the parameters spell lists of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.reference.call import Call

LEGAL = re.compile(r"[A-Za-z0-9\-_@.:]{4,32}")
FOREIGN = re.compile(r"[^A-Za-z0-9\-_@.:]")
WIDE = re.compile(r"[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Chinese characters, hiragana and katakana: they count for two."""
NICKNAME = re.compile(rf"(?:[A-Za-z0-9_]|{WIDE.pattern})+")
THIS = "BatchCheckDeviceNames.DeviceName"

FORGIVEN: dict[str, Callable[[str], str]] = {
    "space": lambda name: name.replace(" ", ""),
    "slash": lambda name: name.replace("/", ""),
    "hash_sign": lambda name: name.replace("#", ""),
    "plus": lambda name: name.replace("+", ""),
    "non_ascii": lambda name: "".join(c for c in name if c.isascii() or not c.isalnum()),
    "trailing_newline": lambda name: name.removesuffix("\n"),
    "control": lambda name: re.sub(r"[\x00-\x1f\x7f]", "", name),
}
"""The characters that a careless pattern lets through, by flavour: what is left must be legal."""

UNLOVED: dict[str, Callable[[str], bool]] = {
    "": lambda name: ":" in name,
    "/at_sign": lambda name: "@" in name,
    "/leading_hyphen": lambda name: name[0] in "-_@.:",
    "/leading_digit": lambda name: name[0].isdigit(),
    "/trailing_dot": lambda name: name[-1] in "-_@.:",
}
"""The legal names that a zealous pattern keeps out."""


def fault(call: Call, name: str) -> str | None:
    """What is wrong with a DeviceName, None if it is legal."""
    if LEGAL.fullmatch(name):
        return zealous(call, name) if call.world.lapses else None
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


def off_by_one(call: Call, name: str) -> bool:
    """Whether a lapse lets one character too many pass."""
    return len(name) == 33 and call.breaks(f"{THIS}.too_long/by_one")


def zealous(call: Call, name: str) -> str | None:
    """The fault that a lapse finds with a legal name."""
    if len(name) == 4 and not call.keeps(f"{THIS}.shortest"):
        return "The device name is too short."
    if len(name) == 32 and not call.keeps(f"{THIS}.longest"):
        return "The device name is too long."
    for flavour, hates in UNLOVED.items():
        if hates(name) and not call.keeps(f"{THIS}.characters{flavour}"):
            return "The device name is illegal."
    return None


def nickname_fault(call: Call, nickname: str) -> str | None:
    """What is wrong with a DeviceNickname: 4 to 64, a Chinese or Japanese character counting for two."""
    this = "BatchCheckDeviceNames.DeviceNickname"
    length = len(nickname) + len(WIDE.findall(nickname))
    legal = 4 <= length <= 64 and NICKNAME.fullmatch(nickname)
    if legal:
        if call.breaks(this) and not nickname.isascii():
            return "The nick name is illegal."
        if call.breaks(f"{this}/longest") and length == 64:
            return "The nick name is illegal."
        return None
    if not call.keeps(f"{this}.illegal"):
        return None
    if call.breaks(f"{this}.illegal/too_long") and length > 64 and NICKNAME.fullmatch(nickname):
        return None
    if call.breaks(f"{this}.illegal/hyphen") and 4 <= length <= 64 and NICKNAME.fullmatch(nickname.replace("-", "")):
        return None
    return "The nick name is illegal."


def asked_names(call: Call) -> list[tuple[str, str | None]]:
    """The names asked for, each with its nickname, in the order of their index, whatever the order sent."""
    plain: dict[int, str] = {}
    listed: dict[int, str] = {}
    nicknames: dict[int, str] = {}
    last = 0
    for key, value in call.question.params.items():
        if not key.startswith("DeviceName"):
            continue
        parts = key.split(".")
        if len(parts) < 2 or not (parts[1].isascii() and parts[1].isdigit()):
            continue
        index = int(parts[1][:9])
        if len(parts) == 2 and parts[0] == "DeviceName":
            if is_lost(call, index, last):
                continue
            last = max(last, index)
            plain[index] = value
        elif len(parts) == 3 and parts[0] == "DeviceNameList":
            if parts[2] == "DeviceName":
                listed[index] = value
            elif parts[2] == "DeviceNickname":
                nicknames[index] = value
    known = call.rules.knows_device_name_list or call.chooses("device_name_list_known_early")
    if not known or call.breaks("BatchCheckDeviceNames.DeviceNameList"):
        listed, nicknames = {}, {}
    return chosen(call, plain, listed, nicknames)


def chosen(
    call: Call, plain: dict[int, str], listed: dict[int, str], nicknames: dict[int, str]
) -> list[tuple[str, str | None]]:
    """DeviceNameList wins over DeviceName.N. A nickname without a name belongs to nobody and is ignored."""
    names: list[tuple[str, str | None]] = [(listed[index], nicknames.get(index)) for index in sorted(listed)]
    others: list[tuple[str, str | None]] = [(plain[index], None) for index in sorted(plain)]
    if names and others:
        if call.breaks("BatchCheckDeviceNames.DeviceNameList.wins"):
            return others
        if call.breaks("BatchCheckDeviceNames.DeviceNameList.wins/both_count"):
            return names + others
    return names or others


def is_lost(call: Call, index: int, last: int) -> bool:
    """Whether a lapse overlooks the DeviceName of this index, coming after one of index ``last``."""
    if not call.world.lapses:
        return False
    if index > 99 and not call.keeps(f"{THIS}.N"):
        return True
    if index > 9 and not call.keeps(f"{THIS}.N/only_nine"):
        return True
    return index < last and not call.keeps(f"{THIS}.N/in_order_only")

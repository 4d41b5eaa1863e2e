"""Which DeviceNicknames are legal."""

from __future__ import annotations

import re

from conformance.reference.call import Call

WIDE = re.compile(r"[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Chinese characters, hiragana and katakana: they count for two."""
NICKNAME = re.compile(rf"(?:[A-Za-z0-9_]|{WIDE.pattern})+")
THIS = "BatchCheckDeviceNames.DeviceNickname"
ILLEGAL = "The nick name is illegal."


def nickname_problem(call: Call, nickname: str) -> str | None:
    """What is wrong with a DeviceNickname: 4 to 64, a Chinese or Japanese character counting for two."""
    if not NICKNAME.fullmatch(nickname):
        return ILLEGAL if has_foreign_characters(call, nickname) else None
    if call.breaks(THIS) and not nickname.isascii():
        return ILLEGAL
    length = width(call, nickname)
    shortest, longest = 4, 64
    if call.breaks(f"{THIS}.length"):
        shortest = 1
    if call.breaks(f"{THIS}.length/shortest"):
        shortest = 5
    if call.breaks(f"{THIS}.length/longest"):
        longest = 63
    if call.breaks(f"{THIS}.length/too_long"):
        longest = 128
    return None if shortest <= length <= longest else ILLEGAL


def width(call: Call, nickname: str) -> int:
    """The length that counts."""
    wide = len(WIDE.findall(nickname))
    if call.breaks(f"{THIS}.wide"):
        return len(nickname)
    if call.breaks(f"{THIS}.wide/bytes"):
        return len(nickname.encode())
    if call.breaks(f"{THIS}.wide/chinese_only"):
        wide = len(re.findall(r"[\u4e00-\u9fff]", nickname))
    return len(nickname) + wide


def has_foreign_characters(call: Call, nickname: str) -> bool:
    """Whether it holds a character that no nickname has, but for those that faults forgive."""
    if call.breaks(f"{THIS}.illegal"):
        return False
    if call.breaks(f"{THIS}.illegal/hyphen"):
        nickname = nickname.replace("-", "")
    if call.breaks(f"{THIS}.illegal/blank"):
        nickname = nickname.replace(" ", "")
    if call.breaks(f"{THIS}.illegal/markup"):
        nickname = re.sub("[<>&]", "", nickname)
    return NICKNAME.fullmatch(nickname) is None

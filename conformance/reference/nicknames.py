"""Which DeviceNicknames are legal: a length of 4 to 64, in Chinese, Japanese, ASCII letters, digits and ``_``."""

from __future__ import annotations

import re

from conformance.reference.call import Call
from conformance.reference.rule import rule

WIDE = re.compile(r"[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Chinese characters, hiragana and katakana."""
LEGAL = re.compile(rf"(?:[A-Za-z0-9_]|{WIDE.pattern})*")
ILLEGAL = "The nick name is illegal."


@rule
def nickname_problem(call: Call, nickname: str) -> str | None:
    """What is wrong with a DeviceNickname, None if it is legal."""
    legal = has_nickname_characters(call, nickname) and has_nickname_length(call, width(call, nickname))
    return None if legal else ILLEGAL


@rule
def has_nickname_characters(call: Call, nickname: str) -> bool:
    """A DeviceNickname consists of Chinese and Japanese characters, ASCII letters, digits and ``_``."""
    return LEGAL.fullmatch(nickname) is not None


@rule
def has_nickname_length(call: Call, length: int) -> bool:
    """A DeviceNickname is 4 to 64 long."""
    return 4 <= length <= 64


@rule
def width(call: Call, nickname: str) -> int:
    """The length that counts: a Chinese or Japanese character counts for two."""
    return len(nickname) + len(WIDE.findall(nickname))

"""What is known of the names of one check at the moment when it was sent: which are good, and which cannot pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from conformance.judge.followed_applications import LEGAL_NAME, names_asked
from conformance.judge.stream import Stream
from conformance.wire.message import Exchange

NAME_OR_NICKNAME = re.compile(r"DeviceNameList\.([0-9]+)\.(DeviceName|DeviceNickname)").fullmatch
NARROW = re.compile(r"[A-Za-z0-9_]")
WIDE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")
"""Chinese and Japanese characters beyond doubt; each counts for two."""
FORBIDDEN = re.compile(r"[\x00-/:-@\[-^`{-\x7f]")
"""Characters of ASCII that stand in no nickname."""


def travels(name: str) -> bool:
    """Whether every form can list a name unchanged: not empty, no control characters, no outer blanks."""
    return name.isprintable() and bool(name) and name == name.strip() and max(name) < "\ufffe"


def malformed(names: Iterable[str]) -> set[str]:
    """The names that no product takes."""
    return {name for name in names if not LEGAL_NAME.fullmatch(name)}


def repeated(names: Iterable[str]) -> set[str]:
    """The names that stand more than once."""
    return {name for name, times in Counter(names).items() if times > 1}


def taken(stream: Stream, check: Exchange) -> set[str]:
    """The names of a check that a device of the product was seen to have before it was sent."""
    return set(names_asked(check.request.params)) & stream.shown_before(
        check.request.get("ProductKey") or "", check.number
    )


def good(stream: Stream, check: Exchange, until: int | None = None) -> set[str]:
    """The names of a check against which nothing speaks: legal, given once, with no bad nickname, used nowhere else.

    What was sent after the exchange ``until``, if not after the check itself, does not count.
    """
    names = names_asked(check.request.params)
    if lonely_nicknames(check.request.params):
        return set()
    doubtful = repeated(names) | {name for name, nick in nicknamed(check).items() if is_nickname(nick) is not True}
    product, last = check.request.get("ProductKey") or "", check.number if until is None else until
    return {
        name
        for name in names
        if LEGAL_NAME.fullmatch(name)
        and name not in doubtful
        and not stream.was_used(product, name, last, check)
        and stream.is_first_spelling(product, name)
    }


def nicknamed(check: Exchange) -> dict[str, str]:
    """DeviceName → the DeviceNickname of the same index."""
    named: dict[str, str] = {}
    nicks: dict[str, str] = {}
    for key, value in check.request.params:
        if found := NAME_OR_NICKNAME(key):
            (named if found[2] == "DeviceName" else nicks)[found[1]] = value
    return {named[index]: nick for index, nick in nicks.items() if index in named}


def lonely_nicknames(params: Sequence[tuple[str, str]]) -> list[str]:
    """The nicknames whose index has no DeviceName."""
    found = {key: value for key, value in params if NAME_OR_NICKNAME(key)}
    return [
        value
        for key, value in found.items()
        if key.endswith("Nickname") and f"{key.removesuffix('Nickname')}Name" not in found
    ]


def is_nickname(nickname: str) -> bool | None:
    """Whether a nickname is legal: 4 to 64 letters, digits and underscores, Chinese and Japanese characters
    counting for two. None where characters are not beyond doubt.
    """
    if FORBIDDEN.search(nickname):
        return False
    narrow, wide = len(NARROW.findall(nickname)), len(WIDE.findall(nickname))
    if narrow + wide < len(nickname):
        return None
    return 4 <= narrow + 2 * wide <= 64

"""Faults of DeviceNickname: which nicknames pass, and which name each belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.contract.actions import Action
from conformance.reference import batch_check_device_names as check
from conformance.reference import name_lists, nicknames
from conformance.reference.call import Call
from conformance.reference.faults.batch_check_device_names import forgives
from conformance.reference.faults.fault import breaks, scoped
from conformance.reference.name_lists import NICKNAMES, Asked, Indexed
from conformance.reference.nicknames import ILLEGAL

NICKNAME = f"{Action.BatchCheckDeviceNames}.DeviceNickname"

breaks(NICKNAME, "A nickname beyond ASCII does not pass.", nicknames.nickname_problem)(
    lambda faithful, call, nickname: faithful(call, nickname) if nickname.isascii() else ILLEGAL
)

LENGTHS: dict[str, tuple[str, range]] = {
    "": ("A nickname of fewer than 4 characters passes.", range(1, 65)),
    "/shortest": ("A nickname of 4 does not pass.", range(5, 65)),
    "/longest": ("A nickname of 64 does not pass.", range(4, 64)),
    "/too_long": ("A nickname longer than 64 passes.", range(4, 129)),
}
"""Flavour → the sentence, and the lengths that pass."""


def of_length(lengths: range) -> Callable[..., bool]:
    """Other lengths pass."""
    return lambda faithful, call, length: length in lengths


for _flavour, (_says, _lengths) in LENGTHS.items():
    breaks(f"{NICKNAME}.length{_flavour}", _says, nicknames.has_nickname_length)(of_length(_lengths))
scoped(f"{NICKNAME}.length/too_long@XML", "A nickname longer than 64 passes in XML.")

breaks(f"{NICKNAME}.wide", "A Chinese or Japanese character in a nickname counts for one.", nicknames.width)(
    lambda faithful, call, nickname: len(nickname)
)
breaks(f"{NICKNAME}.wide/bytes", "A character in a nickname counts for as many as it has bytes.", nicknames.width)(
    lambda faithful, call, nickname: len(nickname.encode())
)
breaks(f"{NICKNAME}.wide/chinese_only", "A Japanese character in a nickname counts for one.", nicknames.width)(
    lambda faithful, call, nickname: len(nickname) + len(re.findall(r"[\u4e00-\u9fff]", nickname))
)

FORGIVEN: dict[str, tuple[str, str]] = {
    "hyphen": ("A nickname with a hyphen passes.", "-"),
    "markup": ("A nickname with angle brackets or an ampersand passes.", "<>&"),
    "blank": ("A nickname with a blank passes.", " "),
}
"""Flavour → the sentence, and the characters that a careless pattern lets through."""


def without(characters: str) -> Callable[[str], str]:
    """A text without these characters."""
    return lambda text: re.sub(f"[{characters}]", "", text)


breaks(f"{NICKNAME}.illegal", "Every character passes in a nickname.", nicknames.has_nickname_characters)(
    lambda faithful, call, nickname: True
)
for _flavour, (_says, _characters) in FORGIVEN.items():
    breaks(f"{NICKNAME}.illegal/{_flavour}", _says, nicknames.has_nickname_characters)(forgives(without(_characters)))


# --- the name beside it ---

breaks(f"{NICKNAME}.beside", "A nickname without its name passes beside good names.", name_lists.nicknames_have_names)(
    lambda faithful, call, listed, nicknames: None
)


@breaks(f"{NICKNAME}.alone", "A nickname without a name opens an application.", check.names_are_given)
def a_nickname_is_enough(faithful: Callable[..., None], call: Call, asked: Asked) -> None:
    if not any(map(NICKNAMES.fullmatch, call.question.params)):
        faithful(call, asked)


@breaks(
    f"{NICKNAME}.shown/by_position",
    "Nicknames are given out in the order of their indices as texts.",
    name_lists.listed_nicknames,
)
def nicknames_in_the_order_of_texts(faithful: Callable[..., Indexed], call: Call) -> Indexed:
    given = faithful(call)
    return dict(zip(sorted(given), (given[index] for index in sorted(given, key=str)), strict=True))

"""Strategies for single values, built once: malformed integers, counts beyond a limit, unknown keys."""

from __future__ import annotations

import string
from collections.abc import Callable

from hypothesis import strategies as st

FULLWIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")
ARABIC = str.maketrans("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669")

Malform = Callable[[str], str]

MALFORMATIONS: dict[str, Malform] = {
    "a tail of letters": lambda n: f"{n}abc",
    "a fraction": lambda n: f"{n}.5",
    "a fraction of zero": lambda n: f"{n}.0",
    "an exponent": lambda n: f"{n}e0",
    "a sign": lambda n: f"+{n}",
    "hexadecimal": lambda n: hex(int(n)),
    "letters": lambda n: "abc",
    "a blank before": lambda n: f" {n}",
    "a blank after": lambda n: f"{n} ",
    "full-width digits": lambda n: n.translate(FULLWIDTH),
    "a comma": lambda n: f"{n},0",
    "arabic digits": lambda n: n.translate(ARABIC),
    "an underscore": lambda n: f"{n[0]}_{n}",
    "a true exponent": lambda n: f"{n[0]}.{n[1:] or '0'}e{len(n) - 1}",
}
"""Kind → what becomes of the digits of a valid integer when exactly that is wrong with it."""

ALWAYS: tuple[Malform, ...] = tuple(
    MALFORMATIONS[kind]
    for kind in (
        "a tail of letters",
        "a fraction of zero",
        "a sign",
        "a blank before",
        "full-width digits",
        "an underscore",
    )
)
"""What servers of six languages let through most often."""
AT_LENGTH: tuple[Malform, ...] = tuple(make for make in MALFORMATIONS.values() if make not in ALWAYS)


def beyond_64_bits(digits: str) -> str:
    """An integer equal to the given one modulo 2^64."""
    return str(int(digits) + 2**64)


def beyond_63_bits(digits: str) -> str:
    """An integer equal to the given one but for its sign bit."""
    return str(int(digits) + 2**63)


def smallest_beyond(digits: str) -> str:
    """The smallest integer that is no Long."""
    return str(2**63)


def negated(digits: str) -> str:
    """The same with a minus sign: no ApplyId, since those are positive."""
    return "0" if int(digits) <= 0 else f"-{digits}"


APPLY_ID_ALWAYS: tuple[Malform, ...] = (
    *ALWAYS,
    negated,
    beyond_64_bits,
)
"""What servers take for an ApplyId although it is none."""
APPLY_ID_AT_LENGTH: tuple[Malform, ...] = (
    *AT_LENGTH,
    beyond_63_bits,
    smallest_beyond,
)


def texts(alphabet: str, shortest: int, longest: int) -> st.SearchStrategy[str]:
    """Texts over an alphabet. Unlike ``st.text`` it leaves no table of Unicode in the folder of whoever runs it."""
    return st.lists(st.sampled_from(alphabet), min_size=shortest, max_size=longest).map("".join)


tails = texts(string.ascii_letters + "!$(),;:", 1, 4)
excesses = st.integers(2, 10_000)
unknown_keys = texts(string.ascii_letters + string.digits, 9, 9).map(lambda tail: "a1" + tail)
"""ProductKeys of the documented look that, but for a chance of 62^9, belong to nobody."""
negatives = st.integers(-10_000, -2)
legal_characters = string.ascii_letters + string.digits + "-_@.:"

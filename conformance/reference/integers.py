"""How texts are read as integers: plain ASCII digits, and the lenient ways of broken servers."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.reference.call import Call

LARGEST = 2**63 - 1
LEADING_DIGITS = re.compile(r"\d+")


def _letters(text: str) -> int | None:
    found = LEADING_DIGITS.match(text)
    return int(found[0]) if found else None


def _fraction(text: str) -> int | None:
    whole, dot, rest = text.partition(".")
    return int(whole) if dot and digits(whole) and (digits(rest) or not rest) else None


def _exponent(text: str) -> int | None:
    found = re.fullmatch(r"([0-9]{1,19})(?:\.([0-9]{1,19}))?[eE]([0-9]{1,2})", text)
    if found is None:
        return None
    whole, fraction, power = found[1], found[2] or "", int(found[3])
    return int(int(whole + fraction) * 10**power // 10 ** len(fraction))


LENIENT: dict[str, Callable[[str], int | None]] = {
    "minus": lambda text: int(text[1:]) if text[:1] == "-" and digits(text[1:]) else None,
    "sign": lambda text: int(text[1:]) if text[:1] == "+" and digits(text[1:]) else None,
    "blanks": lambda text: int(text.strip()) if digits(text.strip()) else None,
    "fraction": _fraction,
    "exponent": _exponent,
    "hexadecimal": lambda text: int(text, 16) if re.fullmatch(r"0[xX][0-9a-fA-F]+", text) else None,
    "other_digits": lambda text: int(text) if text.isdecimal() else None,
    "letters": _letters,
    "suffix": lambda text: int(text[:-1]) if text[-1:] in "dDfFlL" and digits(text[:-1]) else None,
    "quotes": lambda text: int(text.strip('"[]')) if digits(text.strip('"[]')) else None,
    "invisible": lambda text: int(text.strip("\0\ufeff\u200b")) if digits(text.strip("\0\ufeff\u200b")) else None,
}
"""What else a careless server takes for an integer, by the flavour of the fault."""


def digits(text: str) -> bool:
    """Whether a text is what the documents call an Integer; nobody needs more than forty digits."""
    return text.isascii() and text.isdigit() and len(text) <= 40


def integer(call: Call, text: str, name: str) -> int | None:
    """The integer that stands for the parameter of this name, None where there is none."""
    rule = f"{call.operation}.{name}.integer"
    if digits(text):
        if call.choices.leading_zeros_refused and len(text) > 1 and text[0] == "0":
            return None
        return int(text)
    for flavour, observation in LENIENT.items():
        if not (call.keeps(rule) and call.keeps(f"{rule}/{flavour}")):
            value = observation(text)
            if value is not None:
                return value
    return None


def negative(text: str) -> bool:
    """Whether a text is an integer below zero."""
    return text[:1] == "-" and digits(text[1:])

"""Faults of what is taken for an integer: the lenient ways of careless servers."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks
from conformance.reference.integers import LARGEST, digits, integer
from conformance.reference.parameters import apply_id_of

Reading = Callable[[str], int | None]


def stripped(characters: str) -> Reading:
    """Digits with some of these characters around them; None stands for every blank."""

    def reading(text: str) -> int | None:
        inner = text.strip(characters or None)
        return int(inner) if digits(inner) else None

    return reading


def after(sign: str) -> Reading:
    """Digits after a sign, which is overlooked."""
    return lambda text: int(text[1:]) if text[:1] == sign and digits(text[1:]) else None


def letters(text: str) -> int | None:
    """Digits at the beginning, whatever follows."""
    number = re.match(r"\d+", text)
    return int(number[0]) if number else None


def fraction(text: str) -> int | None:
    """What stands before a decimal point."""
    whole, dot, rest = text.partition(".")
    return int(whole) if dot and digits(whole) and (digits(rest) or not rest) else None


def exponent(text: str) -> int | None:
    """A number in scientific notation, cut off."""
    number = re.fullmatch(r"([0-9]{1,19})(?:\.([0-9]{1,19}))?[eE]([0-9]{1,2})", text)
    if number is None:
        return None
    whole, decimals, power = number[1], number[2] or "", int(number[3])
    return int(int(whole + decimals) * 10**power // 10 ** len(decimals))


LENIENT: dict[str, Reading] = {
    "minus": after("-"),
    "sign": after("+"),
    "blanks": stripped(""),
    "fraction": fraction,
    "exponent": exponent,
    "hexadecimal": lambda text: int(text, 16) if re.fullmatch(r"0[xX][0-9a-fA-F]+", text) else None,
    "other_digits": lambda text: int(text) if text.isdecimal() else None,
    "letters": letters,
    "suffix": lambda text: int(text[:-1]) if text[-1:] in "dDfFlL" and digits(text[:-1]) else None,
    "quotes": stripped('"[]'),
    "invisible": stripped("\0\ufeff\u200b"),
}
"""What else a careless server takes for an integer, by the flavour of the fault."""


def as_well_as_possible(text: str) -> int | None:
    """The first reading that makes an integer of a text."""
    return next((number for reading in LENIENT.values() if (number := reading(text)) is not None), None)


def reads(operation: str, parameter: str, reading: Reading) -> Callable[..., int | None]:
    """What is no integer is read in this way, where it stands for this parameter of this operation."""

    def change(faithful: Callable[..., int | None], call: Call, text: str, name: str) -> int | None:
        number = faithful(call, text, name)
        lenient = number is None and not digits(text) and (call.operation, name) == (operation, parameter)
        return reading(text) if lenient else number

    return change


COUNT: dict[str, str] = {
    "sign": "A Count with a plus sign passes.",
    "blanks": "A Count with blanks around it passes.",
    "fraction": "A Count with a fraction passes, cut off.",
    "exponent": "A Count like 1e1 passes.",
    "hexadecimal": "A Count like 0x10 passes.",
    "other_digits": "A Count in digits of other scripts passes.",
    "letters": "A Count like 12abc passes as 12.",
    "suffix": "A Count like 1d or 1L passes.",
    "invisible": "A Count with an invisible character at its end passes.",
}
REGISTERED: dict[str, str] = {
    "sign": "An ApplyId with a plus sign passes.",
    "fraction": "An ApplyId with a fraction passes, cut off.",
    "minus": "A minus sign before an ApplyId is overlooked.",
    "other_digits": "An ApplyId in digits of other scripts passes.",
}
ASKED: dict[str, str] = {
    "invisible": "An ApplyId with an invisible character at its end passes.",
    "blanks": "An ApplyId with blanks around it passes.",
    "other_digits": "An ApplyId in digits of other scripts passes.",
    "exponent": "An ApplyId like 1295007e0 or 1.295007e6 passes.",
    "minus": "A minus sign before an ApplyId is overlooked.",
    "hexadecimal": "An ApplyId like 0x13C29F passes.",
}
PAGED: dict[str, str] = {
    "letters": "An ApplyId like 1295007abc passes.",
    "minus": "A minus sign before an ApplyId is overlooked.",
    "exponent": "An ApplyId like 1.295007e6 passes.",
    "hexadecimal": "An ApplyId like 0x13C29F passes.",
}
PAGE_SIZE: dict[str, str] = {
    "quotes": "A PageSize in quotes or brackets passes.",
    "fraction": "A PageSize with a fraction passes, cut off.",
}
CURRENT_PAGE: dict[str, str] = {
    "suffix": "A CurrentPage like 1d or 1L passes.",
    "sign": "A CurrentPage with a plus sign passes.",
}
READ = "that is no integer is read as well as possible."

PARAMETERS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (Action.BatchRegisterDevice, "Count", f"A Count {READ}", COUNT),
    (Action.BatchRegisterDeviceWithApplyId, "ApplyId", f"An ApplyId {READ}", REGISTERED),
    (Action.QueryBatchRegisterDeviceStatus, "ApplyId", f"An ApplyId {READ}", ASKED),
    (Action.QueryPageByApplyId, "ApplyId", f"An ApplyId {READ}", PAGED),
    (Action.QueryPageByApplyId, "PageSize", "Any PageSize is taken for an integer.", PAGE_SIZE),
    (Action.QueryPageByApplyId, "CurrentPage", "Any CurrentPage is taken for an integer.", CURRENT_PAGE),
)
"""Operation, parameter, what a server does that takes anything, and what others do, by flavour."""

for _operation, _name, _says, _flavours in PARAMETERS:
    breaks(f"{_operation}.{_name}.integer", _says, integer)(reads(_operation, _name, as_well_as_possible))
    for _flavour, _says_of_it in _flavours.items():
        breaks(f"{_operation}.{_name}.integer/{_flavour}", _says_of_it, integer)(
            reads(_operation, _name, LENIENT[_flavour])
        )


# --- an ApplyId that is too large for a Long ---


def too_large_is_taken(operation: str, modulus: int) -> Callable[..., int]:
    """An ApplyId beyond 2^63 is taken modulo a power of two."""

    def change(faithful: Callable[[Call, str], int], call: Call, text: str) -> int:
        number = integer(call, text, "ApplyId")
        if call.operation == operation and number is not None and number > LARGEST:
            return number % modulus
        return faithful(call, text)

    return change


for _operation in (
    Action.BatchRegisterDeviceWithApplyId,
    Action.QueryBatchRegisterDeviceStatus,
    Action.QueryPageByApplyId,
):
    also_breaks(f"{_operation}.ApplyId.integer", apply_id_of)(too_large_is_taken(_operation, 2**64))
breaks(
    f"{Action.BatchRegisterDeviceWithApplyId}.ApplyId.integer/sign_bit",
    "The sign bit of an ApplyId beyond 2^63 is overlooked.",
    apply_id_of,
)(too_large_is_taken(Action.BatchRegisterDeviceWithApplyId, 2**63))
breaks(
    f"{Action.BatchRegisterDeviceWithApplyId}.ApplyId.integer/beyond_2_63",
    "An ApplyId beyond 64 bits is taken modulo 2^64.",
    apply_id_of,
)(too_large_is_taken(Action.BatchRegisterDeviceWithApplyId, 2**64))

"""Faults of BatchCheckDeviceNames: which names it takes, how many, and which of them pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from urllib.parse import unquote

from conformance.contract.actions import Action
from conformance.reference import batch_check_device_names as check
from conformance.reference import name_lists, names
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash, breaks, scoped
from conformance.reference.name_lists import Asked, Indexed
from conformance.reference.name_problems import NameProblems
from conformance.reference.names import ILLEGAL, TOO_LONG, TOO_SHORT
from conformance.reference.refusals import Refusal
from conformance.reference.store import Product

THIS = Action.BatchCheckDeviceNames


@breaks(f"{THIS}.answers", "A DeviceName beyond ASCII gives HTTP 500 with a page of HTML.", check.examine)
def falls_over_other_scripts(
    faithful: Callable[..., NameProblems], call: Call, product: Product, asked: Asked
) -> NameProblems:
    problems = faithful(call, product, asked)
    if not all(map(str.isascii, problems.malformed)):
        raise Crash
    return problems


breaks(f"{THIS}.DeviceName.required", "A request without names opens an application.", check.names_are_given)(
    lambda faithful, call, asked: None
)


def up_to(most: int) -> Callable[..., Indexed]:
    """Names with a larger index are overlooked."""
    return lambda faithful, call: {index: name for index, name in faithful(call).items() if index <= most}


def in_order_only(faithful: Callable[..., Indexed], call: Call) -> Indexed:
    """Names are overlooked that come after one with a larger index."""
    kept: Indexed = {}
    for index, name in faithful(call).items():
        if index > next(reversed(kept), -1):
            kept[index] = name
    return kept


for _flavour, _most in (("", 99), ("/only_nine", 9), ("/only_999", 999)):
    breaks(
        f"{THIS}.DeviceName.N{_flavour}",
        f"Names with an index over {_most} are overlooked.",
        name_lists.device_names,
    )(up_to(_most))
scoped(f"{THIS}.DeviceName.N/only_999@FORM", "Names over 999 in a form are overlooked.")
scoped(f"{THIS}.DeviceName.N/only_nine@FORM", "Names over 9 in a form are overlooked.")
breaks(f"{THIS}.DeviceName.N/in_order_only", "Names out of order are overlooked.", name_lists.device_names)(
    in_order_only
)


# --- legal names that do not pass ---

UNLOVED: dict[str, tuple[str, str, Callable[[str], bool]]] = {
    "shortest": ("A name of 4 characters is too short.", TOO_SHORT, lambda name: len(name) == 4),
    "longest": ("A name of 32 characters is too long.", TOO_LONG, lambda name: len(name) == 32),
    "characters": ("A name with a colon does not pass.", ILLEGAL, lambda name: ":" in name),
    "characters/at_sign": ("A name with an at sign does not pass.", ILLEGAL, lambda name: "@" in name),
    "characters/leading_hyphen": (
        "A name that begins with a sign does not pass.", ILLEGAL, lambda name: name[0] in "-_@.:",
    ),
    "characters/leading_digit": (
        "A name that begins with a digit does not pass.", ILLEGAL, lambda name: name[0].isdigit(),
    ),
    "characters/trailing_dot": (
        "A name that ends with a sign does not pass.", ILLEGAL, lambda name: name[-1] in "-_@.:",
    ),
    "characters/doubled": (
        "A name with a sign twice in a row does not pass.",
        ILLEGAL,
        lambda name: re.search(r"([-_@.:])\1", name) is not None,
    ),
}  # fmt: skip
"""Clause and flavour → the sentence, what such a name is told, and which names a zealous server keeps out."""


def refuses(problem: str, unloved: Callable[[str], bool]) -> Callable[..., str | None]:
    """Legal names of this kind do not pass."""
    return lambda faithful, call, name: faithful(call, name) or (problem if unloved(name) else None)


for _flavour, (_says, _problem, _unloved) in UNLOVED.items():
    breaks(f"{THIS}.DeviceName.{_flavour}", _says, names.name_problem)(refuses(_problem, _unloved))


# --- illegal names that pass ---

breaks(f"{THIS}.DeviceName.blank", "An empty name passes.", names.name_problem)(
    lambda faithful, call, name: faithful(call, name) if name else None
)
breaks(f"{THIS}.DeviceName.too_short", "A name of fewer than 4 characters passes.", names.too_short)(
    lambda faithful, call, name: False
)
breaks(f"{THIS}.DeviceName.too_long", "A name of more than 32 characters passes.", names.too_long)(
    lambda faithful, call, name: False
)
breaks(f"{THIS}.DeviceName.too_long/by_one", "A name of 33 characters passes.", names.too_long)(
    lambda faithful, call, name: faithful(call, name) and len(name) != 33
)
breaks(
    f"{THIS}.DeviceName.too_long/with_a_sign",
    "A name of more than 32 characters passes where one of them is a sign.",
    names.too_long,
)(lambda faithful, call, name: faithful(call, name) and not set("-_@.:").intersection(name))


@breaks(
    f"{THIS}.DeviceName.too_long/cut_off",
    "A name is cut off after 32 characters, and passes.",
    name_lists.asked_names,
)
def names_are_cut_off(faithful: Callable[..., Asked], call: Call) -> Asked:
    return [(name[:32], nickname) for name, nickname in faithful(call)]


FORGIVEN: dict[str, tuple[str, Callable[[str], str]]] = {
    "decoded_twice": ("A name is decoded twice, and passes where that makes a legal one of it.", unquote),
    "space": ("A blank passes.", lambda name: name.replace(" ", "")),
    "slash": ("A slash passes.", lambda name: name.replace("/", "")),
    "hash_sign": ("A hash sign passes.", lambda name: name.replace("#", "")),
    "plus": ("A plus sign passes.", lambda name: name.replace("+", "")),
    "non_ascii": (
        "Letters and digits of every script pass.",
        lambda name: "".join(c for c in name if c.isascii() or not c.isalnum()),
    ),
    "trailing_newline": ("A name with a newline at its end passes.", lambda name: name.removesuffix("\n")),
    "control": ("Control characters pass.", lambda name: re.sub(r"[\x00-\x1f\x7f]", "", name)),
}
"""Flavour → the sentence, and what a careless pattern sees of a name: only that must be legal."""


def forgives(seen: Callable[[str], str]) -> Callable[..., bool]:
    """Only what is seen of a text is looked at."""
    return lambda faithful, call, text: faithful(call, seen(text))


breaks(f"{THIS}.DeviceName.illegal", "Every character passes.", names.has_foreign_characters)(
    lambda faithful, call, name: False
)
for _flavour, (_says, _seen) in FORGIVEN.items():
    breaks(f"{THIS}.DeviceName.illegal/{_flavour}", _says, names.has_foreign_characters)(forgives(_seen))
scoped(f"{THIS}.DeviceName.illegal/space@XML", "A blank passes in XML.")


# --- names in use, and names given twice ---


@breaks(f"{THIS}.DeviceName.taken", "A name that a device has already passes.", check.names_in_use)
def names_of_devices_are_free(
    faithful: Callable[..., Collection[str]], call: Call, product: Product
) -> Collection[str]:
    return {name for name in faithful(call, product) if name not in product.devices}


scoped(f"{THIS}.DeviceName.taken@B", "A name that a device of the second product has passes.")


@breaks(f"{THIS}.DeviceName.taken/by_RegisterDevice", "A name that RegisterDevice gave passes.", check.names_in_use)
def names_given_by_register_device_are_free(
    faithful: Callable[..., Collection[str]], call: Call, product: Product
) -> Collection[str]:
    applications = [each for each in call.store.applications.values() if each.product is product]
    of_applications = {name for application in applications for name in application.names}
    return {name for name in faithful(call, product) if name in of_applications or name not in product.devices}


breaks(f"{THIS}.DeviceName.repeated", "A name given twice becomes two devices.", check.each_name_once)(
    lambda faithful, call, names: names
)


# --- the number of names ---


def too_many(refused: Callable[[Call, int], bool]) -> Callable[..., Asked]:
    """So many names are refused."""

    def within_the_limit(faithful: Callable[..., Asked], call: Call, asked: Asked) -> Asked:
        if refused(call, len(asked)):
            raise Refusal("iot.device.DeviceCountExceeded")
        return faithful(call, asked)

    return within_the_limit


breaks(f"{THIS}.DeviceName.limit", "As many names as the limit are refused.", check.within_the_limit)(
    too_many(lambda call, count: count == call.edition.most_names)
)
breaks(
    f"{THIS}.DeviceName.limit/two_thousand",
    "More than 2,000 names are refused.",
    check.within_the_limit,
    editions=("alibaba-2023", "tuya-2025"),
)(too_many(lambda call, count: count > 2_000))
breaks(
    f"{THIS}.DeviceName.limit/last_discarded",
    "The last of as many names as the limit is discarded.",
    check.most_names,
)(lambda faithful, call: faithful(call) - 1)
breaks(f"{THIS}.DeviceName.max", "More names than the limit are checked.", check.within_the_limit)(
    lambda faithful, call, asked: asked
)
scoped(f"{THIS}.DeviceName.max@FORM", "More names than the limit are checked in a form.")

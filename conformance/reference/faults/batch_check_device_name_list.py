"""Faults of DeviceNameList, the other spelling of the names that BatchCheckDeviceNames takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.contract.actions import Action
from conformance.reference import batch_check_device_names as check
from conformance.reference import name_lists, names
from conformance.reference.call import Call
from conformance.reference.faults.batch_check_device_names import (
    in_order_only,
    names_of_devices_are_free,
    refuses,
    up_to,
)
from conformance.reference.faults.fault import breaks
from conformance.reference.name_lists import LISTED, Asked, device_names
from conformance.reference.name_problems import NameProblems
from conformance.reference.names import TOO_LONG
from conformance.reference.store import Product

THIS = Action.BatchCheckDeviceNames
SINCE_2021 = ("alibaba-2021", "alibaba-2023", "tuya-2025")


def in_device_name_list(call: Call) -> bool:
    """Whether names were given as DeviceNameList.N.DeviceName."""
    return call.edition.knows_device_name_list and any(map(LISTED.fullmatch, call.question.params))


def in_the_list(change: Callable[..., Any]) -> Callable[..., Any]:
    """The same change, only where names were given as DeviceNameList.N.DeviceName."""

    def changed(faithful: Callable[..., Any], call: Call, *args: Any) -> Any:
        return change(faithful, call, *args) if in_device_name_list(call) else faithful(call, *args)

    return changed


breaks(f"{THIS}.DeviceNameList", "DeviceNameList is ignored.", name_lists.knows_device_name_list)(
    lambda faithful, call: False
)
breaks(f"{THIS}.DeviceNameList/unchecked", "Names in DeviceNameList pass unchecked.", check.examine)(
    in_the_list(lambda faithful, call, product, asked: NameProblems())
)
breaks(
    f"{THIS}.DeviceNameList/only_nine",
    "Names in DeviceNameList with an index over 9 are overlooked.",
    name_lists.listed_names,
)(up_to(9))
breaks(
    f"{THIS}.DeviceNameList/in_order_only",
    "Names out of order in DeviceNameList are overlooked.",
    name_lists.listed_names,
)(in_order_only)

breaks(f"{THIS}.DeviceNameList.length", "Names in DeviceNameList may have any length.", names.name_problem)(
    lambda faithful, call, name: (
        None if not 4 <= len(name) <= 32 and in_device_name_list(call) else faithful(call, name)
    )
)
breaks(
    f"{THIS}.DeviceNameList.length/longest",
    "A name of 32 characters in DeviceNameList is too long.",
    names.name_problem,
)(in_the_list(refuses(TOO_LONG, lambda name: len(name) == 32)))
breaks(
    f"{THIS}.DeviceNameList.length/too_long",
    "A name of more than 32 characters in DeviceNameList passes.",
    names.name_problem,
)(lambda faithful, call, name: None if len(name) > 32 and in_device_name_list(call) else faithful(call, name))
breaks(f"{THIS}.DeviceNameList.taken", "A taken name passes in DeviceNameList.", check.names_in_use)(
    in_the_list(names_of_devices_are_free)
)
breaks(
    f"{THIS}.DeviceNameList.repeated",
    "A name given twice in DeviceNameList becomes two devices.",
    check.each_name_once,
)(in_the_list(lambda faithful, call, names: names))
breaks(
    f"{THIS}.DeviceName.max/in_DeviceNameList",
    "More names than the limit are checked in DeviceNameList.",
    check.within_the_limit,
    editions=SINCE_2021,
)(in_the_list(lambda faithful, call, asked: asked))
breaks(
    f"{THIS}.DeviceName.limit/discards_beyond_500",
    "Names beyond 500 in DeviceNameList are discarded.",
    check.most_names,
    editions=SINCE_2021,
)(in_the_list(lambda faithful, call: 500))


# --- both spellings at once ---

breaks(
    f"{THIS}.DeviceNameList.wins",
    "DeviceName.N counts where both spellings are given.",
    name_lists.names_that_count,
)(lambda faithful, call, plain, listed: plain or listed)
breaks(
    f"{THIS}.DeviceNameList.wins/both_count",
    "Both spellings count together.",
    name_lists.names_that_count,
)(lambda faithful, call, plain, listed: listed + plain)


def plain_names(call: Call) -> Asked:
    """The names given as DeviceName.N."""
    return [(name, None) for name in device_names(call).values()]


@breaks(
    f"{THIS}.DeviceNameList.wins/both_checked",
    "Where both spellings are given, an illegal DeviceName.N fails the check.",
    check.examine,
)
@in_the_list
def both_are_checked(faithful: Callable[..., NameProblems], call: Call, product: Product, asked: Asked) -> NameProblems:
    return faithful(call, product, asked + plain_names(call))


@breaks(
    f"{THIS}.DeviceNameList.wins/checked_instead",
    "Where both spellings are given, DeviceName.N is checked in its place.",
    check.examine,
)
@in_the_list
def the_other_is_checked(
    faithful: Callable[..., NameProblems], call: Call, product: Product, asked: Asked
) -> NameProblems:
    return faithful(call, product, plain_names(call) or asked)

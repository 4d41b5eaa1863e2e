"""How the parameters of a check spell lists: DeviceName.N and DeviceNameList.N, and what their indices mean."""

from __future__ import annotations

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.refusals import Refusal

THIS = Action.BatchCheckDeviceNames
Asked = list[tuple[str, str | None]]
"""Names in the order of their index, each with its nickname."""


def asked_names(call: Call) -> Asked:
    """The names asked for, each with its nickname, in the order of their index, whatever the order sent."""
    plain: dict[int, str] = {}
    listed: dict[int, str] = {}
    nicknames: dict[int, str] = {}
    last = last_listed = 0
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
            if parts[2] == "DeviceName" and not is_lost_in_the_list(call, index, last_listed):
                last_listed = max(last_listed, index)
                listed[index] = value
            elif parts[2] == "DeviceNickname":
                nicknames[index] = value
    known = call.edition.knows_device_name_list or call.choices.device_name_list_known_early
    if not known or call.breaks(f"{THIS}.DeviceNameList"):
        listed, nicknames = {}, {}
    if listed and nicknames.keys() - listed.keys() and call.keeps(f"{THIS}.DeviceNickname.beside"):
        raise Refusal("iot.device.NullDeviceName")
    return chosen(call, without_gaps(call, plain), listed, nicknames)


def without_gaps(call: Call, plain: dict[int, str]) -> dict[int, str]:
    """The names, as far as they count where an index is missing: all of them, unless the server chooses otherwise."""
    unbroken = {index: plain[index] for place, index in enumerate(sorted(plain), 1) if index == place}
    if len(unbroken) == len(plain):
        return plain
    if call.choices.gaps_refused:
        raise Refusal("iot.common.InvalidFormattedParameter")
    return unbroken if call.choices.names_end_at_a_gap else plain


def chosen(call: Call, plain: dict[int, str], listed: dict[int, str], nicknames: dict[int, str]) -> Asked:
    """DeviceNameList wins over DeviceName.N."""
    if call.breaks(f"{THIS}.DeviceNickname.shown/by_position"):
        nicknames = dict(zip(sorted(nicknames), (nicknames[n] for n in sorted(nicknames, key=str)), strict=True))
    names: Asked = [(listed[index], nicknames.get(index)) for index in sorted(listed)]
    others: Asked = [(plain[index], None) for index in sorted(plain)]
    if names and others:
        if call.breaks(f"{THIS}.DeviceNameList.wins"):
            return others
        if call.breaks(f"{THIS}.DeviceNameList.wins/both_count"):
            return names + others
    return names or others


def names_to_examine(call: Call, asked: Asked) -> Asked:
    """The names that are looked at: those that count, but for faults that look at the other spelling too."""
    plain: Asked = [(name, None) for key, name in call.question.params.items() if key.startswith("DeviceName.")]
    if plain and in_device_name_list(call):
        if call.breaks(f"{THIS}.DeviceNameList.wins/checked_instead"):
            return plain
        if call.breaks(f"{THIS}.DeviceNameList.wins/both_checked"):
            return asked + plain
    return asked


def in_device_name_list(call: Call) -> bool:
    """Whether names were given as DeviceNameList.N.DeviceName."""
    params = call.question.params
    return call.edition.knows_device_name_list and any(
        key.startswith("DeviceNameList.") and key.endswith(".DeviceName") for key in params
    )


def is_lost(call: Call, index: int, last: int) -> bool:
    """Whether a fault overlooks the DeviceName of this index, coming after one of index ``last``."""
    if not call.server.faults:
        return False
    for most, rule in ((99, "N"), (9, "N/only_nine"), (999, "N/only_999")):
        if index > most and not call.keeps(f"{THIS}.DeviceName.{rule}"):
            return True
    return index < last and not call.keeps(f"{THIS}.DeviceName.N/in_order_only")


def is_lost_in_the_list(call: Call, index: int, last: int) -> bool:
    """The same for DeviceNameList.N.DeviceName."""
    if not call.server.faults:
        return False
    if index > 9 and call.breaks(f"{THIS}.DeviceNameList/only_nine"):
        return True
    return index < last and call.breaks(f"{THIS}.DeviceNameList/in_order_only")

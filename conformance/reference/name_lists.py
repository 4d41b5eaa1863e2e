"""How the parameters of a check spell lists: DeviceName.N and DeviceNameList.N, and what their indices mean."""

from __future__ import annotations

import re

from conformance.reference.call import Call
from conformance.reference.refusals import Refusal
from conformance.reference.rule import rule

PLAIN = re.compile(r"DeviceName\.([0-9]+)")
LISTED = re.compile(r"DeviceNameList\.([0-9]+)\.DeviceName")
NICKNAMES = re.compile(r"DeviceNameList\.([0-9]+)\.DeviceNickname")

Asked = list[tuple[str, str | None]]
"""Names in the order of their index, each with its nickname."""
Indexed = dict[int, str]
"""Index → value, in the order in which they were sent."""


@rule
def asked_names(call: Call) -> Asked:
    """The names asked for, each with its nickname, in the order of their index, whatever the order sent."""
    plain, listed, nicknames = device_names(call), listed_names(call), listed_nicknames(call)
    if listed:
        nicknames_have_names(call, listed, nicknames)
    return names_that_count(
        call,
        [(plain[index], None) for index in sorted(without_gaps(call, plain))],
        [(listed[index], nicknames.get(index)) for index in sorted(listed)],
    )


@rule
def device_names(call: Call) -> Indexed:
    """DeviceName.N, whatever N is and in whatever order they are sent."""
    return indexed(call, PLAIN)


@rule
def listed_names(call: Call) -> Indexed:
    """DeviceNameList.N.DeviceName, whatever N is and in whatever order they are sent."""
    return indexed(call, LISTED) if knows_device_name_list(call) else {}


@rule
def listed_nicknames(call: Call) -> Indexed:
    """DeviceNameList.N.DeviceNickname: the nickname of the name with the same N."""
    return indexed(call, NICKNAMES) if knows_device_name_list(call) else {}


@rule
def knows_device_name_list(call: Call) -> bool:
    """DeviceNameList is a parameter since alibaba-2021."""
    return call.edition.knows_device_name_list or call.choices.device_name_list_known_early


@rule
def nicknames_have_names(call: Call, listed: Indexed, nicknames: Indexed) -> None:
    """A nickname stands beside a name: DeviceNameList.N.DeviceName may not be absent."""
    if nicknames.keys() - listed.keys():
        raise Refusal("iot.device.NullDeviceName")


@rule
def names_that_count(call: Call, plain: Asked, listed: Asked) -> Asked:
    """DeviceNameList wins over DeviceName.N."""
    return listed or plain


def without_gaps(call: Call, plain: Indexed) -> Indexed:
    """The names, as far as they count where an index is missing: all of them, unless the server chooses otherwise."""
    unbroken = {index: plain[index] for place, index in enumerate(sorted(plain), 1) if index == place}
    if len(unbroken) == len(plain):
        return plain
    if call.choices.gaps_refused:
        raise Refusal("iot.common.InvalidFormattedParameter")
    return unbroken if call.choices.names_end_at_a_gap else plain


def indexed(call: Call, spelling: re.Pattern[str]) -> Indexed:
    """The parameters that are spelt so."""
    matches = ((spelling.fullmatch(name), value) for name, value in call.question.params.items())
    return {int(match[1][:9]): value for match, value in matches if match}

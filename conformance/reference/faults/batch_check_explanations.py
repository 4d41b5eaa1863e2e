"""Faults of the lists that explain which names do not pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.contract.actions import Action
from conformance.reference import batch_check_device_names as check
from conformance.reference import explanation
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.name_problems import NameCheck
from conformance.reference.names import ILLEGAL
from conformance.reference.store import Application

THIS = Action.BatchCheckDeviceNames
NAMES = f"{THIS}.InvalidDeviceNameList"
NICKNAMES = f"{THIS}.InvalidDeviceNicknameList"

Answer = Callable[..., dict[str, Any]]


# --- InvalidDeviceNameList of a refusal ---

breaks(NAMES, "A call refused for its names lists all of them.", explanation.invalid_names)(
    lambda faithful, call, checked: list(checked.names)
)
breaks(f"{NAMES}/first_only", "A call refused for its names lists the first bad one only.", explanation.invalid_names)(
    lambda faithful, call, checked: faithful(call, checked)[:1]
)
breaks(f"{NAMES}.given", "A call refused for its names lists none.", explanation.invalid_names)(
    lambda faithful, call, checked: []
)


@also_breaks(NAMES, explanation.explanation)
@also_breaks(f"{NAMES}/first_only", explanation.explanation)
@also_breaks(f"{NAMES}.given", explanation.explanation)
def without_details(faithful: Answer, call: Call, checked: NameCheck) -> dict[str, Any]:
    """Nor does InvalidDetailList tell the truth about the names."""
    return {name: value for name, value in faithful(call, checked).items() if name != "InvalidDetailList"}


breaks(
    f"{NAMES}/first_taken_only",
    "Taken names are refused at once, and the first of them listed.",
    check.refused_at_once,
)(lambda faithful, call, problems: faithful(call, problems) or problems.taken)


@also_breaks(f"{NAMES}/first_taken_only", explanation.invalid_names)
def one_taken_name(faithful: Callable[..., list[str]], call: Call, checked: NameCheck) -> list[str]:
    invalid = faithful(call, checked)
    return [name for name in invalid if name not in checked.problems.taken] or invalid[:1]


# --- InvalidDeviceNicknameList of a refusal ---

breaks(NICKNAMES, "InvalidDeviceNicknameList holds names instead of nicknames.", explanation.invalid_nicknames)(
    lambda faithful, call, checked: list(checked.problems.nicknames)
)
breaks(
    f"{NICKNAMES}/first_only",
    "A call refused for its nicknames lists the first bad one only.",
    explanation.invalid_nicknames,
)(lambda faithful, call, checked: faithful(call, checked)[:1])
breaks(
    f"{NICKNAMES}/legal_ones_too",
    "A call refused for its nicknames lists all of them.",
    explanation.invalid_nicknames,
)(lambda faithful, call, checked: faithful(call, checked) and list(checked.nicknames.values()))
breaks(f"{NICKNAMES}.given", "A call refused for its nicknames lists none.", explanation.invalid_nicknames)(
    lambda faithful, call, checked: []
)


# --- InvalidDetailList, of a refusal and of a status ---

Details = list[dict[str, str]]


@breaks(f"{THIS}.InvalidDetailList", "InvalidDetailList names the good names too.", explanation.explanation)
def good_names_have_details(faithful: Answer, call: Call, checked: NameCheck) -> dict[str, Any]:
    data = faithful(call, checked)
    if "InvalidDetailList" in data:
        every_name = dict.fromkeys(checked.names, ILLEGAL)
        data["InvalidDetailList"] = {"InvalidDetailList": explanation.details(call, every_name, checked.nicknames)}
    return data


def entries(change: Callable[[dict[str, str]], dict[str, str]]) -> Callable[[Details], Details]:
    """Every entry is changed."""
    return lambda details: [entry | change(entry) for entry in details]


DETAILS: dict[str, tuple[str, Callable[[Details], Details]]] = {
    "/without_reason": ("InvalidDetailList gives no reason.", entries(lambda entry: {"ErrorMsg": ""})),
    "/other_nickname": (
        "NickName of InvalidDetailList is another nickname.",
        entries(lambda entry: {"NickName": entry["NickName"][::-1]}),
    ),
    "/named_after_the_device": (
        "NickName of InvalidDetailList is the DeviceName.",
        entries(lambda entry: {"NickName": entry["DeviceName"]}),
    ),
    ".complete": ("InvalidDetailList explains the first name only.", lambda details: details[:1]),
    ".complete/without_nickname": (
        "NickName of InvalidDetailList is empty.",
        entries(lambda entry: {"NickName": ""}),
    ),
}
"""Rest of the name → the sentence, and what becomes of the list."""


def details_of(operation: Action, change: Callable[[Details], Details]) -> Callable[..., Details]:
    """InvalidDetailList is changed in the answers of one operation."""

    def details(faithful: Callable[..., Details], call: Call, *args: Any) -> Details:
        true = faithful(call, *args)
        return change(true) if call.operation == operation else true

    return details


for _operation in (THIS, Action.QueryBatchRegisterDeviceStatus):
    for _rest, (_says, _change) in DETAILS.items():
        if (_operation, _rest) != (Action.QueryBatchRegisterDeviceStatus, ".complete/without_nickname"):
            breaks(f"{_operation}.InvalidDetailList{_rest}", _says, explanation.details)(
                details_of(_operation, _change)
            )


# --- lists of an accepted check ---

breaks(
    f"{THIS}.RepeatedDeviceNameList",
    "RepeatedDeviceNameList holds every name of a call with a name twice.",
    check.repeated_names,
)(lambda faithful, call, checked: faithful(call, checked) and list(checked.names))
breaks(
    f"{THIS}.RepeatedDeviceNameList/first_only",
    "RepeatedDeviceNameList holds the first repeated name only.",
    check.repeated_names,
)(lambda faithful, call, checked: faithful(call, checked)[:1])


def lists(names: Callable[[Application], list[str]]) -> Callable[..., dict[str, Any]]:
    """These names stand in InvalidDeviceNameList of an accepted check."""

    def answer(faithful: Answer, call: Call, checked: NameCheck, application: Application) -> dict[str, Any]:
        fields = faithful(call, checked, application)
        if "Data" in fields and names(application):
            fields["Data"]["InvalidDeviceNameList"] = {"InvalidDeviceName": names(application)}
        return fields

    return answer


breaks(
    f"{THIS}.lists.on_success", "An accepted check has its names in InvalidDeviceNameList.", check.answer_of_a_check
)(lists(lambda application: list(application.names[:3])))
breaks(
    f"{THIS}.lists.on_success/invalid_ones",
    "An accepted check has its invalid names in InvalidDeviceNameList.",
    check.answer_of_a_check,
)(lists(lambda application: list(application.invalid)))
scoped(f"{THIS}.lists.on_success@XML", "An accepted check in XML has its names in InvalidDeviceNameList.")

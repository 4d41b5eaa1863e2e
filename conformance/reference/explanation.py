"""The lists that explain why names do not pass: at once in a refusal, or later in the status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reference.call import Call
from conformance.reference.name_problems import NameCheck
from conformance.reference.rule import rule


@rule
def explanation(call: Call, check: NameCheck) -> dict[str, Any]:
    """The lists of a refusal, those that are not empty."""
    data: dict[str, Any] = {}
    if names := invalid_names(call, check):
        data["InvalidDeviceNameList"] = {"InvalidDeviceName": names}
    if nicknames := invalid_nicknames(call, check):
        data["InvalidDeviceNicknameList"] = {"InvalidDeviceNickname": nicknames}
    if call.edition.has_details and not call.choices.details_left_out:
        reasons = check.problems.invalid(call.choices.first_fault_told)
        data["InvalidDetailList"] = {"InvalidDetailList": details(call, reasons, check.nicknames)}
    return data


@rule
def invalid_names(call: Call, check: NameCheck) -> list[str]:
    """InvalidDeviceNameList: every name of the call that is malformed or taken, and no other."""
    return [name for name in check.names if name in check.problems.malformed or name in check.problems.taken]


@rule
def invalid_nicknames(call: Call, check: NameCheck) -> list[str]:
    """InvalidDeviceNicknameList: every illegal nickname, and no other."""
    return list(check.problems.nicknames.values())


@rule
def details(call: Call, invalid: Mapping[str, str], nicknames: Mapping[str, str]) -> list[dict[str, str]]:
    """InvalidDetailList: each name that does not pass, with its nickname and what is wrong with it."""
    return [
        {"DeviceName": name, "NickName": nicknames.get(name, ""), "ErrorMsg": reason}
        for name, reason in invalid.items()
    ]

"""The lists that explain why names do not pass: at once in a refusal, or later in the status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.findings import Findings

THIS = Action.BatchCheckDeviceNames
RULE = f"{THIS}.InvalidDeviceNameList"


def explanation(
    call: Call, findings: Findings, names: Sequence[str], asked: Mapping[str, str]
) -> dict[str, Any] | None:
    """The lists that explain a refusal. ``asked`` is the nickname of each name."""
    bad = [name for name in names if name in findings.malformed or name in findings.taken]
    if call.breaks(RULE):
        bad = list(names)
    elif call.breaks(f"{RULE}/first_only"):
        bad = bad[:1]
    elif call.breaks(f"{RULE}/first_taken_only"):
        bad = [name for name in bad if name not in findings.taken] or bad[:1]
    elif call.breaks(f"{RULE}.given"):
        bad = []
    data: dict[str, Any] = {}
    if bad:
        data["InvalidDeviceNameList"] = {"InvalidDeviceName": bad}
    if nicknames := told_nicknames(call, findings, asked):
        data["InvalidDeviceNicknameList"] = {"InvalidDeviceNickname": nicknames}
    told = call.edition.has_details and not call.choices.details_left_out
    if told and not any(map(call.breaks, (RULE, f"{RULE}/first_only", f"{RULE}.given"))):
        why = findings.invalid(call.choices.first_fault_told)
        if call.breaks(f"{THIS}.InvalidDetailList"):
            why = dict.fromkeys(names, "The device name is illegal.")
        data["InvalidDetailList"] = {"InvalidDetailList": details(call, why, asked)}
    return data or None


def told_nicknames(call: Call, findings: Findings, asked: Mapping[str, str]) -> list[str]:
    """What stands in InvalidDeviceNicknameList."""
    rule = f"{THIS}.InvalidDeviceNicknameList"
    nicknames = list(findings.nicknames.values())
    if not nicknames or call.breaks(f"{rule}.given"):
        return []
    if call.breaks(rule):
        return list(findings.nicknames)
    if call.breaks(f"{rule}/first_only"):
        return nicknames[:1]
    return list(asked.values()) if call.breaks(f"{rule}/legal_ones_too") else nicknames


def details(call: Call, invalid: Mapping[str, str], nicknames: Mapping[str, str]) -> list[dict[str, str]]:
    """Each name with its nickname and what is wrong with it."""
    rule = f"{call.operation}.InvalidDetailList"
    entries = [
        {"DeviceName": name, "NickName": nicknames.get(name, ""), "ErrorMsg": why} for name, why in invalid.items()
    ]
    if call.breaks(f"{rule}/without_reason"):
        entries = [{**entry, "ErrorMsg": ""} for entry in entries]
    if call.breaks(f"{rule}/other_nickname"):
        entries = [{**entry, "NickName": entry["NickName"][::-1]} for entry in entries]
    if call.breaks(f"{rule}/named_after_the_device"):
        entries = [{**entry, "NickName": entry["DeviceName"]} for entry in entries]
    if call.breaks(f"{rule}.complete"):
        entries = entries[:1]
    if call.breaks(f"{rule}.complete/without_nickname"):
        entries = [{**entry, "NickName": ""} for entry in entries]
    return entries

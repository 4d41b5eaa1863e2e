"""QueryBatchRegisterDeviceStatus: how far an application is, and what became of its names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.reference.call import Call
from conformance.reference.explanation import details
from conformance.reference.parameters import application_of, product_of
from conformance.reference.progress import (
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE_FAILED,
    CREATE_SUCCESS,
    status,
)
from conformance.reference.rule import rule
from conformance.reference.store import Application


@rule
def query_batch_register_device_status(call: Call) -> dict[str, Any]:
    """The status of an application, and the lists of its good and bad names."""
    return {"Data": status_data(call, application_of(call, product_of(call)))}


@rule
def status_data(call: Call, application: Application) -> dict[str, Any]:
    """Status, ValidList and InvalidList; where names are invalid also InvalidDetailList, since alibaba-2023."""
    state = current_status(call, application)
    invalid = invalid_list(call, application, state)
    data = {"Status": state, **lists(call, valid_list(call, application, state), invalid)}
    if invalid and call.edition.has_details and not call.choices.details_left_out:
        why = names_to_explain(call, application, state, invalid)
        data["InvalidDetailList"] = {"invalidDetailList": details(call, why, application.nicknames)}
    return data


@rule
def current_status(call: Call, application: Application) -> str:
    """The status in the answer is the state in which the application is."""
    return status(application, call.now)


@rule
def valid_list(call: Call, application: Application, state: str) -> list[str]:
    """ValidList: on failure the names that are not to blame, or none; otherwise it may be empty."""
    if state in (CHECK_FAILED, CREATE_FAILED):
        if call.choices.valid_list_empty_on_failure or every_name_fails(call, state):
            return []
        bad = reasons(application, state)
        return [name for name in application.names if name not in bad]
    if state in (CHECK_SUCCESS, CREATE_SUCCESS):
        return list(application.names) if call.choices.lists_full_on_success else []
    if call.choices.lists_partial_while_running:
        good = [name for name in application.names if name not in application.invalid]
        return good[: (len(good) + 1) // 2]
    return []


@rule
def invalid_list(call: Call, application: Application, state: str) -> list[str]:
    """InvalidList: the names that failed their check or could not be created."""
    if every_name_fails(call, state):
        return list(application.names)
    bad = reasons(application, state)
    return [name for name in application.names if name in bad]


def every_name_fails(call: Call, state: str) -> bool:
    """Whether every name counts as invalid since one of them is; alibaba-2021 says that only those are listed."""
    return state == CHECK_FAILED and call.choices.every_name_fails_with_one and call.edition.name != "alibaba-2021"


def reasons(application: Application, state: str) -> Mapping[str, str]:
    """The names that failed in this state, and why."""
    return {CHECK_FAILED: application.invalid, CREATE_FAILED: application.failed}.get(state, {})


@rule
def names_to_explain(call: Call, application: Application, state: str, invalid: Sequence[str]) -> dict[str, str]:
    """InvalidDetailList explains the names of InvalidList that have a fault of their own."""
    why = reasons(application, state)
    return {name: why[name] for name in invalid if name in why}


@rule
def lists(call: Call, valid: list[str], invalid: list[str]) -> dict[str, Any]:
    """ValidList and InvalidList stand in every answer, also when they are empty."""
    return {"ValidList": {"Name": valid}, "InvalidList": {"Name": invalid}}

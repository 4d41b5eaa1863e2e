"""Faults of QueryBatchRegisterDeviceStatus: which names stand in its lists, and in which form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.applications import TAKEN
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.faults.memory import nth
from conformance.reference.progress import (
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE_FAILED,
    CREATE_SUCCESS,
)
from conformance.reference.query_batch_register_device_status import (
    invalid_list,
    lists,
    names_to_explain,
    status_data,
    valid_list,
)
from conformance.reference.store import Application

THIS = Action.QueryBatchRegisterDeviceStatus
SUCCEEDED = (CHECK_SUCCESS, CREATE_SUCCESS)

StatusData = Callable[[Call, Application], dict[str, Any]]
Names = Callable[[Call, Application, str], list[str]]
Lists = Callable[[Call, list[str], list[str]], dict[str, Any]]


# --- ValidList ---


def on_success(change: Callable[[list[str]], list[str]]) -> Callable[..., list[str]]:
    """On success a list holds these of the names of an application."""

    def change_list(faithful: Names, call: Call, application: Application, state: str) -> list[str]:
        names = list(application.names)
        return change(names) if state in SUCCEEDED and names else faithful(call, application, state)

    return change_list


breaks(f"{THIS}.ValidList", "On success ValidList holds one of several names.", valid_list)(
    on_success(lambda names: names[:1] if len(names) > 1 else [])
)
breaks(f"{THIS}.ValidList/all_but_one", "On success ValidList holds all names but the last.", valid_list)(
    on_success(lambda names: names[:-1])
)
scoped(f"{THIS}.ValidList/all_but_one@B", "The same for the second product only.")
breaks(f"{THIS}.ValidList/foreign", "On success ValidList holds a name that nobody asked for.", valid_list)(
    on_success(lambda names: [*names, "somebody-else"])
)
breaks(f"{THIS}.ValidList/failed_ones", "On failure ValidList holds a failed name too.", valid_list)(
    lambda faithful, call, application, state: [
        *faithful(call, application, state),
        *invalid_list(call, application, state)[:1],
    ]
)


@breaks(f"{THIS}.ValidList/invented", "ValidList of generated devices holds invented names.", valid_list)
def invented_names(faithful: Names, call: Call, application: Application, state: str) -> list[str]:
    if state == CREATE_SUCCESS and application.generated:
        return [f"device-{number}" for number in range(len(application.names))]
    return faithful(call, application, state)


# --- InvalidList ---


@breaks(f"{THIS}.InvalidList", "On failure InvalidList lacks the last failed name.", invalid_list)
def the_last_one_is_lacking(faithful: Names, call: Call, application: Application, state: str) -> list[str]:
    return faithful(call, application, state)[:-1]


@also_breaks(f"{THIS}.InvalidList", status_data)
def nothing_is_explained(faithful: StatusData, call: Call, application: Application) -> dict[str, Any]:
    return {name: value for name, value in faithful(call, application).items() if name != "InvalidDetailList"}


@breaks(f"{THIS}.InvalidList/valid_one_too", "On failure InvalidList holds the good names too.", invalid_list)
def good_names_too(faithful: Names, call: Call, application: Application, state: str) -> list[str]:
    invalid = faithful(call, application, state)
    return invalid and [*invalid, *(name for name in application.names if name not in invalid)]


breaks(f"{THIS}.InvalidList/on_success", "On success InvalidList holds a name.", invalid_list)(
    on_success(lambda names: names[:1])
)
breaks(f"{THIS}.InvalidList/empty_on_CREATE_FAILED", "InvalidList is empty on CREATE_FAILED.", invalid_list)(
    lambda faithful, call, application, state: [] if state == CREATE_FAILED else faithful(call, application, state)
)


@breaks(f"{THIS}.InvalidList/first_taken_only", "InvalidList holds the first of the taken names only.", invalid_list)
def one_taken_name(faithful: Names, call: Call, application: Application, state: str) -> list[str]:
    invalid = faithful(call, application, state)
    why = application.invalid if state == CHECK_FAILED else {}
    taken = [name for name in invalid if why.get(name, "").startswith(TAKEN)]
    return [name for name in invalid if name not in taken[1:]]


@breaks(
    f"{THIS}.InvalidList/every_name",
    "On CHECK_FAILED InvalidList holds every name, against what alibaba-2021 says.",
    invalid_list,
    editions=("alibaba-2021",),
)
def every_name(faithful: Names, call: Call, application: Application, state: str) -> list[str]:
    return list(application.names) if state == CHECK_FAILED else faithful(call, application, state)


also_breaks(f"{THIS}.InvalidList/every_name", valid_list)(
    lambda faithful, call, application, state: [] if state == CHECK_FAILED else faithful(call, application, state)
)
scoped(
    f"{THIS}.InvalidList/every_name@XML",
    "On CHECK_FAILED InvalidList holds every name in XML, but not in JSON.",
)

breaks(f"{THIS}.InvalidDetailList", "InvalidDetailList names the good names too.", names_to_explain)(
    lambda faithful, call, application, state, invalid: dict.fromkeys(application.names, "The device name is illegal.")
)


# --- the form of the lists ---


def in_json(change: Callable[[list[str], list[str]], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """In JSON the lists look like this."""
    return lambda faithful, call, valid, invalid: (
        change(valid, invalid) if call.question.format == "JSON" else faithful(call, valid, invalid)
    )


def in_xml(change: Callable[[list[str], list[str]], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """In XML the lists look like this."""
    return lambda faithful, call, valid, invalid: (
        change(valid, invalid) if call.question.format == "XML" else faithful(call, valid, invalid)
    )


def bare_when_empty(names: list[str]) -> dict[str, list[str]]:
    return {"Name": names} if names else {}


breaks(f"{THIS}.JSON", "ValidList and InvalidList are bare lists in JSON.", lists)(
    in_json(lambda valid, invalid: {"ValidList": valid, "InvalidList": invalid})
)
breaks(f"{THIS}.JSON/one_name_is_no_list", "A single name stands in InvalidList.Name without a list.", lists)(
    in_json(
        lambda valid, invalid: {
            "ValidList": {"Name": valid},
            "InvalidList": {"Name": invalid[0] if len(invalid) == 1 else invalid},
        }
    )
)
breaks(f"{THIS}.XML", "The names stand in one text with commas in XML.", lists)(
    in_xml(lambda valid, invalid: {"ValidList": ",".join(valid), "InvalidList": ",".join(invalid)})
)
breaks(
    f"{THIS}.XML/one_name_is_no_list",
    "A single name stands in InvalidList without a Name around it in XML.",
    lists,
)(
    in_xml(
        lambda valid, invalid: {
            "ValidList": {"Name": valid},
            "InvalidList": invalid[0] if len(invalid) == 1 else {"Name": invalid},
        }
    )
)
breaks(f"{THIS}.lists/bare_when_empty", "Lists that are empty are {} in JSON.", lists)(
    in_json(lambda valid, invalid: {"ValidList": bare_when_empty(valid), "InvalidList": bare_when_empty(invalid)})
)


@breaks(f"{THIS}.lists", "Lists that are empty are left out.", lists)
def empty_lists_are_left_out(faithful: Lists, call: Call, valid: list[str], invalid: list[str]) -> dict[str, Any]:
    return {name: value for name, value in faithful(call, valid, invalid).items() if value["Name"]}


@breaks(f"{THIS}.lists/InvalidList", "An empty InvalidList is left out.", lists)
def an_empty_invalid_list_is_left_out(
    faithful: Lists, call: Call, valid: list[str], invalid: list[str]
) -> dict[str, Any]:
    fields = faithful(call, valid, invalid)
    return fields if invalid else {"ValidList": fields["ValidList"]}


# --- the same question twice ---


@breaks("Common.forms_agree", "A GET for a status shows all names on success, a POST shows none.", valid_list)
def all_names_by_get(faithful: Names, call: Call, application: Application, state: str) -> list[str]:
    shows = state in SUCCEEDED and call.question.request.method == "GET"
    return list(application.names) if shows else faithful(call, application, state)


@breaks("Common.forms_agree/asked_twice", "Every second question for a status shows all names on success.", valid_list)
def all_names_now_and_then(faithful: Names, call: Call, application: Application, state: str) -> list[str]:
    second = nth(call, f"lists of {application.apply_id}") % 2 == 0
    return list(application.names) if second and state in SUCCEEDED else faithful(call, application, state)

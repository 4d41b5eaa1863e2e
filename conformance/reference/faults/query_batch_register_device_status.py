"""Faults of QueryBatchRegisterDeviceStatus: crashes, talkative refusals, and how the status is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash, breaks, scoped
from conformance.reference.progress import (
    CHECK,
    CREATE,
    CREATE_SUCCESS,
)
from conformance.reference.query_batch_register_device_status import (
    query_batch_register_device_status,
    status_data,
)
from conformance.reference.refusals import Refusal
from conformance.reference.store import Application

THIS = Action.QueryBatchRegisterDeviceStatus

Answer = Callable[[Call], dict[str, Any]]
StatusData = Callable[[Call, Application], dict[str, Any]]


# --- crashes and refusals ---


def crashes(where: Callable[[Call], bool]) -> Callable[..., dict[str, Any]]:
    """The server falls over such requests."""

    def change(faithful: Answer, call: Call) -> dict[str, Any]:
        if where(call):
            raise Crash
        return faithful(call)

    return change


breaks(
    f"{THIS}.answers",
    "An ApplyId with letters gives HTTP 500 with a page of HTML.",
    query_batch_register_device_status,
)(crashes(lambda call: not (call.param("ApplyId") or "0").isdigit()))
breaks(
    f"{THIS}.answers/twice",
    "A parameter that is sent twice gives HTTP 500 with a page of HTML.",
    query_batch_register_device_status,
)(crashes(lambda call: bool(call.question.repeats())))


def refuses_with(data: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """A refusal carries this Data."""

    def change(faithful: Answer, call: Call) -> dict[str, Any]:
        try:
            return faithful(call)
        except Refusal as refused:
            raise Refusal(refused.code, data) from None

    return change


breaks(
    f"{THIS}.Data.on_refusal",
    "A refused question is told CREATE_SUCCESS in Data.",
    query_batch_register_device_status,
)(refuses_with({"Status": CREATE_SUCCESS}))
breaks(
    f"{THIS}.Data.on_refusal/names",
    "A refused question is told a name in Data.",
    query_batch_register_device_status,
)(refuses_with({"ValidList": {"Name": ["somebody-else"]}}))


# --- Status ---


def spells(spelling: Callable[[str], str]) -> Callable[..., dict[str, Any]]:
    """The status is written in another way."""

    def change(faithful: StatusData, call: Call, application: Application) -> dict[str, Any]:
        data = faithful(call, application)
        return {**data, "Status": spelling(data["Status"])}

    return change


breaks(f"{THIS}.Status", "CHECK and CREATE are called CHECKING and CREATING.", status_data)(
    spells(lambda state: {CHECK: "CHECKING", CREATE: "CREATING"}.get(state, state))
)
breaks(f"{THIS}.Status/success", "CREATE_SUCCESS is called SUCCESS.", status_data)(
    spells(lambda state: "SUCCESS" if state == CREATE_SUCCESS else state)
)
breaks(f"{THIS}.Status/small_letters", "The status is written in small letters.", status_data, listed=False)(
    spells(str.lower)
)
scoped(f"{THIS}.Status/small_letters@20th", "Every 20th answer writes its status in small letters.")
scoped(f"{THIS}.Status/small_letters@50th", "Every 50th answer writes its status in small letters.")

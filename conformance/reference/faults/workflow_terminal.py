"""Faults of states that are final: what has nothing to do with an application sends it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.reference.batch_register_device_with_apply_id import batch_register_device_with_apply_id
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks
from conformance.reference.faults.memory import marked
from conformance.reference.progress import (
    CHECK,
    CHECK_FAILED,
    CREATE,
    CREATE_FAILED,
    CREATE_SUCCESS,
)
from conformance.reference.query_batch_register_device_status import (
    current_status,
    query_batch_register_device_status,
)
from conformance.reference.query_page_by_apply_id import devices_before_the_end, page_of
from conformance.reference.store import Application, Device
from conformance.reference.support_operations import delete_device, device_asked_for

Status = Callable[[Call, Application], str]


# --- applications that have ended are sent back by what has nothing to do with them ---


def send_back(call: Call, application: Application) -> None:
    """Let an application forget its end."""
    marked(call, "sent back").add(application)


@breaks(
    "Workflow.terminal/paged_past_the_end",
    "A page past its end sends an application back to CREATE.",
    page_of,
)
def sent_back_by_a_page_past_the_end(
    faithful: Callable[..., dict[str, Any]], call: Call, application: Application, page: int, size: int
) -> dict[str, Any]:
    fields = faithful(call, application, page, size)
    if page > fields["PageCount"] and fields["Total"]:
        send_back(call, application)
    return fields


@breaks(
    "Workflow.terminal/failed_check_paged",
    "A page of a failed check sends it back to CHECK.",
    devices_before_the_end,
)
def sent_back_by_any_page(
    faithful: Callable[..., list[Device]], call: Call, application: Application, state: str
) -> list[Device]:
    if state == CHECK_FAILED:
        send_back(call, application)
    return faithful(call, application, state)


@breaks(
    "Workflow.terminal/asked_with_another_product",
    "A call with the ProductKey of another product sends it back.",
    batch_register_device_with_apply_id,
    query_batch_register_device_status,
)
def sent_back_by_another_product(faithful: Callable[[Call], dict[str, Any]], call: Call) -> dict[str, Any]:
    product = call.store.products.get(call.param("ProductKey") or "")
    apply_id = call.param("ApplyId") or ""
    application = call.store.applications.get(int(apply_id)) if apply_id.isdecimal() else None
    if application is not None and product is not None and application.product is not product:
        send_back(call, application)
    return faithful(call)


@breaks(
    "Workflow.terminal/device_deleted",
    "The deletion of one of its devices sends an application back to CREATE.",
    delete_device,
)
def sent_back_by_a_deletion(faithful: Callable[[Call], dict[str, Any]], call: Call) -> dict[str, Any]:
    _, device = device_asked_for(call)
    for application in call.store.applications.values():
        if device in application.devices:
            send_back(call, application)
    return faithful(call)


for name in ("paged_past_the_end", "failed_check_paged", "asked_with_another_product", "device_deleted"):

    @also_breaks(f"Workflow.terminal/{name}", current_status)
    def what_was_before_the_end(faithful: Status, call: Call, application: Application) -> str:
        state = faithful(call, application)
        if application not in marked(call, "sent back"):
            return state
        return {CHECK_FAILED: CHECK, CREATE_SUCCESS: CREATE, CREATE_FAILED: CREATE}.get(state, state)

"""BatchRegisterDeviceWithApplyId: registers the devices whose names BatchCheckDeviceNames has checked."""

from __future__ import annotations

from typing import Any

from conformance.reference.applications import register, with_apply_id
from conformance.reference.call import Call
from conformance.reference.parameters import application_of, product_of
from conformance.reference.progress import CHECK, CHECK_FAILED, CREATE, status
from conformance.reference.refusals import Refusal
from conformance.reference.rule import rule
from conformance.reference.store import Application

NOT_CHECKED = "iot.device.IncorrentDeviceApplyInfo"


@rule
def batch_register_device_with_apply_id(call: Call) -> dict[str, Any]:
    """Register the devices of an application; the answer carries its ApplyId once more."""
    application = application_of(call, product_of(call))
    register_checked_names(call, application)
    return with_apply_id(call, application.apply_id)


@rule
def register_checked_names(call: Call, application: Application) -> None:
    """Only names that have passed their check are registered, and only once."""
    state = status(application, call.now)
    if application.generated:
        raise Refusal(NOT_CHECKED)
    if application.registered_at is not None:
        refuse_a_second_time(call, state)
        return
    if state == CHECK_FAILED or (state == CHECK and not call.choices.register_early_queued):
        raise Refusal(NOT_CHECKED)
    taken = state != CHECK and any(name in application.product.devices for name in application.names)
    if taken and call.choices.conflicts_refused_at_registration:
        raise Refusal("iot.device.AlreadyExistedDeviceName")
    start_creation(call, application)


def refuse_a_second_time(call: Call, state: str) -> None:
    """A second registration is refused, or answered again without doing anything."""
    if not call.choices.register_twice_answered:
        raise Refusal("iot.device.CreateDeviceTaskIsRunning" if state == CREATE else NOT_CHECKED)


@rule
def start_creation(call: Call, application: Application) -> None:
    """CREATE begins now, or with the end of the check; where that fails, nothing begins."""
    if not application.invalid:
        register(call, application, max(call.now, application.checked_at))

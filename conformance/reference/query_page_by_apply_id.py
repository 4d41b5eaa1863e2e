"""QueryPageByApplyId: the devices of an application, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.integers import integer
from conformance.reference.parameters import application_of, missing
from conformance.reference.progress import CHECK_FAILED, CREATE, CREATE_FAILED, CREATE_SUCCESS, status
from conformance.reference.refusals import Refusal
from conformance.reference.rule import rule
from conformance.reference.store import Application, Device

THIS = Action.QueryPageByApplyId
INVALID = "iot.common.InvalidPageParams"


@rule
def query_page_by_apply_id(call: Call) -> dict[str, Any]:
    """One page of the devices of an application."""
    application = application_or_nothing(call)
    page = current_page(call)
    size = page_size(call)
    return page_of(call, application, page, size)


def application_or_nothing(call: Call) -> Application | None:
    """The application; None where an unknown ApplyId is answered by an empty page."""
    try:
        return application_of(call, None)
    except Refusal as refusal:
        if refusal.code == "iot.device.DeviceApplyIsNotFound" and call.choices.unknown_apply_id_empty_page:
            return None
        raise


@rule
def page_of(call: Call, application: Application | None, page: int, size: int) -> dict[str, Any]:
    """The answer: there is no Data around it."""
    devices = devices_of(call, application)
    total = len(devices)
    pages = -(-total // size)
    if page > max(pages, 1) and call.choices.past_the_end_refused:
        raise Refusal(INVALID)
    if total == 0 and call.choices.empty_page_count_one:
        pages = 1
    shown = [device_info(call, device) for device in devices_on_page(call, devices, page, size)]
    return {
        "Page": page,
        "PageSize": size,
        "PageCount": pages,
        "Total": total,
        "ApplyDeviceList": {"ApplyDeviceInfo": shown},
    }


# --- PageSize and CurrentPage ---


@rule
def current_page(call: Call) -> int:
    """CurrentPage: a positive integer, 1 where it may be left out."""
    text = page_parameter(call, "CurrentPage")
    return 1 if text is None else positive(call, "CurrentPage", text)


@rule
def page_size(call: Call) -> int:
    """PageSize: a positive integer up to the maximum, 10 where it may be left out."""
    text = page_parameter(call, "PageSize")
    if text is None:
        return call.edition.default_page_size
    return within_the_maximum(call, positive(call, "PageSize", text))


def page_parameter(call: Call, name: str) -> str | None:
    """What stands there for a page parameter, None where the default is to be taken."""
    text = call.param(name)
    open_question = call.edition.name == "alibaba-2019" and call.choices.page_parameters_may_be_left_out
    if text is None and call.edition.paging_required and not open_question:
        raise missing(call, name, INVALID)
    if text == "" and not call.edition.paging_required and call.choices.blank_page_is_default:
        return None
    return text


@rule
def positive(call: Call, name: str, text: str) -> int:
    """A positive Integer."""
    value = integer(call, text, name)
    if not value or value > 2**31 - 1:
        raise Refusal(INVALID)
    return value


@rule
def within_the_maximum(call: Call, size: int) -> int:
    """PageSize is at most 50; before alibaba-2021 no maximum is named, and the server chooses one or none."""
    most = call.edition.most_per_page
    if most is not None:
        if size > most and not call.choices.page_size_clamped:
            raise Refusal(INVALID)
        return min(size, most)
    if size > 20 and call.choices.pages_over_20_refused:
        raise Refusal(INVALID)
    if call.choices.pages_of_20_at_most:
        return min(size, 20)
    return min(size, 100) if call.choices.large_pages_cut else size


# --- the devices, and which of them a page shows ---


@rule
def devices_of(call: Call, application: Application | None) -> Sequence[Device]:
    """The devices that can be paged through now."""
    if application is None:
        return []
    state = status(application, call.now)
    if state in (CREATE_SUCCESS, CREATE_FAILED):
        return created_devices(call, application)
    return devices_before_the_end(call, application, state)


@rule
def created_devices(call: Call, application: Application) -> Sequence[Device]:
    """After CREATE_SUCCESS and CREATE_FAILED: every device that was made, always in the same order."""
    devices: Sequence[Device] = application.devices
    if call.choices.deleted_devices_vanish:
        alive = application.product.devices
        devices = [device for device in devices if alive.get(device.name) is device]
    return sorted(devices) if call.choices.devices_by_name else devices


@rule
def devices_before_the_end(call: Call, application: Application, state: str) -> Sequence[Device]:
    """Names that were only checked are no devices; while they are being created some may be shown."""
    if call.choices.paging_early_refused and state != CHECK_FAILED:
        raise Refusal("iot.device.CreateDeviceTaskIsRunning")
    partly = call.choices.paging_early_partial or call.choices.paging_early_without_secrets
    if partly and state == CREATE:
        passed = (call.now - application.starts_at) / (application.created_at - application.starts_at)
        return application.devices[: int(len(application.devices) * passed)]
    return []


@rule
def devices_on_page(call: Call, devices: Sequence[Device], page: int, size: int) -> Sequence[Device]:
    """Page N shows the N-th ``size`` devices; past the end there are none."""
    if size % 2 == 1 and call.choices.order_by_page_size:
        devices = devices[::-1]
    return devices[(page - 1) * size : page * size]


@rule
def device_info(call: Call, device: Device) -> dict[str, Any]:
    """A device as a page shows it: DeviceId, DeviceName, DeviceSecret and, since alibaba-2021, IotId."""
    device_id, iot_id, secret = call.store.proof(device)
    fields = {
        "DeviceId": device_id,
        "DeviceName": device.name,
        "DeviceSecret": secret[:16] if call.choices.short_secrets else secret,
    }
    if call.edition.has_iot_id or call.choices.iot_id_shown_early:
        fields["IotId"] = iot_id[::-1] if call.choices.no_device_id_in_iot_id else iot_id
    hidden = {"DeviceId"} if call.choices.no_device_id else set()
    if device.born > call.now and call.choices.paging_early_without_secrets:
        hidden |= {"DeviceSecret", "IotId"}
    return {name: value for name, value in fields.items() if name not in hidden}

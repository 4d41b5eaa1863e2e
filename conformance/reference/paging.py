"""QueryPageByApplyId: the devices of an application, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.applications import accepted
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash
from conformance.reference.integers import integer, negative
from conformance.reference.parameters import application_of, missing
from conformance.reference.progress import CHECK_FAILED, CREATE, CREATE_FAILED, CREATE_SUCCESS, status
from conformance.reference.refusals import Refusal
from conformance.reference.status import neighbour, settle
from conformance.reference.store import Application, Device

THIS = Action.QueryPageByApplyId
INVALID = "iot.common.InvalidPageParams"
AS_ASKED = "of_the_size_asked_for"


def query_page_by_apply_id(call: Call) -> dict[str, Any]:
    """One page of the devices of an application."""
    said = call.param("CurrentPage") or "1"
    if call.breaks(f"{THIS}.answers/superscript") and said.isdigit() and not said.isdecimal():
        raise Crash
    if call.breaks(f"{THIS}.answers") and not said.isdigit():
        raise Crash
    application = found(call)
    page = page_number(call)
    size = page_size(call)
    accepted(call)
    devices: Sequence[Device] = []
    if application is not None:
        settle(call, application)
        devices = shown_devices(call, application)
    elif call.breaks(f"{THIS}.ApplyId.unknown"):
        devices = [Device("nobody-asked-for-it", 0, call.now)]
    total = len(devices)
    if application is not None and application.failed and total and call.breaks(f"{THIS}.Total/failed_ones_too"):
        total = len(application.names)
    pages = -(-total // size)
    if application is not None and page > pages and call.breaks("Workflow.terminal/paged_past_the_end"):
        application.upset = total > 0
    if page > max(pages, 1) and call.choices.past_the_end_refused:
        raise Refusal(INVALID)
    chosen = cut(call, devices, page, size, pages)
    return fields(call, [shown(call, device, size) for device in chosen], page, size, total, pages)


def found(call: Call) -> Application | None:
    """The application; None where an unknown ApplyId is answered by an empty page."""
    try:
        return application_of(call, None)
    except Refusal as refusal:
        if refusal.code == "iot.device.DeviceApplyIsNotFound" and call.choices.unknown_apply_id_empty_page:
            return None
        raise


def page_number(call: Call) -> int:
    """CurrentPage: a positive integer."""
    text = number_text(call, "CurrentPage")
    if text is None:
        return 2 if call.breaks(f"{THIS}.CurrentPage.default") else 1
    return positive(call, text, f"{THIS}.CurrentPage.integer")


def page_size(call: Call) -> int:
    """PageSize: a positive integer, up to the maximum of the edition if it has one."""
    text = number_text(call, "PageSize")
    if text is None:
        if call.breaks(f"{THIS}.PageSize.default/as_before"):
            return call.store.last_page_size or call.edition.default_page_size
        return 20 if call.breaks(f"{THIS}.PageSize.default") else call.edition.default_page_size
    size = call.store.last_page_size = positive(call, text, f"{THIS}.PageSize.integer")
    most = call.edition.most_per_page
    if most is None:
        if size > 20 and call.choices.pages_over_20_refused:
            raise Refusal(INVALID)
        size = min(size, 20) if call.choices.pages_of_20_at_most else size
        return min(size, 100) if call.choices.large_pages_cut else size
    if size == most and call.breaks(f"{THIS}.PageSize.limit"):
        raise Refusal(INVALID)
    if size > most and call.keeps(f"{THIS}.PageSize.max"):
        if call.breaks(f"{THIS}.PageSize.max/up_to_200") and size <= 200:
            return size
        cut_wrongly = call.breaks(f"{THIS}.PageCount/{AS_ASKED}") or call.breaks(f"{THIS}.length/{AS_ASKED}")
        if cut_wrongly or call.choices.page_size_clamped:
            return most
        raise Refusal(INVALID)
    return size


def number_text(call: Call, name: str) -> str | None:
    """What stands there for a page parameter, None where the default is to be taken."""
    text = call.param(name)
    open_question = call.edition.name == "alibaba-2019" and call.choices.page_parameters_may_be_left_out
    needed = call.edition.paging_required and not open_question
    if text is None and needed and call.keeps(f"{THIS}.{name}.required"):
        raise missing(call, name, INVALID)
    if text == "" and not call.edition.paging_required and call.choices.blank_page_is_default:
        return None
    return text


def positive(call: Call, text: str, rule: str) -> int:
    """A positive integer; faults take any other text for one."""
    value = integer(call, text, rule.split(".")[1])
    if value is not None and rule == f"{THIS}.CurrentPage.integer" and call.breaks(f"{THIS}.past_the_end/modulo_2_32"):
        value %= 2**32
    if value is None and negative(text) and (call.breaks(rule) or call.breaks(f"{rule}/negative")):
        return 1
    if value == 0 and (call.breaks(rule) or call.breaks(f"{rule}/zero")):
        return 1
    if value is None and call.breaks(rule):
        return 1
    if not value or value > 2**31 - 1:
        raise Refusal(INVALID)
    return value


def shown_devices(call: Call, application: Application) -> Sequence[Device]:
    """The devices that can be paged through now."""
    state = status(application, call.now)
    if state not in (CREATE_SUCCESS, CREATE_FAILED):
        if state == CHECK_FAILED and call.breaks("Workflow.terminal/failed_check_paged"):
            application.upset = True
        named = call.breaks(f"{THIS}.unregistered") or (
            state == CHECK_FAILED and call.breaks(f"{THIS}.unregistered/failed_check")
        )
        if application.registered_at is None and named:
            return [Device(name, -1 - number, 0.0) for number, name in enumerate(application.names)]
        if call.choices.paging_early_refused and state != CHECK_FAILED:
            raise Refusal("iot.device.CreateDeviceTaskIsRunning")
        partly = call.choices.paging_early_partial or call.choices.paging_early_without_secrets
        if partly and state == CREATE:
            passed = (call.now - application.starts_at) / (application.created_at - application.starts_at)
            return application.devices[: int(len(application.devices) * passed)]
        return []
    if call.breaks("Workflow.unwatched") and not application.questions_since_registered:
        return []
    if state == CREATE_FAILED and call.breaks("Workflow.CREATE_FAILED"):
        return [Device(name, 9_000_000 + number, 0.0) for number, name in enumerate(application.names)]
    devices: Sequence[Device] = application.devices
    if call.choices.deleted_devices_vanish:
        alive = application.product.devices
        devices = [each for each in devices if alive.get(each.name) is each]
    if call.choices.devices_by_name:
        devices = sorted(devices)
    return devices if not call.server.faults else spoilt(call, application, devices)


def spoilt(call: Call, application: Application, devices: Sequence[Device]) -> Sequence[Device]:
    """The same devices after faults have been at them."""
    if devices and devices[-1].born > call.now:  # only Workflow.at_once lets them be born late
        devices = [device for device in devices if device.born <= call.now]
    soon = call.now < application.created_at + call.server.delay / 2
    if soon and call.question.format == "XML" and call.breaks("Workflow.at_once/later_in_XML"):
        devices = devices[:-1]
    if call.breaks(f"{THIS}.order") and call.number % 2 == 1:
        devices = devices[::-1]
    if call.breaks(f"{THIS}.order/by_form") and call.question.format == "XML":
        devices = devices[::-1]
    if call.breaks(f"{THIS}.order/by_age") and call.now > application.created_at + call.server.delay:
        devices = devices[::-1]
    if call.breaks("Workflow.isolation/in_pages"):
        devices = [*devices, *(Device(name, 0, 0.0) for name in neighbour(call, application))]
    return devices


def cut(call: Call, devices: Sequence[Device], page: int, size: int, pages: int) -> Sequence[Device]:
    """The devices of one page."""
    if size % 2 == 1 and call.choices.order_by_page_size:
        devices = devices[::-1]
    if not call.server.faults:
        return devices[(page - 1) * size : page * size]
    if page > pages and pages:
        if call.breaks(f"{THIS}.past_the_end"):
            page = pages
        if call.breaks(f"{THIS}.past_the_end/first_page"):
            page = 1
        if page > pages + 1 and call.breaks(f"{THIS}.past_the_end/further"):
            page = 1
        if call.breaks(f"{THIS}.past_the_end/wraps_at_2_32"):
            page = (page - 1) * size % 2**32 // size + 1
    first = (page - 1) * beginning_size(call, size)
    if call.param("PageSize") is None and call.breaks(f"{THIS}.PageSize.default/other_end"):
        devices = devices[::-1]
    if call.param("CurrentPage") is None and call.breaks(f"{THIS}.CurrentPage.default/its_devices"):
        first = size
    chosen = list(devices[first : first + size])
    if call.breaks(f"{THIS}.length") and 1 < pages >= page and size > 1:
        last = None if page == pages else page * (size - 1)
        chosen = list(devices[(page - 1) * (size - 1) : last])
    if call.breaks(f"{THIS}.complete/from_the_third_page_on") and page > 2 and chosen:
        chosen[0] = devices[(page - 1) * size - 1]
    if call.breaks(f"{THIS}.complete") and page == 2 and chosen:
        chosen[0] = devices[size - 1]
    if call.breaks(f"{THIS}.complete/last_device_lost") and page == pages:
        del chosen[-1:]
    if call.breaks(f"{THIS}.complete/one_twice") and page == pages and len(devices) > 2 and chosen:
        chosen[-1] = devices[0]
    if call.breaks(f"{THIS}.complete/beyond_100") and len(devices) > 100 and page == pages:
        del chosen[-1:]
    if call.breaks(f"{THIS}.PageSize.limit/gives_49") and size == 50:
        del chosen[49:]
    return chosen


def beginning_size(call: Call, size: int) -> int:
    """The size by which faults count where a page begins."""
    text = call.param("PageSize")
    if text is None:
        return 20 if call.breaks(f"{THIS}.PageSize.default/later_pages") else size
    return int(text) if text.isdigit() and call.breaks(f"{THIS}.length/{AS_ASKED}") else size


def shown(call: Call, device: Device, size: int) -> dict[str, Any]:
    """A device as a page shows it."""
    store = call.store
    device_id, iot_id, secret = store.proof(device)
    if call.choices.short_secrets:
        secret = secret[:16]
    fields = {"DeviceId": device_id, "DeviceName": device.name, "DeviceSecret": secret}
    if call.choices.no_device_id:
        del fields["DeviceId"]
    if call.choices.no_device_id_in_iot_id:
        iot_id = iot_id[::-1]
    if call.edition.has_iot_id or call.choices.iot_id_shown_early:
        fields["IotId"] = iot_id
    if device.born > call.now and call.choices.paging_early_without_secrets:
        return {name: value for name, value in fields.items() if name not in ("DeviceSecret", "IotId")}
    if not call.server.faults:
        return fields
    if call.breaks(f"{THIS}.DeviceName") and device.serial % 5 == 0:
        fields["DeviceName"] = ""
    if call.breaks(f"{THIS}.DeviceName/absent") and device.serial % 5 == 0:
        del fields["DeviceName"]
    if call.breaks(f"{THIS}.DeviceSecret"):
        fields["DeviceSecret"] = ""
    if call.breaks(f"{THIS}.DeviceSecret/new_each_time"):
        fields["DeviceSecret"] = store.identity(f"secret {call.number}", device.serial)
    if call.breaks(f"{THIS}.DeviceSecret/by_PageSize"):
        fields["DeviceSecret"] = store.identity(f"secret {size}", device.serial)
    if call.breaks("Workflow.DeviceSecret.unique/same_name_in_two_products"):
        fields["DeviceSecret"] = named_alike(call, device)
    if call.breaks("Workflow.DeviceSecret.unique"):
        fields["DeviceSecret"] = store.identity("shared secret", device.serial // 2)
    if call.edition.has_iot_id:
        if call.breaks(f"{THIS}.IotId"):
            del fields["IotId"]
        elif call.breaks(f"{THIS}.IotId/new_each_time"):
            fields["IotId"] = store.identity(f"iot {call.number}", device.serial)
        elif call.breaks("Workflow.IotId.unique/same_name_in_two_products"):
            fields["IotId"] = named_alike(call, device)
        elif call.breaks("Workflow.IotId.unique"):
            fields["IotId"] = store.identity("shared", device.serial // 2)
    return fields


def named_alike(call: Call, device: Device) -> str:
    """An identity that devices of one name share, whatever their product."""
    return call.store.identity(f"named {device.name}", 0)


def fields(call: Call, devices: list[dict[str, Any]], page: int, size: int, total: int, pages: int) -> dict[str, Any]:
    """The answer: there is no Data around it."""
    if total == 0 and call.choices.empty_page_count_one:
        pages = 1
    numbers: dict[str, Any] = {"Page": page, "PageSize": size, "PageCount": pages, "Total": total}
    listed: Any = {"ApplyDeviceInfo": devices}
    if call.server.faults:
        if call.breaks(f"{THIS}.Page"):
            numbers["Page"] = 1
        if call.breaks(f"{THIS}.Page/counts_from_zero"):
            numbers["Page"] = page - 1
        if call.breaks(f"{THIS}.PageSize"):
            numbers["PageSize"] = 10
        if call.breaks(f"{THIS}.PageSize/of_this_page"):
            numbers["PageSize"] = len(devices)
        if call.breaks(f"{THIS}.Total"):
            numbers["Total"] = len(devices)
        if call.breaks(f"{THIS}.Total/one_less_on_the_last_page") and pages > 1 and page == pages:
            numbers["Total"] = total - 1
        if call.breaks(f"{THIS}.PageCount"):
            numbers["PageCount"] = total // size
        if call.breaks(f"{THIS}.PageCount/{AS_ASKED}"):
            numbers["PageCount"] = -(-total // max(size, int(call.param("PageSize") or size)))
        if call.breaks(f"{THIS}.PageCount/one_more_when_even"):
            numbers["PageCount"] = total // size + 1
        if call.question.format == "JSON" and call.breaks(f"{THIS}.JSON"):
            numbers = {name: str(value) for name, value in numbers.items()}
        if call.question.format == "JSON" and call.breaks(f"{THIS}.JSON/one_device_is_no_list") and len(devices) == 1:
            listed = {"ApplyDeviceInfo": devices[0]}
        if call.question.format == "XML" and call.breaks(f"{THIS}.XML/one_device_is_no_list") and len(devices) == 1:
            listed = devices[0]
        if call.question.format == "XML" and call.breaks(f"{THIS}.XML"):
            listed = {"ApplyDeviceInfo": {"ApplyDeviceInfo": devices}}
    return {**numbers, "ApplyDeviceList": listed}

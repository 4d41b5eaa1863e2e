"""BatchRegisterDevice and BatchRegisterDeviceWithApplyId: the two ways to register many devices."""

from __future__ import annotations

from typing import Any

from conformance.reference.applications import (
    accepted,
    create,
    open_application,
    register,
    told_apply_id,
    with_apply_id,
)
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash
from conformance.reference.integers import integer, negative
from conformance.reference.parameters import application_of, missing, product_of
from conformance.reference.progress import CHECK, CHECK_FAILED, CREATE, CREATE_FAILED, status
from conformance.reference.refusals import Refusal, no
from conformance.reference.store import Application, Device, Product

THIS = "BatchRegisterDevice.Count"
NOT_AT_ONCE = "BatchRegisterDeviceWithApplyId.accepts/not_at_once"


def batch_register_device(call: Call) -> dict[str, Any]:
    """Register Count devices with names of the server's own."""
    product = product_of(call)
    count = count_of(call)
    if count > call.edition.most_devices and not over_the_limit_passes(call, count):
        if call.breaks("Workflow.refusal"):
            product.add(Device(f"stray-{call.number}", call.store.serials(1)[0], call.now))
        raise Refusal("iot.device.DeviceCountExceeded")
    accepted(call)
    names = generated_names(call, product, devices_for(call, count))
    application = open_application(call, product, names, {}, generated=True)
    starts = application.checked_at
    if call.choices.check_visible_for_random:
        starts += call.server.delay / 2
    register(call, application, call.now, starts)
    return with_apply_id(call, told_apply_id(call, application))


def count_of(call: Call) -> int:
    """The Count that was asked for; there is no business code for a missing one, so the gateway says it."""
    text = call.param("Count")
    if text is None:
        if call.keeps("BatchRegisterDevice.Count.required"):
            raise missing(call, "Count", "MissingCount")
        return 1
    if text == "":
        if call.keeps("BatchRegisterDevice.Count.blank"):
            raise missing(call, "Count", "MissingCount")
        return 1
    if negative(text):
        if call.breaks("BatchRegisterDevice.Count.negative/its_amount"):
            return int(text[1:]) or 1
        if call.keeps("BatchRegisterDevice.Count.negative"):
            raise no(call.edition.out_of_range)
        return 0
    count = integer(call, text, "Count")
    if count is None:
        if call.breaks("BatchRegisterDevice.answers"):
            raise Crash
        if call.keeps("BatchRegisterDevice.Count.integer"):
            raise no(call.edition.malformed)
        return 1
    if count == 0 and call.keeps("BatchRegisterDevice.Count.zero"):
        raise no(call.edition.out_of_range)
    if count == call.edition.most_devices and call.breaks("BatchRegisterDevice.Count.limit"):
        raise Refusal("iot.device.DeviceCountExceeded")
    return count


def over_the_limit_passes(call: Call, count: int) -> bool:
    """Whether a fault accepts a Count over the limit."""
    if call.breaks("BatchRegisterDevice.Count.max/wraps_at_2_32"):
        return 0 < count % 2**32 <= call.edition.most_devices
    if call.breaks("BatchRegisterDevice.Count.max/by_one"):
        return count == call.edition.most_devices + 1
    return call.breaks("BatchRegisterDevice.Count.max") or call.breaks("BatchRegisterDevice.Count.max/clamped")


def devices_for(call: Call, count: int) -> int:
    """How many devices a Count gives: as many, but for faults that accept too much."""
    limit = call.edition.most_devices
    if count > limit:
        if call.breaks("BatchRegisterDevice.Count.max/wraps_at_2_32"):
            return count % 2**32
        if call.breaks("BatchRegisterDevice.Count.max/clamped"):
            return limit
        return min(count, 2 * limit)  # nobody has the memory for Count=2147483647
    if count == limit and call.breaks("BatchRegisterDevice.Count.limit/one_short"):
        return limit - 1
    return count


def generated_names(call: Call, product: Product, count: int) -> list[str]:
    """New names: twenty hexadecimal digits, derived from a counter."""
    store = call.store
    if call.breaks("Workflow.DeviceName.unique"):
        return [f"device-{product.number}-{number:05}" for number in range(count)]
    if call.breaks("Workflow.DeviceName.unique/now_and_then") and store.next_application % 3 == 0:
        return [f"device-{product.number}-{number:05}" for number in range(count)]
    names = [store.identity("name", serial)[:20] for serial in store.serials(count)]
    if call.breaks("Workflow.DeviceName.random"):
        return [f"device{store.next_serial - count + number:010}" for number in range(count)]
    if call.breaks("Workflow.DeviceName.random/the_same_in_every_product"):
        made = len(product.devices)
        return [store.identity("name of a product", made + number)[:20] for number in range(count)]
    if call.choices.generated_names_of_digits:
        return [str(int(name[:14], 16))[:16].zfill(16) for name in names]
    if call.breaks("Workflow.DeviceName.legal"):
        return [name + "-generated-device" for name in names]
    if call.breaks("Workflow.DeviceName.legal/hash_sign"):
        return ["#" + name for name in names]
    if call.choices.generated_names_of_every_kind:
        return [f"{name[:6]}-_@.:{name[6:].upper()}-{number:05}"[:32] for number, name in enumerate(names)]
    return names


def batch_register_device_with_apply_id(call: Call) -> dict[str, Any]:
    """Register the devices whose names an application has checked."""
    if call.param("ApplyId") == "" and call.breaks("BatchRegisterDeviceWithApplyId.answers"):
        raise Crash
    application = application_of(call, product_of(call))
    state = status(application, call.now)
    again = application.registered_at is not None
    if application.generated:
        if call.keeps("BatchRegisterDeviceWithApplyId.ApplyId.random"):
            raise Refusal("iot.device.IncorrentDeviceApplyInfo")
    elif again:
        register_again(call, application, state)
    elif state == CHECK_FAILED:
        register_failed(call, application)
    else:
        if state == CHECK:
            register_unchecked(call, application)
        elif call.now < application.checked_at + call.server.delay / 2 and call.breaks(NOT_AT_ONCE):
            raise Refusal("iot.device.IncorrentDeviceApplyInfo")
        taken = state != CHECK and any(name in application.product.devices for name in application.names)
        if taken and call.choices.conflicts_refused_at_registration:
            raise Refusal("iot.device.AlreadyExistedDeviceName")
        accepted(call)
        if not (state == CHECK and application.invalid):
            register(call, application, call.now, max(call.now, application.checked_at))
    return with_apply_id(call, echoed(call, application))


def echoed(call: Call, application: Application) -> int:
    """The ApplyId in the answer."""
    if call.breaks("BatchRegisterDeviceWithApplyId.ApplyId.echo"):
        return application.apply_id + 1
    return application.apply_id


def register_unchecked(call: Call, application: Application) -> None:
    """Registration while the names are still being checked: refused, or it waits for the check."""
    if call.breaks("BatchRegisterDeviceWithApplyId.unchecked"):
        application.checked_at = call.now
        application.invalid = {}
        application.unchecked = True
    elif call.breaks("BatchRegisterDeviceWithApplyId.unchecked/valid_names_only"):
        application.checked_at = call.now
        application.names = [name for name in application.names if name not in application.invalid]
        application.invalid = {}
        application.unchecked = True
    elif not call.choices.register_early_queued:
        raise Refusal("iot.device.IncorrentDeviceApplyInfo")


def register_failed(call: Call, application: Application) -> None:
    """Registration after CHECK_FAILED: always refused."""
    if call.breaks("BatchRegisterDeviceWithApplyId.after_CHECK_FAILED"):
        application.names = [name for name in application.names if name not in application.invalid]
        application.invalid = {}
        register(call, application, call.now, call.now)
    elif call.keeps("BatchRegisterDeviceWithApplyId.after_CHECK_FAILED.refused"):
        raise Refusal("iot.device.IncorrentDeviceApplyInfo")


def further_devices(call: Call, state: str) -> bool:
    """Whether a fault lets a second registration create devices."""
    return call.breaks("BatchRegisterDeviceWithApplyId.twice") or (
        state == CREATE and call.breaks("BatchRegisterDeviceWithApplyId.twice/while_creating")
    )


def register_again(call: Call, application: Application, state: str) -> None:
    """A second registration: refused, or answered again without doing anything."""
    if further_devices(call, state):
        names = [f"{name[:28]}-{application.registrations + 1}" for name in application.names]
        application.registrations += 1
        application.devices = [*application.devices, *create(call, application, names)]
    elif state == CREATE_FAILED and call.breaks("BatchRegisterDeviceWithApplyId.twice/after_CREATE_FAILED"):
        application.devices = [*application.devices, *create(call, application, list(application.failed))]
    elif state == CREATE and call.breaks("Workflow.transitions/registered_twice"):
        application.starts_at = call.now + call.server.delay / 2
        application.created_at = application.starts_at + call.server.delay
    elif call.breaks("Workflow.terminal/starts_again_when_registered_twice"):
        application.starts_at = call.now
        application.created_at = call.now + call.server.delay
    elif not call.choices.register_twice_answered:
        running = state == CREATE
        raise Refusal("iot.device.CreateDeviceTaskIsRunning" if running else "iot.device.IncorrentDeviceApplyInfo")

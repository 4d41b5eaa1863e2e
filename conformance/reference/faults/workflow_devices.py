"""Faults of what comes of a registration: which devices, from when on, and what other calls know of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from conformance.reference.applications import devices_exist_from, names_to_create, taken_since_the_check
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.faults.memory import marked, neighbour
from conformance.reference.query_batch_register_device_status import status_data, valid_list
from conformance.reference.query_page_by_apply_id import created_devices
from conformance.reference.refusals import Refusal
from conformance.reference.store import Application, Device
from conformance.reference.support_operations import delete_device, device_asked_for, query_device_detail

Devices = Callable[[Call, Application], Sequence[Device]]
Answer = Callable[[Call], dict[str, Any]]


# --- as many devices as names ---


def creates(generated: bool, change: Callable[[Call, Sequence[str]], Sequence[str]]) -> Callable[..., Sequence[str]]:
    """Other names than asked for become devices, of generated names or of checked ones."""

    def names_to_create(faithful: Callable[..., Sequence[str]], call: Call, application: Application) -> Sequence[str]:
        names = faithful(call, application)
        return change(call, names) if application.generated == generated else names

    return names_to_create


def all_but_the_last(call: Call, names: Sequence[str]) -> Sequence[str]:
    """The names but for the last, if there are several."""
    return names[:-1] if len(names) > 1 else names


def one_more(call: Call, names: Sequence[str]) -> Sequence[str]:
    return [*names, f"extra-{call.store.next_serial}"]


breaks("Workflow.Count", "BatchRegisterDevice registers one device less.", names_to_create)(
    creates(True, all_but_the_last)
)
scoped("Workflow.Count@B", "BatchRegisterDevice registers one device less for the second product.")
breaks("Workflow.Count/one_more", "BatchRegisterDevice registers one device more.", names_to_create)(
    creates(True, one_more)
)
breaks("Workflow.DeviceName", "The last of several checked names is not registered.", names_to_create)(
    creates(False, all_but_the_last)
)
breaks("Workflow.DeviceName/lower_case", "Checked names are registered in small letters.", names_to_create)(
    creates(False, lambda call, names: [name.lower() for name in names])
)
breaks("Workflow.DeviceName/one_more", "A device is registered that nobody checked.", names_to_create)(
    creates(False, one_more)
)


# --- devices exist as soon as their creation has ended ---


def exist_later(delays: float) -> Callable[..., float]:
    """The devices exist so many delays after the end of CREATE."""
    return lambda faithful, call, application: faithful(call, application) + delays * call.server.delay


for name, says, delays in (
    ("at_once", "Devices appear two delays after CREATE_SUCCESS.", 2),
    ("at_once/one_delay", "Devices appear one delay after CREATE_SUCCESS.", 1),
):
    breaks(f"Workflow.{name}", says, devices_exist_from)(exist_later(delays))

    @also_breaks(f"Workflow.{name}", created_devices)
    def those_that_exist(faithful: Devices, call: Call, application: Application) -> Sequence[Device]:
        return [device for device in faithful(call, application) if device.born <= call.now]


scoped("Workflow.at_once@B", "Devices of the second product appear two delays after CREATE_SUCCESS.")


@breaks(
    "Workflow.at_once/later_in_XML",
    "Pages in XML lack the last device until half a delay after CREATE_SUCCESS.",
    created_devices,
)
def the_last_device_comes_later(faithful: Devices, call: Call, application: Application) -> Sequence[Device]:
    devices = faithful(call, application)
    soon = call.now < application.created_at + call.server.delay / 2
    return devices[:-1] if soon and call.question.format == "XML" else devices


@breaks("Workflow.unwatched", "Creation ends only when somebody asks for the status.", created_devices)
def none_before_somebody_asks(faithful: Devices, call: Call, application: Application) -> Sequence[Device]:
    return faithful(call, application) if application in marked(call, "watched") else []


@also_breaks("Workflow.unwatched", status_data)
def somebody_asks(faithful: Callable[..., dict[str, Any]], call: Call, application: Application) -> dict[str, Any]:
    if application.registered_at is not None:
        marked(call, "watched").add(application)
    return faithful(call, application)


scoped("Workflow.unwatched@B", "Creation in the second product ends only when somebody asks for the status.")


@breaks("Workflow.CREATE_FAILED", "After CREATE_FAILED every name is on a page.", created_devices)
def failed_names_are_devices(faithful: Devices, call: Call, application: Application) -> Sequence[Device]:
    if not application.failed:
        return faithful(call, application)
    return [Device(name, 9_000_000 + number, 0.0) for number, name in enumerate(application.names)]


# --- applications know nothing of each other ---


@breaks(
    "Workflow.isolation",
    "ValidList shows a name of another application that runs at the same time.",
    valid_list,
)
def a_name_of_another_application(
    faithful: Callable[..., list[str]], call: Call, application: Application, state: str
) -> list[str]:
    return [*faithful(call, application, state), *neighbour(call, application)]


@breaks(
    "Workflow.isolation/in_pages",
    "Pages show a device of another application that runs at the same time.",
    created_devices,
)
def a_device_of_another_application(faithful: Devices, call: Call, application: Application) -> Sequence[Device]:
    return [*faithful(call, application), *(Device(name, 0, 0.0) for name in neighbour(call, application))]


@breaks(
    "Workflow.isolation/at_registration",
    "A name registered in one product cannot be created in another, as it turns out late.",
    taken_since_the_check,
)
def taken_in_any_product(
    faithful: Callable[..., Collection[str]], call: Call, application: Application, names: Sequence[str]
) -> Collection[str]:
    taken = set(faithful(call, application, names))
    if not application.generated:
        for product in call.store.products.values():
            if product is not application.product:
                taken |= {name for name in names if name in product.devices}
    return taken


# --- QueryDeviceDetail and DeleteDevice ---


def tells(field: str, kind: str) -> Callable[..., dict[str, Any]]:
    """QueryDeviceDetail tells another value of a field."""

    def change(faithful: Answer, call: Call) -> dict[str, Any]:
        _, device = device_asked_for(call)
        answer = faithful(call)
        return {**answer, "Data": {**answer["Data"], field: call.store.identity(kind, device.serial)}}

    return change


def knows_nothing(where: Callable[[Call, Device], bool]) -> Callable[..., dict[str, Any]]:
    """QueryDeviceDetail does not know some devices."""

    def change(faithful: Answer, call: Call) -> dict[str, Any]:
        _, device = device_asked_for(call)
        if where(call, device):
            raise Refusal("iot.device.NotExistedDevice")
        return faithful(call)

    return change


breaks("Workflow.QueryDeviceDetail", "QueryDeviceDetail tells another DeviceSecret.", query_device_detail)(
    tells("DeviceSecret", "another secret")
)
scoped("Workflow.QueryDeviceDetail@XML", "QueryDeviceDetail tells another DeviceSecret in XML.")
breaks(
    "Workflow.QueryDeviceDetail/other_iot_id",
    "QueryDeviceDetail tells another IotId.",
    query_device_detail,
    # Pages of the two early editions show no IotId that another could be told from.
    editions=("alibaba-2021", "alibaba-2023", "tuya-2025"),
)(tells("IotId", "another id"))
breaks(
    "Workflow.QueryDeviceDetail/late",
    "QueryDeviceDetail does not know a device until one delay after its creation.",
    query_device_detail,
)(knows_nothing(lambda call, device: call.now < device.born + call.server.delay))
breaks(
    "Workflow.QueryDeviceDetail/unknown",
    "QueryDeviceDetail does not know devices of an application.",
    query_device_detail,
    # The first edition refuses without a Code: a target that knows no device is like one without this operation.
    editions=("alibaba-2019", "alibaba-2021", "alibaba-2023", "tuya-2025"),
)(knows_nothing(lambda call, device: True))


@breaks(
    "Workflow.QueryDeviceDetail/neighbour_deleted",
    "DeleteDevice also deletes the device that was registered next.",
    delete_device,
)
def the_next_one_is_deleted_too(faithful: Answer, call: Call) -> dict[str, Any]:
    product, device = device_asked_for(call)
    for other in list(product.devices.values()):
        if other.serial == device.serial + 1:
            product.remove(other.name)
    return faithful(call)


@breaks("Workflow.DeleteDevice", "DeleteDevice deletes nothing.", delete_device)
def nothing_is_deleted(faithful: Answer, call: Call) -> dict[str, Any]:
    device_asked_for(call)
    return {}

"""Faults of QueryPageByApplyId: which devices a page shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.query_page_by_apply_id import (
    created_devices,
    devices_of,
    devices_on_page,
)
from conformance.reference.store import Application, Device

THIS = Action.QueryPageByApplyId

Devices = Sequence[Device]


def pages_of(total: int, size: int) -> int:
    return -(-total // size)


# --- which devices a page shows ---


def past_the_end(instead: Callable[[int, int, int], int]) -> Callable[..., Devices]:
    """A page past the end shows another one; ``instead`` is asked with the page, the last one and the size."""

    def change(faithful: Callable[..., Devices], call: Call, devices: Devices, page: int, size: int) -> Devices:
        last = pages_of(len(devices), size)
        return faithful(call, devices, instead(page, last, size) if page > last > 0 else page, size)

    return change


for name, says, page_shown in (
    ("past_the_end", "A page past the end shows the last page again.", lambda page, last, size: last),
    ("past_the_end/first_page", "A page past the end shows the first page again.", lambda page, last, size: 1),
    (
        "past_the_end/further",
        "A page further than one past the end shows the first page again.",
        lambda page, last, size: 1 if page > last + 1 else page,
    ),
    (
        "past_the_end/wraps_at_2_32",
        "Where a page begins is counted in 32 bits, which begin anew.",
        lambda page, last, size: (page - 1) * size % 2**32 // size + 1,
    ),
):
    breaks(f"{THIS}.{name}", says, devices_on_page)(past_the_end(page_shown))


@breaks(
    f"{THIS}.length",
    "Every page of several but the last lacks a device, the last one holds them.",
    devices_on_page,
)
def pages_lack_one(faithful: Callable[..., Devices], call: Call, devices: Devices, page: int, size: int) -> Devices:
    last = pages_of(len(devices), size)
    if not 1 < last >= page or size == 1:
        return faithful(call, devices, page, size)
    return devices[(page - 1) * (size - 1) : None if page == last else page * (size - 1)]


def on_page(change: Callable[[list[Device], Devices, int, int], list[Device]]) -> Callable[..., Devices]:
    """A page that is not empty shows other devices; the change is given its devices, all devices, page and size."""

    def devices_on_page(
        faithful: Callable[..., Devices], call: Call, devices: Devices, page: int, size: int
    ) -> Devices:
        chosen = list(faithful(call, devices, page, size))
        return change(chosen, devices, page, size) if chosen else chosen

    return devices_on_page


def is_last(devices: Devices, page: int, size: int) -> bool:
    return page == pages_of(len(devices), size)


for name, says, shown in (
    (
        "complete",
        "The second page begins with the last device of the first.",
        lambda chosen, devices, page, size: [devices[size - 1], *chosen[1:]] if page == 2 else chosen,
    ),
    (
        "complete/from_the_third_page_on",
        "Every page from the third on begins with the last device of the one before.",
        lambda chosen, devices, page, size: [devices[(page - 1) * size - 1], *chosen[1:]] if page > 2 else chosen,
    ),
    (
        "complete/last_device_lost",
        "The last device is never shown.",
        lambda chosen, devices, page, size: chosen[:-1] if is_last(devices, page, size) else chosen,
    ),
    (
        "complete/one_twice",
        "The last page ends with the first device of all.",
        lambda chosen, devices, page, size: (
            [*chosen[:-1], devices[0]] if is_last(devices, page, size) and len(devices) > 2 else chosen
        ),
    ),
    (
        "complete/beyond_100",
        "The last device of more than 100 is never shown.",
        lambda chosen, devices, page, size: (
            chosen[:-1] if is_last(devices, page, size) and len(devices) > 100 else chosen
        ),
    ),
    (
        "PageSize.limit/gives_49",
        "A page of 50 holds 49 devices.",
        lambda chosen, devices, page, size: chosen[:49] if size == 50 else chosen,
    ),
):
    breaks(f"{THIS}.{name}", says, devices_on_page)(on_page(shown))
scoped(f"{THIS}.complete/one_twice@XML", "The same in XML only.")


# --- the order ---


def backwards(where: Callable[[Call, Application], bool]) -> Callable[..., Devices]:
    """The devices stand in the opposite order."""

    def change(faithful: Callable[..., Devices], call: Call, application: Application) -> Devices:
        devices = faithful(call, application)
        return devices[::-1] if where(call, application) else devices

    return change


breaks(f"{THIS}.order", "Every second question for a page is answered from the other end.", created_devices)(
    backwards(lambda call, application: call.number % 2 == 1)
)
breaks(f"{THIS}.order/by_form", "Pages in XML are walked backwards.", created_devices)(
    backwards(lambda call, application: call.question.format == "XML")
)
breaks(
    f"{THIS}.order/by_age",
    "One delay after its end the pages of an application are walked backwards.",
    created_devices,
)(backwards(lambda call, application: call.now > application.created_at + call.server.delay))


# --- applications without devices ---


def names_as_devices(application: Application) -> list[Device]:
    return [Device(name, -1 - number, 0.0) for number, name in enumerate(application.names)]


@breaks(f"{THIS}.unregistered", "An application that was only checked shows its names as devices.", devices_of)
def names_of_a_check(faithful: Callable[..., Devices], call: Call, application: Application) -> Devices:
    return names_as_devices(application) if application.registered_at is None else faithful(call, application)


@breaks(
    f"{THIS}.unregistered/failed_check",
    "An application whose check failed shows its names as devices.",
    devices_of,
)
def names_of_a_failed_check(faithful: Callable[..., Devices], call: Call, application: Application) -> Devices:
    failed = application.registered_at is None and application.invalid and call.now >= application.checked_at
    return names_as_devices(application) if failed else faithful(call, application)


@also_breaks(f"{THIS}.ApplyId.unknown", devices_of)
def an_invented_device(faithful: Callable[..., Devices], call: Call, application: Application | None) -> Devices:
    if application in call.store.applications.values():
        return faithful(call, application)
    return [Device("nobody-asked-for-it", 0, call.now)]

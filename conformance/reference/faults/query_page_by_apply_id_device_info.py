"""Faults of QueryPageByApplyId: how it shows one device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import breaks
from conformance.reference.query_page_by_apply_id import device_info, page_size
from conformance.reference.store import Device

THIS = Action.QueryPageByApplyId

Info = dict[str, Any]


def shows(change: Callable[[Call, Device], Info]) -> Callable[..., Info]:
    """Some fields of a device are others."""

    def device_info(faithful: Callable[..., Info], call: Call, device: Device) -> Info:
        return {**faithful(call, device), **change(call, device)}

    return device_info


def lacks(field: str, where: Callable[[Device], bool]) -> Callable[..., Info]:
    """Some devices lack a field."""

    def device_info(faithful: Callable[..., Info], call: Call, device: Device) -> Info:
        fields = faithful(call, device)
        return {name: value for name, value in fields.items() if name != field} if where(device) else fields

    return device_info


def every_5th(device: Device) -> bool:
    return device.serial % 5 == 0


def every(device: Device) -> bool:
    return True


def identity(kind: str, number: Callable[[Device], int]) -> Callable[[Call, Device], str]:
    """An identity of that kind and number."""
    return lambda call, device: call.store.identity(kind, number(device))


def of_its_name(call: Call, device: Device) -> str:
    """An identity that devices of one name share, whatever their product."""
    return call.store.identity(f"named {device.name}", 0)


def secret(told: Callable[[Call, Device], str]) -> Callable[..., Info]:
    """Devices show another DeviceSecret."""
    return shows(lambda call, device: {"DeviceSecret": told(call, device)})


def iot_id(told: Callable[[Call, Device], str]) -> Callable[..., Info]:
    """Devices show another IotId, where they have one."""
    return shows(lambda call, device: {"IotId": told(call, device)} if call.edition.has_iot_id else {})


for name, says, change in (
    (
        f"{THIS}.DeviceName",
        "The name of every 5th device is empty.",
        shows(lambda call, device: {"DeviceName": ""} if every_5th(device) else {}),
    ),
    (f"{THIS}.DeviceName/absent", "Every 5th device has no name.", lacks("DeviceName", every_5th)),
    (f"{THIS}.DeviceSecret", "Every DeviceSecret is empty.", secret(lambda call, device: "")),
    (
        f"{THIS}.DeviceSecret/new_each_time",
        "A device has another DeviceSecret each time.",
        secret(lambda call, device: call.store.identity(f"secret {call.number}", device.serial)),
    ),
    (
        f"{THIS}.DeviceSecret/by_PageSize",
        "A device has another DeviceSecret for each PageSize.",
        secret(lambda call, device: call.store.identity(f"secret {page_size(call)}", device.serial)),
    ),
    (f"{THIS}.IotId", "No device has an IotId.", lacks("IotId", every)),
    (
        f"{THIS}.IotId/new_each_time",
        "A device has another IotId each time.",
        iot_id(lambda call, device: call.store.identity(f"iot {call.number}", device.serial)),
    ),
    (
        "Workflow.DeviceSecret.unique",
        "Two devices share a DeviceSecret.",
        secret(identity("shared secret", lambda device: device.serial // 2)),
    ),
    (
        "Workflow.DeviceSecret.unique/same_name_in_two_products",
        "Devices of one name share a DeviceSecret in all products.",
        secret(of_its_name),
    ),
    (
        "Workflow.IotId.unique",
        "Two devices share an IotId.",
        iot_id(identity("shared", lambda device: device.serial // 2)),
    ),
    (
        "Workflow.IotId.unique/same_name_in_two_products",
        "Devices of one name share an IotId in all products.",
        iot_id(of_its_name),
    ),
):
    breaks(name, says, device_info)(change)

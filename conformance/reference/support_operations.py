"""The operations around the five: single devices and products, for set-up, cross-checks and clean-up."""

from __future__ import annotations

from typing import Any

from conformance.reference.call import Call
from conformance.reference.integers import digits
from conformance.reference.names import LEGAL
from conformance.reference.refusals import Refusal, no
from conformance.reference.rule import rule
from conformance.reference.store import Device, Product


def product_by_key(call: Call) -> Product:
    """The product that ProductKey names."""
    key = call.param("ProductKey")
    if not key:
        raise Refusal("iot.prod.NullProductKey")
    product = call.store.products.get(key)
    if product is None:
        raise Refusal("iot.prod.NotExistedProduct")
    call.product = product
    return product


def register_device(call: Call) -> dict[str, Any]:
    """Register one device, at once."""
    product = product_by_key(call)
    serial = call.store.serials(1)[0]
    name = call.param("DeviceName") or call.store.identity("name", serial)[:20]
    if not LEGAL.fullmatch(name):
        raise Refusal("iot.device.InvalidFormattedDeviceName")
    if name in product.devices or name in product.reserved:
        raise Refusal("iot.device.AlreadyExistedDeviceName")
    device = Device(name, serial, call.now, call.param("Nickname") or "")
    product.add(device)
    return {"Data": described(call, product, device)}


def described(call: Call, product: Product, device: Device) -> dict[str, Any]:
    """What RegisterDevice and QueryDeviceDetail tell of a device."""
    proof = call.store.proof(device)
    return {
        "ProductKey": product.key,
        "DeviceName": device.name,
        "DeviceSecret": proof.secret[:16] if call.choices.short_secrets else proof.secret,
        "IotId": proof.iot_id[::-1] if call.choices.no_device_id_in_iot_id else proof.iot_id,
        "Nickname": device.nickname,
    }


def device_asked_for(call: Call) -> tuple[Product, Device]:
    """The device that IotId names, or ProductKey and DeviceName."""
    iot_id = call.param("IotId")
    if iot_id:
        for product in call.store.products.values():
            for device in product.visible(call.now):
                if described(call, product, device)["IotId"] == iot_id:
                    return product, device
        raise Refusal("iot.device.NotExistedDevice")
    product = product_by_key(call)
    name = call.param("DeviceName")
    if not name:
        raise Refusal("iot.device.NullDeviceName")
    found = product.devices.get(name)
    if found is None or found.born > call.now:
        raise Refusal("iot.device.NotExistedDevice")
    return product, found


@rule
def query_device_detail(call: Call) -> dict[str, Any]:
    """Everything about one device. No device of this server has ever been online."""
    product, device = device_asked_for(call)
    data = described(call, product, device)
    if call.choices.nicknames_not_told:
        del data["Nickname"]
    return {"Data": {**data, "ProductName": product.name, "Status": "UNACTIVE", "NodeType": 0}}


@rule
def delete_device(call: Call) -> dict[str, Any]:
    """Delete one device."""
    product, device = device_asked_for(call)
    product.remove(device.name)
    if call.choices.deleted_names_stay_taken:
        product.reserved.add(device.name)
    return {}


def query_device(call: Call) -> dict[str, Any]:
    """The devices of a product, newest first; there is no limit but PageSize 50."""
    product = product_by_key(call)
    page, size = (number(call, name, default) for name, default in (("CurrentPage", 1), ("PageSize", 10)))
    if size > 50:
        raise Refusal("iot.common.InvalidPageParams")
    devices = product.visible(call.now)
    shown = [
        {
            "DeviceId": call.store.proof(device).device_id,
            "DeviceStatus": "UNACTIVE",
            **described(call, product, device),
        }
        for device in devices[(page - 1) * size : page * size]
    ]
    total = len(devices)
    return {
        "Data": {"DeviceInfo": shown},
        "Page": page,
        "PageSize": size,
        "PageCount": -(-total // size),
        "Total": total,
    }


def number(call: Call, name: str, default: int) -> int:
    """A page parameter."""
    text = call.param(name)
    if text is None:
        return default
    if not digits(text) or not 0 < int(text) < 2**31:
        raise Refusal("iot.common.InvalidPageParams")
    return int(text)


def create_product(call: Call) -> dict[str, Any]:
    """Make a product."""
    name, node = call.param("ProductName"), call.param("NodeType")
    if not name:
        raise no("MissingProductName")
    if not node:
        raise no("MissingNodeType")
    if node not in ("0", "1") or not 4 <= len(name) <= 30:
        raise Refusal("iot.system.IllegalRequest")
    if any(product.name == name for product in call.store.products.values()):
        raise Refusal("iot.prod.AlreadyExistedProductName")
    product = call.store.add_product(name)
    call.product = product
    secret = call.store.identity("product secret", product.number)[:16]
    data = {
        "ProductKey": product.key,
        "ProductName": name,
        "ProductSecret": secret,
        "NodeType": int(node),
        "DataFormat": 1,
        "AliyunCommodityCode": "iothub_senior",
    }
    return {"ProductKey": product.key, "Data": data}


def delete_product(call: Call) -> dict[str, Any]:
    """Delete a product with all that is in it: no document says whether devices keep it from going."""
    product = product_by_key(call)
    del call.store.products[product.key]
    return {}

"""The operations around the batch: products and single devices, made, looked at and deleted."""

from datetime import UTC, datetime

from .lookup import need_product
from .names import good_name, good_nickname
from .parameters import Call, malformed, missing, need_text, page_number
from .state import Fields, Refusal, State, drop_device, letters, new_device, new_product, random_name

NO_DEVICE = ("iot.device.NotExistedDevice", "The device does not exist.")


def when(moment: float) -> dict[str, str]:
    """A moment in both of the forms that answers use."""
    point = datetime.fromtimestamp(moment, UTC)
    return {"GmtCreate": f"{point:%Y-%m-%d %H:%M:%S}", "UtcCreate": f"{point:%Y-%m-%dT%H:%M:%S.000Z}"}


def need_device(state: State, call: Call) -> Fields:
    """The device by IotId, or by ProductKey and DeviceName."""
    iot_id = call["params"].get("IotId", "")
    if iot_id:
        found: Fields | None = state["things"].get(iot_id)
        if found is None:
            raise Refusal("iot.device.InvalidIoTId", "The IotId is incorrect.")
        return found
    product = need_product(state, call)
    found = product["devices"].get(need_text(state, call, "DeviceName"))
    if found is None:
        raise Refusal(*NO_DEVICE)
    return found


def register_device(state: State, call: Call) -> Fields:
    product = need_product(state, call)
    name = call["params"].get("DeviceName") or random_name(state)
    nickname = call["params"].get("Nickname", "")
    if not good_name(state, name):
        raise Refusal("iot.device.InvalidFormattedDeviceName", "The format of the device name is invalid.")
    if not good_nickname(state, nickname):
        raise Refusal("iot.common.InvalidFormattedParameter", "The format of the nickname is invalid.")
    if name in product["devices"]:
        raise Refusal("iot.device.AlreadyExistedDeviceName", "The device name already exists.")
    device = new_device(state, product, name, nickname, call["now"])
    shown = ("DeviceName", "ProductKey", "IotId", "DeviceSecret", "Nickname")
    return {"Data": {key: device[key] for key in shown}}


def query_device_detail(state: State, call: Call) -> Fields:
    device = need_device(state, call)
    product = state["products"][device["ProductKey"]]
    shown = ("IotId", "DeviceName", "ProductKey", "DeviceSecret", "Nickname")
    data: Fields = {key: device[key] for key in shown}
    data |= when(device["created"])
    data |= {"ProductName": product["name"], "Region": "cn-shanghai"}
    data |= {"Status": "UNACTIVE", "NodeType": 0, "Owner": True}
    return {"Data": data}


def query_device(state: State, call: Call) -> Fields:
    """The devices of a product, newest first."""
    product = need_product(state, call)
    current, size = page_number(state, call, "CurrentPage", 1), page_number(state, call, "PageSize", 10)
    if size > 50:
        raise malformed(state, "PageSize")
    everyone = list(reversed(product["devices"].values()))
    shown = ("DeviceId", "DeviceName", "DeviceSecret", "IotId", "Nickname", "ProductKey")
    rows = [
        {key: device[key] for key in shown} | {"DeviceStatus": "UNACTIVE"} | when(device["created"])
        for device in everyone[(current - 1) * size : current * size]
    ]
    pages = -(-len(everyone) // size)
    return {
        "Page": current,
        "PageSize": size,
        "PageCount": pages,
        "Total": len(everyone),
        "Data": {"DeviceInfo": rows},
    }


def delete_device(state: State, call: Call) -> Fields:
    drop_device(state, need_device(state, call))
    return {}


def create_product(state: State, call: Call) -> Fields:
    name = need_text(state, call, "ProductName")
    node = need_text(state, call, "NodeType")
    if node not in ("0", "1"):
        raise malformed(state, "NodeType")
    if not 4 <= len(name) + sum(not each.isascii() for each in name) <= 30:
        raise malformed(state, "ProductName")
    if call["params"].get("AliyunCommodityCode") == "iothub_senior" and not call["params"].get("DataFormat"):
        raise missing(state, "DataFormat")
    if any(product["name"] == name for product in state["products"].values()):
        raise Refusal("iot.prod.AlreadyExistedProductName", "The product name already exists.")
    key = "a1" + letters(state, 9)
    product = state["products"][key] = new_product(state, key, name, call["now"])
    data = {"ProductKey": key, "ProductSecret": product["secret"], "ProductName": name, "NodeType": int(node)}
    return {"ProductKey": key, "Data": data}


def delete_product(state: State, call: Call) -> Fields:
    """Deletes a product with its devices and its applications."""
    product = need_product(state, call)
    for device in list(product["devices"].values()):
        drop_device(state, device)
    for number, application in list(state["applications"].items()):
        if application["product"] is product:
            state["running"].pop(number, None)
            del state["applications"][number]
    del state["products"][product["key"]]
    return {}

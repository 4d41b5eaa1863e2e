"""Mistakes in the shape of an answer: right inside, told wrongly."""

import copy
import json

from .parameters import Call
from .state import Fields, State, faulty

LISTS = ("ValidList", "InvalidList")


def spoil(state: State, call: Call, tree: Fields, refused: bool) -> Fields:
    """The finished answer as a server with the chosen mistakes would tell it."""
    if not state["faults"]:
        return tree
    tree = copy.deepcopy(tree)
    if refused:
        spoil_refusal(state, call, tree)
    spoil_success(state, call, tree, refused)
    if isinstance(tree.get("Data"), dict):
        spoil_data(state, call, tree)
    if "ApplyDeviceList" in tree:
        spoil_devices(state, call, tree["ApplyDeviceList"]["ApplyDeviceInfo"], tree["Page"])
        spoil_page(state, call, tree)
    return tree


def spoil_envelope(state: State, call: Call, tree: Fields) -> Fields:
    """Mistakes in the gateway's error envelope."""
    if faulty(state, "gateway-no-request-id"):
        del tree["RequestId"]
    if faulty(state, "gateway-no-code"):
        del tree["Code"]
    if faulty(state, "gateway-no-code-in-xml") and call["format"] == "xml":
        tree.pop("Code", None)
    if faulty(state, "gateway-message-misnamed"):
        tree["ErrorMessage"] = tree.pop("Message")
    if faulty(state, "gateway-code-generic"):
        tree["Code"] = "InternalError"
    return tree


def spoil_success(state: State, call: Call, tree: Fields, refused: bool) -> None:
    """Success, RequestId and the Code of a success."""
    json_form = call["format"] == "json"
    if faulty(state, "success-always-true"):
        tree["Success"] = True
    if faulty(state, "success-text-json") and json_form:
        tree["Success"] = str(tree["Success"]).lower()
    if faulty(state, "success-text-in-refusals-json") and json_form and refused:
        tree["Success"] = "false"
    if faulty(state, "success-number-json") and json_form:
        tree["Success"] = int(tree["Success"])
    if faulty(state, "success-missing-xml") and not json_form:
        del tree["Success"]
    if faulty(state, "request-id-missing-every-20th") and state["answers"] % 20 == 0:
        tree.pop("RequestId", None)
    if faulty(state, "request-id-missing-in-refusals") and refused:
        tree.pop("RequestId", None)
    if faulty(state, "request-id-empty-xml") and not json_form:
        tree["RequestId"] = ""
    if faulty(state, "code-zero-on-success") and not refused:
        tree["Code"] = "0"
    if faulty(state, "code-stays-after-refusal") and not refused and state["after_refusal"]:
        tree["Code"] = "iot.system.IllegalRequest"


def spoil_refusal(state: State, call: Call, tree: Fields) -> None:
    """Code and ErrorMessage of a refusal."""
    xml = call["format"] == "xml"
    code = tree["Code"]
    if faulty(state, "code-lower-case"):
        tree["Code"] = code.lower()
    if faulty(state, "code-without-prefix"):
        tree["Code"] = code.rpartition(".")[2]
    if faulty(state, "code-generic-by-post") and call["method"] == "POST":
        tree["Code"] = "UnknownError"
    if faulty(state, "code-missing-in-refusals") or (faulty(state, "code-missing-xml") and xml):
        del tree["Code"]
    if faulty(state, "message-missing-xml") and xml:
        del tree["ErrorMessage"]
    if faulty(state, "message-misnamed"):
        tree["Message"] = tree.pop("ErrorMessage", "")
    if faulty(state, "message-empty"):
        tree["ErrorMessage"] = ""
    if faulty(state, "refusal-with-apply-id"):
        tree["Data"] = (tree.get("Data") or {}) | {"ApplyId": 0}


def spoil_data(state: State, call: Call, tree: Fields) -> None:
    """ApplyId, Status and the lists of names."""
    data: Fields = tree["Data"]
    json_form = call["format"] == "json"
    if "ApplyId" in data:
        if faulty(state, "apply-id-rounded") or (faulty(state, "apply-id-rounded-json") and json_form):
            data["ApplyId"] = int(float(data["ApplyId"]))
        if faulty(state, "apply-id-text-json") and json_form:
            data["ApplyId"] = str(data["ApplyId"])
        if faulty(state, "apply-id-missing-by-get") and call["method"] == "GET":
            del data["ApplyId"]
        if faulty(state, "apply-id-cut-xml") and not json_form:
            data["ApplyId"] = int(data["ApplyId"]) & 0x7FFFFFFF
        if faulty(state, "apply-id-at-top"):
            tree["ApplyId"] = tree.pop("Data")["ApplyId"]
            return
    if "ValidList" in data:
        if faulty(state, "status-empty-every-20th") and state["answers"] % 20 == 0:
            data["Status"] = ""
        if faulty(state, "status-at-top"):
            tree["Status"] = data.pop("Status")
        if faulty(state, "status-misnamed-xml") and not json_form:
            data["status"] = data.pop("Status", "")
        spoil_lists(state, data, json_form)
    if faulty(state, "data-text-json") and json_form:
        tree["Data"] = json.dumps(data)


def spoil_lists(state: State, data: Fields, json_form: bool) -> None:
    """ValidList and InvalidList."""
    for key in LISTS:
        names = data[key]["Name"]
        if faulty(state, "list-bare-json") and json_form:
            data[key] = names
        if faulty(state, "list-of-one-collapsed-json") and json_form and len(names) == 1:
            data[key] = {"Name": names[0]}
        if faulty(state, "list-null-when-empty-json") and json_form and not names:
            data[key] = None
        if faulty(state, "list-of-objects-json") and json_form:
            data[key] = {"Name": [{"Name": name} for name in names]}
        if faulty(state, "list-joined-json") and json_form:
            data[key] = {"Name": ",".join(names)}
        if faulty(state, "list-wrapper-misspelt-xml") and not json_form:
            data[key] = {"name": names}
    if faulty(state, "invalid-list-missing"):
        del data["InvalidList"]
    if faulty(state, "invalid-list-missing-xml") and not json_form:
        del data["InvalidList"]


def spoil_page(state: State, call: Call, tree: Fields) -> None:
    """The list of devices and its numbers."""
    json_form = call["format"] == "json"
    rows = tree["ApplyDeviceList"]["ApplyDeviceInfo"]
    if faulty(state, "devices-bare-json") and json_form:
        tree["ApplyDeviceList"] = rows
    if faulty(state, "device-alone-collapsed-json") and json_form and len(rows) == 1:
        tree["ApplyDeviceList"] = {"ApplyDeviceInfo": rows[0]}
    if faulty(state, "numbers-as-text-json") and json_form:
        tree["Total"], tree["PageCount"] = str(tree["Total"]), str(tree["PageCount"])
    if faulty(state, "total-missing-xml") and not json_form:
        del tree["Total"]
    if faulty(state, "page-count-missing-by-post") and call["method"] == "POST":
        del tree["PageCount"]
    if faulty(state, "page-misnamed"):
        tree["CurrentPage"] = tree.pop("Page")
    if faulty(state, "page-in-data"):
        keys = ("ApplyDeviceList", "Page", "PageSize", "PageCount", "Total")
        tree["Data"] = {key: tree.pop(key) for key in keys if key in tree}


def spoil_devices(state: State, call: Call, rows: list[Fields], page: int) -> None:
    """What is told of each device."""
    xml = call["format"] == "xml"
    secrets = [row["DeviceSecret"] for row in rows]
    for place, row in enumerate(rows):
        secret = row["DeviceSecret"]
        if faulty(state, "secret-masked"):
            row["DeviceSecret"] = secret[:4] + "*" * 28
        if faulty(state, "secret-differs-in-xml") and xml:
            row["DeviceSecret"] = secret[::-1]
        if faulty(state, "secret-differs-by-post") and call["method"] == "POST":
            row["DeviceSecret"] = secret[1:] + secret[0]
        if faulty(state, "secret-new-every-time"):
            row["DeviceSecret"] = "".join(state["random"].choices("0123456789abcdef", k=32))
        if faulty(state, "secret-empty-on-later-pages") and page > 1:
            row["DeviceSecret"] = ""
        if faulty(state, "secrets-shifted"):
            row["DeviceSecret"] = secrets[place - 1]
        if faulty(state, "secret-wrong-beyond-10th") and place >= 10:
            row["DeviceSecret"] = secrets[0]
        if faulty(state, "name-lower-case-on-page"):
            row["DeviceName"] = row["DeviceName"].lower()
        if faulty(state, "device-name-missing-xml") and xml:
            del row["DeviceName"]
        if faulty(state, "iot-id-missing"):
            row.pop("IotId", None)
        if faulty(state, "iot-id-is-device-id") and "IotId" in row:
            row["IotId"] = row["DeviceId"]

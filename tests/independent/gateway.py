"""One request in, one answer out: the whole server as a function of its state, the request and the time."""

import gzip
from collections.abc import Callable
from typing import Any

from . import operations, reading, setup
from .formats import json_text, xml_text
from .parameters import Call, choose_format, read_call
from .progress import settle
from .signing import check_rpc, missing_common
from .spoiling import spoil, spoil_envelope
from .state import Fields, Refusal, Rejection, State, chosen, faulty, new_request_id

Answer = tuple[int, dict[str, str], bytes]

OPERATIONS: dict[str, Callable[[State, Call], Fields]] = {
    "BatchRegisterDevice": operations.batch_register_device,
    "BatchCheckDeviceNames": operations.batch_check_device_names,
    "BatchRegisterDeviceWithApplyId": operations.batch_register_with_apply_id,
    "QueryBatchRegisterDeviceStatus": reading.query_status,
    "QueryPageByApplyId": reading.query_page,
    "RegisterDevice": setup.register_device,
    "QueryDevice": setup.query_device,
    "QueryDeviceDetail": setup.query_device_detail,
    "DeleteDevice": setup.delete_device,
    "CreateProduct": setup.create_product,
    "DeleteProduct": setup.delete_product,
}
OLDER = {
    "InvalidAction.NotFound": (400, "UnsupportedOperation", "The specified action is not supported."),
    "InvalidVersion": (400, "NoSuchVersion", "The specified version does not exist."),
    "InvalidAccessKeyId.NotFound": (400, "InvalidAccessKeyId.NotFound", "Specified access key is not found."),
    "UnsupportedHTTPMethod": (403, "UnsupportedHTTPMethod", "This http method not supported."),
}
DOCUMENTED = ("Data", "ApplyDeviceList", "Page", "PageCount", "PageSize", "RequestId", "Success", "Total")


def answer(state: State, method: str, target: str, headers: dict[str, str], body: bytes, now: float) -> Answer:
    """Answers a request at a moment given by the caller; headers in any letter case."""
    state["answers"] += 1
    settle(state, now)
    path, _, query = target.partition("?")
    given = {name.lower(): value for name, value in headers.items()}
    call = read_call(state, method, query, given, body, now)
    call["format"] = state["limits"]["default_format"]
    status, refused = 200, False
    try:
        call["format"] = choose_format(state, call)
        operation = admit(state, call, path, given, body)
        tree = succeed(state, operation(state, call))
        settle(state, now)
    except Refusal as refusal:
        refused = True
        status = int(state["settings"]["refusal_status"])
        tree = refuse(state, refusal)
    except Rejection as rejection:
        status, tree = reject(state, call, rejection)
        tree = spoil_envelope(state, call, tree)
        if faulty(state, "gateway-errors-always-json"):
            call["format"] = "json"
        if faulty(state, "gateway-errors-always-xml"):
            call["format"] = "xml"
        return write(state, call, given, status, "ErrorResponse" if faulty(state, "gateway-root") else "Error", tree)
    tree = spoil(state, call, order_keys(state, tree), refused)
    state["after_refusal"] = refused
    root = call["action"] + "Response"
    if call["action"] == "QueryBatchRegisterDeviceStatus" and chosen(state, "status_root", "samples"):
        root = "QueryBatchCheckDeviceNamesStatusResponse"
    return write(state, call, given, status, root, tree)


def admit(state: State, call: Call, path: str, headers: dict[str, str], body: bytes) -> Callable[[State, Call], Fields]:
    """What the gateway looks at before an operation sees the request."""
    text = "Specified api is not found, please check your url and method."
    not_found = Rejection(404, "InvalidAction.NotFound", text)
    if call["method"] not in ("GET", "POST") or (faulty(state, "get-refused") and call["method"] == "GET"):
        raise Rejection(400, "UnsupportedHTTPMethod", "This http method is not supported.")
    if faulty(state, "post-without-type-refused") and call["method"] == "POST" and "content-type" not in headers:
        raise Rejection(415, "UnsupportedMediaType", "The content type is not supported.")
    if faulty(state, "large-form-refused") and len(body) > 65_536:
        raise Rejection(413, "RequestEntityTooLarge", "The request is too large.")
    if path not in ("", "/"):
        raise not_found
    if not call["action"]:
        raise missing_common("Action")
    if state["auth"] == "rpc":
        check_rpc(state, call)
    signed = "AccessKeyId" in call["params"] and state["edition"] != "tuya-2025"
    if call["version"] is None and signed and not faulty(state, "version-unchecked"):
        raise missing_common("Version")
    if call["version"] not in (None, "2018-01-20") and not faulty(state, "version-unchecked"):
        raise Rejection(400, "InvalidVersion", "Specified parameter Version is not valid.")
    operation = OPERATIONS.get(call["action"])
    if operation is None and faulty(state, "unknown-action-succeeds"):
        return lambda state, call: {}
    if operation is None:
        raise not_found
    return operation


def succeed(state: State, fields: Fields) -> Fields:
    """A successful answer round the operation's own fields."""
    tree: Fields = {"Success": True}
    code = state["settings"]["code"]
    if code != "absent":
        tree["Code"] = {"blank": "", "null": None}.get(code, code)
    if not chosen(state, "message", "absent"):
        tree["ErrorMessage"] = "" if chosen(state, "message", "empty") else None
    tree["RequestId"] = new_request_id(state)
    return tree | fields


def refuse(state: State, refusal: Refusal) -> Fields:
    tree: Fields = {"Success": False, "ErrorMessage": refusal.message, "Code": refusal.code}
    tree["RequestId"] = new_request_id(state)
    if refusal.data is not None:
        tree["Data"] = refusal.data
    elif not chosen(state, "refusal_data", "absent"):
        tree["Data"] = None if chosen(state, "refusal_data", "null") else {}
    return tree


def reject(state: State, call: Call, rejection: Rejection) -> tuple[int, Fields]:
    """The gateway's envelope."""
    status, code, message = rejection.status, rejection.code, rejection.message
    if chosen(state, "gateway_list", "older"):
        status, code, message = OLDER.get(code, (status, code, message))
        status = 403 if code == "SignatureDoesNotMatch" else status
    if faulty(state, "gateway-errors-with-200"):
        status = 200
    identity = new_request_id(state)
    link = f"https://api.aliyun.com/troubleshoot?q={code}&product=Iot&requestId={identity}"
    tree = {"Code": code, "Message": message, "RequestId": identity, "HostId": call["host"], "Recommend": link}
    return status, tree


def order_keys(state: State, tree: Fields) -> Fields:
    keys = list(tree)
    if chosen(state, "key_order", "shuffled"):
        state["random"].shuffle(keys)
    elif chosen(state, "key_order", "documented"):
        keys.sort(key=lambda key: DOCUMENTED.index(key) if key in DOCUMENTED else len(DOCUMENTED))
    ordered = {key: tree[key] for key in keys}
    return dict(add_extras(ordered)) if chosen(state, "extras", "extra") else ordered


def add_extras(value: Any) -> Any:
    """Fields that no document knows, on every level but inside lists of names."""
    if isinstance(value, list):
        return [add_extras(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: add_extras(item) for key, item in value.items()} | {"XTrace": "0:1", "XAttributes": {"XKind": [1, 2]}}


def write(state: State, call: Call, given: dict[str, str], status: int, root: str, tree: Fields) -> Answer:
    """Puts the answer into bytes."""
    xml = call["format"] == "xml"
    text = xml_text(state, root, tree) if xml else json_text(state, tree)
    kind = state["settings"]["xml_type"] if xml else "application/json"
    if faulty(state, "xml-labelled-json") and xml:
        kind = "application/json"
    if faulty(state, "json-labelled-html") and not xml:
        kind = "text/html"
    data = text.encode("latin-1" if xml and faulty(state, "xml-in-latin-1") else "utf-8", "replace")
    length = len(text) if faulty(state, "length-in-characters") else len(data)
    headers = {"Content-Type": kind}
    if chosen(state, "coding", "gzip") and "gzip" in given.get("accept-encoding", "").replace(" ", "").split(","):
        data = gzip.compress(data, 1)
        length = len(data)
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(length)
    return status, headers, data[:length]

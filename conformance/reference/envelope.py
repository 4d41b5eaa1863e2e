"""What surrounds every answer: RequestId, Success, Code and message, form, content type and HTTP status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.editions import OPERATIONS
from conformance.reference.refusals import GatewayError, Refusal
from conformance.reference.write import Style, to_json, to_xml
from conformance.wire.message import HttpAnswer

TRACE = 'Traceback (most recent call last):\n  File "/srv/iot/register.py", line 42, in handle'


OLDER: dict[str, tuple[str, int]] = {
    "InvalidAccessKeyId.NotFound": ("InvalidAccessKeyId.NotFound", 400),
    "SignatureDoesNotMatch": ("SignatureDoesNotMatch", 403),
    "InvalidAction.NotFound": ("UnsupportedOperation", 400),
    "InvalidVersion": ("NoSuchVersion", 400),
}
"""Codes and statuses of the older published lists, where they differ."""


ALSO_SAID: dict[str, str] = {
    "iot.device.DeviceApplyIsNotFound": "iot.device.IncorrentDeviceApplyInfo",
    "iot.device.IncorrentDeviceApplyInfo": "iot.device.ApplyManyDevicesFailed",
    "iot.device.DeviceCountExceeded": "iot.device.ApplyManyDevicesFailed",
    "iot.common.InvalidPageParams": "iot.system.IllegalRequest",
    "iot.prod.NotExistedProduct": "iot.common.QueryProductActionError",
}
"""Codes of the published list that fit the same refusals as well."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it takes a form."""

    status: int
    root: str
    fields: dict[str, Any]


def request_id(call: Call, refused: bool = False) -> str:
    """An identity of this request alone, in the form of a UUID."""
    number = call.number
    if call.breaks("Common.RequestId.unique"):
        number //= 2
    if call.breaks("Common.RequestId.unique/refusals") and refused:
        number = 0
    if call.breaks("Common.RequestId.unique/letter_case"):
        number //= 2
    if call.breaks("Common.RequestId.unique/begin_anew"):
        number %= 300
    if call.breaks("Common.RequestId.unique/per_second"):
        number = int(call.now)
    digits = call.store.identity("request", number)
    if call.breaks("Common.RequestId.form"):
        return digits[:16]
    text = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    second = call.number % 2 == 1 and call.breaks("Common.RequestId.unique/letter_case")
    return text if second or call.choices.request_id_lower_case else text.upper()


def with_request_id(call: Call, fields: dict[str, Any], refused: bool) -> dict[str, Any]:
    """These fields after the RequestId, unless a fault loses it."""
    if not call.keeps("Common.RequestId") or (refused and not call.keeps("Common.RequestId/on_refusals")):
        return fields
    value = "" if call.breaks("Common.RequestId/blank") else request_id(call, refused)
    return {"RequestId": value, **fields}


def success(call: Call, fields: dict[str, Any]) -> Reply:
    """The answer to a call that went well."""
    head = with_request_id(call, {"Success": truth(call, True)}, refused=False)
    head |= optional_fields(call)
    if call.server.faults:
        if call.breaks("Common.Code.on_success"):
            head["Code"] = "0"
        if call.breaks("Common.Code.on_success/an_error"):
            head["Code"] = "iot.system.SystemException"
        if call.breaks("Common.ErrorMessage.on_success"):
            head["ErrorMessage"] = "no error"
    status = 200
    if call.breaks("Common.HTTPStatus.success"):
        status = 201
    if call.breaks("Common.HTTPStatus.success/202_for_registrations") and "Register" in call.operation[:14]:
        status = 202
    body = {**head, **fields} if call.edition.envelope_first else {**fields, **head}
    return Reply(status, root_of(call), dressed(call, body))


def optional_fields(call: Call) -> dict[str, Any]:
    """Code and ErrorMessage of a success, where a variant shows them."""
    if call.choices.code_empty_on_success:
        return {"Code": "", "ErrorMessage": ""}
    if call.choices.code_null_on_success:
        return {"Code": None, "ErrorMessage": None}
    if call.choices.code_200_on_success:
        return {"Code": "200"}
    return {}


def truth(call: Call, value: bool) -> Any:
    """Success: a boolean in JSON, true or false in XML."""
    if call.question.format == "JSON":
        if call.breaks("Common.Success.JSON"):
            return "true" if value else "false"
        if call.breaks("Common.Success.JSON/number"):
            return int(value)
    else:
        if call.breaks("Common.Success.XML"):
            return int(value)
        if call.breaks("Common.Success.XML/capital"):
            return str(value)
    return value


def refusal(call: Call, refused: Refusal) -> Reply:
    """The answer of a business that says no."""
    head = with_request_id(call, {"Success": truth(call, False)}, refused=True)
    if call.edition.has_code:
        code = spelt(call, refused.code)
        if code is not None:
            head["Code"] = code
    message = worded(call, refused.message)
    if message is not None:
        head["ErrorMessage"] = message
    data = refused.data
    if data is None:
        if call.choices.data_null_on_refusal:
            head["Data"] = None
        elif call.choices.data_empty_on_refusal:
            head["Data"] = {}
    if call.breaks("Common.Data.on_refusal"):
        data = {**(data or {}), "ApplyId": call.store.next_apply_id}
    elif call.breaks("Common.Data.on_refusal/zero"):
        data = {**(data or {}), "ApplyId": 0}
    fields = {"Data": data} if data is not None else {}
    status = 400 if call.choices.refusals_with_400 else 200
    if call.breaks("Common.HTTPStatus.refusal"):
        status = 500
    if call.breaks("Common.HTTPStatus.refusal/redirect"):
        status = 302
    body = {**head, **fields} if call.edition.envelope_first else {**fields, **head}
    return Reply(status, root_of(call), dressed(call, body))


def spelt(call: Call, code: str) -> str | None:
    """The code of a refusal, as faults and variants spell it; None where it is left out."""
    if call.breaks("Common.Code"):
        return ""
    if call.breaks("Common.Code/absent"):
        return None
    if call.breaks("Common.Code/number"):
        return "400"
    if code == "iot.device.DeviceApplyIsNotFound" and call.breaks("Common.Code.truthful"):
        return "iot.device.NullApplyId"
    if code == "iot.device.NullApplyId" and call.breaks("Common.Code.truthful/missing_as_ill_formed"):
        return "iot.device.InvalidFormattedApplyId"
    if code == "iot.prod.NotExistedProduct" and call.breaks("Common.Code.truthful/unknown_product_as_missing"):
        return "iot.prod.NullProductKey"
    if call.breaks("Common.Code/prose"):
        return code.rpartition(".")[2]
    if call.breaks("Common.Code.documented"):
        return code + "Refused"
    if call.choices.other_codes_of_the_same_reasons:
        code = ALSO_SAID.get(code, code)
    if call.choices.undocumented_codes and call.edition.name != "alibaba-2019":
        return code.replace("Null", "Empty").replace("NotExisted", "Unknown").replace("Exceeded", "OverLimit")
    return code


def worded(call: Call, message: str) -> str | None:
    """The message of a refusal; None where a fault leaves it out."""
    if call.choices.chinese_messages:
        message = f"请求被拒绝：{message}"
    if call.breaks("Common.ErrorMessage"):
        return ""
    if call.breaks("Common.ErrorMessage/absent"):
        return None
    if call.breaks("Common.ErrorMessage.internals"):
        return f"{message} {TRACE}"
    if call.breaks("Common.ErrorMessage.internals/path"):
        return f"{message} (at /srv/iot/app/handlers/register.py:42)"
    return message


def gateway_error(call: Call, error: GatewayError) -> Reply:
    """The answer of the gateway itself, under the root Error."""
    if "Signature" in error.code and call.breaks("Signature.envelope"):
        said = {"Success": truth(call, False), "Code": error.code, "ErrorMessage": error.message}
        return Reply(200, root_of(call), with_request_id(call, said, refused=True))
    host = call.question.headers.get("host", "iot.cn-shanghai.aliyuncs.com")
    fields = with_request_id(
        call,
        {
            "HostId": host,
            "Code": error.code,
            "Message": error.message,
            "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}&product=Iot",
        },
        refused=True,
    )
    if call.breaks("Common.RequestId.unique/gateway_errors"):
        fields["RequestId"] = "00000000-0000-4000-8000-000000000000"
    if call.choices.gateway_errors_say_success_false:
        fields["Success"] = truth(call, False)
    if call.breaks("Common.gateway.envelope"):
        del fields["HostId"]
    if call.breaks("Common.ErrorMessage/of_the_gateway"):
        del fields["Message"]
    status = error.status
    if call.choices.gateway_errors_always_400:
        status = 400
    if call.choices.gateway_errors_of_the_older_lists:
        code, status = OLDER.get(error.code, (error.code, status))
        fields["Code"] = code
    if call.breaks("Common.gateway.HTTPStatus"):
        status = 401
    if call.breaks("Common.gateway.HTTPStatus/200"):
        status = 200
    root = "Response" if call.breaks("Common.gateway.envelope/root") else "Error"
    return Reply(status, root, dressed(call, fields))


def root_of(call: Call) -> str:
    """The root element of an XML answer."""
    operation = call.operation
    root = OPERATIONS.get(operation, "Response")
    if operation == Action.QueryBatchRegisterDeviceStatus and call.choices.other_status_root:
        root = "QueryBatchCheckDeviceNamesStatusResponse"
    early = call.edition.name in ("alibaba-2018", "alibaba-2019")
    if operation == Action.BatchRegisterDeviceWithApplyId and early and call.choices.registration_root_of_the_sample:
        root = operation
    if call.breaks(f"{operation}.XML.root"):
        return f"{operation}Result"
    if call.breaks(f"{operation}.XML.root/small_letter"):
        return root[:1].lower() + root[1:]
    return root


def dressed(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with what variants add, and in their order."""
    if call.choices.unknown_fields:
        fields = with_unknown_fields(fields)
    if call.choices.other_key_order:
        fields = dict(reversed(fields.items()))
    return fields


def with_unknown_fields(value: Any) -> Any:
    """The same value with a further field in every structure that is not a list's wrapper."""
    if isinstance(value, list):
        return [with_unknown_fields(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {key: with_unknown_fields(item) for key, item in value.items()}
    if any(isinstance(item, list) for item in value.values()):
        return inner
    return {"Unheard": {"Of": "yes"}, **inner, "TraceId": "0a1b2c"}


def written(call: Call, reply: Reply) -> HttpAnswer:
    """The reply as bytes."""
    if call.question.format == "JSON":
        return HttpAnswer(reply.status, headers(call, "application/json"), json_bytes(call, reply))
    return HttpAnswer(
        reply.status,
        headers(call, "application/xml" if call.choices.application_xml else "text/xml"),
        xml_bytes(call, reply),
    )


def json_bytes(call: Call, reply: Reply) -> bytes:
    """One JSON object in UTF-8."""
    text = to_json(reply.fields)
    if call.server.faults:
        if call.breaks("Common.JSON"):
            text = f'{text[:-1]},"RequestId":"again"}}'
        if call.breaks("Common.JSON/byte_order_mark"):
            text = "\ufeff" + text
        if call.breaks("Common.JSON/text_after_it"):
            text += "\n// answered by iot-7"
        if call.breaks("Common.JSON/trailing_comma"):
            text = text[:-1] + ",}"
    return text.encode("utf-8", "replace")


def xml_bytes(call: Call, reply: Reply) -> bytes:
    """One XML document in UTF-8."""
    closing = call.edition.self_closing != call.choices.empty_elements_the_other_way
    style = Style(
        prolog=call.edition.xml_prolog,
        self_closing=closing,
        pretty=call.choices.pretty_xml,
        cdata=call.choices.cdata,
        replacement="" if call.choices.xml_drops_characters else "\ufffd",
        raw_ampersand=call.breaks("Common.XML/raw_ampersand"),
    )
    text = to_xml(reply.root, reply.fields, style)
    if call.server.faults:
        if call.breaks("Common.XML"):
            start = text.index(f"<{reply.root}")
            text = f"{text[:start]}<!DOCTYPE {reply.root}>{text[start:]}"
        if call.breaks("Common.XML/unclosed"):
            text = text.removesuffix(f"</{reply.root}>")
        if call.breaks("Common.XML/text_after_it"):
            text += "answered by iot-7"
        if call.breaks("Common.XML/latin_1"):
            body = text[text.index(f"<{reply.root}") :]
            return f"<?xml version='1.0' encoding='ISO-8859-1'?>{body}".encode("latin-1", "xmlcharrefreplace")
    return text.encode("utf-8", "replace")


def headers(call: Call, media: str) -> tuple[tuple[str, str], ...]:
    """The content type; most clients never look at it."""
    if call.breaks("Common.ContentType"):
        media = "text/html"
    charset = "" if call.choices.no_charset else ";charset=utf-8"
    return (("Content-Type", media + charset),)

"""What surrounds every answer: RequestId, Success, Code and ErrorMessage, HTTP status and root element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.editions import OPERATIONS
from conformance.reference.refusals import ALSO_SAID, Refusal
from conformance.reference.rule import rule


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it takes a form."""

    status: int
    root: str
    fields: dict[str, Any]


@rule
def success(call: Call, fields: dict[str, Any]) -> Reply:
    """The answer to a call that went well, with the fields of its operation."""
    head = with_request_id(call, success_head(call), refused=False)
    return Reply(200, root_of(call), dressed(call, in_order(call, head, fields)))


@rule
def success_head(call: Call) -> dict[str, Any]:
    """Success is true; whether Code and ErrorMessage are shown is left open."""
    head: dict[str, Any] = {"Success": truth(call, True)}
    if call.choices.code_empty_on_success:
        return {**head, "Code": "", "ErrorMessage": ""}
    if call.choices.code_null_on_success:
        return {**head, "Code": None, "ErrorMessage": None}
    if call.choices.code_200_on_success:
        return {**head, "Code": "200"}
    return head


@rule
def refusal(call: Call, refused: Refusal) -> Reply:
    """The answer of a business that says no: with HTTP status 200, unless the server chooses 400."""
    head = with_request_id(call, refusal_head(call, refused), refused=True)
    data = refusal_data(call, refused)
    fields = {"Data": data} if data is not None else {}
    status = 400 if call.choices.refusals_with_400 else 200
    return Reply(status, root_of(call), dressed(call, in_order(call, head, fields)))


@rule
def refusal_head(call: Call, refused: Refusal) -> dict[str, Any]:
    """Success is false, Code says why for programs, and ErrorMessage for people."""
    head: dict[str, Any] = {"Success": truth(call, False)}
    if call.edition.has_code:
        head["Code"] = code_of(call, refused.code)
    head["ErrorMessage"] = message_of(call, refused.message)
    if refused.data is None and call.choices.data_null_on_refusal:
        head["Data"] = None
    elif refused.data is None and call.choices.data_empty_on_refusal:
        head["Data"] = {}
    return head


@rule
def code_of(call: Call, code: str) -> str:
    """The code of a refusal; some servers have another one for the same reason."""
    if call.choices.other_codes_of_the_same_reasons:
        code = ALSO_SAID.get(code, code)
    if call.choices.undocumented_codes and call.edition.name != "alibaba-2019":
        return code.replace("Null", "Empty").replace("NotExisted", "Unknown").replace("Exceeded", "OverLimit")
    return code


@rule
def message_of(call: Call, message: str) -> str:
    """The message of a refusal, in a language of the server's choice."""
    return f"请求被拒绝：{message}" if call.choices.chinese_messages else message


@rule
def refusal_data(call: Call, refused: Refusal) -> dict[str, Any] | None:
    """A refusal carries no data, but for what explains it."""
    return refused.data


@rule
def truth(call: Call, value: bool) -> Any:
    """Success: a boolean in JSON, true or false in XML."""
    return value


# --- RequestId ---


@rule
def with_request_id(call: Call, fields: dict[str, Any], refused: bool) -> dict[str, Any]:
    """Every answer carries a RequestId."""
    return {"RequestId": request_id(call, refused), **fields}


@rule
def request_id(call: Call, refused: bool) -> str:
    """A RequestId has the form of a UUID."""
    digits = call.store.identity("request", request_number(call, refused))
    text = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    return text if call.choices.request_id_lower_case else text.upper()


@rule
def request_number(call: Call, refused: bool) -> int:
    """A RequestId belongs to one request alone, refused or not."""
    return call.number


# --- root and order of the fields ---


@rule
def root_of(call: Call) -> str:
    """The root element of an XML answer: the operation followed by Response."""
    operation = call.operation
    if operation == Action.QueryBatchRegisterDeviceStatus and call.choices.other_status_root:
        return "QueryBatchCheckDeviceNamesStatusResponse"
    early = call.edition.name in ("alibaba-2018", "alibaba-2019")
    if operation == Action.BatchRegisterDeviceWithApplyId and early and call.choices.registration_root_of_the_sample:
        return operation
    return OPERATIONS.get(operation, "Response")


def in_order(call: Call, head: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Head and data of an answer, in the order of the edition's samples."""
    return {**head, **fields} if call.edition.envelope_first else {**fields, **head}


def dressed(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields in another order and with unknown ones among them, where the server chooses so."""
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

"""Faults of what surrounds every answer: RequestId, Success, Code, messages, HTTP status, gateway errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.answer import Operation, operation_of
from conformance.reference.call import Call
from conformance.reference.editions import OPERATIONS
from conformance.reference.envelope import (
    Reply,
    code_of,
    message_of,
    refusal,
    refusal_data,
    refusal_head,
    request_id,
    request_number,
    success,
    success_head,
    truth,
    with_request_id,
)
from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.gateway import action_is_known, action_is_named, check_version
from conformance.reference.gateway_errors import gateway_error, gateway_fields
from conformance.reference.refusals import Refusal

Fields = dict[str, Any]


def without(field: str) -> Callable[..., Fields]:
    """These fields but for one."""
    return lambda faithful, *args: {name: value for name, value in faithful(*args).items() if name != field}


def adds(**fields: Any) -> Callable[..., Fields]:
    """These fields and some more."""
    return lambda faithful, *args: {**faithful(*args), **fields}


def with_status(status: int) -> Callable[..., Reply]:
    """The same answer with another HTTP status."""
    return lambda faithful, *args: replace(faithful(*args), status=status)


# --- RequestId ---

breaks("Common.RequestId", "No answer carries a RequestId.", with_request_id)(
    lambda faithful, call, fields, refused: fields
)
scoped("Common.RequestId@20th", "Every 20th answer lacks its RequestId.")
breaks("Common.RequestId/blank", "RequestId is empty.", request_id)(lambda faithful, call, refused: "")
breaks("Common.RequestId/on_refusals", "Refusals carry no RequestId.", with_request_id)(
    lambda faithful, call, fields, refused: fields if refused else faithful(call, fields, refused)
)
breaks("Common.RequestId.form", "RequestIds are 16 hexadecimal digits.", request_id)(
    lambda faithful, call, refused: faithful(call, refused).replace("-", "").lower()[:16]
)

NUMBERS: dict[str, tuple[str, Callable[[Call, bool], int]]] = {
    "": ("Two consecutive requests share a RequestId.", lambda call, refused: call.number // 2),
    "/refusals": ("All refusals share one RequestId.", lambda call, refused: 0 if refused else call.number),
    "/letter_case": (
        "Two consecutive requests share a RequestId, in another letter case.",
        lambda call, refused: call.number // 2,
    ),
    "/begin_anew": ("RequestIds begin anew after 300 requests.", lambda call, refused: call.number % 300),
    "/per_second": ("All requests of one second share a RequestId.", lambda call, refused: int(call.now)),
}
"""Flavour → the sentence, and the number from which a RequestId is made."""

for _flavour, (_says, _number) in NUMBERS.items():
    breaks(f"Common.RequestId.unique{_flavour}", _says, request_number)(
        lambda faithful, call, refused, number=_number: number(call, refused)
    )
for _often in ("50th", "20th"):
    scoped(f"Common.RequestId.unique@{_often}", f"Every {_often} request shares its RequestId with an earlier one.")


@also_breaks("Common.RequestId.unique/letter_case", request_id)
def another_letter_case(faithful: Callable[[Call, bool], str], call: Call, refused: bool) -> str:
    text = faithful(call, refused)
    return text.lower() if call.number % 2 else text.upper()


@breaks("Common.RequestId.unique/gateway_errors", "All gateway errors share one RequestId.", gateway_error)
def one_for_all_gateway_errors(faithful: Callable[..., Reply], *args: Any) -> Reply:
    reply = faithful(*args)
    return replace(reply, fields={**reply.fields, "RequestId": "00000000-0000-4000-8000-000000000000"})


# --- Success ---


def writes_truth(form: str, spelling: Callable[[bool], Any]) -> Callable[..., Any]:
    """Success is written in another way in one form."""

    def change(faithful: Callable[[Call, bool], Any], call: Call, value: bool) -> Any:
        return spelling(value) if call.question.format == form else faithful(call, value)

    return change


breaks("Common.Success.JSON", "Success is a text in JSON.", truth)(
    writes_truth("JSON", lambda value: str(value).lower())
)
breaks("Common.Success.JSON/number", "Success is 1 or 0 in JSON.", truth)(writes_truth("JSON", int))
breaks("Common.Success.XML", "Success is 1 or 0 in XML.", truth)(writes_truth("XML", int))
breaks("Common.Success.XML/capital", "Success is True or False in XML, with a capital letter.", truth)(
    writes_truth("XML", str)
)


# --- Code ---

breaks("Common.Code", "The Code of a refusal is empty.", code_of)(lambda faithful, call, code: "")
breaks("Common.Code/absent", "A refusal has no Code.", refusal_head)(without("Code"))
breaks("Common.Code/number", "The Code of a refusal is 400.", code_of)(lambda faithful, call, code: "400")
breaks("Common.Code/prose", "The Code of a refusal has lost its area: NullApplyId.", code_of, listed=False)(
    lambda faithful, call, code: code.rpartition(".")[2]
)
scoped("Common.Code/prose@POST", "The Code of a refused POST has lost its area: NullApplyId.")
breaks("Common.Code.documented", "The Code of a refusal has the right form, but stands in no list.", code_of)(
    lambda faithful, call, code: code + "Refused"
)


def takes_for(reason: str, other: str) -> Callable[..., str]:
    """One reason of a refusal is taken for another."""
    return lambda faithful, call, code: other if code == reason else faithful(call, code)


breaks("Common.Code.truthful", "An ApplyId that is not found is said to be empty.", code_of)(
    takes_for("iot.device.DeviceApplyIsNotFound", "iot.device.NullApplyId")
)
scoped("Common.Code.truthful@POST", "The same for POST only.")
breaks("Common.Code.truthful/missing_as_ill_formed", "A missing ApplyId is said to be ill-formed.", code_of)(
    takes_for("iot.device.NullApplyId", "iot.device.InvalidFormattedApplyId")
)
breaks(
    "Common.Code.truthful/unknown_product_as_missing",
    "A ProductKey that is not found is said to be empty.",
    code_of,
)(takes_for("iot.prod.NotExistedProduct", "iot.prod.NullProductKey"))
breaks("Common.Code.on_success", "A successful answer has the Code 0.", success_head)(adds(Code="0"))
breaks("Common.Code.on_success/an_error", "A successful answer has an error code.", success_head, listed=False)(
    adds(Code="iot.system.SystemException")
)
scoped("Common.Code.on_success/an_error@XML", "A successful XML answer has an error code.")


# --- ErrorMessage, Data, HTTP status ---

TRACE = 'Traceback (most recent call last):\n  File "/srv/iot/register.py", line 42, in handle'

breaks("Common.ErrorMessage", "The message of a refusal is empty.", message_of)(lambda faithful, call, message: "")
breaks("Common.ErrorMessage/absent", "A refusal has no message.", refusal_head)(without("ErrorMessage"))
breaks("Common.ErrorMessage/of_the_gateway", "A gateway error has no Message.", gateway_fields)(without("Message"))
breaks("Common.ErrorMessage.internals", "The message of a refusal shows a stack trace.", message_of)(
    lambda faithful, call, message: f"{faithful(call, message)} {TRACE}"
)
breaks(
    "Common.ErrorMessage.internals/path",
    "The message of a refusal shows a source file and line.",
    message_of,
    listed=False,
)(lambda faithful, call, message: f"{faithful(call, message)} (at /srv/iot/app/handlers/register.py:42)")
scoped("Common.ErrorMessage.internals/path@XML", "The message of a refusal in XML shows a source file and line.")
breaks("Common.ErrorMessage.on_success", "A successful answer has an ErrorMessage.", success_head)(
    adds(ErrorMessage="no error")
)


def reveals(apply_id: Callable[[Call], int]) -> Callable[..., Fields]:
    """A refusal carries this ApplyId."""

    def change(faithful: Callable[..., Fields | None], call: Call, refused: Refusal) -> Fields:
        return {**(faithful(call, refused) or {}), "ApplyId": apply_id(call)}

    return change


breaks("Common.Data.on_refusal", "A refusal carries an ApplyId.", refusal_data)(
    reveals(lambda call: call.store.next_apply_id)
)
breaks("Common.Data.on_refusal/zero", "A refusal carries the ApplyId 0.", refusal_data)(reveals(lambda call: 0))
breaks("Common.HTTPStatus.success", "A successful answer comes with HTTP status 201.", success)(with_status(201))


@breaks(
    "Common.HTTPStatus.success/202_for_registrations",
    "BatchRegisterDevice is answered with HTTP status 202.",
    success,
)
def registrations_are_pending(faithful: Callable[..., Reply], call: Call, fields: Fields) -> Reply:
    registers = call.operation.removeprefix("Batch").startswith(Action.RegisterDevice)
    return replace(faithful(call, fields), status=202) if registers else faithful(call, fields)


breaks("Common.HTTPStatus.refusal", "A refusal comes with HTTP status 500.", refusal)(with_status(500))
breaks("Common.HTTPStatus.refusal/redirect", "A refusal comes with HTTP status 302.", refusal)(with_status(302))


# --- Action, Version, gateway errors ---


def lets_pass(is_wrong: Callable[[Call], bool]) -> Callable[..., None]:
    """The gateway does not look at an Action that is wrong in this way."""
    return lambda faithful, call: None if is_wrong(call) else faithful(call)


def does_nothing_for(is_wrong: Callable[[Call], bool]) -> Callable[..., Operation]:
    """An Action that is wrong in this way is an operation that does nothing."""
    return lambda faithful, call: (lambda _: {}) if is_wrong(call) else faithful(call)


def is_missing(call: Call) -> bool:
    """Whether a request names no Action."""
    return not call.operation


def is_unknown(call: Call) -> bool:
    """Whether a request names an Action that does not exist."""
    return bool(call.operation) and call.operation not in OPERATIONS


breaks("Common.Action.missing", "A request without Action is answered with success.", action_is_named, action_is_known)(
    lets_pass(is_missing)
)
also_breaks("Common.Action.missing", operation_of)(does_nothing_for(is_missing))
breaks("Common.Action.unknown", "An Action that does not exist is answered with success.", action_is_known)(
    lets_pass(is_unknown)
)
also_breaks("Common.Action.unknown", operation_of)(does_nothing_for(is_unknown))
breaks("Common.Version.unknown", "Any Version is served.", check_version)(
    lambda faithful, call, scheme: None if call.question.version is not None else faithful(call, scheme)
)
breaks("Common.gateway.envelope", "A gateway error has no HostId.", gateway_fields)(without("HostId"))
breaks("Common.gateway.envelope/root", "A gateway error has the root element Response.", gateway_error, listed=False)(
    lambda faithful, *args: replace(faithful(*args), root="Response")
)
scoped("Common.gateway.envelope/root@XML", "A gateway error in XML has the root element Response.")
breaks("Common.gateway.HTTPStatus", "Gateway errors come with HTTP status 401.", gateway_error)(with_status(401))
breaks("Common.gateway.HTTPStatus/200", "Gateway errors come with HTTP status 200.", gateway_error)(with_status(200))

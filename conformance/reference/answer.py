"""What happens to one call: the gateway looks at it, its operation is carried out, the answer takes its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.batch_check_device_names import batch_check_device_names
from conformance.reference.batch_register_device import batch_register_device
from conformance.reference.batch_register_device_with_apply_id import batch_register_device_with_apply_id
from conformance.reference.body import written
from conformance.reference.call import Call
from conformance.reference.envelope import Reply, refusal, success
from conformance.reference.gateway import let_pass
from conformance.reference.gateway_errors import gateway_error
from conformance.reference.query_batch_register_device_status import query_batch_register_device_status
from conformance.reference.query_page_by_apply_id import query_page_by_apply_id
from conformance.reference.question import Question
from conformance.reference.refusals import GatewayError, Refusal, gateway
from conformance.reference.rule import rule
from conformance.reference.support_operations import (
    create_product,
    delete_device,
    delete_product,
    query_device,
    query_device_detail,
    register_device,
)
from conformance.wire.message import HttpAnswer

Operation = Callable[[Call], dict[str, Any]]

FIVE: dict[str, Operation] = {
    Action.BatchRegisterDevice: batch_register_device,
    Action.BatchCheckDeviceNames: batch_check_device_names,
    Action.BatchRegisterDeviceWithApplyId: batch_register_device_with_apply_id,
    Action.QueryBatchRegisterDeviceStatus: query_batch_register_device_status,
    Action.QueryPageByApplyId: query_page_by_apply_id,
}
"""The five operations, which every server offers."""

SUPPORT: dict[str, Operation] = {
    Action.RegisterDevice: register_device,
    Action.QueryDevice: query_device,
    Action.QueryDeviceDetail: query_device_detail,
    Action.DeleteDevice: delete_device,
    Action.CreateProduct: create_product,
    Action.DeleteProduct: delete_product,
}
"""The operations around the five, which a server may lack."""

OPERATIONS = {**FIVE, **SUPPORT}

THROTTLED = ("Throttling.User", "Throttling", "ServiceUnavailable")


@rule
def answer(call: Call) -> HttpAnswer:
    """The answer to one call."""
    if call.question.request.method not in ("GET", "POST") and call.choices.other_methods_unheard_of:
        return HttpAnswer(405, (("Allow", "GET, POST"),), b"")
    call.question = with_format(call)
    return written(call, reply(call))


@rule
def with_format(call: Call) -> Question:
    """Format names the form of the answer, in any letter case. Without it the answer is XML, as documented."""
    if "Format" not in call.question.params and call.choices.default_format_json and call.edition.name == "tuya-2025":
        return replace(call.question, format="JSON")
    return call.question


def reply(call: Call) -> Reply:
    """The answer before it takes a form."""
    try:
        throttle(call)
        let_pass(call)
        operation = operation_of(call)
        instance_exists(call)
        return success(call, operation(call))
    except Refusal as refused:
        return refusal(call, refused)
    except GatewayError as error:
        return gateway_error(call, error)


def throttle(call: Call) -> None:
    """A server that is asked too often may refuse any request."""
    if call.number % 23 == 0 and call.choices.throttled_now_and_then:
        raise gateway(THROTTLED[call.number // 23 % 3])


@rule
def operation_of(call: Call) -> Operation:
    """The operation that Action names."""
    if call.operation in SUPPORT and call.choices.support_operations_not_offered:
        raise gateway("InvalidAction.NotFound")
    early = call.edition.name in ("alibaba-2018", "alibaba-2019") and call.param("Count") is not None
    if call.operation == Action.RegisterDevice and early and call.choices.register_device_knows_count:
        return batch_register_device
    return OPERATIONS[call.operation]


def instance_exists(call: Call) -> None:
    """There is one public instance; an IotInstanceId is ignored, or must name one that exists."""
    if call.param("IotInstanceId") and call.choices.unknown_instances_refused:
        raise Refusal("iot.system.InstanceNotFound")

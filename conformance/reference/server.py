"""The reference server: a request and a time go in, an answer comes out. No clock, no network, no chance."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.batch_register_device import batch_register_device
from conformance.reference.batch_register_device_with_apply_id import batch_register_device_with_apply_id
from conformance.reference.call import Call, ServerState
from conformance.reference.check import batch_check_device_names
from conformance.reference.choices import choices_of
from conformance.reference.editions import edition_of
from conformance.reference.envelope import Reply, gateway_error, refusal, success, written
from conformance.reference.faults import in_force, overrides_of
from conformance.reference.faults.fault import Crash
from conformance.reference.gateway import WINDOW, Auth, Gateway
from conformance.reference.query_batch_register_device_status import query_batch_register_device_status
from conformance.reference.query_page_by_apply_id import query_page_by_apply_id
from conformance.reference.question import Question, read
from conformance.reference.refusals import GatewayError, Refusal, gateway
from conformance.reference.store import Store
from conformance.reference.support_operations import (
    create_product,
    delete_device,
    delete_product,
    query_device,
    query_device_detail,
    register_device,
)
from conformance.wire.message import HttpAnswer, HttpRequest, Scheme

ANSWERS: dict[str, Callable[[Call], dict[str, Any]]] = {
    Action.BatchRegisterDevice: batch_register_device,
    Action.BatchCheckDeviceNames: batch_check_device_names,
    Action.BatchRegisterDeviceWithApplyId: batch_register_device_with_apply_id,
    Action.QueryBatchRegisterDeviceStatus: query_batch_register_device_status,
    Action.QueryPageByApplyId: query_page_by_apply_id,
    Action.RegisterDevice: register_device,
    Action.QueryDevice: query_device,
    Action.QueryDeviceDetail: query_device_detail,
    Action.DeleteDevice: delete_device,
    Action.CreateProduct: create_product,
    Action.DeleteProduct: delete_product,
}

SUPPORT = frozenset(
    {
        Action.RegisterDevice,
        Action.QueryDevice,
        Action.QueryDeviceDetail,
        Action.DeleteDevice,
        Action.CreateProduct,
        Action.DeleteProduct,
    }
)
"""What a server may lack: operations around the five."""

CRASHED = HttpAnswer(
    500,
    (("Content-Type", "text/html"),),
    b"<html><body><h1>500 Internal Server Error</h1><hr>nginx</body></html>",
)

FIRST_APPLY_ID = 1_295_007
"""Where the counter of the documented samples stood."""


class Reference:
    """A server that keeps every clause of one edition, but for the faults that it is given."""

    def __init__(
        self,
        *,
        edition: str = "alibaba-2023",
        delay: float = 0.05,
        auth: Auth = "any",
        faults: Sequence[str] = (),
        variants: Sequence[str] = (),
        keys: Mapping[str, str] | None = None,
        products: Sequence[str] = ("a1RefProdA1", "a1RefProdB2"),
        seed: int = 0,
    ) -> None:
        choices = choices_of(variants)
        store = Store(seed, FIRST_APPLY_ID + (2**53 if choices.apply_ids_beyond_2_53 else 0))
        for key in products:
            store.add_product(key, key)
        self.state = ServerState(
            edition=edition_of(edition),
            store=store,
            delay=0.0 if choices.states_too_short_to_be_seen else delay,
            choices=choices,
            overrides=overrides_of(faults),
            memory={},
            faults=in_force(faults),
        )
        self.requests = 0
        window = 31 * 60 if choices.window_of_31_minutes else WINDOW
        self.gate = Gateway(auth, {"testid": "testsecret"} if keys is None else keys, window)

    def answer(self, request: HttpRequest, now: float) -> HttpAnswer:
        """Answer one request that came at ``now``, in seconds since 1970."""
        self.requests += 1
        if request.method not in ("GET", "POST") and self.state.choices.other_methods_unheard_of:
            return HttpAnswer(405, (("Allow", "GET, POST"),), b"")
        call = Call(self.state, read(request), now, self.requests)
        call.question = other_form(call)
        try:
            reply = self.reply(call)
        except Crash:
            return CRASHED
        return written(call, reply)

    def instance_of(self, call: Call) -> None:
        """There is one public instance; an IotInstanceId is ignored, or must name one that exists."""
        if call.param("IotInstanceId") and call.choices.unknown_instances_refused:
            raise Refusal("iot.system.InstanceNotFound")

    def reply(self, call: Call) -> Reply:
        """The answer before it takes a form."""
        operation = ANSWERS.get(call.operation)
        try:
            if call.number % 23 == 0 and call.choices.throttled_now_and_then:
                raise gateway(("Throttling.User", "Throttling", "ServiceUnavailable")[call.number // 23 % 3])
            self.check(call)
            if call.operation in SUPPORT and call.choices.support_operations_not_offered:
                raise gateway("InvalidAction.NotFound")
            self.instance_of(call)
            early = call.edition.name in ("alibaba-2018", "alibaba-2019") and call.param("Count") is not None
            if call.operation == Action.RegisterDevice and early and call.choices.register_device_knows_count:
                operation = batch_register_device
            return success(call, {} if operation is None else operation(call))
        except Refusal as refused:
            return refusal(call, refused)
        except GatewayError as error:
            return gateway_error(call, error)

    def check(self, call: Call) -> None:
        """Let the gateway look at the call; a fault executes even what is refused for its signature."""
        try:
            self.gate.check(call)
        except GatewayError as error:
            if "Signature" in error.code and call.server.faults and executes_all_the_same(call):
                with contextlib.suppress(Refusal, GatewayError):
                    ANSWERS[call.operation](call)
            raise


def executes_all_the_same(call: Call) -> bool:
    """Whether a fault executes what is refused for its signature."""
    return (
        (call.operation in ANSWERS and call.breaks("Signature.effect"))
        or (call.operation == Action.BatchRegisterDevice and call.breaks("Signature.effect/generated_names"))
        or (call.operation == Action.BatchRegisterDeviceWithApplyId and call.breaks("Signature.effect/checked_names"))
    )


def other_form(call: Call) -> Question:
    """The question with the answer form that a fault chooses wrongly, or a variant in its own way."""
    question = call.question
    said = question.params.get("Format")
    if said is None and call.choices.default_format_json and call.edition.name == "tuya-2025":
        return replace(question, format="JSON")
    if said is None and call.question.format == "XML" and call.breaks("Common.Format.default"):
        return replace(question, format="JSON")
    if said is None and question.scheme is Scheme.ACS3 and call.breaks("Common.Format.accept"):
        return replace(question, format="XML")
    if said is None and question.scheme is Scheme.ACS3 and call.breaks("Common.Format.accept/always_JSON"):
        return replace(question, format="JSON")
    if said is not None and said.islower() and call.breaks("Common.Format.letter_case"):
        return replace(question, format="XML", unknown_format=False)
    if said is not None and said.islower() and call.breaks("Common.Format.letter_case/refused"):
        return replace(question, unknown_format=True)
    return question

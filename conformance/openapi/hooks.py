"""Teaches Schemathesis this API: how requests are signed, what its XML means, and when a request was refused.

fixtures/openapi/schemathesis.toml names this file, so that two commands are enough:

    iot-conformance contract openapi --edition EDITION --output EDITION.json
    st --config-file fixtures/openapi/schemathesis.toml run EDITION.json --url URL --phases coverage

Requests are signed with the key of IOT_ACCESS_KEY_ID and IOT_ACCESS_KEY_SECRET, or testid and testsecret.
IOT_PRODUCT_KEY and IOT_APPLY_ID take the place of the documented examples: without a product that exists, little
more than refusals can be seen. Every run registers some ten thousands of devices in that product, and reports show
answers as they are, with every DeviceSecret in them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import schemathesis

from conformance.contract import Contract, Level, Operation, load
from conformance.contract.model import Scalar, Structure
from conformance.openapi.answers import may_stand_beside_data
from conformance.openapi.parameters import FORM, is_list
from conformance.openapi.signing import RpcSignature, sent
from conformance.wire.decode import decode
from conformance.wire.message import Answer, HttpAnswer

CONTRACT = load()
ACCEPTED_NEGATIVE_DATA = "ST201"
"""By this code Schemathesis reports that a request was accepted which the document forbids."""
MALFORMED = frozenset(
    {
        "iot.common.InvalidFormattedParameter",
        "iot.check.InvalidFormattedParameter",
        "iot.check.ParameterIsNotLessThanMax",
        "iot.device.DeviceCountExceeded",
        "iot.device.InvalidFormattedApplyId",
        "iot.device.InvalidFormattedDeviceName",
        "iot.device.NoneDeviceNameElement",
        "iot.device.NullApplyId",
        "iot.prod.InvalidFormattedProductkey",
        "iot.prod.NullProductKey",
        "iot.system.IllegalRequest",
    }
)
"""Business codes that find fault with the request itself, and not with what it speaks of.

InvalidPageParams is none of them: also a page past the end may be refused with it. Nor is NullDeviceName: no schema
can say that a DeviceNickname needs the DeviceName of its index.
"""
REAL = {"ProductKey": "IOT_PRODUCT_KEY", "ApplyId": "IOT_APPLY_ID"}
"""Parameter → the variable of the environment that says its value."""


schemathesis.auth.set_from_requests(RpcSignature())  # type: ignore[attr-defined]  # added to the function `auth`


Context = schemathesis.HookContext | schemathesis.DeserializationContext


def operation_of(context: Context) -> Operation:
    """The operation that a path key of the document names."""
    assert context.operation is not None
    return CONTRACT.operations[context.operation.path.rpartition("Action=")[2]]


def edition_of(context: Context) -> str:
    """The edition of the document."""
    assert context.operation is not None
    return str(context.operation.schema.raw_schema["info"]["x-edition"])


def read(context: Context, response: schemathesis.Response) -> Answer:
    """The answer as the suite reads it."""
    operation = operation_of(context)
    fields = dict(operation.shape.fields)
    if may_stand_beside_data(CONTRACT, operation, edition_of(context)):
        fields["ApplyId"] = Scalar("Long")
    return decode(HttpAnswer(response.status_code, (), response.content), Structure(fields))


@schemathesis.deserializer("text/xml", "application/xml")
def from_xml(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> Any:
    """The value that the same answer has in JSON; whatever the observation had to forgive is an error."""
    answer = read(context, response)
    roots = operation_of(context).roots_in(edition_of(context))
    problems = [f"{name}: {where}" for name, where in answer.irregularities]
    if answer.success is not None and answer.root not in roots:
        problems.append(f"root element: {answer.root}, expected {' or '.join(roots)}")
    if problems:
        raise ValueError("; ".join(problems))
    return answer.value


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: Any) -> None:
    """Let requests be about things that exist."""
    real = {name: os.environ.get(variable) for name, variable in REAL.items()}
    for name, schema in request_schemas(raw_schema):
        if said := real.get(name):
            schema["examples"] = [int(said) if schema["type"] == "integer" else said]


def request_schemas(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The parameters of all requests, in query and form, each with the schema of its values."""
    for item in document["paths"].values():
        for parameter in item["get"]["parameters"]:
            yield parameter["name"], parameter["schema"]
        form = item["post"]["requestBody"]["content"][FORM]["schema"]
        for members in form.get("anyOf", [form]):
            yield from members["properties"].items()


@schemathesis.hook
def after_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], response: schemathesis.Response
) -> None:
    """Give business refusals the status that says so: Schemathesis goes by nothing else. Theirs may be 200."""
    if response.status_code == 200 or 400 <= response.status_code < 500:
        answer = read(context, response)
        if answer.success is False:
            response.status_code = 400 if answer.code in MALFORMED else 404


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Any, case: schemathesis.Case[Any], response: schemathesis.Response
) -> bool:
    """Let nobody be blamed for accepting what no MUST forbids.

    The documents leave freedoms that a schema cannot: a malformed name may be found later, by the check that the
    call only begins; an integer may have leading zeros; a Count of 0 and an unknown Format are refused by some.
    """
    if failure.code != ACCEPTED_NEGATIVE_DATA:
        return True
    params = dict(reversed(sent(response.request)))
    return bool(forbidden(CONTRACT, edition_of(context), operation_of(context), params))


def forbidden(contract: Contract, edition: str, operation: Operation, params: Mapping[str, str]) -> list[str]:
    """The MUST clauses by which a request with these parameters is refused at once."""
    found = []
    for parameter in operation.parameters:
        value = params.get(parameter.name)
        most = parameter.limit("maximum", edition)
        if is_list(parameter):
            kind = "" if any(name.startswith("DeviceName") for name in params) else "required"
        elif not value:
            kind = "required" if value is None else "blank"
        else:
            over = isinstance(most, int) and value.isascii() and value.isdigit() and int(value[:40]) > most
            kind = "max" if over else ""
        clause = contract.clauses.get(f"{operation.name}.{parameter.name.removesuffix('.N')}.{kind}")
        if clause is not None and clause.level is Level.MUST and edition in clause.editions:
            found.append(clause.id)
    return found

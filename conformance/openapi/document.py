"""The OpenAPI 3.1 document of one edition, made from the contract alone."""

from __future__ import annotations

import json

from conformance.contract.actions import Action
from conformance.contract.model import Contract, Operation
from conformance.openapi.answers import envelopes, responses, schemas
from conformance.openapi.parameters import EVERYWHERE, Json, Requests, clauses_of, common

LINKS: dict[str, tuple[str, ...]] = {
    Action.BatchRegisterDevice: (Action.QueryBatchRegisterDeviceStatus, Action.QueryPageByApplyId),
    Action.BatchCheckDeviceNames: (Action.QueryBatchRegisterDeviceStatus, Action.BatchRegisterDeviceWithApplyId),
    Action.QueryBatchRegisterDeviceStatus: (Action.BatchRegisterDeviceWithApplyId, Action.QueryPageByApplyId),
    Action.BatchRegisterDeviceWithApplyId: (Action.QueryBatchRegisterDeviceStatus, Action.QueryPageByApplyId),
}
"""Operation → what is asked next about the same application."""

DESCRIPTION = """\
Batch registration of devices as {edition} documents it: an operation is named by the query parameter Action, answers
come in XML or JSON as Format says, and a refusal is an answer with Success false, mostly with HTTP status 200.

Registration is asynchronous. BatchRegisterDevice, or BatchCheckDeviceNames, opens an application and answers with its
ApplyId; QueryBatchRegisterDeviceStatus tells when it is done, and QueryPageByApplyId shows its devices.

All parameters may stand in the query or in the form body of a POST request. This document puts those of an operation
in the query of GET and in the form of POST, so that each is described once. x-clauses names the clauses of the
conformance suite, with their levels: what only a SHOULD demands, a target may do otherwise.
"""
SIGNATURE = """\
A request carries the further common parameters that x-parameters lists. Signature is the Base64 of an HMAC-SHA1, keyed
with the AccessKeySecret and an ampersand. It covers METHOD&%2F& and the percent-encoded canonical query: all other
parameters of query and form together, encoded by RFC 3986 and sorted by name. Current SDKs sign by ACS3-HMAC-SHA256 in
headers instead, with the operation in x-acs-action; no document of this API says so, and no path here fits it.
"""


def document(contract: Contract, edition: str) -> Json:
    """The document of that edition: valid OpenAPI 3.1, the same each time."""
    # Whoever executes a document blindly shall not delete what is being tested.
    operations = [one for one in contract.operations.values() if one.roots and not one.name.startswith("Delete")]
    operations.sort(key=lambda one: not one.contract)
    shared = common(contract, edition)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Iot batch device registration ({edition})",
            "version": "2018-01-20",
            "description": DESCRIPTION.format(edition=edition),
            "x-edition": edition,
            "x-clauses": clauses_of(contract, contract.operations["Common"], edition)
            | clauses_of(contract, contract.operations["Workflow"], edition),
        },
        "servers": servers(contract, edition),
        "tags": [
            {"name": "registration", "description": "The operations that the conformance suite measures."},
            {"name": "set-up", "description": "Operations around them; the suite measures nothing of these."},
        ],
        "security": [{"AccessKeyId": [], "Signature": []}],
        # OpenAPI tells operations apart by path and method, this API by the query parameter Action. A query in
        # the path key gives right addresses without any hook, and every operation its own schemas. One path "/"
        # would have to merge them all, a fragment is never sent, and invented paths need a client that rewrites.
        "paths": {f"/?Action={one.name}": path_item(contract, one, edition) for one in operations},
        "components": {
            "parameters": {name: one for name, one in shared.items() if name in EVERYWHERE},
            "schemas": envelopes(contract, edition)
            | {name: schema for one in operations for name, schema in schemas(contract, one, edition).items()},
            "securitySchemes": {
                "AccessKeyId": {"type": "apiKey", "in": "query", "name": "AccessKeyId"},
                "Signature": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "Signature",
                    "description": SIGNATURE,
                    "x-clauses": clauses_of(contract, contract.operations["Signature"], edition),
                    "x-parameters": [one for name, one in shared.items() if name not in EVERYWHERE],
                },
            },
        },
    }


def text_of(document: Json) -> str:
    """The document as JSON text, as `contract openapi` prints it."""
    return json.dumps(document, indent=1) + "\n"


def servers(contract: Contract, edition: str) -> list[Json]:
    """Where the API is served: a host of each region, or unknown."""
    region = next(parameter for parameter in contract.operations["Common"].parameters if parameter.name == "RegionId")
    example = region.limit("example", edition)
    if example is None:
        return [{"url": "/"}]
    return [{"url": "https://iot.{RegionId}.aliyuncs.com", "variables": {"RegionId": {"default": example}}}]


def path_item(contract: Contract, operation: Operation, edition: str) -> Json:
    """One operation by GET, everything in the query, and by POST, its own parameters in the form."""
    requests = Requests(contract, operation, edition)
    about = {
        "tags": ["registration" if operation.contract else "set-up"],
        "summary": operation.says,
        "x-clauses": clauses_of(contract, operation, edition),
    }
    answers = responses(contract, operation, edition)

    def linked(source: str) -> Json:
        found = links(operation, source)
        return {"responses": answers | {"200": answers["200"] | ({"links": found} if found else {})}}

    return {
        "parameters": [
            {"$ref": f"#/components/parameters/{name}"} for name in common(contract, edition) if name in EVERYWHERE
        ],
        "get": {"operationId": operation.name, **about, "parameters": requests.query(), **linked("query.")},
        "post": {"operationId": f"{operation.name}Form", **about, "requestBody": requests.form(), **linked("body#/")},
    }


def links(operation: Operation, source: str) -> Json:
    """What can be asked next with the ApplyId of an answer, or of its request where the answer holds none."""
    asked = {name: f"$request.{source}{name}" for name in ("ProductKey", "ApplyId")}
    opens = any(one.name == "Data.ApplyId" for one in operation.answer)
    apply_id = "$response.body#/Data/ApplyId" if opens else asked["ApplyId"]
    return {
        then: {
            "operationId": then,
            "parameters": {"ApplyId": apply_id}
            | ({} if then == Action.QueryPageByApplyId else {"ProductKey": asked["ProductKey"]}),
        }
        for then in LINKS.get(operation.name, ())
    }

"""The answer half of an OpenAPI document: successes, refusals and gateway errors, each in JSON and in XML."""

from __future__ import annotations

from xml.sax.saxutils import escape

from conformance.contract.model import Contract, Operation, Parameter
from conformance.openapi.parameters import Json, value_schema

MEANS_SUCCESS = ["", "200", "OK", "Success", None]
"""What Code may be in a successful answer, where it is there at all."""
REQUEST_ID = "E55E50B7-40EE-4B6B-8BBE-D3ED55CCF565"
REFUSED = {"Code": "iot.system.SystemException", "ErrorMessage": "A system exception occurred."}
GATEWAY_ERROR = {
    "RequestId": REQUEST_ID,
    "HostId": "iot.cn-shanghai.aliyuncs.com",
    "Code": "MissingAction",
    "Message": "Action is mandatory for this action.",
}

Tree = dict[str, "Parameter | Tree"]


def tree_of(operation: Operation, edition: str) -> Tree:
    """The members of a successful answer, by their dotted names; ``[]`` at the end of a name marks a list."""
    tree: Tree = {}
    for one in operation.answer:
        if one.known(edition):
            *parents, last = one.name.split(".")
            node = tree
            for parent in parents:
                below = node.setdefault(parent, {})
                assert isinstance(below, dict), one.name
                node = below
            node[last] = one
    return tree


def structure(tree: Tree, edition: str) -> Json:
    """The schema of a structure. JSON and XML share it: a list is repeated elements within its wrapper."""
    schema: Json = {"type": "object", "properties": {}}
    for name, node in tree.items():
        member = structure(node, edition) if isinstance(node, dict) else value_schema(node, edition)
        plain = name.removesuffix("[]")
        if plain != name:
            member = {"type": "array", "items": member | {"xml": {"name": plain}}}
        schema["properties"][plain] = member
    if required := [name for name, node in tree.items() if is_always_there(name, node, edition)]:
        schema["required"] = required
    return schema


def is_always_there(name: str, node: Parameter | Tree, edition: str) -> bool:
    """Whether every successful answer has the member. A list may be left out when it is empty."""
    if name.endswith("[]"):
        return False
    if isinstance(node, Parameter):
        return edition in node.required
    return any(is_always_there(inner, below, edition) for inner, below in node.items())


def may_stand_beside_data(contract: Contract, operation: Operation, edition: str) -> bool:
    """Whether table and samples of the edition disagree on where the ApplyId stands."""
    clause = contract.clauses.get(f"{operation.name}.ApplyId.place")
    return clause is not None and edition in clause.editions


def schemas(contract: Contract, operation: Operation, edition: str) -> dict[str, Json]:
    """An operation's answers: Response for a success, Refusal for a business that says no."""
    tree = tree_of(operation, edition)
    roots = operation.roots_in(edition)
    root: Json = {"xml": {"name": roots[0]}} | ({"x-xml-names": list(roots)} if roots[1:] else {})
    refusal: Json = {"allOf": [{"$ref": "#/components/schemas/Refusal"}]}
    data = tree.get("Data")
    if isinstance(data, dict):
        lists = structure({name: node for name, node in data.items() if isinstance(node, dict)}, edition)
        # Absent, null, empty, or the lists that explain the refusal; what was not opened has no ApplyId.
        lists |= {"type": ["object", "null"], "properties": lists["properties"] | {"ApplyId": False}}
        refusal |= {"type": "object", "properties": {"Data": lists}}
    success: Json = {"allOf": [{"$ref": "#/components/schemas/Success"}]} | structure(tree, edition)
    if may_stand_beside_data(contract, operation, edition):
        members = success["properties"]
        members["ApplyId"] = members["Data"]["properties"]["ApplyId"]
        within = {"properties": {"Data": {"required": ["ApplyId"]}}, "required": ["Data"]}
        success["anyOf"] = [within, {"required": ["ApplyId"]}]
    return {f"{operation.name}Response": success | root, f"{operation.name}Refusal": refusal | root}


def envelopes(contract: Contract, edition: str) -> dict[str, Json]:
    """What surrounds every answer: of a success, of a refusal, and of the gateway itself."""
    text = {"type": "string", "minLength": 1}
    request_id = text | {"description": "An identity of this request alone.", "examples": [REQUEST_ID]}
    code = ["Code"] if edition in contract.clauses["Common.Code"].editions else []

    def envelope(**properties: object) -> Json:
        return {"type": "object", "properties": {"RequestId": request_id, **properties}}

    return {
        "Success": envelope(
            Success={"type": "boolean", "const": True},
            Code={"enum": MEANS_SUCCESS},
            ErrorMessage={"type": ["string", "null"]},
        )
        | {"required": ["RequestId", "Success"]},
        "Refusal": envelope(Success={"type": "boolean", "const": False}, Code=text, ErrorMessage=text)
        | {"required": ["RequestId", "Success", *code, "ErrorMessage"]},
        "GatewayError": envelope(HostId=text, Code=text, Message=text, Recommend={"type": "string"})
        | {"required": ["RequestId", "Code", "Message"], "xml": {"name": "Error"}},
    }


def responses(contract: Contract, operation: Operation, edition: str) -> Json:
    """What an operation answers, by HTTP status."""
    has_code = edition in contract.clauses["Common.Code"].editions
    succeeded = example_of(tree_of(operation, edition), edition) | {"RequestId": REQUEST_ID, "Success": True}
    refused = {"RequestId": REQUEST_ID, "Success": False} | REFUSED
    if not has_code:
        del refused["Code"]
    name, root = operation.name, operation.roots[0]
    return {
        "200": {
            "description": "Done, or refused by the business: Success says which.",
            "content": content(
                [f"{name}Response", f"{name}Refusal"], {"success": (root, succeeded), "refusal": (root, refused)}
            ),
        },
        "4XX": {
            "description": "Refused by the gateway. Some targets refuse so also for the business.",
            "content": content(["GatewayError", f"{name}Refusal"], {"gateway": ("Error", GATEWAY_ERROR)}),
        },
    }


def content(names: list[str], examples: dict[str, tuple[str, Json]]) -> Json:
    """One body as each media type spells it: one of the named schemas."""
    schema = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}
    in_json = {name: {"value": value} for name, (_, value) in examples.items()}
    in_xml = {name: {"value": xml_of(root, value)} for name, (root, value) in examples.items()}
    return {
        "application/json": {"schema": schema, "examples": in_json},
        "text/xml": {"schema": schema, "examples": in_xml},
        "application/xml": {"schema": schema},
    }


def example_of(tree: Tree, edition: str) -> Json:
    """The members that have an example; a list has one item, or none where its example is empty."""
    found: Json = {}
    for name, node in tree.items():
        value = example_of(node, edition) if isinstance(node, dict) else node.limit("example", edition)
        if value is None or value == {}:
            continue
        if name.endswith("[]"):
            found[name.removesuffix("[]")] = list(value) if isinstance(value, tuple) else [value]
        else:
            found[name] = value
    return found


def xml_of(name: str, value: object) -> str:
    """A value as an element, without a prolog."""
    if isinstance(value, dict):
        items = (
            (inner, one) for inner, found in value.items() for one in (found if isinstance(found, list) else [found])
        )
        inside = "".join(xml_of(inner, one) for inner, one in items)
    else:
        inside = str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f"<{name}>{inside}</{name}>"

"""The request half of an OpenAPI document: parameters in the query, form bodies, and what signs a request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from conformance.contract.model import Contract, Level, Operation, Parameter

Json = dict[str, Any]

TYPES: dict[str, Json] = {
    "String": {"type": "string"},
    "Boolean": {"type": "boolean"},
    "Integer": {"type": "integer", "format": "int32"},
    "Long": {"type": "integer", "format": "int64"},
}
KEYWORDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "values": "enum",
    "default": "default",
}
"""Limit of a row → keyword of JSON Schema."""

EVERYWHERE = ("Format", "Version", "IotInstanceId")
"""The common parameters of which tools may draw values. The others sign the request, or say where it goes."""
FORM = "application/x-www-form-urlencoded"


def value_schema(parameter: Parameter, edition: str) -> Json:
    """What one value of the parameter may be."""
    schema = dict(TYPES[parameter.type])
    for limit, keyword in KEYWORDS.items():
        value = parameter.limit(limit, edition)
        if value is not None:
            schema[keyword] = list(value) if isinstance(value, tuple) else value
    example = parameter.limit("example", edition)
    if example is not None and not isinstance(example, tuple):
        schema["examples"] = [example]
    return schema


def clauses_of(contract: Contract, operation: Operation, edition: str, name: str | None = None) -> dict[str, str]:
    """Id → level of what must or should hold of one parameter of the request; without a name, of all else."""
    names = {parameter.name for parameter in operation.parameters if parameter.known(edition)}
    found = {}
    for clause in contract.of(edition):
        about = clause.place.removeprefix("request parameters, ")
        if clause.operation != operation.name or clause.level is Level.OBSERVED:
            continue
        if about == name if name else about not in names:
            found[clause.id] = clause.level.value
    return found


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of one operation in one edition."""

    contract: Contract
    operation: Operation
    edition: str

    @property
    def single(self) -> list[Parameter]:
        """The parameters that are sent once."""
        return [
            parameter
            for parameter in self.operation.parameters
            if parameter.known(self.edition) and not is_list(parameter)
        ]

    @property
    def lists(self) -> list[Parameter]:
        """The parameters that are sent as many."""
        return [
            parameter for parameter in self.operation.parameters if parameter.known(self.edition) and is_list(parameter)
        ]

    def described(self, parameter: Parameter) -> Json:
        """What the clauses on a parameter say, and which they are."""
        found = clauses_of(self.contract, self.operation, self.edition, parameter.name)
        says = [self.contract.clauses[clause].says(self.edition) for clause in found]
        return {"description": " ".join(says), "x-clauses": found} if found else {}

    def query(self) -> list[Json]:
        """The parameters of a GET request.

        Lists are one parameter, an object whose members are parameters of their own (form, explode): OpenAPI
        cannot count in the names of parameters, but JSON Schema can match them.
        """
        parameters = [
            {"name": one.name, "in": "query", "required": self.edition in one.required}
            | self.described(one)
            | {"schema": value_schema(one, self.edition)}
            for one in self.single
        ]
        if self.lists:
            names = {"name": "Names", "in": "query", "required": True, "style": "form", "explode": True}
            parameters.append(names | {"schema": self.alternatives([])})
        return parameters

    def form(self) -> Json:
        """The body of a POST request: everything in the form, as far as it is not common to all operations."""
        return {"required": True, "content": {FORM: {"schema": self.alternatives(self.single)}}}

    def alternatives(self, single: Sequence[Parameter]) -> Json:
        """One object that holds these parameters and the lists; of several lists of names it holds one."""
        groups = [tuple(group) for _, group in groupby(self.lists, lambda one: one.name.partition(".")[0])]
        ways = [self.members(single, group, groups[number + 1 :]) for number, group in enumerate(groups or [()])]
        return ways[0] if len(ways) == 1 else {"anyOf": ways}

    def members(
        self, single: Sequence[Parameter], group: Sequence[Parameter], stronger: Sequence[Sequence[Parameter]]
    ) -> Json:
        """An object of single parameters and one list, without the lists that would count in its place.

        Only the first item of a list is spelt out, so that tools have a name to send; the pattern is for all.
        """
        members: Json = {
            "type": "object",
            "properties": {
                first(one): value_schema(one, self.edition) | self.described(one) for one in (*single, *group)
            },
        }
        required = [one.name for one in single if self.edition in one.required]
        if group:
            names = names_of(group, self.edition)
            required.append(first(names))
            schemas = {any_of_them(one): value_schema(one, self.edition) for one in group}
            members["patternProperties"] = {name: without_examples(schema) for name, schema in schemas.items()}
            members["x-lists"] = {names.name: {"maxItems": names.limit("max_items", self.edition)}}
        if required:
            members["required"] = required
        if stronger:
            excluded = [first(names_of(other, self.edition)) for other in stronger]
            members["not"] = {"anyOf": [{"required": [name]} for name in excluded]}
        return members


def names_of(group: Sequence[Parameter], edition: str) -> Parameter:
    """The parameter of a list without which its items mean nothing: the one whose number is limited."""
    return next(one for one in group if one.limit("max_items", edition) is not None)


def is_list(parameter: Parameter) -> bool:
    """Whether the parameter is sent as many, with indexes in their names."""
    return "N" in parameter.name.split(".")


def first(parameter: Parameter) -> str:
    """The name under which the first item of a list is sent."""
    return ".".join("1" if part == "N" else part for part in parameter.name.split("."))


def any_of_them(parameter: Parameter) -> str:
    """A pattern of the names under which the items of a list are sent."""
    parts = ("[1-9][0-9]*" if part == "N" else re.escape(part) for part in parameter.name.split("."))
    return "^" + r"\.".join(parts) + "$"


def without_examples(schema: Json) -> Json:
    """The same schema, where an example would be one too many."""
    return {key: value for key, value in schema.items() if key != "examples"}


def common(contract: Contract, edition: str) -> dict[str, Json]:
    """The common parameters by name: those of EVERYWHERE first."""
    found = {one["name"]: one for one in Requests(contract, contract.operations["Common"], edition).query()}
    return {name: found[name] for name in sorted(found, key=lambda name: name not in EVERYWHERE)}

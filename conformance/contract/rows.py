"""Reads one file of the contract: its operation, its parameters and its clauses, row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from conformance.contract.files import ContractError, parsed
from conformance.contract.limits import LIMITS, LimitError, read_limits
from conformance.contract.model import EDITIONS, Clause, Level, Operation, Parameter
from conformance.contract.shape import shape_of

TYPES = frozenset({"String", "Boolean", "Integer", "Long"})
OPERATION_KEYS = frozenset({"name", "says", "roots", "sample_roots", "documents", "contract"})
PARAMETER_KEYS = frozenset({"name", "type", "required", "optional"}) | LIMITS
CLAUSE_KEYS = frozenset(
    {"id", "level", "says", "place", "editions", "source", "unsaid", "values", "observations", "alternative"}
    | {"untested", "when"}
)


class ContractFile:
    """One contract file being read; knows where each of its tables begins.

    Every method raises ContractError, with file and line, for what is not exactly as it should be.
    """

    def __init__(self, path: Path, text: str, documents: Mapping[str, str]) -> None:
        self.path = path
        self.tables = parsed(path, text)
        self.documents = documents
        lines = text.splitlines()
        self.lines = {
            table: [n for n, line in enumerate(lines, 1) if re.match(rf"\s*\[\[{table}\]\]", line)]
            for table in ("parameter", "answer", "clause")
        }
        self.only_known(self.tables, frozenset({"operation", *self.lines}), 1, "the file")

    def wrong(self, line: int, message: str) -> ContractError:
        """What to raise for something wrong in that line."""
        return ContractError(f"{self.path}:{line}: {message}")

    def operation(self) -> Operation:
        """The operation that the file describes, without its clauses."""
        head = self.tables.get("operation")
        if not isinstance(head, dict):
            raise self.wrong(1, "expected the table [operation]")
        self.only_known(head, OPERATION_KEYS, 1, "[operation]")
        documents = head.get("documents", {})
        for edition, document in documents.items():
            self.editions_in([edition], 1, "[operation.documents]")
            if not isinstance(document, str) or document not in self.documents:
                raise self.wrong(1, f"[operation.documents] names the unknown document {document!r}")
        sample_roots = head.get("sample_roots", {})
        self.editions_in(list(sample_roots), 1, "[operation.sample_roots]")
        answer = self.parameters("answer")
        return Operation(
            self.text_in(head, "name", 1, "[operation]"),
            self.text_in(head, "says", 1, "[operation]"),
            tuple(head.get("roots", ())),
            MappingProxyType(dict(sample_roots)),
            MappingProxyType(dict(documents)),
            self.parameters("parameter"),
            answer,
            shape_of({field.name: field.type for field in answer}),
            bool(head.get("contract", True)),
        )

    def clauses(self, operation: Operation) -> Iterator[Clause]:
        """The clauses of the file, in its order."""
        for row, line in self.rows("clause"):
            yield self.clause(row, line, operation)

    # Parameters ------------------------------------------------------------------------------------------------

    def parameters(self, table: str) -> tuple[Parameter, ...]:
        """The parameters of the request, or those of the answer."""
        parameters: dict[str, Parameter] = {}
        for row, line in self.rows(table):
            parameter = self.parameter(row, line)
            if parameter.name in parameters:
                raise self.wrong(line, f"[[{table}]] {parameter.name!r} is defined twice")
            parameters[parameter.name] = parameter
        return tuple(parameters.values())

    def parameter(self, row: Mapping[str, Any], line: int) -> Parameter:
        what = f"parameter {row.get('name')!r}"
        self.only_known(row, PARAMETER_KEYS, line, what)
        if row.get("type") not in TYPES:
            raise self.wrong(line, f"{what} has the unknown type {row.get('type')!r}")
        name = self.text_in(row, "name", line, what)
        required = self.editions_in(row.get("required"), line, what)
        optional = self.editions_in(row.get("optional"), line, what)
        if both := set(required) & set(optional):
            raise self.wrong(line, f"{what} is both required and optional in {min(both)}")
        try:
            limits = read_limits(row, tuple(edition for edition in EDITIONS if edition in {*required, *optional}))
        except LimitError as error:
            raise self.wrong(line, f"{what}: {error}") from None
        return Parameter(name, row["type"], frozenset(required), frozenset(optional), limits)

    # Clauses ---------------------------------------------------------------------------------------------------

    def clause(self, row: Mapping[str, Any], line: int, operation: Operation) -> Clause:
        clause_id = self.text_in(row, "id", line, "the clause")
        what = f"clause {clause_id!r}"
        self.only_known(row, CLAUSE_KEYS, line, what)
        if clause_id.split(".")[0] != operation.name:
            raise self.wrong(line, f"{what} stands in the file of {operation.name}; its id must begin with that name")
        editions = self.editions_in(row.get("editions"), line, what)
        if not editions:
            raise self.wrong(line, f"{what} belongs to no edition")
        level = self.level_in(row, line, what)
        place = self.text_in(row, "place", line, what)
        text = self.text_in(row, "says", line, what)
        documents = self.documents_of(row, operation, editions, line, what)
        return Clause(
            clause_id,
            operation.name,
            level,
            text,
            editions,
            place,
            MappingProxyType({edition: f"{documents[edition]}, {place}" for edition in editions}),
            self.values_in(row, text, editions, line, what),
            tuple(row.get("observations", ())),
            str(row.get("untested", "")),
            str(row.get("when", "")),
            str(row.get("alternative", "")),
            self.unsaid_in(row, documents, line, what),
            self.path.name,
            line,
        )

    def level_in(self, row: Mapping[str, Any], line: int, what: str) -> Level:
        """The level of a clause; an OBSERVED one has observations, and no other has."""
        if row.get("level") not in tuple(Level):
            raise self.wrong(line, f"{what} has the level {row.get('level')!r}; expected {', '.join(Level)}")
        level = Level(row["level"])
        if (level is Level.OBSERVED) != bool(row.get("observations", ())):
            raise self.wrong(line, f"{what}: observations belong to OBSERVED clauses, and each of those needs some")
        return level

    def documents_of(
        self, row: Mapping[str, Any], operation: Operation, editions: tuple[str, ...], line: int, what: str
    ) -> dict[str, str]:
        """Edition → the document in which a clause stands: that of its operation, or the one of ``source``."""
        source = row.get("source", {})
        if not isinstance(source, dict) or (source and set(source) != set(editions)):
            raise self.wrong(line, f"{what}: source names one document for each of its editions")
        for document in source.values():
            if not isinstance(document, str) or document not in self.documents:
                raise self.wrong(line, f"{what}: source names the unknown document {document!r}")
        documents = {**operation.documents, **source}
        if missing := [edition for edition in editions if edition not in documents]:
            raise self.wrong(line, f"{what} has no source for {missing[0]}: [operation.documents] lacks it")
        return documents

    def values_in(
        self, row: Mapping[str, Any], text: str, editions: tuple[str, ...], line: int, what: str
    ) -> Mapping[str, Mapping[str, int]]:
        """Name → edition → value: for exactly the editions of the clause, and for each name in what it says."""
        values = {name: dict(by_edition) for name, by_edition in row.get("values", {}).items()}
        for name, by_edition in values.items():
            if set(by_edition) != set(editions):
                wrong = sorted(set(by_edition) ^ set(editions))[0]
                raise self.wrong(
                    line, f"{what}: the value {name!r} must be given for exactly its editions; see {wrong}"
                )
            if "{" + name + "}" not in text:
                raise self.wrong(line, f"{what}: the value {name!r} is not used in what it says")
        if without := set(re.findall(r"{(\w+)}", text)) - set(values):
            raise self.wrong(line, f"{what} speaks of {without.pop()!r}, which has no values")
        return MappingProxyType(values)

    def unsaid_in(
        self, row: Mapping[str, Any], documents: Mapping[str, str], line: int, what: str
    ) -> Mapping[str, str]:
        """Document → why it does not say the clause itself; each is a source of the clause."""
        unsaid = row.get("unsaid", {})
        if not isinstance(unsaid, dict) or not all(isinstance(why, str) and why for why in unsaid.values()):
            raise self.wrong(line, f"{what}: unsaid says by document why it does not say the clause itself")
        if foreign := sorted(set(unsaid) - set(documents.values())):
            raise self.wrong(line, f"{what}: unsaid names {foreign[0]}, which is no source of it")
        return MappingProxyType(unsaid)

    # Fields ----------------------------------------------------------------------------------------------------

    def rows(self, table: str) -> Iterator[tuple[dict[str, Any], int]]:
        """The rows of an array of tables, each with the line where it begins."""
        return zip(self.tables.get(table, []), self.lines[table], strict=False)

    def only_known(self, table: Mapping[str, Any], keys: frozenset[str], line: int, what: str) -> None:
        if extra := sorted(set(table) - keys):
            raise self.wrong(line, f"{what} has the unknown key {extra[0]!r}; known are {', '.join(sorted(keys))}")

    def text_in(self, table: Mapping[str, Any], key: str, line: int, what: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(line, f"{what} needs {key!r}, a text that is not empty; found {value!r}")
        return value

    def editions_in(self, value: object, line: int, what: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.wrong(line, f"{what} needs a list of editions; found {value!r}")
        for edition in value:
            if edition not in EDITIONS:
                raise self.wrong(line, f"{what} names the unknown edition {edition!r}; known are {', '.join(EDITIONS)}")
        return tuple(value)

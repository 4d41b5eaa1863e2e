"""Reads fixtures/contract into a Contract, refusing anything that is not exactly as it should be."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from conformance.contract.actions import Action
from conformance.contract.limits import LIMITS, LimitError, read_limits
from conformance.contract.model import EDITIONS, Clause, Contract, Level, Operation, Parameter
from conformance.contract.shape import shape_of

ORDER = (
    "Common",
    "Signature",
    Action.BatchRegisterDevice,
    Action.BatchCheckDeviceNames,
    Action.BatchRegisterDeviceWithApplyId,
    Action.QueryBatchRegisterDeviceStatus,
    Action.QueryPageByApplyId,
    "Workflow",
)
"""The order in which people read the contract; files of other names follow in alphabetical order."""

TYPES = frozenset({"String", "Boolean", "Integer", "Long"})
OPERATION_KEYS = frozenset({"name", "says", "roots", "sample_roots", "documents", "contract"})
PARAMETER_KEYS = frozenset({"name", "type", "required", "optional"}) | LIMITS
CLAUSE_KEYS = frozenset(
    {"id", "level", "says", "place", "editions", "values", "observations", "untested", "when", "source"}
)


class ContractError(Exception):
    """A contract file is not as it should be; the message names file, line and what to mend."""


def fixtures() -> Path:
    """The folder of contract, examples and vectors: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "fixtures"
    return inside if inside.is_dir() else package.parent / "fixtures"


@cache
def load(folder: Path | None = None) -> Contract:
    """The contract in that folder, by default the one that comes with the suite.

    Raises ContractError for malformed TOML, unknown keys, duplicate ids, unknown editions, types or
    documents, and a value missing for an edition that has the clause.
    """
    where = folder or fixtures() / "contract"
    files = sorted(where.glob("*.toml"), key=lambda path: (_rank(path.stem), path.stem))
    files = [path for path in files if path.stem != "documents"]
    if not files:
        raise ContractError(f"{where}: no contract files found; expected one .toml per operation")
    documents = _documents(where / "documents.toml")
    operations: dict[str, Operation] = {}
    clauses: dict[str, Clause] = {}
    digest = hashlib.sha256()
    for path in files:
        text = read_text(path)
        digest.update(text.encode())
        _File(path, text, documents).read_into(operations, clauses)
    return Contract(
        MappingProxyType(operations),
        MappingProxyType(clauses),
        MappingProxyType(documents),
        digest.hexdigest()[:16],
    )


def _rank(stem: str) -> int:
    return ORDER.index(stem) if stem in ORDER else len(ORDER)


def read_text(path: Path) -> str:
    """The text of a file of the contract. Raises ContractError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: cannot be read: {error}") from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ContractError(f"{path}: malformed TOML: {error}") from None


def _documents(path: Path) -> dict[str, str]:
    table = _parse(path, read_text(path)) if path.exists() else {}
    if not all(isinstance(what, str) for what in table.values()):
        raise ContractError(f'{path}: every document is one line: ID = "what it is"')
    return table


class _File:
    """One contract file being read; knows where each of its tables begins."""

    def __init__(self, path: Path, text: str, documents: Mapping[str, str]) -> None:
        self.path = path
        self.table = _parse(path, text)
        self.documents = documents
        lines = text.splitlines()
        self.lines = {
            table: [n for n, line in enumerate(lines, 1) if re.match(rf"\s*\[\[{table}\]\]", line)]
            for table in ("parameter", "answer", "clause")
        }

    def fail(self, line: int, message: str) -> ContractError:
        return ContractError(f"{self.path}:{line}: {message}")

    def known(self, found: Mapping[str, Any], keys: frozenset[str], line: int, what: str) -> None:
        if extra := sorted(set(found) - keys):
            raise self.fail(line, f"{what} has the unknown key {extra[0]!r}; known are {', '.join(sorted(keys))}")

    def text_of(self, found: Mapping[str, Any], key: str, line: int, what: str) -> str:
        value = found.get(key)
        if not isinstance(value, str) or not value:
            raise self.fail(line, f"{what} needs {key!r}, a text that is not empty; found {value!r}")
        return value

    def editions_of(self, value: object, line: int, what: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.fail(line, f"{what} needs a list of editions; found {value!r}")
        for edition in value:
            if edition not in EDITIONS:
                raise self.fail(line, f"{what} names the unknown edition {edition!r}; known are {', '.join(EDITIONS)}")
        return tuple(value)

    def read_into(self, operations: dict[str, Operation], clauses: dict[str, Clause]) -> None:
        self.known(self.table, frozenset({"operation", *self.lines}), 1, "the file")
        head = self.table.get("operation")
        if not isinstance(head, dict):
            raise self.fail(1, "expected the table [operation]")
        operation = self.operation(head)
        if operation.name in operations:
            raise self.fail(1, f"operation {operation.name!r} is defined twice")
        operations[operation.name] = operation
        for found, line in self.rows("clause"):
            clause = self.clause(found, line, operation)
            if (other := clauses.get(clause.id)) is not None:
                raise self.fail(line, f"clause {clause.id!r} stands already in {other.file}:{other.line}")
            clauses[clause.id] = clause

    def rows(self, table: str) -> Iterator[tuple[dict[str, Any], int]]:
        """The rows of an array of tables, each with the line where it begins."""
        return zip(self.table.get(table, []), self.lines[table], strict=False)

    def operation(self, head: Mapping[str, Any]) -> Operation:
        self.known(head, OPERATION_KEYS, 1, "[operation]")
        name = self.text_of(head, "name", 1, "[operation]")
        documents = head.get("documents", {})
        for edition, document in documents.items():
            self.editions_of([edition], 1, "[operation.documents]")
            if not isinstance(document, str) or document not in self.documents:
                raise self.fail(1, f"[operation.documents] names the unknown document {document!r}")
        answer = self.parameters("answer")
        return Operation(
            name,
            self.text_of(head, "says", 1, "[operation]"),
            tuple(head.get("roots", ())),
            self.roots_of(head),
            MappingProxyType(dict(documents)),
            self.parameters("parameter"),
            answer,
            shape_of({field.name: field.type for field in answer}),
            bool(head.get("contract", True)),
        )

    def roots_of(self, head: Mapping[str, Any]) -> Mapping[str, str]:
        found = head.get("sample_roots", {})
        self.editions_of(list(found), 1, "[operation.sample_roots]")
        return MappingProxyType(dict(found))

    def parameters(self, table: str) -> tuple[Parameter, ...]:
        """The parameters of the request, or those of the answer."""
        parameters: dict[str, Parameter] = {}
        for found, line in self.rows(table):
            one = self.parameter(found, line)
            if one.name in parameters:
                raise self.fail(line, f"[[{table}]] {one.name!r} is defined twice")
            parameters[one.name] = one
        return tuple(parameters.values())

    def parameter(self, found: Mapping[str, Any], line: int) -> Parameter:
        what = f"parameter {found.get('name')!r}"
        self.known(found, PARAMETER_KEYS, line, what)
        if found.get("type") not in TYPES:
            raise self.fail(line, f"{what} has the unknown type {found.get('type')!r}")
        name = self.text_of(found, "name", line, what)
        required = self.editions_of(found.get("required"), line, what)
        optional = self.editions_of(found.get("optional"), line, what)
        if both := set(required) & set(optional):
            raise self.fail(line, f"{what} is both required and optional in {min(both)}")
        try:
            limits = read_limits(found, tuple(edition for edition in EDITIONS if edition in {*required, *optional}))
        except LimitError as error:
            raise self.fail(line, f"{what}: {error}") from None
        return Parameter(name, found["type"], frozenset(required), frozenset(optional), limits)

    def source_of(self, found: Mapping[str, Any], editions: tuple[str, ...], line: int, what: str) -> Mapping[str, str]:
        """The documents of a clause that stands in others than those of its operation: one per edition of it."""
        source = found.get("source", {})
        if not isinstance(source, dict) or (source and set(source) != set(editions)):
            raise self.fail(line, f"{what}: source names one document for each of its editions")
        for document in source.values():
            if not isinstance(document, str) or document not in self.documents:
                raise self.fail(line, f"{what}: source names the unknown document {document!r}")
        return source

    def clause(self, found: Mapping[str, Any], line: int, operation: Operation) -> Clause:
        clause_id = self.text_of(found, "id", line, "the clause")
        what = f"clause {clause_id!r}"
        self.known(found, CLAUSE_KEYS, line, what)
        if clause_id.split(".")[0] != operation.name:
            raise self.fail(line, f"{what} stands in the file of {operation.name}; its id must begin with that name")
        if found.get("level") not in tuple(Level):
            raise self.fail(line, f"{what} has the level {found.get('level')!r}; expected {', '.join(Level)}")
        editions = self.editions_of(found.get("editions"), line, what)
        if not editions:
            raise self.fail(line, f"{what} belongs to no edition")
        place = self.text_of(found, "place", line, what)
        documents = {**operation.documents, **self.source_of(found, editions, line, what)}
        if missing := [edition for edition in editions if edition not in documents]:
            raise self.fail(line, f"{what} has no source for {missing[0]}: [operation.documents] lacks it")
        text = self.text_of(found, "says", line, what)
        values = {name: dict(by) for name, by in found.get("values", {}).items()}
        for name, by_edition in values.items():
            if set(by_edition) != set(editions):
                wrong = sorted(set(by_edition) ^ set(editions))[0]
                raise self.fail(line, f"{what}: the value {name!r} must be given for exactly its editions; see {wrong}")
            if "{" + name + "}" not in text:
                raise self.fail(line, f"{what}: the value {name!r} is not used in what it says")
        if left := set(re.findall(r"{(\w+)}", text)) - set(values):
            raise self.fail(line, f"{what} speaks of {left.pop()!r}, which has no values")
        level = Level(found["level"])
        observations = tuple(found.get("observations", ()))
        if (level is Level.OBSERVED) != bool(observations):
            raise self.fail(line, f"{what}: observations belong to OBSERVED clauses, and each of those needs some")
        return Clause(
            clause_id,
            operation.name,
            level,
            text,
            editions,
            place,
            MappingProxyType({edition: f"{documents[edition]}, {place}" for edition in editions}),
            MappingProxyType(values),
            observations,
            str(found.get("untested", "")),
            str(found.get("when", "")),
            self.path.name,
            line,
        )

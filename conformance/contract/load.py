"""Reads fixtures/contract into a Contract, refusing anything that is not exactly as it should be."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from types import MappingProxyType

from conformance.contract.actions import Action
from conformance.contract.files import ContractError, fixtures, parsed, read_text
from conformance.contract.model import Clause, Contract, Operation
from conformance.contract.rows import ContractFile

__all__ = ["ORDER", "ContractError", "fixtures", "load"]

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


@cache
def load(folder: Path | None = None) -> Contract:
    """The contract in that folder, by default the one that comes with the suite.

    Raises ContractError for malformed TOML, unknown keys, duplicate ids, unknown editions, types or
    documents, and a value missing for an edition that has the clause.
    """
    where = folder or fixtures() / "contract"
    paths = sorted(where.glob("*.toml"), key=lambda path: (_rank(path.stem), path.stem))
    paths = [path for path in paths if path.stem != "documents"]
    if not paths:
        raise ContractError(f"{where}: no contract files found; expected one .toml per operation")
    documents = _documents(where / "documents.toml")
    operations: dict[str, Operation] = {}
    clauses: dict[str, Clause] = {}
    digest = hashlib.sha256()
    for path in paths:
        text = read_text(path)
        digest.update(text.encode())
        file = ContractFile(path, text, documents)
        operation = file.operation()
        if operation.name in operations:
            raise file.wrong(1, f"operation {operation.name!r} is defined twice")
        operations[operation.name] = operation
        for clause in file.clauses(operation):
            if (other := clauses.get(clause.id)) is not None:
                raise file.wrong(clause.line, f"clause {clause.id!r} stands already in {other.file}:{other.line}")
            clauses[clause.id] = clause
    return Contract(
        MappingProxyType(operations),
        MappingProxyType(clauses),
        MappingProxyType(documents),
        digest.hexdigest()[:16],
    )


def _rank(stem: str) -> int:
    return ORDER.index(stem) if stem in ORDER else len(ORDER)


def _documents(path: Path) -> dict[str, str]:
    """Id of a document → what it is."""
    documents = parsed(path, read_text(path)) if path.exists() else {}
    if not all(isinstance(what, str) for what in documents.values()):
        raise ContractError(f'{path}: every document is one line: ID = "what it is"')
    return documents

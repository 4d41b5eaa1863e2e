"""The ledgers: every statement of a document, with the clauses that cover it or the reason why none can."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from conformance.contract.files import ContractError, fixtures, parsed, read_text
from conformance.contract.load import load
from conformance.contract.model import EDITIONS, Contract

FILE_KEYS = frozenset({"edition", "statement"})
STATEMENT_KEYS = frozenset({"id", "place", "says", "clauses", "unobservable", "missing"})
SPEAKING = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", re.ASCII)
"""Words joined by dots; a mere number says nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a document says: a sentence, a cell of a table, a line of a sample."""

    document: str
    id: str
    """Unique within its document."""
    place: str
    says: str
    """What the document says there, in our words."""
    clauses: tuple[str, ...]
    """The clauses that cover it; each belongs to the document's edition."""
    unobservable: str
    """Why no exchange can bear it out; empty where one can."""
    missing: str
    """Which clause the contract still lacks for it; empty where it lacks none."""
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class StatementLedger:
    """All statements of one document, in its own order."""

    document: str
    edition: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of a document is covered; what is neither covered nor unobservable still lacks a clause."""

    statements: int
    covered: int
    unobservable: int


@cache
def ledgers(folder: Path | None = None) -> tuple[StatementLedger, ...]:
    """The ledgers in that folder, one per file ``<document>.toml``, by default those that come with the suite.

    Raises ContractError for malformed TOML, unknown keys, an unknown document or edition, duplicate ids, empty
    texts, clauses that do not exist or do not belong to the edition, and statements with neither or both of
    ``clauses`` and ``unobservable``.
    """
    where = folder or fixtures() / "statements"
    files = sorted(where.glob("*.toml"))
    if not files:
        raise ContractError(f"{where}: no ledgers found; expected one .toml per document")
    contract = load()
    return tuple(_LedgerFile(path, contract).ledger() for path in files)


@cache
def statements(folder: Path | None = None) -> tuple[Statement, ...]:
    """The statements of all ledgers in that folder, document by document."""
    return tuple(statement for ledger in ledgers(folder) for statement in ledger.statements)


def counts(folder: Path | None = None) -> dict[str, Counts]:
    """Document → how many statements it has, and what became of them."""
    return {
        ledger.document: Counts(
            len(ledger.statements),
            sum(bool(statement.clauses) and not statement.missing for statement in ledger.statements),
            sum(bool(statement.unobservable) for statement in ledger.statements),
        )
        for ledger in ledgers(folder)
    }


class _LedgerFile:
    """One ledger being read; knows where each of its statements begins."""

    def __init__(self, path: Path, contract: Contract) -> None:
        self.path = path
        self.document = path.stem
        self.contract = contract
        text = read_text(path)
        self.table = parsed(path, text)
        self.lines = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[statement\]\]", line)]

    def fail(self, line: int, message: str) -> ContractError:
        return ContractError(f"{self.path}:{line}: {message}")

    def known(self, row: Mapping[str, Any], keys: frozenset[str], line: int, what: str) -> None:
        if extra := sorted(set(row) - keys):
            raise self.fail(line, f"{what} has the unknown key {extra[0]!r}; known are {', '.join(sorted(keys))}")

    def ledger(self) -> StatementLedger:
        self.known(self.table, FILE_KEYS, 1, "the file")
        edition = self.edition()
        rows = self.table.get("statement", [])
        if not isinstance(rows, list) or not rows or len(rows) != len(self.lines):
            raise self.fail(1, "the file needs statements, each of which begins with a line [[statement]]")
        by_id: dict[str, Statement] = {}
        for row, line in zip(rows, self.lines, strict=True):
            statement = self.statement(row, line, edition)
            if (other := by_id.get(statement.id)) is not None:
                raise self.fail(line, f"statement {statement.id!r} stands already in {other.file}:{other.line}")
            by_id[statement.id] = statement
        return StatementLedger(self.document, edition, tuple(by_id.values()))

    def edition(self) -> str:
        edition = self.table.get("edition")
        if self.document not in self.contract.documents:
            raise self.fail(1, f"{self.document!r} is no document of the contract; see documents.toml")
        if edition not in EDITIONS:
            raise self.fail(1, f"the file names the unknown edition {edition!r}; known are {', '.join(EDITIONS)}")
        if all(operation.documents.get(edition) != self.document for operation in self.contract.operations.values()):
            raise self.fail(1, f"no operation of the contract has {self.document} as its document in {edition}")
        return str(edition)

    def statement(self, row: Mapping[str, Any], line: int, edition: str) -> Statement:
        statement_id = self.text_of(row, "id", line, "the statement")
        what = f"statement {statement_id!r}"
        self.known(row, STATEMENT_KEYS, line, what)
        if not SPEAKING.fullmatch(statement_id):
            raise self.fail(line, f"{what}: an id is made of words and dots, such as request.Count.limit")
        place, says = (self.text_of(row, key, line, what) for key in ("place", "says"))
        texts = {key: self.text_of(row, key, line, what) for key in ("unobservable", "missing") if key in row}
        clauses = self.clauses_of(row, line, what, edition) if "clauses" in row else ()
        if "unobservable" in texts and (clauses or "missing" in texts):
            raise self.fail(line, f"{what} is unobservable, so it can have neither clauses nor a missing one")
        if not clauses and not texts:
            raise self.fail(line, f"{what} needs clauses, or a reason why it is unobservable")
        return Statement(
            self.document,
            statement_id,
            place,
            says,
            clauses,
            texts.get("unobservable", ""),
            texts.get("missing", ""),
            self.path.name,
            line,
        )

    def text_of(self, row: Mapping[str, Any], key: str, line: int, what: str) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(line, f"{what} needs {key!r}, a text that is not empty; found {value!r}")
        return value

    def clauses_of(self, row: Mapping[str, Any], line: int, what: str, edition: str) -> tuple[str, ...]:
        names = row["clauses"]
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise self.fail(line, f"{what} needs a list of clause ids that is not empty; found {names!r}")
        for name in names:
            clause = self.contract.clauses.get(name)
            if clause is None:
                raise self.fail(line, f"{what} names the clause {name!r}, which the contract does not have")
            if edition not in clause.editions:
                raise self.fail(line, f"{what} names the clause {name!r}, which does not belong to {edition}")
            if names.count(name) > 1:
                raise self.fail(line, f"{what} names the clause {name!r} twice")
        return tuple(names)

"""``contract new``: begins a clause in a checkout, by a row, a test or an invariant, a fault and a translation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.contract.actions import Action
from conformance.contract.files import read_text
from conformance.contract.model import EDITIONS, Contract, Level
from conformance.contract.rows import ContractFile
from conformance.scaffold import skeletons
from conformance.scaffold.imports import with_imports
from conformance.scaffold.skeletons import NewClause, snake_case
from conformance.text.command import command
from conformance.text.nearest import nearest

CLAUSE_ID = re.compile(r"[A-Z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9_]*)+")
INVARIANTS = {
    "Common": "envelope",
    "Signature": "signatures",
    "Workflow": "registration",
    Action.BatchRegisterDevice: "registration",
    Action.BatchCheckDeviceNames: "invalid_names",
    Action.BatchRegisterDeviceWithApplyId: "registration",
    Action.QueryBatchRegisterDeviceStatus: "status",
    Action.QueryPageByApplyId: "paging",
}
"""Operation → the file of conformance/judge/invariants in which an invariant begins; it may move to any other there."""


class NewClauseError(ValueError):
    """A clause that cannot be begun; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file with a skeleton in it."""

    path: str
    """Below the root of the checkout."""
    text: str
    """All of the file."""
    line: int
    """Where the skeleton begins."""
    next_step: str
    """What is left to do there; empty where nothing is."""


def checkout_of(package: Path) -> Path:
    """The root of the checkout in which the package lies. Raises NewClauseError where it is installed elsewhere."""
    root = package.parent
    if not (root / "pyproject.toml").is_file() or not (root / "fixtures" / "contract").is_dir():
        raise NewClauseError(f"{root} is no checkout of this project; clone it, and run the command there")
    return root


def new_clause(
    contract: Contract,
    clause_id: str,
    *,
    says: str,
    level: str,
    place: str | None,
    editions: Sequence[str],
    values: Sequence[tuple[str, int]],
    observations: Sequence[str],
) -> NewClause:
    """A clause as the command line describes it, the rest by default. Raises NewClauseError."""
    operation = _operation_of(clause_id, contract)
    if (Level(level.upper()) is Level.OBSERVED) != bool(observations):
        raise NewClauseError("an OBSERVED clause lists what it may show, and no other does: --observation TEXT")
    return NewClause(
        clause_id,
        Level(level.upper()),
        says,
        place or default_place(contract, clause_id),
        tuple(editions) or default_editions(contract, operation),
        dict(values),
        tuple(observations),
    )


def _operation_of(clause_id: str, contract: Contract) -> str:
    """The operation of a new clause. Raises NewClauseError where the id is none, or stands already."""
    if CLAUSE_ID.fullmatch(clause_id) is None:
        raise NewClauseError(
            f"{clause_id!r} is no clause id; expected OPERATION.WHAT, for example QueryPageByApplyId.PageSize.one"
        )
    if (there := contract.clauses.get(clause_id)) is not None:
        raise NewClauseError(f"{clause_id} stands already in fixtures/contract/{there.file}:{there.line}")
    operation = clause_id.partition(".")[0]
    known = sorted(name for name, described in contract.operations.items() if described.contract)
    if operation not in known:
        raise NewClauseError(
            f"unknown operation {operation!r}{nearest(operation, known)}; known are {', '.join(known)}"
        )
    return operation


def default_editions(contract: Contract, operation: str) -> tuple[str, ...]:
    """The editions in which a document describes the operation."""
    return tuple(edition for edition in EDITIONS if edition in contract.operations[operation].documents)


def default_place(contract: Contract, clause_id: str) -> str:
    """Where documents speak of the parameter that the id names, or of the operation."""
    operation, name = clause_id.split(".")[:2]
    described = contract.operations[operation]
    if name in {part for parameter in described.parameters for part in parameter.name.split(".")}:
        return f"request parameters, {name}"
    if name in {part.removesuffix("[]") for field in described.answer for part in field.name.split(".")}:
        return f"response parameters, {name}"
    return "description"


def begin(root: Path, contract: Contract, clause: NewClause, *, is_invariant: bool, chinese: str) -> list[Written]:
    """Write the four skeletons into the checkout, all or none.

    Raises ContractError for a row that would not load.
    """
    operation = snake_case(clause.operation)
    if is_invariant:
        check = f"conformance/judge/invariants/{INVARIANTS[clause.operation]}.py"
    else:
        check = f"conformance/suite/{'signatures' if operation == 'signature' else operation}.py"
    files = [
        _row(root, contract, clause),
        _code(root, check, skeletons.invariant if is_invariant else skeletons.test, clause, "write the check"),
        _code(
            root, f"conformance/reference/faults/{operation}.py", skeletons.fault, clause,
            "say what the server does without the rule, name the rule, and break it",
        ),
        _translation(root, clause, chinese),
    ]  # fmt: skip
    for file in files:
        (root / file.path).write_text(file.text, encoding="utf-8")
    return files


def _row(root: Path, contract: Contract, clause: NewClause) -> Written:
    path = f"fixtures/contract/{clause.operation}.toml"
    before = read_text(root / path).rstrip("\n") + "\n\n"
    text = before + skeletons.row(clause)
    file = ContractFile(root / path, text, contract.documents)
    list(file.clauses(file.operation()))
    return Written(path, text, before.count("\n") + 1, "")


def _code(
    root: Path,
    path: str,
    skeleton: Callable[[NewClause], tuple[str, skeletons.Imports]],
    clause: NewClause,
    next_step: str,
) -> Written:
    code, imports = skeleton(clause)
    before = with_imports(read_text(root / path), imports).rstrip("\n") + "\n\n\n"
    return Written(path, before + code, before.count("\n") + 1, next_step)


def _translation(root: Path, clause: NewClause, chinese: str) -> Written:
    path = "fixtures/lang/zh.toml"
    tables = re.split(r"(?m)^(?=\[)", read_text(root / path))
    place = next(number for number, table in enumerate(tables) if table.startswith("[contract]"))
    tables[place] = tables[place].rstrip("\n") + "\n" + skeletons.translation(clause, chinese)
    line = "".join(tables[: place + 1]).count("\n")
    if place + 1 < len(tables):
        tables[place] += "\n"
    return Written(path, "".join(tables), line, "" if chinese else "translate what the row says")


def commands(clause_id: str) -> Sequence[str]:
    """The commands that prove the clause, in their order."""
    return (
        command("run", "embedded", "--only", clause_id),
        command("selfproof", "--fault", f"{clause_id}*"),
        command("contract", "lock", "--raise"),
        "make editions lint test selfproof",
    )

"""Locks: what an edition holds at a revision, so that a target once measured keeps its verdict when clauses come."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from conformance.contract.load import ContractError, fixtures
from conformance.contract.model import EDITIONS, Contract, Level


@dataclass(frozen=True, slots=True)
class Locked:
    """One clause as a revision has it."""

    level: Level
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lock:
    """The clauses of one edition at one revision."""

    edition: str
    revision: int
    clauses: Mapping[str, Locked]

    @property
    def digest(self) -> str:
        """SHA-256 over ids, levels and values, 16 hexadecimal digits."""
        return hashlib.sha256("\n".join(self.lines()).encode()).hexdigest()[:16]

    def lines(self) -> list[str]:
        """One line of TOML per clause, in the order of the ids."""
        found = []
        for clause_id, locked in sorted(self.clauses.items()):
            fields = [f'level = "{locked.level}"', *(f"{name} = {value}" for name, value in locked.values.items())]
            found.append(f'"{clause_id}" = {{ {", ".join(fields)} }}')
        return found

    def text(self) -> str:
        """The whole file."""
        head = [
            "# Generated: make editions. Ids, levels and values of an edition at a revision.",
            f'edition = "{self.edition}"',
            f"revision = {self.revision}",
            f'digest = "{self.digest}"',
            "",
            "[clauses]",
        ]
        return "\n".join([*head, *self.lines()]) + "\n"


def lock_of(contract: Contract, edition: str, revision: int) -> Lock:
    """What the contract holds for that edition now."""
    clauses = {
        clause.id: Locked(
            clause.level, MappingProxyType({name: by_edition[edition] for name, by_edition in clause.values.items()})
        )
        for clause in contract.of(edition)
    }
    return Lock(edition, revision, MappingProxyType(clauses))


def path_of(edition: str, revision: int | None = None, folder: Path | None = None) -> Path:
    """Where a lock lies: the current one under the edition's name, earlier ones with their revision."""
    name = edition if revision is None else f"{edition}@{revision}"
    return (folder or fixtures() / "editions") / f"{name}.lock"


def read(edition: str, revision: int | None = None, folder: Path | None = None) -> Lock:
    """The current lock of an edition, or the one of that revision.

    Raises ContractError where there is no such file, it is malformed, or its digest does not fit its clauses.
    """
    path = path_of(edition, None, folder)
    lock = _parse(path, edition)
    if revision is None or revision == lock.revision:
        return lock
    earlier = path_of(edition, revision, folder)
    if not earlier.exists():
        raise ContractError(f"{edition} has no revision {revision}; the current one is {lock.revision}")
    return _parse(earlier, edition)


def _parse(path: Path, edition: str) -> Lock:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ContractError(f"{path}: no readable lock: {error}; make editions writes it anew") from None
    clauses = table.get("clauses")
    revision = table.get("revision")
    if table.get("edition") != edition or edition not in EDITIONS:
        raise ContractError(f"{path}: expected the lock of {edition}, found {table.get('edition')!r}")
    if not isinstance(revision, int) or revision < 1 or not isinstance(clauses, dict):
        raise ContractError(f"{path}: expected a revision from 1 on and the table [clauses]")
    found = {}
    for clause_id, fields in clauses.items():
        if not isinstance(fields, dict) or fields.get("level") not in tuple(Level):
            raise ContractError(f"{path}: {clause_id!r} has no level; expected one of {', '.join(Level)}")
        values = {name: value for name, value in fields.items() if name != "level"}
        if not all(isinstance(value, int) for value in values.values()):
            raise ContractError(f"{path}: {clause_id!r} has a value that is no number")
        found[clause_id] = Locked(Level(fields["level"]), MappingProxyType(values))
    lock = Lock(edition, revision, MappingProxyType(found))
    if table.get("digest") != lock.digest:
        raise ContractError(f"{path}: its digest is {table.get('digest')!r}, its clauses have {lock.digest!r}")
    return lock


def split(text: str) -> tuple[str, int | None]:
    """``alibaba-2023@1`` as edition and revision; without a revision the current one is meant."""
    found = re.fullmatch(r"(.+)@([1-9][0-9]{0,5})", text)
    return (found[1], int(found[2])) if found else (text, None)


def write(contract: Contract, folder: Path | None = None, *, anew: bool = False) -> list[str]:
    """Bring every lock up to date and tell what changed; ``anew`` raises the revision and keeps the one before."""
    told = []
    for edition in EDITIONS:
        path = path_of(edition, None, folder)
        before = _parse(path, edition) if path.exists() else None
        revision = before.revision if before is not None else 1
        lock = lock_of(contract, edition, revision)
        if before is not None and before.digest == lock.digest:
            continue
        if before is not None and anew:
            path_of(edition, revision, folder).write_text(before.text(), encoding="utf-8")
            lock = lock_of(contract, edition, revision + 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lock.text(), encoding="utf-8")
        told.append(f"{edition} revision {lock.revision}: {len(lock.clauses)} clauses, digest {lock.digest}")
    return told

"""Released revisions of an edition: one file each, ``fixtures/editions/<edition>@<revision>.lock``, never rewritten.

A target measured by ``alibaba-2023@1`` keeps its verdict when clauses are added later. The SHA-256 of every released
file stands in ``SHA256SUMS`` beside them; a file that does not fit its sum is refused.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from conformance.contract.files import ContractError, fixtures
from conformance.contract.model import EDITIONS, Contract, Level

SUMS = "SHA256SUMS"
"""The list of released files and their SHA-256, in the form that ``sha256sum --check`` reads; it only ever grows."""


@dataclass(frozen=True, slots=True)
class LockedClause:
    """What a revision holds of one clause: its level, and its values by name."""

    level: Level
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lock:
    """The clauses of one edition at one revision, by id."""

    edition: str
    revision: int
    clauses: Mapping[str, LockedClause]

    @property
    def name(self) -> str:
        """As users write it, for example ``alibaba-2023@1``."""
        return f"{self.edition}@{self.revision}"

    def text(self) -> str:
        """The whole file: TOML, one clause a line in the order of the ids."""
        lines = [
            "# A released revision: nobody changes this file. `iot-conformance contract lock --raise` begins the next.",
            f'edition = "{self.edition}"',
            f"revision = {self.revision}",
            "",
            "[clauses]",
        ]
        for clause_id, clause in sorted(self.clauses.items()):
            fields = [f'level = "{clause.level}"', *(f"{name} = {value}" for name, value in clause.values.items())]
            lines.append(f'"{clause_id}" = {{ {", ".join(fields)} }}')
        return "\n".join(lines) + "\n"


def lock_of(contract: Contract, edition: str, revision: int) -> Lock:
    """What the contract says of that edition today, as that revision."""
    clauses = {
        clause.id: LockedClause(
            clause.level, MappingProxyType({name: by_edition[edition] for name, by_edition in clause.values.items()})
        )
        for clause in contract.of(edition)
    }
    return Lock(edition, revision, MappingProxyType(clauses))


def editions_folder() -> Path:
    """Where the released revisions lie."""
    return fixtures() / "editions"


def path_of(edition: str, revision: int, folder: Path | None = None) -> Path:
    """The file of that revision."""
    return (folder or editions_folder()) / f"{edition}@{revision}.lock"


def newest_revision(edition: str, folder: Path | None = None) -> int:
    """The highest released revision of an edition; 0 where none was released yet."""
    revisions = (split(path.stem) for path in (folder or editions_folder()).glob(f"{edition}@*.lock"))
    return max((revision for _, revision in revisions if revision is not None), default=0)


def read(edition: str, revision: int, folder: Path | None = None) -> Lock:
    """A released revision.

    Raises ContractError where there is no such revision, its file is malformed, or it is not the file that was
    released.
    """
    path = path_of(edition, revision, folder)
    if not path.exists():
        newest = newest_revision(edition, folder)
        raise ContractError(f"{edition} has no revision {revision}; the newest one is {newest}")
    content = path.read_bytes()
    lock = _parsed(path, content, edition, revision)
    if sums(folder).get(path.name) != sha256(content):
        raise ContractError(f"{path}: not the file that was released: its SHA-256 is not the one in {SUMS}")
    return lock


def sha256(content: bytes) -> str:
    """The sum that stands for a released file, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sums(folder: Path | None = None) -> dict[str, str]:
    """File name → SHA-256 of every released revision. Raises ContractError for a line that is neither."""
    path = (folder or editions_folder()) / SUMS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    released: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        entry = re.fullmatch(r"([0-9a-f]{64})  (\S+@[1-9]\d*\.lock)", line)
        if entry is None or entry[2] in released:
            raise ContractError(f"{path}:{number}: expected a SHA-256, two blanks and a file that is named once")
        released[entry[2]] = entry[1]
    return released


def _parsed(path: Path, content: bytes, edition: str, revision: int) -> Lock:
    try:
        table = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise ContractError(f"{path}: no readable lock: {error}") from None
    if edition not in EDITIONS or (table.get("edition"), table.get("revision")) != (edition, revision):
        holds = f"{table.get('edition')}@{table.get('revision')}"
        raise ContractError(f"{path}: expected revision {revision} of {edition}, found {holds}")
    clauses = table.get("clauses")
    if not isinstance(clauses, dict):
        raise ContractError(f"{path}: expected the table [clauses]")
    locked = {clause_id: _clause(path, clause_id, fields) for clause_id, fields in clauses.items()}
    return Lock(edition, revision, MappingProxyType(locked))


def _clause(path: Path, clause_id: str, fields: Any) -> LockedClause:
    if not isinstance(fields, dict) or fields.get("level") not in tuple(Level):
        raise ContractError(f"{path}: {clause_id!r} has no level; expected one of {', '.join(Level)}")
    values = {name: value for name, value in fields.items() if name != "level"}
    if not all(isinstance(value, int) for value in values.values()):
        raise ContractError(f"{path}: {clause_id!r} has a value that is no number")
    return LockedClause(Level(fields["level"]), MappingProxyType(values))


def split(text: str) -> tuple[str, int | None]:
    """``alibaba-2023@1`` as edition and revision; without a revision, today's contract is meant."""
    parts = re.fullmatch(r"(.+)@([1-9][0-9]{0,5})", text)
    return (parts[1], int(parts[2])) if parts else (text, None)

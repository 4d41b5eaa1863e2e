"""From one revision of an edition to the next: what has changed since the newest one, and the new file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance.contract.files import ContractError
from conformance.contract.locks import (
    SUMS,
    Lock,
    editions_folder,
    lock_of,
    newest_revision,
    path_of,
    read,
    sha256,
    sums,
)
from conformance.contract.model import EDITIONS, Contract

MOST_NAMED = 8
"""How many ids of clauses one line names."""


@dataclass(frozen=True, slots=True)
class Revised:
    """An edition of which the contract says something else than its newest revision."""

    released: Lock | None
    """The newest revision; None where the edition has none yet."""
    today: Lock
    """What the contract says, as the revision after it."""

    @property
    def line(self) -> str:
        """One line: the edition, and what changed since its newest revision."""
        if self.released is None:
            return f"{self.today.edition} has no revision yet; it has {len(self.today.clauses)} clauses"
        return f"{self.today.edition} differs from revision {self.released.revision}: {'; '.join(self.changes())}"

    def changes(self) -> Iterator[str]:
        """What changed: clauses added, clauses gone, then levels and values clause by clause."""
        before, after = self.released.clauses if self.released else {}, self.today.clauses
        if added := sorted(set(after) - set(before)):
            yield f"added {_named(added)}"
        if gone := sorted(set(before) - set(after)):
            yield f"gone {_named(gone)}"
        for clause_id in sorted(set(before) & set(after)):
            was, now = before[clause_id], after[clause_id]
            if was.level != now.level:
                yield f"the level of {clause_id} was {was.level}, is {now.level}"
            for name in sorted({*was.values, *now.values}):
                if was.values.get(name) != now.values.get(name):
                    yield f"{name} of {clause_id} was {was.values.get(name)}, is {now.values.get(name)}"


def revised(contract: Contract, folder: Path | None = None) -> list[Revised]:
    """The editions that differ from their newest revision. Raises ContractError where a released file was changed."""
    check_released(folder)
    changed = []
    for edition in EDITIONS:
        newest = newest_revision(edition, folder)
        released = read(edition, newest, folder) if newest else None
        today = lock_of(contract, edition, newest + 1)
        if released is None or dict(released.clauses) != dict(today.clauses):
            changed.append(Revised(released, today))
    return changed


def begin(edition: Revised, folder: Path | None = None) -> None:
    """Write the new revision: one new file, and one line more in the list of sums. Nothing else is touched."""
    content = edition.today.text().encode()
    path = path_of(edition.today.edition, edition.today.revision, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
    with (path.parent / SUMS).open("a", encoding="utf-8") as file:
        file.write(f"{sha256(content)}  {path.name}\n")


def check_released(folder: Path | None = None) -> None:
    """Raise ContractError where a released revision was changed, is gone, or was never released."""
    where, released = folder or editions_folder(), sums(folder)
    files = {path.name for path in where.glob("*.lock")}
    if gone := sorted(set(released) - files):
        raise ContractError(f"{where / gone[0]}: a released revision is gone; restore it from version control")
    if unknown := sorted(files - set(released)):
        raise ContractError(f"{where / unknown[0]}: stands not in {SUMS}; only contract lock --raise releases")
    for name in released:
        edition, revision = split_name(name)
        read(edition, revision, folder)


def split_name(name: str) -> tuple[str, int]:
    """The edition and revision of which ``name`` is the file."""
    edition, _, revision = name.removesuffix(".lock").rpartition("@")
    return edition, int(revision)


def _named(ids: list[str]) -> str:
    more = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")

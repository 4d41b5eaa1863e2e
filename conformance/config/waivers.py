"""waivers.toml: known failures that somebody answers for until a date, read strictly."""

from __future__ import annotations

import datetime
import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NoReturn

from conformance.config.profiles import PROFILES
from conformance.contract import EDITIONS, Clause, Contract
from conformance.text.nearest import nearest

KEYS = {
    "clause": "the id of a clause", "pattern": "a pattern of clause ids", "target": "a TARGET or a pattern of such",
    "edition": "an edition", "fingerprint": "the fingerprint that a run printed, or a list of such",
    "profile": "the profile of the run that showed the failure", "reason": "why it is accepted",
    "owner": "who answers for it", "issue": "a link to where it is being settled", "expires": "a date, 2026-12-31",
}  # fmt: skip
"""What an entry says; all of it but that ``clause`` and ``pattern`` exclude each other."""


class WaiversError(Exception):
    """A waivers file that cannot be meant; the message names file, line and key."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One known failure, accepted until a date."""

    clause: str
    """A clause id, empty where ``pattern`` says which clauses are meant."""
    pattern: str
    target: str
    edition: str
    fingerprints: tuple[str, ...]
    profile: str
    """How deep the run looked that recorded the failure."""
    reason: str
    owner: str
    issue: str
    expires: datetime.date
    """The last day on which it holds."""
    where: str
    """File and line."""

    @property
    def name(self) -> str:
        """What it is about."""
        return self.clause or self.pattern

    def meets(self, clause_id: str) -> bool:
        """Whether it is about that clause."""
        return clause_id == self.clause or (bool(self.pattern) and fnmatchcase(clause_id, self.pattern))

    def concerns(self, target: str, edition: str) -> bool:
        """Whether it is about a run against that target by that edition."""
        return edition == self.edition and fnmatchcase(target, self.target)


def read_waivers(path: Path, contract: Contract) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises WaiversError for a file that is missing or malformed, and for anything
    in it that means nothing."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError:
        raise WaiversError(f"{path}: there is no such file of waivers") from None
    except (OSError, UnicodeDecodeError) as error:
        raise WaiversError(f"{path}: cannot be read: {error}") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise WaiversError(f"{path}: malformed TOML: {error}") from None
    for key in table:
        if key != "waiver":
            line = _line(text, 0, key) or 1
            raise WaiversError(f"{path}:{line}: {key}: expected nothing but [[waiver]] tables")
    entries = table.get("waiver", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise WaiversError(f"{path}:{_line(text, 0, 'waiver') or 1}: waiver: expected [[waiver]] tables")
    return tuple(_Entry(path, text, number, entry, contract).waiver() for number, entry in enumerate(entries, 1))


class _Entry:
    """One table of the file while it is being checked."""

    def __init__(self, path: Path, text: str, number: int, said: dict[str, Any], contract: Contract) -> None:
        self.path, self.text, self.number, self.said, self.contract = path, text, number, said, contract
        self.line = _line(text, number, "") or 1

    def waiver(self) -> Waiver:
        for key in self.said:
            if key not in KEYS:
                self.fail(key, f"unknown key{nearest(key, KEYS)}; known are {', '.join(KEYS)}")
        if ("clause" in self.said) == ("pattern" in self.said):
            self.fail("clause", "expected either clause or pattern")
        clause, pattern = (self.one_text(key) if key in self.said else "" for key in ("clause", "pattern"))
        if clause and clause not in self.contract.clauses:
            self.fail("clause", f"unknown clause {clause!r}{nearest(clause, self.contract.clauses)}")
        edition, profile, issue = self.one_text("edition"), self.one_text("profile"), self.one_text("issue")
        if edition not in EDITIONS:
            self.fail("edition", f"unknown edition {edition!r}{nearest(edition, EDITIONS)}")
        if profile not in PROFILES:
            self.fail("profile", f"{profile!r}{nearest(profile, PROFILES)}: expected one of {', '.join(PROFILES)}")
        if not re.match(r"https?://[^\s/]", issue):
            self.fail("issue", f"{issue[:60]!r}: expected a link, http(s)://…")
        return Waiver(
            clause, pattern, self.one_text("target"), edition, self.fingerprints(), profile, self.one_text("reason"),
            self.one_text("owner"), issue, self.date(), f"{self.path}:{self.line}",
        )  # fmt: skip

    def one_text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(key, f"expected {KEYS[key]}; found {str(value)[:60]!r}")
        return value.strip()

    def fingerprints(self) -> tuple[str, ...]:
        value = self.value("fingerprint")
        listed = value if isinstance(value, list) else [value]
        if not listed or not all(isinstance(one, str) and one.strip() for one in listed):
            self.fail("fingerprint", f"expected {KEYS['fingerprint']}; found {str(value)[:60]!r}")
        return tuple(one.strip() for one in listed)

    def date(self) -> datetime.date:
        value = self.value("expires")
        if isinstance(value, str):
            try:
                return datetime.date.fromisoformat(value)
            except ValueError:
                self.fail("expires", f"{value[:40]!r}: expected {KEYS['expires']}")
        if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
            self.fail("expires", f"expected {KEYS['expires']}; found {str(value)[:40]!r}")
        return value

    def value(self, key: str) -> Any:
        if key not in self.said:
            self.fail(key, f"is missing: {KEYS[key]}")
        return self.said[key]

    def fail(self, key: str, message: str) -> NoReturn:
        line = _line(self.text, self.number, key) or self.line
        raise WaiversError(f"{self.path}:{line}: waiver {self.number}: {key}: {message}")


def _line(text: str, number: int, key: str) -> int | None:
    """The line of a key in the ``number``-th [[waiver]] table (0: anywhere); of its heading where ``key`` is empty.

    None where the file spells it in some other way.
    """
    table = 0
    for at, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*\[\[\s*[\"']?waiver[\"']?\s*\]\]", line):
            table += 1
            if table == number and not key:
                return at
        elif number in {0, table} and key and re.match(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[\]=.]", line):
            return at
    return None


def of_edition(contract: Contract, waiver: Waiver) -> list[Clause]:
    """The clauses of its edition that it is about."""
    return [clause for clause in contract.of(waiver.edition) if waiver.meets(clause.id)]

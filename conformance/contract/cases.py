"""The coverage cases that Schemathesis draws from an edition's OpenAPI document, as they are committed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conformance.contract.files import fixtures


@dataclass(frozen=True, slots=True)
class Case:
    """One parameter of a valid request, and what Schemathesis puts in its place."""

    operation: str
    parameter: str
    values: tuple[str, ...]
    """As they travel: none leaves the parameter out, several are sent under the same name."""
    valid: bool
    """Whether the document allows it."""


def path_of(edition: str) -> Path:
    """Where the cases of an edition stand."""
    return fixtures() / "cases" / f"{edition}.json"


@cache
def cases(edition: str) -> tuple[Case, ...]:
    """The committed cases of an edition, in the order in which they were drawn."""
    found = json.loads(path_of(edition).read_text(encoding="utf-8"))["cases"]
    return tuple(Case(operation, name, tuple(values), valid) for operation, name, values, valid in found)


def text_of(drawn: Iterable[Case], version: str) -> str:
    """The committed file: which release of Schemathesis drew what, one case a line."""
    rows = [json.dumps([one.operation, one.parameter, list(one.values), one.valid]) for one in drawn]
    return f'{{"schemathesis": "{version}", "cases": [\n' + ",\n".join(rows) + "\n]}\n"

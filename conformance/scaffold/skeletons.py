"""The skeletons that ``contract new`` writes for a clause: its row, its test or invariant, its fault.

Each is valid, and none is green before somebody has filled it in: test and invariant raise, so that the verdict is an
error, and the fault changes nothing, so that it survives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from conformance.contract.model import Level

Imports = Mapping[str, tuple[str, ...]]
"""Module → the names that a skeleton needs of it."""


@dataclass(frozen=True, slots=True)
class NewClause:
    """A clause to begin with: what its row will say."""

    id: str
    level: Level
    says: str
    place: str
    editions: tuple[str, ...]
    values: Mapping[str, int]
    """Name → value, the same in every edition to begin with."""
    observations: tuple[str, ...]

    @property
    def operation(self) -> str:
        return self.id.partition(".")[0]

    @property
    def function(self) -> str:
        """A name for its functions, in small letters."""
        return snake_case(self.id.replace(".", "_"))


def snake_case(name: str) -> str:
    """``QueryPageByApplyId`` as ``query_page_by_apply_id``; ``JSON`` as ``json``."""
    letters = []
    for before, letter, after in zip(f"_{name}", name, f"{name[1:]}_", strict=False):
        begins_word = letter.isupper() and before != "_" and (before.islower() or after.islower())
        letters.append(f"_{letter.lower()}" if begins_word else letter.lower())
    return "".join(letters)


def row(clause: NewClause) -> str:
    """The row, as TOML."""
    lines = [
        "[[clause]]",
        f"id = {_toml(clause.id)}",
        f"level = {_toml(clause.level)}",
        f"says = {_toml(clause.says)}",
        f"place = {_toml(clause.place)}",
        f"editions = {_toml(list(clause.editions))}",
    ]
    for name, value in clause.values.items():
        by_edition = ", ".join(f"{edition} = {value}" for edition in clause.editions)
        lines.append(f"values.{name} = {{ {by_edition} }}")
    if clause.observations:
        lines.append(f"observations = {_toml(list(clause.observations))}")
    return "\n".join(lines) + "\n"


def translation(clause: NewClause, chinese: str) -> str:
    """What the row says and its translation, as TOML."""
    return f"{_toml(clause.says)} = {_toml(chinese)}\n"


def test(clause: NewClause) -> tuple[str, Imports]:
    """A test in the suite, and what its file must import."""
    result, imports = _result(clause)
    expected = "".join(
        f", {name}=by_edition({{{', '.join(f'{_toml(edition)}: {value}' for edition in clause.editions)}}})"
        for name, value in clause.values.items()
    )
    arguments = "".join(f", {name}: int" for name in clause.values)
    text = (
        f"@verifies({_toml(clause.id)}{expected})\n"
        f"def test_{clause.function}(probe: Probe{arguments}) -> Iterator[{result}]:\n"
        f'    """{clause.says}"""\n'
        f"    {_not_written(clause, 'test')}\n"
    )
    frame = ("by_edition", "verifies") if clause.values else ("verifies",)
    return text, {**imports, "conformance.suite.decorators": frame, "conformance.suite.probe": ("Probe",)}


def invariant(clause: NewClause) -> tuple[str, Imports]:
    """An invariant, and what its file must import."""
    result, imports = _result(clause)
    text = (
        f"@invariant({_toml(clause.id)})\n"
        f"def {clause.function}(stream: Stream) -> Iterator[{result}]:\n"
        f'    """{clause.says}"""\n'
        f"    {_not_written(clause, 'invariant')}\n"
    )
    marks = (*imports.get("conformance.judge.invariant", ()), "invariant")
    return text, {**imports, "conformance.judge.invariant": marks, "conformance.judge.stream": ("Stream",)}


def fault(clause: NewClause) -> tuple[str, Imports]:
    """A fault of the reference server, and what its file must import."""
    text = (
        f'@breaks({_toml(clause.id)}, "The server does not keep to it.")\n'
        f"def {clause.function}(faithful: Callable[..., Any], *args: Any) -> Any:\n"
        f'    """Until a rule stands after the sentence above, and its place is taken here, this fault survives."""\n'
        f"    return faithful(*args)\n"
    )
    return text, {
        "collections.abc": ("Callable",),
        "typing": ("Any",),
        "conformance.reference.faults.fault": ("breaks",),
    }


def _result(clause: NewClause) -> tuple[str, Imports]:
    """What a test or invariant yields: observations of an OBSERVED clause, else results."""
    if clause.level is Level.OBSERVED:
        return "Observation", {"collections.abc": ("Iterator",), "conformance.judge.invariant": ("Observation",)}
    return "CheckResult", {"collections.abc": ("Iterator",), "conformance.judge.verdict": ("CheckResult",)}


def _not_written(clause: NewClause, what: str) -> str:
    return f'raise LookupError("{clause.id}: its {what} is not written yet")'


def _toml(value: object) -> str:
    """A text or a list of texts as TOML and Python both spell it."""
    return json.dumps(value, ensure_ascii=False)

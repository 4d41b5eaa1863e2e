"""Which other clauses fail beside the one that a fault breaks: learnt from the kill matrix, kept as generated data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from conformance.contract.load import fixtures


def path() -> Path:
    """Where the generated file stands."""
    return fixtures() / "collateral.json"


@cache
def table() -> Mapping[str, tuple[str, ...]]:
    """Fault → the other clauses that fail with it in some edition, in the order of their ids."""
    return {name: tuple(clauses) for name, clauses in json.loads(path().read_text(encoding="utf-8")).items()}


def collateral(fault: str) -> tuple[str, ...]:
    """The other clauses that may fail with this fault."""
    return table().get(fault, ())


def text_of(failures: Iterable[tuple[str, str, Iterable[str]]]) -> str:
    """The generated file, from fault, its clause, and what failed: one fault a line, in the order of their names."""
    also: dict[str, set[str]] = {}
    for fault, clause, failed in failures:
        also.setdefault(fault, set()).update(set(failed) - {clause})
    rows = [f"{json.dumps(fault)}: {json.dumps(sorted(also[fault]))}" for fault in sorted(also) if also[fault]]
    return "{\n" + ",\n".join(rows) + "\n}\n" if rows else "{}\n"

"""Lists of thousands of names, told shortly: shapes once each, and parameters that count on as one entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

SHORTEST = 4
"""Parameters in a row that are worth one entry."""
MOST = 100_000
"""Names that a file may speak of."""
NUMBERED = re.compile(r"(.*?)(\d+)((?:\.\w+)?)")


def packed(params: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Name and value of parameters; ``DeviceName.7 = name 3``, ``DeviceName.8 = name 4`` … become one entry,
    ``["DeviceName.{}", {"names": [7, 3, how many]}]``."""
    entries: list[list[Any]] = []
    at = 0
    while at < len(params):
        count = _run(params, at)
        if count < SHORTEST:
            entries.append(list(params[at]))
            at += 1
            continue
        head, number, tail = _numbered(params[at][0])
        entries.append([f"{head}{{}}{tail}", {"names": [number, params[at][1]["name"], count]}])
        at += count
    return entries


def unpacked(params: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """The inverse of ``packed``. Raises ValueError or TypeError for what is none."""
    for name, value in params:
        if not isinstance(value, dict) or "names" not in value:
            yield name, value
            continue
        number, first, count = map(int, value["names"])
        if not 0 < count <= MOST:
            raise ValueError(f"{count} names")
        head, _, tail = name.partition("{}")
        yield from ((f"{head}{number + n}{tail}", {"name": first + n}) for n in range(count))


def packed_names(shapes: Sequence[str]) -> dict[str, list[Any]]:
    """Each shape once, and which of them each name has."""
    places = {shape: place for place, shape in enumerate(dict.fromkeys(shapes))}
    return {"shapes": list(places), "order": [places[shape] for shape in shapes]}


def unpacked_names(written: Any) -> tuple[str, ...]:
    """The inverse of ``packed_names``. Raises ValueError, TypeError, KeyError or IndexError for what is none."""
    shapes, order = written["shapes"], written["order"]
    if not all(isinstance(shape, str) for shape in shapes) or min(order, default=0) < 0 or len(order) > MOST:
        raise ValueError("shapes of names")
    return tuple(shapes[place] for place in order)


def _run(params: Sequence[Sequence[Any]], at: int) -> int:
    """How many parameters from there on count on."""
    if not _is_name(params[at]):
        return 0
    head, number, tail = _numbered(params[at][0])
    first, count = params[at][1]["name"], 1
    while at + count < len(params) and params[at + count] == [f"{head}{number + count}{tail}", {"name": first + count}]:
        count += 1
    return count


def _is_name(param: Sequence[Any]) -> bool:
    name, value = param
    match = NUMBERED.fullmatch(name)
    return match is not None and match[2] == str(int(match[2])) and isinstance(value, dict) and "name" in value


def _numbered(name: str) -> tuple[str, int, str]:
    match = NUMBERED.fullmatch(name)
    if match is None:
        raise ValueError(name)
    return match[1], int(match[2]), match[3]

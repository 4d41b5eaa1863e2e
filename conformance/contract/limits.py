"""Reads what a row says about the values of its parameter: limits, default and example, edition by edition."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from conformance.contract.model import Value

LIMITS = frozenset(
    {"minimum", "maximum", "min_length", "max_length", "pattern", "values", "max_items", "default", "example"}
)
"""Every key of a row that says something about values. ``values`` lists all that there are."""


class LimitError(ValueError):
    """A limit is not as it should be; the message says which, and what was expected."""


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _length(value: object) -> bool:
    return isinstance(value, int) and _integer(value) and value > 0


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(_text(one) for one in value)


def _pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value).pattern)
    except re.error:
        return False


Rule = tuple[str, Callable[[object], bool]]

INTEGER: Rule = ("an integer", _integer)
LENGTH: Rule = ("an integer of 1 or more", _length)
TEXT: Rule = ("a text that is not empty", _text)
TEXTS: Rule = ("a list of texts", _texts)
PATTERN: Rule = ("a regular expression", _pattern)


def read_limits(found: Mapping[str, Any], known: Collection[str]) -> Mapping[str, Mapping[str, Value]]:
    """The limits among the keys of a row, each by edition; a plain value holds in every edition that knows the row.

    Raises LimitError for a limit of another kind of parameter, a value of the wrong type, an edition that does
    not know the parameter, and a default or an example outside the limits of its edition.
    """
    limits: dict[str, Mapping[str, Value]] = {}
    for key in sorted(LIMITS & set(found)):
        rule = _rule(key, found["type"], str(found["name"]))
        if rule is None:
            raise LimitError(f"{key!r} has no meaning for the {found['type']} {found['name']}")
        expected, holds = rule
        by_edition = found[key] if isinstance(found[key], dict) else dict.fromkeys(known, found[key])
        for edition, value in by_edition.items():
            if edition not in known:
                raise LimitError(f"{key!r} is given for {edition}, which does not know the parameter")
            if not holds(value):
                raise LimitError(f"{key!r} is {expected}; found {value!r}")
        limits[key] = MappingProxyType(
            {edition: tuple(value) if isinstance(value, list) else value for edition, value in by_edition.items()}
        )
    for edition in known:
        _agree({key: by_edition[edition] for key, by_edition in limits.items() if edition in by_edition}, edition)
    return MappingProxyType(limits)


def _rule(key: str, kind: str, name: str) -> Rule | None:
    """What a value of that key must be, by type and name of the parameter; None where the key has no meaning."""
    numeric, text = kind in {"Integer", "Long"}, kind == "String"
    match key:
        case "minimum" | "maximum":
            return INTEGER if numeric else None
        case "min_length" | "max_length":
            return LENGTH if text else None
        case "pattern":
            return PATTERN if text else None
        case "values":
            return TEXTS if text else None
        case "max_items":
            return LENGTH if "N" in name.split(".") else None
    return TEXTS if name.endswith("[]") else INTEGER if numeric else TEXT if text else None


def _agree(limits: Mapping[str, Any], edition: str) -> None:
    """Raise LimitError where a default or an example lies outside the limits of the same edition."""
    for key in ("default", "example"):
        said = limits.get(key, ())
        for value in said if isinstance(said, tuple) else (said,):
            if not _within(value, limits):
                raise LimitError(f"{key!r} of {edition} lies outside its own limits: {value!r}")


def _within(value: int | str, limits: Mapping[str, Any]) -> bool:
    if isinstance(value, int):
        return bool(limits.get("minimum", value) <= value <= limits.get("maximum", value))
    return (
        limits.get("min_length", 0) <= len(value) <= limits.get("max_length", len(value))
        and value in limits.get("values", (value,))
        and re.search(limits.get("pattern", ""), value) is not None
    )

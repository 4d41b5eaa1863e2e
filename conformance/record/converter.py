"""What the files of a run have in common: how cattrs writes and reads the values of the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from conformance.wire.flaw import Flaw
from conformance.wire.message import Form, NoAnswer, Place

METHODS, FORMATS = ("GET", "POST"), ("JSON", "XML")
LONGEST = 1e9
"""Seconds."""


def wire_converter() -> cattrs.Converter:
    """A converter whose reading raises AttributeError, KeyError, TypeError, ValueError or OverflowError."""
    converter = cattrs.Converter(detailed_validation=False)
    for members in (Flaw, NoAnswer):  # their values are sentences; a file names them
        converter.register_unstructure_hook(members, lambda member: member.name)
        converter.register_structure_hook(members, lambda name, enum: enum[name])
    spell(converter, Form, lambda form: (form.method, form.format, str(form.place)), _form)
    return converter


def spell(converter: cattrs.Converter, kind: Any, write: Callable[[Any], Any], read: Callable[[Any], Any]) -> None:
    """Have every value of this kind written and read by these two functions."""
    converter.register_unstructure_hook_func(lambda asked: asked == kind, write)
    converter.register_structure_hook_func(lambda asked: asked == kind, lambda written, _: read(written))


def by_names(converter: cattrs.Converter, dataclass: type, **members: Any) -> None:
    """Have a dataclass written as an object without the members that have their default, and read back.

    ``members`` are cattrs' overrides of single members.
    """
    write: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(
        dataclass, converter, _cattrs_omit_if_default=True, **members
    )
    converter.register_unstructure_hook(dataclass, write)
    converter.register_structure_hook(dataclass, make_dict_structure_fn(dataclass, converter, **members))


def seconds(written: Any) -> float:
    """A time that can be shown and waited for. Raises ValueError, also for NaN and Infinity of Python's JSON."""
    number = float(written)
    if not 0 <= number < LONGEST:
        raise ValueError(f"expected seconds, found {number}")
    return number


def _form(written: Any) -> Form:
    method, answer_format, place = written
    if method not in METHODS or answer_format not in FORMATS:
        raise ValueError(f"form {method!s:.20} {answer_format!s:.20}")
    return Form(method, answer_format, Place(place))

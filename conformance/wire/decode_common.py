"""What the observations of both forms share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from conformance.contract.model import Listing, Structure

LONGEST_NUMBER = 40
"""Digits of a number that are read as one."""

Note = Callable[[str, str], None]
"""Takes the name of an irregularity, and where it was found."""


def like(name: str, inner: str) -> bool:
    """Whether a member of a wrapper is its list under another name, and not a further field, which is allowed."""
    found, wanted = name.lower(), inner.lower()
    return (
        found in wanted or wanted in found or found in {"item", "items", "element", "string", "entry", "value", "list"}
    )


def documented(items: list[Any], shape: Listing, path: str, note: Note) -> None:
    """Note items that hold something, but nothing that is documented: a wrapper too many, or other names."""
    if not isinstance(shape.item, Structure):
        return
    for item in items:
        if isinstance(item, dict) and not any(name in shape.item.fields for name in item):
            found = repr(sorted(item)[0]) if item else "nothing"
            note("type", f"{path}.{shape.inner}[]: none of the documented members, but {found}")


def encodable(found: Any, text: str) -> Any:
    """A value read from JSON, halves of surrogate pairs replaced: JSON can spell them, and no file can hold them."""
    if "\\ud" not in text and "\\uD" not in text:
        return found
    return json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


def integer(text: str) -> int | None:
    """The integer that a text means, of at most 40 digits."""
    return int(text) if re.fullmatch(r"\s*-?[0-9]{1,40}\s*", text) else None


def join(path: str, name: str) -> str:
    """The dotted path of a member."""
    return f"{path}.{name}" if path else name


def boolean(text: str) -> bool | None:
    """The boolean that a text means."""
    return {"true": True, "false": False}.get(text.strip().lower())

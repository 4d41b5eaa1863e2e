"""What the decoders of JSON and XML share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from conformance.contract.model import Listing, Structure

OTHER_NAMES = frozenset({"item", "items", "element", "string", "entry", "value", "list"})
"""Names that serializers give to the elements of a list."""
LONGEST_NUMBER = 40
"""Digits of a number that are read as one."""

Note = Callable[[str, str], None]
"""Called with the name of an irregularity and where it stands."""


def like(name: str, inner: str) -> bool:
    """Whether a member of a wrapper is its list under another name, and not a further field, which is allowed."""
    name, inner = name.lower(), inner.lower()
    return name in inner or inner in name or name in OTHER_NAMES


def documented(items: list[Any], shape: Listing, path: str, note: Note) -> None:
    """Note items that hold something, but nothing that is documented: a wrapper too many, or other names."""
    if not isinstance(shape.item, Structure):
        return
    for item in items:
        if isinstance(item, dict) and not any(name in shape.item.fields for name in item):
            member = repr(sorted(item)[0]) if item else "nothing"
            note("type", f"{path}.{shape.inner}[]: none of the documented members, but {member}")


def encodable(value: Any, text: str) -> Any:
    """A value read from JSON, in which ? replaces halves of surrogate pairs: UTF-8 cannot hold them."""
    if "\\ud" not in text and "\\uD" not in text:
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def integer(text: str) -> int | None:
    """The integer that a text means; None where it is none, or has more than 40 digits."""
    return int(text) if re.fullmatch(r"\s*-?[0-9]{1,40}\s*", text) else None


def join(path: str, name: str) -> str:
    """The dotted path of a member."""
    return f"{path}.{name}" if path else name


def boolean(text: str) -> bool | None:
    """The boolean that a text means, in any letter case; None for any other text."""
    return {"true": True, "false": False}.get(text.strip().lower())

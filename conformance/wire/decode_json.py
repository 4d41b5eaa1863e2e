"""Reads an answer in JSON by its operation's shape."""

from __future__ import annotations

import json
from typing import Any

from conformance.contract.model import Listing, Scalar, Shape, Structure
from conformance.wire.decode_common import LONGEST_NUMBER, Note, boolean, documented, encodable, integer, join, like


def read_json(body: bytes, shape: Structure, note: Note) -> dict[str, Any] | None:
    """The object in the body; None where there is none that could be read. Everything irregular is noted."""
    if body.startswith(b"\xef\xbb\xbf"):
        note("byte order mark", "before the JSON text")
        body = body[3:]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        note("not UTF-8", f"byte {error.start}")
        text = body.decode("utf-8", errors="replace")
    try:
        found = _loads(text, note)
    except (ValueError, RecursionError) as error:
        found = _mended(text, error, note)
    if not isinstance(found, dict):
        if found is not None:
            note("not an object", type(found).__name__)
        return None
    value = _from_json(found, shape, "", note)
    return value if isinstance(value, dict) else None


def _loads(text: str, note: Note) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, item in items:
            if name in result:
                note("duplicate name", name)
            else:
                result[name] = item
        return result

    def integer(digits: str) -> Any:
        if len(digits) > LONGEST_NUMBER:
            note("number too long", f"{len(digits)} digits")
            return digits[:LONGEST_NUMBER]
        return int(digits)

    def constant(name: str) -> None:
        note("no JSON number", name)

    return encodable(json.loads(text, object_pairs_hook=pairs, parse_int=integer, parse_constant=constant), text)


def _mended(text: str, error: Exception, note: Note) -> Any:
    """What can still be read of a text that is no JSON, as some documents print it."""
    if isinstance(error, RecursionError):
        note("nested too deep", "JSON")
        return None
    mended = text
    # The full-width comma of a published sample, also as it looks when its UTF-8 was read as Latin-1.
    for comma in ("\uff0c", "\u00ef\u00bc\u0152", "\u00ef\u00bc\u008c"):
        if comma in mended:
            note("full-width comma", f"character {mended.index(comma)}")
            mended = mended.replace(comma, ",")
    if mended == text:
        end = (
            isinstance(error, json.JSONDecodeError)
            and not error.msg.startswith("Extra data")
            and error.pos >= len(text.rstrip()) - 1
        )
        note("truncated" if end else "malformed JSON", str(error))
        return None
    try:
        return _loads(mended, note)
    except (ValueError, RecursionError) as again:
        note("malformed JSON", str(again))
        return None


def _from_json(found: Any, shape: Shape, path: str, note: Note) -> Any:
    if found is None:
        return None
    if isinstance(shape, Scalar):
        return _scalar_from_json(found, shape, path, note)
    if isinstance(shape, Listing):
        return _listing_from_json(found, shape, path, note)
    if not isinstance(found, dict):
        note("type", f"{path}: expected a structure, found {_kind(found)}")
        return None
    return {
        name: _from_json(item, shape.fields[name], join(path, name), note) if name in shape.fields else item
        for name, item in found.items()
    }


def _listing_from_json(value: Any, shape: Listing, path: str, note: Note) -> Any:
    if isinstance(value, list):
        note("no wrapper", f"{path}: expected {{{shape.inner!r}: [...]}}, found a bare list")
        value = {shape.inner: value}
    if not isinstance(value, dict):
        note("type", f"{path}: expected a structure, found {_kind(value)}")
        return None
    items = _items(value, shape, path, note)
    read = [_from_json(item, shape.item, f"{path}.{shape.inner}[]", note) for item in items]
    documented(read, shape, path, note)
    if any(item is None for item in items):
        note("type", f"{path}.{shape.inner}[]: null")
        read = [item for item in read if item is not None]
    return {**value, shape.inner: read}


def _items(wrapper: dict[str, Any], shape: Listing, path: str, note: Note) -> list[Any]:
    """The list inside of its wrapper, empty where there is none."""
    if shape.inner not in wrapper:
        for name, item in wrapper.items():
            if isinstance(item, list) or like(name, shape.inner):
                note("wrong inner name", f"{path}: expected {shape.inner!r}, found {name!r}")
        if not wrapper:
            note("no inner list", f"{path}: expected {{{shape.inner!r}: []}}, found {{}}")
        return []
    items = wrapper[shape.inner]
    if isinstance(items, list):
        return items
    note("type", f"{path}.{shape.inner}: expected a list, found {'null' if items is None else _kind(items)}")
    return [] if items is None else [items]


def _scalar_from_json(found: Any, shape: Scalar, path: str, note: Note) -> Any:
    kind = shape.type
    if kind == "String":
        if isinstance(found, str):
            return found
        note("type", f"{path}: expected a text, found {_kind(found)}")
        return json.dumps(found) if isinstance(found, bool | int | float) else None
    if kind == "Boolean":
        if isinstance(found, bool):
            return found
        note("type", f"{path}: expected a boolean, found {_kind(found)}")
        return boolean(found) if isinstance(found, str) else None
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    note("type", f"{path}: expected a number, found {_kind(found)}")
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return integer(found) if isinstance(found, str) else None


def _kind(found: Any) -> str:
    names = {dict: "a structure", list: "a list", bool: "a boolean", float: "a number with fraction", int: "a number"}
    return names.get(type(found), f"the text {str(found)[:40]!r}")

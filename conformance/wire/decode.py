"""Reads an answer's bytes as tolerantly as possible, names everything irregular, and never raises."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Literal
from xml.parsers.expat import ExpatError

import xmltodict

from conformance.contract.model import Listing, Record, Scalar, Shape
from conformance.wire.message import Answer, HttpAnswer

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes of an answer that are read at most; more is the irregularity ``oversize``."""
LONGEST_NUMBER = 40
"""Digits of a number that are read as one."""

Note = Callable[[str, str], None]


def decode(received: HttpAnswer, shape: Record) -> Answer:
    """The answer as one value by its operation's ``shape``, whichever form its bytes have."""
    irregularities: list[tuple[str, str]] = []

    def note(name: str, where: str) -> None:
        if len(irregularities) < 50:
            irregularities.append((name, where[:200]))

    body = received.body
    if len(body) > LARGEST_BODY:
        note("oversize", f"{len(body)} bytes")
        return Answer(received.status, "none", None, None, tuple(irregularities))
    form: Literal["JSON", "XML", "none"] = "none"
    value: dict[str, Any] | None = None
    root: str | None = None
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        form, value = "JSON", _json(body, shape, note)
    elif start == b"<":
        form = "XML"
        root, value = _xml(body, shape, note)
    else:
        note("no known form", "empty body" if not body.strip() else "the body is neither JSON nor XML")
    return Answer(received.status, form, value, root, tuple(irregularities))


# JSON ----------------------------------------------------------------------------------------------------------


def _json(body: bytes, shape: Record, note: Note) -> dict[str, Any] | None:
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

    return json.loads(text, object_pairs_hook=pairs, parse_int=integer, parse_constant=constant)


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
        name: _from_json(item, shape.fields[name], _join(path, name), note) if name in shape.fields else item
        for name, item in found.items()
    }


def _listing_from_json(found: Any, shape: Listing, path: str, note: Note) -> Any:
    if isinstance(found, list):
        note("no wrapper", f"{path}: expected {{{shape.inner!r}: [...]}}, found a bare list")
        found = {shape.inner: found}
    if not isinstance(found, dict):
        note("type", f"{path}: expected a structure, found {_kind(found)}")
        return None
    result = dict(found)
    if shape.inner not in found:
        for name, item in found.items():
            if isinstance(item, list) or _like(name, shape.inner):
                note("wrong inner name", f"{path}: expected {shape.inner!r}, found {name!r}")
    items = found.get(shape.inner)
    if items is None:
        items = []
        if shape.inner in found:
            note("type", f"{path}.{shape.inner}: expected a list, found null")
    elif not isinstance(items, list):
        note("type", f"{path}.{shape.inner}: expected a list, found {_kind(items)}")
        items = [items]
    result[shape.inner] = [_from_json(item, shape.item, f"{path}.{shape.inner}[]", note) for item in items]
    _documented(result[shape.inner], shape, path, note)
    if any(item is None for item in items):
        note("type", f"{path}.{shape.inner}[]: null")
        result[shape.inner] = [item for item in result[shape.inner] if item is not None]
    return result


def _like(name: str, inner: str) -> bool:
    """Whether a member of a wrapper is its list under another name, and not a further field, which is allowed."""
    found, wanted = name.lower(), inner.lower()
    return (
        found in wanted or wanted in found or found in {"item", "items", "element", "string", "entry", "value", "list"}
    )


def _documented(items: list[Any], shape: Listing, path: str, note: Note) -> None:
    """Note items that hold something, but nothing that is documented: a wrapper too many, or other names."""
    if not isinstance(shape.item, Record):
        return
    for item in items:
        if isinstance(item, dict) and not any(name in shape.item.fields for name in item):
            found = repr(sorted(item)[0]) if item else "nothing"
            note("type", f"{path}.{shape.inner}[]: none of the documented members, but {found}")


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
        return _boolean(found) if isinstance(found, str) else None
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    note("type", f"{path}: expected a number, found {_kind(found)}")
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return _integer(found) if isinstance(found, str) else None


def _kind(found: Any) -> str:
    names = {dict: "a structure", list: "a list", bool: "a boolean", float: "a number with fraction", int: "a number"}
    return names.get(type(found), f"the text {str(found)[:40]!r}")


# XML -----------------------------------------------------------------------------------------------------------


def _xml(body: bytes, shape: Record, note: Note) -> tuple[str | None, dict[str, Any] | None]:
    head = re.match(rb"(?s).*?(?=<[A-Za-z_])", body)
    if head and b"<!DOCTYPE" in head.group().upper():
        note("document type declaration", "before the root element")
    if re.match(rb"\s*<!DOCTYPE\s+html|\s*<html", body, re.IGNORECASE):
        note("HTML page", "where an answer was expected")
        return None, None
    tree = _tree(body, note)
    if tree is None:
        return None, None
    root, nodes = next(iter(tree.items()))
    value = _from_xml(nodes[0], shape, "", note)
    return root, value if isinstance(value, dict) else {}


def _tree(body: bytes, note: Note) -> dict[str, Any] | None:
    if re.match(rb"\s*<\?\s+xml|\s*<\?xml[^>]*\?\s+>", body):
        note("broken prolog", "blanks inside <?xml … ?>")
        body = re.sub(rb"^\s*<\?[^>]*>", b"", body, count=1)
    elif body[:1].isspace() and body.lstrip()[:5] == b"<?xml":
        note("broken prolog", "white space before it")
        body = body.lstrip()
    try:
        found = xmltodict.parse(
            body, disable_entities=True, force_list=True, force_cdata=True, strip_whitespace=False, cdata_separator=""
        )
    except ExpatError as error:
        note(
            "truncated" if "no element found" in str(error) or "unclosed" in str(error) else "malformed XML", str(error)
        )
        return None
    except (ValueError, LookupError, RecursionError) as error:
        note("entity declaration" if "entities" in str(error) else "malformed XML", str(error))
        return None
    return found


def _from_xml(node: Any, shape: Shape, path: str, note: Note) -> Any:
    node = node or {}
    text = _text(node)
    children = {name: items for name, items in node.items() if name[:1] not in "#@"}
    if isinstance(shape, Scalar):
        return _scalar_from_xml(text, children, shape, path, note)
    if text.strip():
        note("text between elements", f"{path}: {text.strip()[:40]!r}")
    if isinstance(shape, Listing):
        if shape.inner not in children:
            for name, found in children.items():
                if len(found) > 1 or _like(name, shape.inner):
                    note("wrong inner name", f"{path}: expected {shape.inner!r}, found {name!r}")
        items = children.get(shape.inner, [])
        read = [_from_xml(item, shape.item, f"{path}.{shape.inner}[]", note) for item in items]
        _documented(read, shape, path, note)
        return {shape.inner: read}
    result: dict[str, Any] = {}
    for name, items in children.items():
        where = _join(path, name)
        if name not in shape.fields:
            result[name] = _unknown(items)
            continue
        if len(items) > 1:
            note("duplicate element", where)
        result[name] = _from_xml(items[0], shape.fields[name], where, note)
    return result


def _scalar_from_xml(text: str, children: Any, shape: Scalar, path: str, note: Note) -> Any:
    if children:
        note("type", f"{path}: expected a text, found elements")
        return None
    if shape.type == "String":
        return text
    if not text.strip():
        return None
    read = _boolean(text) if shape.type == "Boolean" else _integer(text)
    if read is None or (shape.type == "Boolean" and text.strip() not in {"true", "false"}):
        expected = "true or false" if shape.type == "Boolean" else "a number"
        note("type", f"{path}: expected {expected}, found {text.strip()[:40]!r}")
    return read


def _unknown(items: list[Any], depth: int = 0) -> Any:
    """An element that no document names, kept for readers up to a small depth."""
    node = items[0] or {}
    children = {name: inner for name, inner in node.items() if name[:1] not in "#@"}
    if not children or depth > 5:
        return _text(node)
    return {name: _unknown(inner, depth + 1) for name, inner in children.items()}


def _text(node: dict[str, Any]) -> str:
    return "".join(part or "" for part in node.get("#text", []))


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.strip().lower())


def _integer(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*-?[0-9]{1,40}\s*", text) else None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

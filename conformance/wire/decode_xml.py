"""Reads an answer in XML by its operation's shape, without expanding any entity."""

from __future__ import annotations

import re
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

from conformance.contract.model import Listing, Scalar, Shape, Structure
from conformance.wire.decode_common import Note, boolean, documented, integer, join, like


def read_xml(body: bytes, shape: Structure, note: Note) -> tuple[str | None, dict[str, Any] | None]:
    """The name of the root element and what it holds; both None where the body cannot be read as XML."""
    head = re.match(rb"(?s).*?(?=<[A-Za-z_])", body)
    if head and b"<!DOCTYPE" in head.group().upper():
        note("document type declaration", "before the root element")
    if re.match(rb"\s*<!DOCTYPE\s+html|\s*<html", body, re.IGNORECASE):
        note("HTML page", "where an answer was expected")
        return None, None
    tree = _tree(body, note)
    if tree is None:
        return None, None
    value = _from_xml(tree, shape, "", note)
    return tree.tag, value if isinstance(value, dict) else {}


def _tree(body: bytes, note: Note) -> Element | None:
    if re.match(rb"\s*<\?\s+xml|\s*<\?xml[^>]*\?\s+>", body):
        note("broken prolog", "blanks inside <?xml … ?>")
        body = re.sub(rb"^\s*<\?[^>]*>", b"", body, count=1)
    elif body[:1].isspace() and body.lstrip()[:5] == b"<?xml":
        note("broken prolog", "white space before it")
        body = body.lstrip()
    named = re.match(rb"<\?xml[^>]*encoding=[\"']([^\"']*)", body)
    if named and named[1].lower() not in {b"utf-8", b"us-ascii"}:
        note("not UTF-8", f"the prolog names {named[1][:20].decode('ascii', 'replace')}")
    try:
        return _parsed(body)
    except ExpatError as error:
        note(
            "truncated" if "no element found" in str(error) or "unclosed" in str(error) else "malformed XML", str(error)
        )
        return None
    except (ValueError, LookupError, RecursionError) as error:
        note("entity declaration" if "entities" in str(error) else "malformed XML", str(error))
        return None


def _parsed(body: bytes) -> Element:
    """The root element; names are as written, with any prefix. Raises ExpatError, and ValueError for entities."""
    # ElementTree's own parser would expand entities, and rename what has a namespace.
    builder, parser = TreeBuilder(), ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = _refuse_entities
    parser.Parse(body, True)
    return builder.close()


def _refuse_entities(*_: object) -> NoReturn:
    raise ValueError("entities are disabled")


def _from_xml(node: Element, shape: Shape, path: str, note: Note) -> Any:
    text = _text(node)
    if isinstance(shape, Scalar):
        return _scalar_from_xml(text, node, shape, path, note)
    children = _children(node)
    if text.strip():
        note("text between elements", f"{path}: {text.strip()[:40]!r}")
    if isinstance(shape, Listing):
        if shape.inner not in children:
            for name, elements in children.items():
                if len(elements) > 1 or like(name, shape.inner) or name in getattr(shape.item, "fields", ()):
                    note("wrong inner name", f"{path}: expected {shape.inner!r}, found {name!r}")
        items = children.get(shape.inner, [])
        read = [_from_xml(item, shape.item, f"{path}.{shape.inner}[]", note) for item in items]
        documented(read, shape, path, note)
        return {shape.inner: read}
    result: dict[str, Any] = {}
    for name, items in children.items():
        where = join(path, name)
        if name not in shape.fields:
            result[name] = _unknown(items)
            continue
        if len(items) > 1:
            note("duplicate element", where)
        result[name] = _from_xml(items[0], shape.fields[name], where, note)
    return result


def _children(node: Element) -> dict[str, list[Element]]:
    """The elements inside, by their names."""
    by_name: dict[str, list[Element]] = {}
    for child in node:
        by_name.setdefault(child.tag, []).append(child)
    return by_name


def _scalar_from_xml(text: str, node: Element, shape: Scalar, path: str, note: Note) -> Any:
    if len(node):
        note("type", f"{path}: expected a text, found elements")
        return None
    if shape.type == "String":
        return text
    if not text.strip():
        return None
    read = boolean(text) if shape.type == "Boolean" else integer(text)
    if read is None or (shape.type == "Boolean" and text.strip() not in {"true", "false"}):
        expected = "true or false" if shape.type == "Boolean" else "a number"
        note("type", f"{path}: expected {expected}, found {text.strip()[:40]!r}")
    return read


def _unknown(items: list[Element], depth: int = 0) -> Any:
    """An element that no document names, kept for readers up to a small depth."""
    node = items[0]
    children = _children(node)
    if not children or depth > 5:
        return _text(node)
    return {name: _unknown(inner, depth + 1) for name, inner in children.items()}


def _text(node: Element) -> str:
    """The text of an element itself, also what stands between and behind the elements inside."""
    own = node.text or ""
    return own + "".join([child.tail for child in node if child.tail]) if len(node) else own

"""Answers as bytes: one value written as JSON or as XML, lists as repeated elements inside their wrapper."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


@dataclass(frozen=True, slots=True)
class Style:
    """How XML is written, where the documents leave it open."""

    prolog: bool = False
    self_closing: bool = False
    pretty: bool = False
    cdata: bool = False
    replacement: str = "\ufffd"
    """What stands for a character that XML 1.0 cannot carry."""


def escaped(text: str, style: Style) -> str:
    """Character data: escaped, or replaced where XML cannot carry it."""
    if style.cdata and text and not SPECIAL.search(text.replace("&", "").replace("<", "")) and "]]" not in text:
        return f"<![CDATA[{text}]]>"
    if not SPECIAL.search(text):
        return text
    return SPECIAL.sub(lambda found: ESCAPES.get(found[0], style.replacement), text)


def to_xml(root: str, value: dict[str, Any], style: Style) -> str:
    """A whole document."""
    parts: list[str] = ["<?xml version='1.0' encoding='utf-8'?>"] if style.prolog or style.pretty else []
    if style.pretty:
        parts.append("\n<!-- one answer -->\n")
    element(root, value, style, 0, parts)
    return "".join(parts)


def element(name: str, value: Any, style: Style, depth: int, parts: list[str]) -> None:
    """Append one element, or one for each item of a list."""
    if isinstance(value, list):
        for item in value:
            element(name, item, style, depth, parts)
        return
    indent = "\n" + "  " * depth if style.pretty and depth else ""
    if isinstance(value, dict):
        inner: list[str] = []
        for key, item in value.items():
            element(key, item, style, depth + 1, inner)
        text = "".join(inner)
        if style.pretty and text:
            text += "\n" + "  " * depth
    else:
        text = as_text(value, style)
    if text or not style.self_closing:
        parts.append(f"{indent}<{name}>{text}</{name}>")
    else:
        parts.append(f"{indent}<{name}/>")


def as_text(value: Any, style: Style) -> str:
    """The text of a simple value; a boolean is true or false."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return ""
    return escaped(value, style) if isinstance(value, str) else str(value)

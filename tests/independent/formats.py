"""Writes an answer as JSON or as XML, in one of several legal styles."""

import json
import re
from typing import Any

from .state import Fields, State, chosen, faulty

UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def json_text(state: State, tree: Fields) -> str:
    if chosen(state, "json_layout", "indented"):
        text = json.dumps(tree, indent=4)
    else:
        text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    if faulty(state, "json-non-ascii-lost"):
        text = re.sub(r"[^\x00-\x7f]|\\u[0-9a-f]{4}", "?", text)
    if faulty(state, "json-broken-every-20th") and state["answers"] % 20 == 0:
        text = text[:-1] + ",}"
    if faulty(state, "json-byte-order-mark"):
        text = "\ufeff" + text
    return text


def xml_text(state: State, root: str, tree: Fields) -> str:
    if faulty(state, "xml-root-response"):
        root = "Response"
    if faulty(state, "xml-root-of-pages") and root == "QueryPageByApplyIdResponse":
        root = "QueryPageByApplyIDResponse"
    if faulty(state, "xml-root-of-refusals") and tree.get("Success") is False:
        root = "Error"
    dense = chosen(state, "xml_layout", "dense")
    body = element(state, root, tree, None if dense else 0)
    if dense:
        return body
    prolog = "<?xml version='1.0' encoding='utf-8'?>\n"
    if chosen(state, "xml_layout", "comments"):
        start, _, rest = body.partition(">")
        return f"{prolog}<!-- an answer -->\n{start}><!-- it - begins --> {rest}"
    return prolog + body


def element(state: State, name: str, value: Any, depth: int | None) -> str:
    """One element, or for a list one element per item, with its indentation."""
    if isinstance(value, list):
        return "".join(element(state, name, item, depth) for item in value)
    before, after, inner = ("", "", None) if depth is None else ("  " * depth, "\n", depth + 1)
    if isinstance(value, dict):
        content = children(state, value, inner)
        if content:
            return f"{before}<{name}>{after}{content}{before}</{name}>{after}"
    else:
        content = leaf(state, value)
    if not content and chosen(state, "empty_tags", "self"):
        return f"{before}<{name}/>{after}"
    return f"{before}<{name}>{content}</{name}>{after}"


def children(state: State, value: Fields, inner: int | None) -> str:
    if faulty(state, "xml-names-joined") and isinstance(value.get("Name"), list):
        value = {"Name": ",".join(value["Name"])} if value["Name"] else value
    if faulty(state, "xml-lists-unwrapped") and "ValidList" in value:
        value = dict(value, ValidName=value["ValidList"].get("Name", []), InvalidName=value["InvalidList"]["Name"])
        del value["ValidList"], value["InvalidList"]
    rows = value.get("ApplyDeviceInfo")
    if faulty(state, "xml-devices-merged") and isinstance(rows, list):
        merged: Fields = {key: [row[key] for row in rows] for key in rows[0]} if rows else {}
        value = {"ApplyDeviceInfo": merged}
    return "".join(element(state, key, item, inner) for key, item in value.items())


def leaf(state: State, value: Any) -> str:
    """The text of an element, made safe for XML."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value) if faulty(state, "success-capital-xml") else str(value).lower()
    text = str(value)
    if not faulty(state, "xml-control-characters-raw"):
        text = UNSPEAKABLE.sub("\ufffd", text)
    if faulty(state, "xml-unescaped") or not isinstance(value, str):
        return text
    if chosen(state, "xml_text", "cdata") and text and "\r" not in text:
        return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    if faulty(state, "xml-less-than-unescaped"):
        return text.replace("&", "&amp;")
    text = "".join(ENTITIES.get(sign, sign) for sign in text) if re.search("[&<>\r]", text) else text
    return text.replace("&", "&amp;") if faulty(state, "xml-escaped-twice") else text

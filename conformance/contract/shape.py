"""The shape of an answer, read from the dotted names of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from conformance.contract.model import ENVELOPE, Listing, Scalar, Shape, Structure


def shape_of(fields: Mapping[str, str]) -> Structure:
    """The answer shape that dotted names and their types describe; ``List.Inner[]`` is a wrapped list."""
    tree: dict[str, Any] = {}
    for path, kind in fields.items():
        node = tree
        parts = path.split(".")
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        node[parts[-1]] = kind
    record = _record(tree)
    return Structure(MappingProxyType({**ENVELOPE, **record.fields}))


def _record(tree: Mapping[str, Any]) -> Structure:
    return Structure(MappingProxyType({name: _shape(node) for name, node in tree.items()}))


def _shape(node: Any) -> Shape:
    if isinstance(node, str):
        return Scalar(node)
    inner = next(iter(node))
    if inner.endswith("[]"):
        item = node[inner]
        return Listing(inner[:-2], Scalar(item) if isinstance(item, str) else _record(item))
    return _record(node)

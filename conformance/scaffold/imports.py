"""Adds imports to the text of a Python file, where they belong."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

LONGEST_LINE = 120


def with_imports(source: str, imports: Mapping[str, Iterable[str]]) -> str:
    """The source with these names imported from these modules; what is there already stays as it is."""
    for module, names in imports.items():
        source = _with_import(source, module, set(names))
    return source


def _with_import(source: str, module: str, names: set[str]) -> str:
    lines = source.splitlines(keepends=True)
    froms = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    same = next((node for node in froms if node.module == module), None)
    if same is None:
        before = next((node for node in froms if _order(str(node.module)) > _order(module)), None)
        last = max((node.end_lineno or 0 for node in froms), default=0)
        at = before.lineno - 1 if before is not None else last
        return "".join([*lines[:at], _line(module, names), *lines[at:]])
    there = {alias.name for alias in same.names}
    if names <= there:
        return source
    return "".join([*lines[: same.lineno - 1], _line(module, names | there), *lines[same.end_lineno :]])


def _order(module: str) -> tuple[int, str]:
    """Where ruff puts the import of a module: __future__, the standard library, then this package."""
    group = 0 if module == "__future__" else 2 if module.split(".")[0] == "conformance" else 1
    return group, module


def _line(module: str, names: set[str]) -> str:
    # As ruff sorts them: CONSTANTS, Classes, functions.
    ordered = sorted(names, key=lambda name: (0 if name.isupper() else 1 if name[0].isupper() else 2, name))
    line = f"from {module} import {', '.join(ordered)}\n"
    if len(line) <= LONGEST_LINE + 1:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in ordered) + ")\n"

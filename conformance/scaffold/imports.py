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
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    for node in imports:
        if node.module == module:
            there = {alias.name for alias in node.names}
            changed = lines[node.lineno - 1 : node.end_lineno] if names <= there else [_line(module, names | there)]
            return "".join([*lines[: node.lineno - 1], *changed, *lines[node.end_lineno :]])
    earlier = [node for node in imports if _order(str(node.module)) < _order(module)]
    later = [node for node in imports if _order(str(node.module)) > _order(module)]
    group = _order(module)[0]
    new = [_line(module, names)]
    if earlier and (not later or _group(earlier[-1]) == group):
        at = earlier[-1].end_lineno or 0
        new = new if _group(earlier[-1]) == group else ["\n", *new]
    else:
        at = later[0].lineno - 1 if later else 0
        new = new if not later or _group(later[0]) == group else [*new, "\n"]
    return "".join([*lines[:at], *new, *lines[at:]])


def _group(node: ast.ImportFrom) -> int:
    return _order(str(node.module))[0]


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

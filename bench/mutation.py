"""What can be changed in the reference's own code, one small thing at a time, and how the changed code is loaded."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

REFERENCE = Path(__file__).resolve().parent.parent / "conformance" / "reference"
LEFT_OUT = {"http.py", "in_process.py", "choices.py", "editions.py", "rule.py", "scope.py", "__init__.py"}
"""The way over the network, the declarations, the mechanism of faults, and the table of editions, which tests hold
equal to the contract."""
FAULTS = "faults"
"""The folder that is not changed: it is broken already."""
SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
EXCHANGED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


Span = tuple[tuple[int, int], tuple[int, int]]
"""Line and column of the first character, and of the one after the last."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the n-th that can be made in a file."""

    file: str
    number: int
    says: str
    span: Span
    """Where what is changed begins and ends."""
    within: str
    """The function or class in which it stands."""
    text: str
    """What is changed, as it stands there, in one line."""
    fingerprint: str
    """The same as long as the statement is: whatever its file and function are called."""

    def __str__(self) -> str:
        return f"{self.file}, {self.within}: {self.text}: {self.says}"


class Changer(ast.NodeTransformer):
    """Walks a module, counts the changes that could be made, and makes the one wanted."""

    def __init__(self, wanted: int | None) -> None:
        self.wanted = wanted
        self.found: list[tuple[str, Span, str, str]] = []
        self.within = ""
        self.statement = ""

    def here(self, node: ast.expr | ast.stmt, says: str) -> bool:
        """Whether to make this change."""
        end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
        self.found.append((says, ((node.lineno, node.col_offset), end), self.within, self.statement))
        return len(self.found) - 1 == self.wanted

    def visit(self, node: ast.AST) -> Any:
        """Visit a node, and know in which statement."""
        if not isinstance(node, ast.stmt):
            return super().visit(node)
        outer, self.statement = self.statement, _first_line(node)
        changed = super().visit(node)
        self.statement = outer
        return changed

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outer, self.within = self.within, node.name
        node.body = [self.visit(child) for child in node.body]  # and no decorator
        self.within = outer
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        if _asks_for_a_choice(node.test):
            # Only the way of the faithful server is changed.
            node.orelse = [self.visit(child) for child in node.orelse]
            return node
        if self.here(node.test, "condition negated"):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for n, operator in enumerate(node.ops):
            other = SWAPPED.get(type(operator))
            if other is not None and self.here(node, f"{type(operator).__name__} becomes {other.__name__}"):
                node.ops[n] = other()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = EXCHANGED.get(type(node.op))
        text = isinstance(node.left, ast.JoinedStr) or isinstance(node.right, ast.JoinedStr)
        if other is not None and not text and self.here(node, f"{type(node.op).__name__} becomes {other.__name__}"):
            node.op = other()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        if _asks_for_a_choice(node):
            return node
        self.generic_visit(node)
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        if self.here(node, f"{type(node.op).__name__} becomes {other.__name__}"):
            node.op = other()
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            if self.here(node, f"{node.value} becomes {not node.value}"):
                return ast.copy_location(ast.Constant(not node.value), node)
        elif isinstance(node.value, int) and self.here(node, f"{node.value} becomes {node.value + 1}"):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if node.exc is not None and self.here(node, "raise becomes pass"):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node  # texts: numbers in them are formats

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if _asks_for_a_choice(node):
            return node
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if node.name in ONLY_FOR_CHOICES:
            return node
        outer, self.within = self.within, node.name
        node.body = [self.visit(child) for child in node.body]
        self.within = outer
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node


ONLY_FOR_CHOICES = {"with_unknown_fields", "lies_in", "_lies_in"}
"""Functions that do something only where a variant or a fault is in force."""


def _first_line(node: ast.stmt) -> str:
    """A statement as it would be formatted: of one that holds others, its first line."""
    return ast.unparse(node).partition("\n")[0]


def _asks_for_a_choice(node: ast.AST) -> bool:
    """Whether a condition asks what a variant decides."""
    return any(isinstance(part, ast.Attribute) and part.attr == "choices" for part in ast.walk(node))


def tree_of(file: str, wanted: int | None) -> tuple[ast.Module, Changer]:
    """The module with that change, and what could be changed in it."""
    tree = ast.parse((REFERENCE / file).read_text(encoding="utf-8"))
    changer = Changer(wanted)
    changed = ast.fix_missing_locations(changer.visit(tree))
    return changed, changer


def mutants(only: Sequence[str]) -> Iterator[Mutant]:
    """Every change that can be made."""
    for path in sorted(REFERENCE.rglob("*.py")):
        file = path.relative_to(REFERENCE).as_posix()
        if path.name in LEFT_OUT or file.startswith(f"{FAULTS}/") or (only and file not in only):
            continue
        _, changer = tree_of(file, None)
        lines = path.read_text(encoding="utf-8").splitlines()
        seen: dict[str, int] = {}
        for number, (says, span, within, statement) in enumerate(changer.found):
            text = _text_of(lines, span)
            # Told apart within a file only by their order: the same change may be possible twice in a statement.
            key = f"{statement}\n{text}\n{says}"
            seen[key] = seen.get(key, 0) + 1
            fingerprint = zlib.crc32(f"{key} {seen[key]}".encode())
            yield Mutant(file, number, says, span, within, text, f"{fingerprint:08x}")


def _text_of(lines: Sequence[str], span: Span) -> str:
    """What stands there, in one line. Columns count bytes."""
    (line, column), (last, end) = span
    found = [each.encode() for each in lines[line - 1 : last]]
    found[-1] = found[-1][:end]
    found[0] = found[0][column:]
    return " ".join(b" ".join(found).decode().split())


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Loads one module of the reference with its change."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = f"conformance.reference.{mutant.file.removesuffix('.py').replace('/', '.')}"
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        tree, _ = tree_of(self.mutant.file, self.mutant.number)
        return compile(tree, str(REFERENCE / self.mutant.file), "exec")

    def get_source(self, fullname: str) -> str:
        return ""

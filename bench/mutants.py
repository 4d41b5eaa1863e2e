"""Mutants: small changes to the reference's own code, each of which the suite must notice.

    python bench/mutants.py --sample 300            quick first, full for what survives
    python bench/mutants.py --only paging.py

Changed are comparisons, arithmetic, numbers, booleans, conditions and raises of the faithful server, in expressions
that a full run of the edition evaluates: what only lapses, variants or other editions need is not on trial. A survivor
shows a promise that nothing checks, or makes another legal server: then ``mutants.toml`` says why, and it does not
count.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import CodeType, FrameType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

REFERENCE = ROOT / "conformance" / "reference"
LEFT_OUT = {"http.py", "lapse.py", "lapses.py", "variants.py", "__init__.py", "rules.py"}
"""The way over the network, declarations, and the table of editions, which tests hold equal to the contract."""
DECLARATIONS = ("lapses_of", "falls_with")
"""How the names of files begin that hold no code."""
SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
EXCHANGED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


Span = tuple[tuple[int, int], tuple[int, int]]
"""Line and column of the first character, and of the one after the last."""


FOLDED = 20
"""Characters of an expression of constants, at the most."""


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

    def __str__(self) -> str:
        return f"{self.file}, {self.within}: {self.text}: {self.says}"


def explanations() -> dict[str, str]:
    """Mutant, without its line → why it makes a legal server, as ``mutants.toml`` says."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {mutant: reason["why"] for reason in tomllib.loads(text)["legal"] for mutant in reason["mutants"]}


class Changer(ast.NodeTransformer):
    """Walks a module, counts the changes that could be made, and makes the one wanted."""

    def __init__(self, wanted: int | None) -> None:
        self.wanted = wanted
        self.found: list[tuple[str, Span, str]] = []
        self.within = ""

    def here(self, node: ast.expr | ast.stmt, says: str) -> bool:
        """Whether to make this change."""
        end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
        self.found.append((says, ((node.lineno, node.col_offset), end), self.within))
        return len(self.found) - 1 == self.wanted

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outer, self.within = self.within, node.name
        node.body = [self.visit(child) for child in node.body]  # and no decorator
        self.within = outer
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        if _is_of_lapses(node.test):
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
        if _is_of_lapses(node):
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
        if _is_of_lapses(node):
            return node
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if node.name in ONLY_FOR_LAPSES:
            return node
        outer, self.within = self.within, node.name
        node.body = [self.visit(child) for child in node.body]
        self.within = outer
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node


ONLY_FOR_LAPSES = {
    "spoilt", "neighbour", "zealous", "off_by_one", "overlooked", "reissued", "fails_without_reason", "hidden_product",
    "over_the_limit_passes", "without_reason", "settle", "told_status", "is_lost", "talkative", "names_in_use",
    "with_unknown_fields", "other_form", "optional_fields", "keeps", "breaks", "_within",
}  # fmt: skip
"""Functions that do something only where a lapse or variant is in force."""


def _is_of_lapses(node: ast.AST) -> bool:
    """Whether a condition asks for a lapse or a variant."""
    asks = {"breaks", "chooses", "keeps"}
    return any(
        (isinstance(each, ast.Attribute) and each.attr in asks | {"lapses", "variants"}) for each in ast.walk(node)
    )


def tree_of(file: str, wanted: int | None) -> tuple[ast.Module, Changer]:
    """The module with that change, and what could be changed in it."""
    tree = ast.parse((REFERENCE / file).read_text(encoding="utf-8"))
    changer = Changer(wanted)
    changed = ast.fix_missing_locations(changer.visit(tree))
    return changed, changer


def evaluated(edition: str) -> dict[str, set[Span]]:
    """File → where the instructions stand that a full run on the faithful server executes, in a process of its own."""
    with multiprocessing.get_context("fork").Pool(1) as fresh:
        return fresh.apply(_evaluated, (edition,))


def _evaluated(edition: str) -> dict[str, set[Span]]:
    executed: set[tuple[CodeType, int]] = set()
    ours: dict[str, bool] = {}

    def trace(frame: FrameType, event: str, _: object) -> Any:
        path = frame.f_code.co_filename
        if path not in ours:
            ours[path] = Path(path).parent == REFERENCE
        if not ours[path]:
            return None
        frame.f_trace_opcodes = True
        executed.add((frame.f_code, frame.f_lasti))
        return trace

    sys.settrace(trace)
    try:
        from conformance.selfproof import measure

        measure(edition, "full")
    finally:
        sys.settrace(None)
    found: dict[str, set[Span]] = {}
    places = {code: list(code.co_positions()) for code, _ in executed}
    for code, number in executed:
        line, last_line, column, last_column = places[code][number // 2]
        if number >= 0 and line and last_line and column is not None and last_column is not None:
            found.setdefault(Path(code.co_filename).name, set()).add(((line, column), (last_line, last_column)))
    return found


def _is_evaluated(mutant: Mutant, spans: set[Span]) -> bool:
    """Whether an instruction belongs to what is changed; a number may be part of what the compiler has computed."""
    first, last = mutant.span
    within = any(first <= begin and end <= last for begin, end in spans)
    if within or not mutant.says[0].isdigit():
        return within
    around = [(begin, end) for begin, end in spans if begin <= first and last <= end and begin[0] == end[0]]
    return any(end[1] - begin[1] <= FOLDED for begin, end in around)


def mutants(only: Sequence[str]) -> Iterator[Mutant]:
    """Every change that can be made."""
    for path in sorted(REFERENCE.glob("*.py")):
        if path.name in LEFT_OUT or path.name.startswith(DECLARATIONS) or (only and path.name not in only):
            continue
        _, changer = tree_of(path.name, None)
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, (says, span, within) in enumerate(changer.found):
            yield Mutant(path.name, number, says, span, within, _text_of(lines, span))


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
        self.name = f"conformance.reference.{mutant.file.removesuffix('.py')}"
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


def judged(job: tuple[Mutant, str, str, str]) -> str:
    """What the suite says of a mutant: killed, undecided, broken where it does not even start; empty where it lives."""
    mutant, edition, profile, scheme = job
    sys.meta_path.insert(0, Mutated(mutant))
    try:
        from conformance.judge.verdict import Outcome
        from conformance.selfproof import measure

        # A server that verifies no signature is legal as long as nobody demands them.
        result = measure(edition, profile, demand=scheme)
    except Exception as error:
        return f"broken: {type(error).__name__}"
    failed = [one.clause for one in result.verdicts if one.outcome is Outcome.FAIL]
    return f"killed by {failed[0]}" if failed else "" if result.exit == 0 else "undecided"


def run(those: Sequence[Mutant], edition: str, profile: str, scheme: str, jobs: int, until: float) -> dict[Mutant, str]:
    """Each mutant in a process of its own, forked from this one, in which the reference is not imported yet."""
    found: dict[Mutant, str] = {}
    context = multiprocessing.get_context("fork")
    with context.Pool(jobs, maxtasksperchild=1) as fresh:
        work = [(mutant, edition, profile, scheme) for mutant in those]
        for mutant, said in zip(those, fresh.imap(judged, work, chunksize=1), strict=True):
            found[mutant] = said
            if time.monotonic() > until:
                fresh.terminate()
                break
    return found


def main() -> int:
    """Print the killed share and the survivors; 1 where fewer than 90 % are noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="how many, drawn at random (0: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--edition", default="alibaba-2023")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=30)
    options = parser.parse_args()
    import conformance.conduct
    import conformance.contract

    conformance.contract.load()
    possible = list(mutants(options.only))
    spans = evaluated(options.edition)
    every = [mutant for mutant in possible if _is_evaluated(mutant, spans.get(mutant.file, set()))]
    chosen = Random(options.seed).sample(every, options.sample) if 0 < options.sample < len(every) else every
    started = time.monotonic()
    until = started + options.minutes * 60
    found = run(chosen, options.edition, "quick", "rpc", options.jobs, until)
    for profile, scheme in ("full", "rpc"), ("quick", "acs3"):
        alive = [mutant for mutant, said in found.items() if not said]
        found |= run(alive, options.edition, profile, scheme, options.jobs, until)
    survived = [mutant for mutant, said in found.items() if not said]
    known = explanations()
    legal = [mutant for mutant in survived if str(mutant) in known]
    for mutant in survived:
        if mutant not in legal:
            print(f"survived  {mutant.span[0][0]}  {mutant}")
    for name in known.keys() & {str(mutant) for mutant in found} - {str(mutant) for mutant in survived}:
        print(f"noticed, though mutants.toml calls it legal  {name}")
    counted = len(found) - len(legal)
    noticed = len(found) - len(survived)
    undecided = sum(said == "undecided" for said in found.values())
    tried = f"{len(found)} of the {len(every)} that {options.edition} comes by (of {len(possible)}) were tried"
    print(
        f"{noticed} of {counted} mutants noticed ({100 * noticed / max(counted, 1):.1f} %), {undecided} of them left "
        f"undecided; {len(legal)} more are legal servers; {tried}; {time.monotonic() - started:.0f} s"
    )
    return 0 if noticed >= 0.9 * counted else 1


if __name__ == "__main__":
    sys.exit(main())

"""``contract list`` and ``contract show``: the clauses, and where each is verified and broken."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.contract import EDITIONS, Clause, Contract, Level, statements
from conformance.judge.invariant import all_invariants
from conformance.runner.selection import suite_tests
from conformance.text.safe import line

STYLE = {Level.MUST: "bold", Level.SHOULD: "", Level.OBSERVED: "cyan"}


def list_clauses(
    console: Console,
    contract: Contract,
    edition: str | None,
    operation: str | None,
    level: str | None,
    text: str | None,
    *,
    counts: bool,
) -> None:
    """The clauses that fit, a line each, or how many there are by level and edition."""
    found = [
        clause
        for clause in contract.clauses.values()
        if (edition is None or edition in clause.editions)
        and (operation is None or clause.operation == operation)
        and (level is None or clause.level == level.upper())
        and (text is None or text.lower() in f"{clause.id} {clause.says(edition)}".lower())
    ]
    if counts:
        console.print(_counts(found))
        for clause in found:
            if clause.untested:
                console.print(Text(f"untested: {clause.id}: {clause.untested}", style="dim"), soft_wrap=True)
        console.print()
        console.print(_statements())
        return
    for clause in found:
        shown = Text.assemble(
            (f"{clause.level:<9}", STYLE[clause.level]), f"{clause.id}  ", (clause.says(edition), "dim")
        )
        console.print(shown, soft_wrap=True)
    console.print(Text(f"{len(found)} clauses", style="dim"))


def _counts(found: list[Clause]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("edition", *Level, "untested", "all"):
        table.add_column(str(heading), justify="left" if heading == "edition" else "right")
    for edition in (*EDITIONS, "all"):
        those = [clause for clause in found if edition == "all" or edition in clause.editions]
        levels = Counter(clause.level for clause in those)
        untested = sum(bool(clause.untested) for clause in those)
        table.add_row(edition, *(str(levels[level]) for level in Level), str(untested), str(len(those)))
    return table


def _example(clause: Clause) -> str:
    """A request that shows the clause: one that the suite sends to the reference."""
    from conformance.selfproof.measure import measure

    if clause.untested:
        return "none, since it is untested"
    edition = clause.editions[-1]
    result = measure(edition, "quick", only=(clause.id,))
    verdict = next(one for one in result.verdicts if one.clause == clause.id)
    found = next((one for one in result.exchanges if one.number == verdict.example), None)
    if found is None:
        return "none: the reference never meets its condition"
    params = [f"{name}={value}" for name, value in (*found.request.common, *found.request.params)]
    shown = params[:6] + ([f"and {len(params) - 6} more"] if len(params) > 6 else [])
    text = " ".join((found.form.method, str(found.form.place), found.form.format, found.operation, *shown))
    return line(text.replace("\0", "(left out)"), 400)


def _statements() -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("document", "statements", "covered", "unobservable"):
        table.add_column(heading, justify="left" if heading == "document" else "right")
    for document, each in statements.counts().items():
        table.add_row(document, str(each.statements), str(each.covered), str(each.unobservable))
    return table


def show_clause(console: Console, contract: Contract, clause_id: str) -> None:
    """One clause with everything that belongs to it."""
    from conformance.reference.faults import FAULTS

    clause = contract.clauses[clause_id]
    console.print(Text.assemble((clause.id, "bold"), f"  {clause.level}"))
    console.print(clause.says(), soft_wrap=True)
    if clause.when:
        console.print(Text(f"applies when {clause.when}", style="dim"))
    rows: list[tuple[str, str]] = [("stands in", f"fixtures/contract/{clause.file}:{clause.line}")]
    for edition in clause.editions:
        values = ", ".join(f"{name} {by[edition]:,}" for name, by in clause.values.items())
        rows.append((edition, clause.sources[edition] + (f" ({values})" if values else "")))
    for document in dict.fromkeys(clause.sources[edition].split(",")[0] for edition in clause.editions):
        rows.append((document, contract.documents[document]))
    if clause.observations:
        rows.append(("observations", ", ".join(clause.observations)))
    if (invariant := all_invariants().get(clause.id)) is not None:
        rows.append(("invariant", f"{invariant.where}: {invariant.says}"))
    for test in suite_tests():
        if test.marks.clause == clause.id:
            rows.append(("test", f"{test.module.replace('.', '/')}.py:{test.line} {test.name}: {test.says}"))
    if clause.untested:
        rows.append(("untested", clause.untested))
    for fault in FAULTS:
        if fault.clause == clause.id:
            rows.append(("fault", f"{fault.name}: {fault.says}"))
    rows.append(("example", _example(clause)))
    for name, value in rows:
        console.print(Text.assemble((f"  {name:<13}", "dim"), value), soft_wrap=True)

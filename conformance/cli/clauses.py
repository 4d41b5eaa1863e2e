"""``contract list`` and ``contract show``: the clauses, and where each is verified and broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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
    clauses = [
        clause
        for clause in contract.clauses.values()
        if (edition is None or edition in clause.editions)
        and (operation is None or clause.operation == operation)
        and (level is None or clause.level == level.upper())
        and (text is None or text.lower() in f"{clause.id} {clause.says(edition)}".lower())
    ]
    if counts:
        console.print(_counts(clauses))
        for clause in clauses:
            if clause.untested:
                console.print(Text(f"untested: {clause.id}: {clause.untested}", style="dim"), soft_wrap=True)
        console.print()
        console.print(_statements())
        return
    for clause in clauses:
        shown = Text.assemble(
            (f"{clause.level:<9}", STYLE[clause.level]), f"{clause.id}  ", (clause.says(edition), "dim")
        )
        console.print(shown, soft_wrap=True)
    console.print(Text(f"{len(clauses)} clauses", style="dim"))


def _counts(clauses: list[Clause]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("edition", *Level, "untested", "all"):
        table.add_column(str(heading), justify="left" if heading == "edition" else "right")
    for edition in (*EDITIONS, "all"):
        in_edition = [clause for clause in clauses if edition == "all" or edition in clause.editions]
        levels = Counter(clause.level for clause in in_edition)
        untested = sum(bool(clause.untested) for clause in in_edition)
        table.add_row(edition, *(str(levels[level]) for level in Level), str(untested), str(len(in_edition)))
    return table


def _example(clause: Clause) -> str:
    """A request that shows the clause: one that the suite sends to the reference."""
    from conformance.selfproof.measure import measure

    if clause.untested:
        return "none, since it is untested"
    edition = clause.editions[-1]
    result = measure(edition, "quick", only=(clause.id,))
    verdict = next(verdict for verdict in result.verdicts if verdict.clause == clause.id)
    exchange = next((sent for sent in result.exchanges if sent.number == verdict.example), None)
    if exchange is None:
        return "none: the reference never meets its condition"
    params = [f"{name}={value}" for name, value in (*exchange.request.common, *exchange.request.params)]
    shown = params[:6] + ([f"and {len(params) - 6} more"] if len(params) > 6 else [])
    text = " ".join((exchange.form.method, str(exchange.form.place), exchange.form.format, exchange.operation, *shown))
    return line(text.replace("\0", "(left out)"), 400)


def _statements() -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("document", "statements", "covered", "unobservable"):
        table.add_column(heading, justify="left" if heading == "document" else "right")
    for document, counts in statements.counts().items():
        table.add_row(document, str(counts.statements), str(counts.covered), str(counts.unobservable))
    return table


def show_clause(console: Console, contract: Contract, clause_id: str) -> None:
    """One clause with everything that belongs to it."""
    from conformance.reference.faults import FAULTS

    clause = contract.clauses[clause_id]
    console.print(Text.assemble((clause.id, "bold"), f"  {clause.level}"))
    console.print(clause.says(), soft_wrap=True)
    if clause.when:
        console.print(Text(f"applies when {clause.when}", style="dim"))
    rows = [
        ("stands in", f"fixtures/contract/{clause.file}:{clause.line}"),
        *_sources(contract, clause),
        *_checks(clause),
        *(("fault", f"{fault.name}: {fault.says}") for fault in FAULTS if fault.clause == clause.id),
        ("example", _example(clause)),
    ]
    for name, value in rows:
        console.print(Text.assemble((f"  {name:<13}", "dim"), value), soft_wrap=True)


def _sources(contract: Contract, clause: Clause) -> Iterator[tuple[str, str]]:
    """Where each edition says it and with which values, what these documents are, and what may be observed."""
    for edition in clause.editions:
        values = ", ".join(f"{name} {by_edition[edition]:,}" for name, by_edition in clause.values.items())
        yield edition, clause.sources[edition] + (f" ({values})" if values else "")
    for document in dict.fromkeys(clause.sources[edition].split(",")[0] for edition in clause.editions):
        yield document, contract.documents[document]
    if clause.observations:
        yield "observations", ", ".join(clause.observations)


def _checks(clause: Clause) -> Iterator[tuple[str, str]]:
    """The invariant and the tests of a clause, or why it has none."""
    if (invariant := all_invariants().get(clause.id)) is not None:
        yield "invariant", f"{invariant.where}: {invariant.says}"
    for test in suite_tests():
        if test.marks.clause == clause.id:
            yield "test", f"{test.module.replace('.', '/')}.py:{test.line} {test.name}: {test.says}"
    if clause.untested:
        yield "untested", clause.untested

"""``contract``: what the documentation promises."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from conformance.cli.common import LANG, Group, known_edition, out
from conformance.contract import DEFAULT_EDITION, EDITIONS, ContractError, Level, load
from conformance.text.command import command
from conformance.text.language import in_language, language
from conformance.text.nearest import nearest


@click.group(cls=Group)
def contract() -> None:
    """What the documentation promises: the clauses and their sources."""


@contract.command("list")
@click.option("--edition", default=None, help="Only clauses of this edition.")
@click.option("--operation", default=None, help="Only clauses of this operation.")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level], case_sensitive=False),
    help="Only clauses of this level.",
)
@click.option("--text", default=None, help="Only clauses whose id or sentence holds this text.")
@click.option("--counts", is_flag=True, help="Only how many there are.")
@LANG
def contract_list(
    edition: str | None, operation: str | None, level: str | None, text: str | None, counts: bool, lang: str | None
) -> None:
    """One line per clause: level, id, what it says."""
    from conformance.cli.clauses import list_clauses

    if edition is not None:
        known_edition(edition)
    known = {clause.operation for clause in load().clauses.values()}
    if operation is not None and operation not in known:
        raise click.UsageError(
            f"unknown operation {operation!r}{nearest(operation, sorted(known))}; known are {', '.join(sorted(known))}"
        )
    translated = in_language(load(), language(lang, os.environ))
    list_clauses(out, translated, edition, operation, level, text, counts=counts)


@contract.command("show")
@click.argument("clause")
@LANG
def contract_show(clause: str, lang: str | None) -> None:
    """One clause with its sources, values, test or invariant, and faults."""
    from conformance.cli.clauses import show_clause

    if clause not in load().clauses:
        raise click.UsageError(
            f"unknown clause {clause!r}{nearest(clause, list(load().clauses))}; see: {command('contract', 'list')}"
        )
    show_clause(out, in_language(load(), language(lang, os.environ)), clause)


@contract.command("diff")
@click.argument("before")
@click.argument("after")
def contract_diff(before: str, after: str) -> None:
    """What changed from one edition to another, in plain sentences."""
    from conformance.contract.differences import differences

    known_edition(before)
    known_edition(after)
    for sentence in differences(load(), before, after):
        click.echo(sentence)


@contract.command("new")
@click.argument("clause")
@click.option("--says", required=True, help="What the documents promise, as one English sentence.")
@click.option("--zh", "chinese", default="", help="The same sentence in Chinese.")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level], case_sensitive=False),
    default=Level.MUST.value,
    show_default=True,
    help="How much the clause matters.",
)
@click.option("--place", default=None, help="Where in the document it stands. [by the parameter that the id names]")
@click.option(
    "--edition", "editions", multiple=True, help="An edition that has it; repeatable. [all with the operation]"
)
@click.option("--value", "values", type=(str, int), multiple=True, metavar="NAME N", help="A value that it names.")
@click.option("--observation", "observations", multiple=True, help="What an OBSERVED clause may show; repeatable.")
@click.option("--invariant", "is_invariant", is_flag=True, help="Begin an invariant instead of a test.")
def contract_new(clause: str, *, chinese: str, is_invariant: bool, **row: Any) -> None:
    """Begin a clause in a checkout: its row, its test or invariant, a fault, its translation."""
    import conformance
    from conformance.scaffold.new_clause import NewClauseError, begin, checkout_of, commands, new_clause

    known = load()
    try:
        root = checkout_of(Path(conformance.__file__).parent)
        written = begin(root, known, new_clause(known, clause, **row), is_invariant=is_invariant, chinese=chinese)
    except (ContractError, NewClauseError) as error:
        raise click.UsageError(str(error)) from None
    for file in written:
        click.echo(f"{file.path}:{file.line}: {file.next_step or 'written; nothing is left to do'}")
    click.echo("Where the reference server has no such rule yet, write it in conformance/reference/. Then:")
    for next_command in commands(clause):
        click.echo(f"  {next_command}")


@contract.command("lock")
@click.option("--raise", "raised", is_flag=True, help="Release what changed as a new revision, in a new file.")
def contract_lock(raised: bool) -> None:
    """Compare the contract with the newest revision of each edition; where they differ, exit with 1."""
    from conformance.contract.revise import begin, revised

    changed = revised(load())
    for edition in changed:
        if raised:
            begin(edition)
            click.echo(f"{edition.today.name}: {edition.line}")
        else:
            click.echo(f"{edition.line}; contract lock --raise releases it as {edition.today.name}", err=True)
    if not changed:
        click.echo("every edition is what its newest revision says")
    elif not raised:
        sys.exit(1)


@contract.command("openapi")
@click.option("--edition", default=DEFAULT_EDITION, show_default=True, help=f"One of {', '.join(EDITIONS)}.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
def contract_openapi(edition: str, output: Path | None) -> None:
    """The OpenAPI 3.1 document of an edition, as JSON."""
    from conformance.openapi.document import document, text_of

    known_edition(edition)
    text = text_of(document(load(), edition))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"--output {output}: {error.strerror}") from None

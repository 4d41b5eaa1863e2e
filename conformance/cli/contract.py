"""``contract``: what the documentation promises."""

from __future__ import annotations

import os
from pathlib import Path

import click

from conformance.cli.common import LANG, Group, known_edition, out
from conformance.contract import DEFAULT_EDITION, EDITIONS, Level, load
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
    said = in_language(load(), language(lang, os.environ))
    list_clauses(out, said, edition, operation, level, text, counts=counts)


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


@contract.command("lock")
@click.option("--raise", "anew", is_flag=True, help="Raise the revision, and keep the one before.")
def contract_lock(anew: bool) -> None:
    """Write the locks of all editions anew: which clauses, levels and values each holds."""
    from conformance.contract.locks import write

    for line in write(load(), anew=anew) or ["every lock is up to date"]:
        click.echo(line)


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

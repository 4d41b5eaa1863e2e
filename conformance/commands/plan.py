"""``plan``: what a run would send, create and take."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from conformance.commands.common import EDITION, access, out, settings_of
from conformance.contract import load


@click.command()
@click.argument("target", nargs=-1)
@EDITION
@access
@click.option("--profile", type=click.Choice(["quick", "full", "thorough"]), help="[full]")
@click.option("--only", multiple=True, metavar="ID|GLOB|OPERATION", help="Only these clauses.")
@click.option("--seed", help="A number, or random. [0]")
def plan(target: tuple[str, ...], **options: Any) -> None:
    """What a run against TARGET would send, create and take, clause by clause. Sends nothing."""
    from conformance.rehearsal import EVERY_RUN, rehearse

    settings = settings_of(target, options)
    planned = rehearse(settings)
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("clause", no_wrap=True, min_width=max(map(len, planned.costs)))
    for heading in ("requests", "devices", "at worst"):
        table.add_column(heading, justify="right")
    for clause in (EVERY_RUN, *load().clauses):
        if (cost := planned.costs.get(clause)) is not None:
            table.add_row(clause, f"{cost.requests:,}", _shown(cost.devices), _shown(cost.at_worst))
    out.print(table)
    laws = sum(1 for clause in load().of(settings.edition) if clause.id not in planned.costs)
    out.print(f"{laws} further clauses are judged from what the others send.")
    out.print(
        f"{planned.requests:,} requests and {planned.devices:,} devices, about {planned.seconds:.0f} s, and what the"
        " target takes for its applications: each is asked again after a tenth of the time waited, at most once a"
        " second.",
        soft_wrap=True,
    )


def _shown(number: int) -> str:
    return f"{number:,}" if number else "\u00b7"

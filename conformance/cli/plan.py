"""``plan``: what a run would send, create and take."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from conformance.cli.common import out, settings_of
from conformance.cli.options import options_of
from conformance.contract import load

EVERY_RUN = "every run"
"""Stands for what is sent whatever was selected: the way in, and the applications that all invariants look at."""
SECONDS_EACH = 0.006
"""What a request takes on loopback."""


@click.command()
@click.argument("target", nargs=-1)
@options_of("plan")
def plan(target: tuple[str, ...], **options: Any) -> None:
    """What a run against TARGET would send, create and take, clause by clause. Sends nothing."""
    from conformance.client.budget import Cost
    from conformance.plan.dry_run import dry_run
    from conformance.plan.fit_budget import fit_to_budget

    settings = settings_of(target, options)
    budget_plan = fit_to_budget(settings)
    planned = dry_run(settings, budget_plan, waits=False)
    clauses = load().clauses
    costs: dict[str, Cost] = {}
    for account, cost in planned.accounts.items():
        shown = account if account in clauses else EVERY_RUN
        costs[shown] = costs.get(shown, Cost()) + cost
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("clause", no_wrap=True, min_width=max(map(len, costs)))
    for heading in ("requests", "devices at worst"):
        table.add_column(heading, justify="right")
    for name in (EVERY_RUN, *clauses):
        if (cost_of := costs.get(name)) is not None:
            table.add_row(name, f"{cost_of.requests:,}", f"{cost_of.devices:,}" if cost_of.devices else "\u00b7")
    out.print(table)
    invariants = sum(1 for clause in load().of(settings.edition) if clause.id not in costs)
    left_out = budget_plan.left_out if budget_plan is not None else {}
    for clause, why in left_out.items():
        out.print(f"{clause}: {why}", soft_wrap=True)
    out.print(
        f"{invariants - len(left_out.keys() - costs.keys())} further clauses are judged from what the others send."
    )
    each = max(SECONDS_EACH, 1 / settings.rate if settings.rate else 0.0)
    out.print(
        f"{planned.requests:,} requests and {planned.devices:,} devices, about {planned.requests * each:.0f} s, and"
        " what the target takes for its applications"
        + (
            "."
            if settings.max_requests
            else ": each is asked again after a seventh of the time waited, a second at most."
        ),
        soft_wrap=True,
    )
    if budget_plan is not None and settings.max_requests:
        most = sum(budget_plan.accounts.values(), Cost())
        out.print(
            f"A target that makes use of all {settings.patience:g} s of patience is sent {most.requests:,} at most.",
            soft_wrap=True,
        )

"""``selfproof``: every fault against the suite, and every variant."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from conformance.cli.common import LANG, fail, known_edition, out, writable
from conformance.contract import DEFAULT_EDITION, EDITIONS
from conformance.text.language import language


@click.command()
@click.option(
    "--edition",
    "named",
    default=[DEFAULT_EDITION],
    multiple=True,
    show_default=True,
    help="The edition served and measured, or all; may be repeated.",
)
@click.option("--profile", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--fault", "faults", multiple=True, help="Only these faults (names or patterns).")
@click.option("--variant", "variants", multiple=True, help="Only these variants (names or patterns).")
@click.option("--with-variants", is_flag=True, help="With --fault: every legal variant, too.")
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="Processes. [one per core]")
@click.option("--summary", metavar="FILE", help="Write the kill matrix as JSON.")
@click.option("--html", metavar="FILE", help="Write the kill matrix as a page.")
@click.option(
    "--write-collateral",
    is_flag=True,
    help="Write fixtures/collateral.json anew: what else fails with each fault. Needs --edition all; takes long.",
)
@LANG
def selfproof(
    named: tuple[str, ...],
    profile: str,
    faults: tuple[str, ...],
    variants: tuple[str, ...],
    with_variants: bool,
    jobs: int,
    summary: str | None,
    html: str | None,
    write_collateral: bool,
    lang: str | None,
) -> None:
    """Break the reference in every known way and see that it is noticed; take every freedom and see that it is not."""
    from conformance.selfproof import kill_matrix
    from conformance.selfproof.show_matrix import show

    for edition in named:
        if edition != "all":
            known_edition(edition)
    editions = EDITIONS if "all" in named else tuple(dict.fromkeys(named))
    wanted = ("*",) if with_variants and faults else variants
    plan = kill_matrix.ProofPlan(editions, profile, faults, wanted, whole_suite=write_collateral)
    if write_collateral and not plan.of_everything:
        raise click.UsageError("--write-collateral needs --edition all, and neither --fault nor --variant")
    writable(summary)
    writable(html, "--html")
    try:
        matrix = kill_matrix.prove(plan, jobs or os.cpu_count() or 1, out)
    except kill_matrix.NothingToProve as error:
        fail(str(error), 2)
    show(out, matrix)
    if summary:
        kill_matrix.write_summary(Path(summary), matrix)
    if html:
        kill_matrix.write_page(Path(html), matrix, language(lang, os.environ))
    if write_collateral and (why := kill_matrix.write_collateral(matrix)):
        fail(f"fixtures/collateral.json was not written: {why}", 1)
    sys.exit(1 if matrix.survivors or matrix.false_alarms else 0)

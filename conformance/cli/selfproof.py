"""``selfproof``: every fault against the suite, and every variant."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from conformance.cli.common import LANG, known_edition, out, writable
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
@click.option("--jobs", type=click.IntRange(min=0), default=0, help="Processes. [one per core]")
@click.option("--summary", metavar="FILE", help="Write the kill matrix as JSON.")
@click.option("--html", metavar="FILE", help="Write the kill matrix as a page.")
@LANG
def selfproof(
    named: tuple[str, ...],
    profile: str,
    faults: tuple[str, ...],
    variants: tuple[str, ...],
    jobs: int,
    summary: str | None,
    html: str | None,
    lang: str | None,
) -> None:
    """Break the reference in every known way and see that it is noticed; take every freedom and see that it is not."""
    from conformance.selfproof.kill_matrix import prove

    for edition in named:
        if edition != "all":
            known_edition(edition)
    editions = EDITIONS if "all" in named else tuple(dict.fromkeys(named))
    writable(summary)
    writable(html, "--html")
    files = (Path(summary) if summary else None, Path(html) if html else None)
    sys.exit(
        prove(out, editions, profile, faults, variants, jobs or os.cpu_count() or 1, *files, language(lang, os.environ))
    )

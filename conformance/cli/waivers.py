"""``waivers``: look at a file of waivers without a run."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click
from rich.text import Text

from conformance.cli.common import Group, fail, out
from conformance.config.waivers import WaiversError, of_edition, read_waivers
from conformance.contract import load
from conformance.runner.gate import aged, unmatched
from conformance.text.safe import line


@click.group(cls=Group)
def waivers() -> None:
    """Known failures that somebody answers for, until a date."""


@waivers.command()
@click.argument("file", type=click.Path(path_type=Path))
def audit(file: Path) -> None:
    """Check FILE, and say of each waiver how long it still holds; exit 1 where one is expired or matches no clause."""
    contract = load()
    try:
        found = read_waivers(file, contract)
    except WaiversError as error:
        fail(str(error), 2)
    today = datetime.datetime.now(datetime.UTC).date()
    red = 0
    for waiver in sorted(found, key=lambda one: one.expires):
        notes = [note for note in (aged(waiver, today), unmatched(contract, waiver)) if note is not None]
        bad = [note for note in notes if note.kind != "expiring"]
        red += bool(bad)
        kind, style = (
            (bad or notes)[0].kind if notes else "valid",
            "bold red" if bad else "yellow" if notes else "green",
        )
        says = "; ".join(note.says for note in notes) or f"holds until {waiver.expires}; owner {waiver.owner}"
        meant = f" ({len(of_edition(contract, waiver))} clauses)" if waiver.pattern else ""
        about = f"{waiver.where} {waiver.name}{meant} of {waiver.target} by {waiver.edition}: "
        out.print(Text.assemble((f"{kind:<9} ", style), line(about, 300), (line(says, 300), "dim")), soft_wrap=True)
    if red:
        fail(f"{file}: {red} of {len(found)} waivers need somebody", 1)
    print(f"iot-conformance: {file}: {len(found)} waivers, none of them expired", file=sys.stderr)

"""What a run keeps in its folder: its record, its ledger, what its target printed; and what it leaves at the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance.client.budget import Budget
from conformance.client.clock import Clock
from conformance.client.launch import Program
from conformance.client.ledger import FILE as LEDGER
from conformance.client.ledger import Ledger
from conformance.client.ledger import read as read_ledger
from conformance.client.preflight import Opened
from conformance.client.printed import MOST_OUTPUT
from conformance.config.settings import Settings
from conformance.runner.cleanup import Cleanup
from conformance.runner.execute import Run
from conformance.runner.resume import HYPOTHESIS, Before
from conformance.text.command import command
from conformance.text.safe import block

OUTPUT = "target.log"
"""What a target that is a program has printed."""
CLEAN_UP, CLEAN_UP_INTERRUPTED = 600.0, 30.0
"""Seconds that the products of a run may take to be deleted: in the end, and after Ctrl-C."""


def ledger_in(folder: Path, before: Before | None) -> Ledger:
    """The ledger of a run in its folder; a resumed run goes on with that of the run before."""
    if before is None:
        return Ledger(folder / LEDGER)
    (folder / LEDGER).write_text(before.ledger, encoding="utf-8")
    return Ledger(folder / LEDGER, before.past)


def header(
    about: Mapping[str, Any], settings: Settings, run: Run, opened: Opened, url: str, before: Before | None
) -> dict[str, Any]:
    """The first line of a record: who is measured, by what, and what a reader needs to judge it again."""
    return {
        **about,
        "digest": run.choice.contract.digest,
        "hypothesis": HYPOTHESIS,
        "url": url,
        "auth": str(opened.scheme),
        "products": list(opened.products),
        "patience": settings.patience,
        "exclusive": run.exclusive,
        "without": sorted(settings.without),
        "only": list(settings.only),
        **({"parent": before.folder.name} if before is not None else {}),
    }


def keep_output(program: Program, folder: Path, opened: Opened) -> None:
    """What a program printed is evidence too: beside the record, bounded, without secrets and escapes."""
    printed = opened.session.without_secrets(program.output())
    (folder / OUTPUT).write_text(block(printed, MOST_OUTPUT), encoding="utf-8")


def clean_up(folder: Path, opened: Opened, clock: Clock, begin: Callable[[], None], *, interrupted: bool) -> str:
    """Delete the products of the run with all that is in them; the command that deletes what stays behind, or nothing.

    ``begin`` is called before the first request: what follows belongs to no record and no budget.
    """
    session, until = opened.session, clock.now() + (CLEAN_UP_INTERRUPTED if interrupted else CLEAN_UP)
    begin()
    session.budget = Budget()
    swept = Cleanup(session, read_ledger(folder), lambda: clock.now() < until).products()
    return sweeps(folder) if swept.left else ""


def sweeps(folder: Path) -> str:
    """The command that deletes what the run in that folder has created."""
    return command("sweep", folder)

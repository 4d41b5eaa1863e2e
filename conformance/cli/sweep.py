"""``sweep``: delete what a run has created, and nothing else."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import click

from conformance.cli.common import fail, keys_found, out, settings_again
from conformance.contract import load
from conformance.text.command import command
from conformance.text.safe import line


@click.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--credentials", metavar="SOURCE", help="Where real keys come from, if not from where the run had them.")
@click.option("--rate", type=float, help="Requests per second at most.")
def sweep(folder: Path, **options: Any) -> None:
    """Delete what the run in folder RUN has created, by the exact names of its ledger, and nothing else.

    Exit status 3 where something may be left: each with the reason.
    """
    from conformance.client.clock import RealClock
    from conformance.client.ledger import FILE, Ledger
    from conformance.client.ledger_reader import LedgerError, read
    from conformance.client.preflight import PreflightError, let_in
    from conformance.client.session import Session
    from conformance.runner.cleanup import Cleanup
    from conformance.wire.message import Scheme
    from conformance.wire.signer import Signer

    try:
        account = read(folder)
    except LedgerError as error:
        fail(str(error), 2)
    settings = settings_again(account.about, options)
    keys_found(settings)
    with contextlib.ExitStack() as stack:
        ledger = Ledger(folder / FILE)
        stack.callback(ledger.close)
        session = Session(
            str(account.about["url"]), load(), RealClock(), Signer(Scheme.NONE), lambda exchange: None,
            rate=settings.rate, instance=settings.iot_instance_id, region=settings.target.region,
            renewed=settings.renewed, route=settings.route, ledger=ledger,
        )  # fmt: skip
        stack.callback(session.close)
        try:
            let_in(session, settings.schemes, settings.signer_of, settings.product_key or "a1RefProdA1")
            swept = Cleanup(session, account).sweep()
        except PreflightError as error:
            fail(str(error), 3)
        except KeyboardInterrupt:
            fail(f"interrupted; the same command goes on: {command('sweep', folder)}", 130)
    for one in swept.left:
        out.print(f"  ? {line(one, 300)}", soft_wrap=True, markup=False)
    gone = f", {swept.gone:,} were gone already" if swept.gone else ""
    out.print(f"deleted {swept.devices:,} devices and {swept.products:,} products{gone}", soft_wrap=True)
    if swept.left:
        fail(f"{len(swept.left)} things may be left, and nothing was deleted without proof; they are listed above", 3)
    sys.exit(0)

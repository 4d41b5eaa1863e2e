"""``serve``: the reference server as a mock."""

from __future__ import annotations

import math
import os

import click

from conformance.cli.common import EDITION, fail, known_edition
from conformance.contract import DEFAULT_EDITION


@click.command()
@click.option("--port", type=int, default=8086, show_default=True, help="0 takes a free port.")
@EDITION
@click.option("--delay", type=float, default=0.05, show_default=True, help="Seconds that CHECK and CREATE take each.")
@click.option(
    "--auth",
    type=click.Choice(["none", "rpc", "acs3", "both", "any"]),
    default="any",
    show_default=True,
    help="Signatures that are demanded and verified: both takes either, any lets in unsigned requests as well.",
)
@click.option("--fault", "faults", multiple=True, metavar="ID", help="Break one clause; repeatable. 'list' lists them.")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME",
    help="Take another legal freedom; repeatable. 'list' lists them.",
)
@click.option(
    "--access-key",
    default="testid:testsecret",
    show_default=True,
    metavar="ID:SECRET",
    help="The key that is known: for tests only.",
)
@click.option(
    "--product",
    "products",
    multiple=True,
    default=("a1RefProdA1", "a1RefProdB2"),
    show_default=True,
    help="Products that exist from the start.",
)
def serve(
    port: int,
    edition: str | None,
    delay: float,
    auth: str,
    faults: tuple[str, ...],
    variants: tuple[str, ...],
    access_key: str,
    products: tuple[str, ...],
) -> None:
    """Serve the reference as a mock on 127.0.0.1, faithful but for the faults asked for."""
    from conformance.reference.choices import VARIANTS, UnknownVariant
    from conformance.reference.faults import FAULTS
    from conformance.reference.faults.fault import UnknownFault
    from conformance.reference.http import serve as serve_reference

    edition = edition or DEFAULT_EDITION
    known_edition(edition)
    if "list" in faults or "list" in variants:
        listed = {fault.name: fault.says for fault in FAULTS} if "list" in faults else VARIANTS
        for name, says in listed.items():
            click.echo(f"{name}\t{says}")
        return
    if not 0 <= port <= 65535:
        raise click.UsageError(f"--port {port}: expected 0 to 65535")
    if not 0 <= delay < math.inf:
        raise click.UsageError(f"--delay {delay:g}: expected seconds, 0 or more")
    key, sign, secret = access_key.partition(":")
    if not sign or not key or not secret:
        raise click.UsageError("--access-key: expected ID:SECRET")
    try:
        serve_reference(
            port=port,
            edition=edition,
            delay=delay,
            auth=auth,
            faults=faults,
            variants=variants,
            keys={key: secret},
            products=products,
        )
    except (UnknownFault, UnknownVariant) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        fail(f"cannot listen on port {port}: {why}; choose another by --port, or 0 for a free one", 2)

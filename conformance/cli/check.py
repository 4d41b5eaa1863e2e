"""``check``: the preflight alone."""

from __future__ import annotations

import sys
from typing import Any

import click

from conformance.cli.common import keys_found, out, settings_of
from conformance.cli.options import options_of


@click.command()
@click.argument("target", nargs=-1)
@options_of("check")
def check(target: tuple[str, ...], **options: Any) -> None:
    """Look at TARGET without changing anything: is it there, is it this API, does it let us in."""
    from conformance.cli.look import look

    settings = settings_of(target, {**options, "max_products": 0})
    keys_found(settings)
    sys.exit(look(settings, out))

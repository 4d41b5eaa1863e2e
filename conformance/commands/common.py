"""What the commands share: options, consoles, and how a problem becomes one line and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console

from conformance.contract import DEFAULT_EDITION, EDITIONS
from conformance.options import UsageProblem, nearest, settings_from
from conformance.report.safe import line
from conformance.settings import Settings

err = Console(stderr=True, highlight=False)
out = Console(highlight=False)

Command = TypeVar("Command", bound=Callable[..., Any])


class Group(click.Group):
    """Names the nearest command for an unknown one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"no such command {args[0]!r}{nearest(args[0], list(self.commands))}")
        return super().resolve_command(ctx, args)


def fail(message: str, status: int) -> NoReturn:
    """One line on stderr, and the end."""
    print(f"iot-conformance: {line(message, 500)}", file=sys.stderr)
    sys.exit(status)


EDITION = click.option(
    "--edition",
    metavar="EDITION",
    help=f"One of {', '.join(EDITIONS)}; EDITION@N is an earlier revision of it. [{DEFAULT_EDITION}]",
)
ACCESS = [
    click.option("--product-key", help="ProductKey of an existing product; without it the run creates its own."),
    click.option("--other-product-key", help="ProductKey of a second product, for the isolation clauses."),
    click.option("--iot-instance-id", help="IotInstanceId to send with every request."),
    click.option(
        "--auth",
        type=click.Choice(["auto", "none", "rpc", "acs3"]),
        help="Signature scheme. [auto]",
    ),
    click.option("--credentials", help="Where real credentials come from: env, or env:PREFIX."),
    click.option("--without", multiple=True, metavar="OPERATION", help="An operation that the target does not offer."),
    click.option("--rate", type=float, help="Requests per second at most."),
    click.option("--max-requests", type=int, help="Requests at most; clauses that do not fit are left out."),
    click.option("--max-devices", type=int, help="Devices at most, even if the target refuses nothing. [60 by smoke]"),
    click.option("--targets", metavar="FILE", help="Where targets have names. [targets.toml]"),
    click.option("--max-products", type=int, help="Products that may be created. [2; 0 on regions]"),
]


def access(function: Command) -> Command:
    """The options that say how to get in."""
    for option in reversed(ACCESS):
        function = option(function)
    return function


def settings_of(target: tuple[str, ...], options: dict[str, Any]) -> Settings:
    """The checked settings of what was typed. Raises click.UsageError."""
    if not target or not target[0].strip():
        raise click.UsageError("name a target, for example: embedded")
    if len(target) > 1:
        raise click.UsageError(f"one target at a time, found {len(target)}: {', '.join(target[:3])}")
    renamed = {"label": "labels"}
    try:
        return settings_from(target[0], **{renamed.get(name, name): value for name, value in options.items()})
    except UsageProblem as problem:
        raise click.UsageError(str(problem)) from None


def writable(path: str | None) -> None:
    """A file that shall be written has a folder. Raises click.UsageError."""
    if path and (Path(path).is_dir() or not Path(path).resolve().parent.is_dir()):
        raise click.UsageError(f"--summary {path}: its folder does not exist, or it is a folder itself")


def known_edition(edition: str) -> None:
    """The edition must be one. Raises click.UsageError."""
    if edition not in EDITIONS:
        raise click.UsageError(
            f"unknown edition {edition!r}{nearest(edition, EDITIONS)}; known are {', '.join(EDITIONS)}"
        )

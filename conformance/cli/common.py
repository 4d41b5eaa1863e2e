"""What the commands share: options, consoles, and how a problem becomes one line and an exit status."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console

from conformance.client.credentials import CredentialsError
from conformance.config.options import UsageProblem, settings_from
from conformance.config.settings import Settings
from conformance.contract import DEFAULT_EDITION, EDITIONS
from conformance.text.language import LANGUAGES
from conformance.text.nearest import nearest
from conformance.text.safe import line
from conformance.wire.message import Scheme


class Paper(Console):
    """A console that leaves it to ``main`` what becomes of a reader who is gone."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


err = Paper(stderr=True, highlight=False)
out = Paper(highlight=False)

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
    help=f"One of {', '.join(EDITIONS)}; EDITION@N is a released revision of it. [{DEFAULT_EDITION}]",
)
LANG = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="The language of what people read. [that of the locale, or en]"
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
    click.option(
        "--credentials",
        metavar="SOURCE",
        help="Where real keys come from: env, env:PREFIX, profile:NAME, or chain. [none; env or chain on regions]",
    ),
    click.option("--ca-bundle", metavar="FILE", help="Certificates to believe instead of the machine's."),
    click.option("--proxy", metavar="URL", help="Send through this proxy; none is taken from the environment."),
    click.option(
        "--pass-env", multiple=True, metavar="NAME", help="Hand this variable to 'cmd:', though it may be a secret."
    ),
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


def settings_again(about: Mapping[str, Any], options: Mapping[str, Any]) -> Settings:
    """The settings of a recorded run, said again. Raises click.UsageError where they cannot be meant any more."""
    asked = {**about["asked"], **{name: value for name, value in options.items() if value is not None}}
    try:
        settings = settings_from(str(asked.pop("target")), **asked)
    except (UsageProblem, TypeError) as problem:
        raise click.UsageError(str(problem)) from None
    return dataclasses.replace(settings, target=dataclasses.replace(settings.target, name=str(about["name"])))


def keys_found(settings: Settings) -> None:
    """Real keys, where they are wanted, are there. Raises click.UsageError."""
    try:
        settings.signer_of(Scheme.RPC)
    except CredentialsError as error:
        raise click.UsageError(str(error)) from None


def may_begin(settings: Settings) -> None:
    """A run on a region is confirmed: by a person, or by --yes. Raises click.UsageError where nobody can be asked."""
    if not settings.target.region or settings.yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{settings.target.name} is a real account, and nobody can be asked; add --yes to go on")
    most = "as many devices as the suite wants" if settings.max_devices is None else f"{settings.max_devices} devices"
    products = ", ".join(key for key in (settings.product_key, settings.other_product_key) if key)
    where = f"in the product {products}, where they stay" if products else "in products of its own"
    err.print(f"This run registers up to {most} at {settings.target.name}, {where}.", soft_wrap=True)
    if not click.confirm("Go on?", err=True):
        raise click.UsageError("not begun")


def writable(path: str | None, option: str = "--summary") -> None:
    """A file that shall be written has a folder. Raises click.UsageError."""
    if path and (Path(path).is_dir() or not Path(path).resolve().parent.is_dir()):
        raise click.UsageError(f"{option} {path}: its folder does not exist, or it is a folder itself")


def known_edition(edition: str) -> None:
    """The edition must be one. Raises click.UsageError."""
    if edition not in EDITIONS:
        raise click.UsageError(
            f"unknown edition {edition!r}{nearest(edition, EDITIONS)}; known are {', '.join(EDITIONS)}"
        )

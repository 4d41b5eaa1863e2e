"""What the commands share: options, consoles, and how a problem becomes one line and an exit status."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from conformance.cli.options import click_option
from conformance.client.credentials import CredentialsError
from conformance.config.option_table import by_variable
from conformance.config.options import UsageProblem, settings_from
from conformance.config.settings import Settings
from conformance.contract import EDITIONS
from conformance.text.command import command
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


EDITION = click_option(by_variable()["edition"])
LANG = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="The language of what people read. [that of the locale, or en]"
)


def settings_of(target: tuple[str, ...], options: dict[str, Any]) -> Settings:
    """The checked settings of what was typed. Raises click.UsageError."""
    if not target or not target[0].strip():
        raise click.UsageError("name a target, for example: embedded")
    if len(target) > 1:
        raise click.UsageError(f"one target at a time, found {len(target)}: {', '.join(target[:3])}")
    try:
        return settings_from(target[0], **options)
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


def example(number: int, *words: str) -> str:
    """What a message adds to show how a command takes recorded runs: the newest here, or how to make one."""
    records = sorted(Path("reports").glob("*/run.ndjson"), key=lambda path: path.stat().st_mtime)
    folders = [path.parent for path in records][-number:]
    if len(folders) < number:
        return f"; make one by: {command('run', 'embedded')}"
    return f", for example: {command(*words, *folders)}"


def known_edition(edition: str) -> None:
    """The edition must be one. Raises click.UsageError."""
    if edition not in EDITIONS:
        raise click.UsageError(
            f"unknown edition {edition!r}{nearest(edition, EDITIONS)}; known are {', '.join(EDITIONS)}"
        )

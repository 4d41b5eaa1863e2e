"""The command line: presentation only."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from conformance import __version__
from conformance.contract import DEFAULT_EDITION, EDITIONS, ContractError, Level, load

err = Console(stderr=True, highlight=False)
out = Console(highlight=False)


class Group(click.Group):
    """Names the nearest command for an unknown one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        from conformance.options import nearest

        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"no such command {args[0]!r}{nearest(args[0], list(self.commands))}")
        return super().resolve_command(ctx, args)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="iot-conformance")
def cli() -> None:
    """Tells whether a target keeps what Alibaba Cloud documents of batch device registration (Iot, 2018-01-20)."""


def main() -> NoReturn:
    """Run the command line; every known problem is one line on stderr and an exit status, never a traceback."""
    try:
        cli(standalone_mode=False)
    except click.UsageError as error:
        _fail(error.format_message(), 2)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        _fail(error.format_message(), 2)
    except click.Abort:
        _fail("interrupted", 130)
    except ContractError as error:
        _fail(str(error), 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(0)


def _fail(message: str, status: int) -> NoReturn:
    from conformance.report.safe import line

    print(f"iot-conformance: {line(message, 500)}", file=sys.stderr)
    sys.exit(status)


EDITION = click.option(
    "--edition", default=DEFAULT_EDITION, show_default=True, metavar="EDITION", help=f"One of {', '.join(EDITIONS)}."
)
ACCESS = [
    click.option(
        "--product-key", default="", help="ProductKey of an existing product; without it the run creates its own."
    ),
    click.option("--other-product-key", default="", help="ProductKey of a second product, for the isolation clauses."),
    click.option("--iot-instance-id", default="", help="IotInstanceId to send with every request."),
    click.option(
        "--auth",
        type=click.Choice(["auto", "none", "rpc", "acs3"]),
        default="auto",
        show_default=True,
        help="Signature scheme.",
    ),
    click.option("--credentials", default="", help="Where real credentials come from: env, or env:PREFIX."),
    click.option("--without", multiple=True, metavar="OPERATION", help="An operation that the target does not offer."),
    click.option("--rate", type=float, help="Requests per second at most."),
    click.option("--max-requests", type=int, help="Requests at most."),
    click.option("--max-products", type=int, help="Products that may be created; 0 for regions."),
]


def _access(function: Any) -> Any:
    for option in reversed(ACCESS):
        function = option(function)
    return function


@cli.command()
@click.argument("target", nargs=-1)
@EDITION
@_access
@click.option(
    "--profile",
    type=click.Choice(["quick", "full", "thorough"]),
    default="full",
    show_default=True,
    help="How many examples; never which clauses.",
)
@click.option("--only", multiple=True, metavar="ID|GLOB|OPERATION", help="Only these clauses; the rest is exempt.")
@click.option(
    "--gate",
    type=click.Choice(["must", "should"]),
    default="must",
    show_default=True,
    help="The level that fails the run.",
)
@click.option("--seed", default="0", show_default=True, help="A number, or random.")
@click.option(
    "--patience",
    type=float,
    help="Seconds of unbroken CHECK or CREATE that are accepted. [60 on loopback, 900 on regions]",
)
@click.option("--label", multiple=True, metavar="KEY=VALUE", help="Shown in the reports.")
@click.option("--reports", metavar="DIR", help="Folder for the reports. [reports/<target>-<time>]")
@click.option("--summary", metavar="FILE", help="Write the summary as JSON.")
@click.option("--quiet", is_flag=True, help="Only the one line on stderr.")
@click.option("--verbose", is_flag=True, help="Also what was exempt, and what was observed.")
def run(target: tuple[str, ...], summary: str | None, quiet: bool, verbose: bool, **options: Any) -> None:
    """Measure TARGET: embedded, http(s)://host:port, region:<id>, or 'cmd:PROGRAM ... {port}'."""
    from conformance.conduct import Conductor, default_folder
    from conformance.report.all import write_all
    from conformance.report.terminal import Live, show

    settings = _settings(target, options)
    if settings.reports is None:
        settings = dataclasses.replace(settings, reports=default_folder(settings.target))
    _writable(summary)
    contract = load()
    live = Live(err, sum(1 for _ in contract.of(settings.edition)))
    conductor = Conductor(settings, observer=live.observer())
    conductor.held_by_cli = True
    with _signals() as signals, contextlib.nullcontext() if quiet else live:
        interrupted = _execute(conductor)
    result = conductor.end(interrupted=interrupted)
    files = write_all(result, conductor)
    if summary:
        Path(summary).write_text(json.dumps(result.summary, indent=1) + "\n", encoding="utf-8")
    if not quiet:
        exchanges = {one.number: one for one in result.exchanges}
        show(out, contract, result.summary, result.verdicts, exchanges, conductor.url, files, verbose=verbose)
    status = signals.status if interrupted else int(result.exit)
    if status or not quiet:
        print(f"iot-conformance: {result.why}", file=sys.stderr)
    sys.exit(status)


def _settings(target: tuple[str, ...], options: dict[str, Any]) -> Any:
    from conformance.options import UsageProblem, settings_from

    if not target or not target[0].strip():
        raise click.UsageError("name a target, for example: embedded")
    if len(target) > 1:
        raise click.UsageError(f"one target at a time, found {len(target)}: {', '.join(target[:3])}")
    renamed = {"label": "labels"}
    try:
        return settings_from(target[0], **{renamed.get(name, name): value for name, value in options.items()})
    except UsageProblem as problem:
        raise click.UsageError(str(problem)) from None


def _writable(path: str | None) -> None:
    if path and (Path(path).is_dir() or not Path(path).resolve().parent.is_dir()):
        raise click.UsageError(f"--summary {path}: its folder does not exist, or it is a folder itself")


def _execute(conductor: Any) -> bool:
    """Open the target and let pytest run the suite; True where it was interrupted."""
    import pytest

    from conformance.plugin import SUITE, SuitePlugin
    from conformance.target.launch import LaunchError
    from conformance.target.preflight import PreflightError

    plugin = SuitePlugin(conductor)
    try:
        conductor.begin()
    except KeyboardInterrupt:
        return True
    except (PreflightError, LaunchError) as error:
        conductor.close()
        _fail(str(error), 2 if getattr(error, "usage", False) else 3)
    plugin.begun = True
    # Somebody's settings of pytest are for their tests; this run is ours.
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    arguments = [
        "-c", os.devnull, "--rootdir", str(SUITE), "--noconftest", "-p", "no:cacheprovider", "-p", "no:terminal",
        "-p", "no:logging", "-p", "no:warnings", "-p", "no:faulthandler", "--capture=no", str(SUITE),
    ]  # fmt: skip
    status = pytest.main(arguments, plugins=[plugin])
    if status in {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED}:
        conductor.close()
        _fail(f"pytest could not run the suite ({pytest.ExitCode(status).name}); the target is not to blame", 4)
    return status == pytest.ExitCode.INTERRUPTED


class _Signals:
    """Which signal ended the run."""

    status = 130


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    """SIGTERM ends the run like Ctrl-C, with a status of its own."""
    found = _Signals()

    def stop(number: int, frame: object) -> None:
        found.status = 128 + number
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield found
    finally:
        signal.signal(signal.SIGTERM, before)


@cli.command()
@click.argument("target", nargs=-1)
@EDITION
@_access
def check(target: tuple[str, ...], **options: Any) -> None:
    """Look at TARGET without changing anything: is it there, is it this API, does it let us in."""
    from conformance.check import look

    sys.exit(look(_settings(target, {**options, "max_products": 0}), out))


@cli.command()
@click.option("--port", type=int, default=8086, show_default=True, help="0 takes a free port.")
@EDITION
@click.option("--delay", type=float, default=0.05, show_default=True, help="Seconds that CHECK and CREATE take each.")
@click.option(
    "--auth",
    type=click.Choice(["none", "rpc", "acs3", "any"]),
    default="any",
    show_default=True,
    help="Signatures that are demanded and verified.",
)
@click.option("--lapse", "lapses", multiple=True, metavar="ID", help="Break one clause; repeatable. 'list' lists them.")
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
    edition: str,
    delay: float,
    auth: str,
    lapses: tuple[str, ...],
    variants: tuple[str, ...],
    access_key: str,
    products: tuple[str, ...],
) -> None:
    """Serve the reference as a mock on 127.0.0.1, faithful but for the lapses asked for."""
    from conformance.reference.http import serve as serve_reference
    from conformance.reference.lapse import UnknownLapse
    from conformance.reference.lapses import LAPSES
    from conformance.reference.variants import VARIANTS, UnknownVariant

    _edition(edition)
    if "list" in lapses or "list" in variants:
        listed = {one.name: one.says for one in LAPSES} if "list" in lapses else VARIANTS
        for name, says in listed.items():
            click.echo(f"{name}\t{says}")
        return
    if not 0 <= port <= 65535:
        raise click.UsageError(f"--port {port}: expected 0 to 65535")
    if delay < 0:
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
            lapses=lapses,
            variants=variants,
            keys={key: secret},
            products=products,
        )
    except (UnknownLapse, UnknownVariant) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        _fail(f"cannot listen on port {port}: {error.strerror}; choose another by --port, or 0 for a free one", 3)


def _edition(edition: str) -> None:
    from conformance.options import nearest

    if edition not in EDITIONS:
        raise click.UsageError(
            f"unknown edition {edition!r}{nearest(edition, EDITIONS)}; known are {', '.join(EDITIONS)}"
        )


@cli.group(cls=Group)
def contract() -> None:
    """What the documentation promises: the clauses and their sources."""


@contract.command("list")
@click.option("--edition", default=None, help="Only clauses of this edition.")
@click.option("--operation", default=None, help="Only clauses of this operation.")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level], case_sensitive=False),
    help="Only clauses of this level.",
)
@click.option("--text", default=None, help="Only clauses whose id or sentence holds this text.")
@click.option("--counts", is_flag=True, help="Only how many there are.")
def contract_list(
    edition: str | None, operation: str | None, level: str | None, text: str | None, counts: bool
) -> None:
    """One line per clause: level, id, what it says."""
    from conformance.clauses import list_clauses

    if edition is not None:
        _edition(edition)
    known = {clause.operation for clause in load().clauses.values()}
    if operation is not None and operation not in known:
        from conformance.options import nearest

        raise click.UsageError(
            f"unknown operation {operation!r}{nearest(operation, sorted(known))}; known are {', '.join(sorted(known))}"
        )
    list_clauses(out, load(), edition, operation, level, text, counts=counts)


@contract.command("show")
@click.argument("clause")
def contract_show(clause: str) -> None:
    """One clause with its sources, values, test or law, and lapses."""
    from conformance.clauses import show_clause
    from conformance.options import nearest

    if clause not in load().clauses:
        raise click.UsageError(
            f"unknown clause {clause!r}{nearest(clause, list(load().clauses))}; see: iot-conformance contract list"
        )
    show_clause(out, load(), clause)


@cli.command()
@click.option("--edition", default=DEFAULT_EDITION, show_default=True, help="The edition served and measured.")
@click.option("--profile", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--lapse", "lapses", multiple=True, help="Only these lapses (names or patterns).")
@click.option("--variant", "variants", multiple=True, help="Only these variants (names or patterns).")
@click.option("--jobs", type=int, default=0, help="Processes. [one per core]")
@click.option("--summary", metavar="FILE", help="Write the kill matrix as JSON.")
def selfproof(
    edition: str, profile: str, lapses: tuple[str, ...], variants: tuple[str, ...], jobs: int, summary: str | None
) -> None:
    """Break the reference in every known way and see that it is noticed; take every freedom and see that it is not."""
    from conformance.selfproof import prove

    _edition(edition)
    _writable(summary)
    sys.exit(
        prove(out, edition, profile, lapses, variants, jobs or os.cpu_count() or 1, Path(summary) if summary else None)
    )

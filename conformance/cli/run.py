"""``run``: measure a target, show what came of it, leave with the exit status."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.common import (
    EDITION,
    LANG,
    access,
    err,
    fail,
    keys_found,
    may_begin,
    out,
    settings_again,
    settings_of,
    writable,
)
from conformance.cli.nightly import keep, nightly
from conformance.client.launch import LaunchError, Program, started
from conformance.client.local_problem import ours
from conformance.client.process_guard import follow
from conformance.config.settings import Settings
from conformance.config.targets import TargetsError, names
from conformance.contract import load
from conformance.record.folder import FolderError, default_folder
from conformance.runner.garbage import few_collections
from conformance.runner.result import Exit
from conformance.text.language import language
from conformance.text.safe import line

if TYPE_CHECKING:
    from conformance.report.measured import Measured
    from conformance.runner.resume import Before
    from conformance.runner.run import Result, Runner


@click.command()
@click.argument("target", nargs=-1)
@EDITION
@access
@click.option(
    "--profile",
    type=click.Choice(["smoke", "quick", "full", "thorough"]),
    help="How many examples; smoke is what of them fits into 60 devices. [full; smoke on regions]",
)
@click.option("--only", multiple=True, metavar="ID|GLOB|OPERATION", help="Only these clauses; the rest is exempt.")
@click.option(
    "--gate",
    type=click.Choice(["must", "should"]),
    help="The level that fails the run. [must]",
)
@click.option("--seed", help="A number, or random. [0]")
@click.option(
    "--patience",
    type=float,
    help="Seconds of unbroken CHECK or CREATE that are accepted. [60 on loopback, 900 on regions]",
)
@click.option(
    "--resume",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Go on with the run in that folder: what it has created is not created again.",
)
@click.option("--yes", is_flag=True, default=None, help="Run on a region without asking.")
@click.option("--timeout", type=float, help="Seconds that one answer may take. [30]")
@click.option("--label", multiple=True, metavar="KEY=VALUE", help="Shown in the reports.")
@click.option("--reports", metavar="DIR", help="Folder for the reports. [reports/<target>-<time>]")
@click.option("--waivers", metavar="FILE", help="Known failures that somebody answers for, until a date.")
@click.option("--summary", metavar="FILE", help="Write the summary as JSON.")
@click.option("--history", metavar="LOCATION", help="Keep this night there: a folder, or a URL that fsspec reaches.")
@click.option("--against", metavar="baseline|RUN", help="Compare with the nights kept; decides the exit status.")
@click.option("--confirm", type=click.IntRange(0, 10), default=0, help="Run again so often where something changed.")
@LANG
@click.option("--all", "all_of", metavar="FILE", help="Every target that this file names, beside those given.")
@click.option("--quiet", is_flag=True, help="Only the one line on stderr.")
@click.option("--verbose", is_flag=True, help="Also what was exempt, and what was observed.")
def run(
    target: tuple[str, ...],
    resume: Path | None,
    summary: str | None,
    lang: str | None,
    all_of: str | None,
    history: str | None,
    against: str | None,
    confirm: int,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Measure TARGET: embedded, http(s)://host:port, region:<id>, 'cmd:PROGRAM ... {port}', or a name.

    Several are measured at once, each by a process of its own.
    """
    if all_of:
        options["targets"] = options["targets"] or all_of
        target = (*target, *(name for name in named_in(all_of) if name not in target))
    snapshot = nightly(history, against, confirm, quiet=quiet)
    if len(target) > 1 and resume is None:
        from conformance.cli.several import run_several

        writable(summary)
        with _signals() as signals:
            try:
                sys.exit(run_several(target, options, summary, language(lang, os.environ), quiet=quiet))
            except KeyboardInterrupt:
                fail("interrupted; what each run had seen is in its folder", signals.status)
    before = _resumed(resume, target, options) if resume is not None else None
    settings = _as_before(before, options) if before is not None else settings_of(target, options)
    may_begin(settings)
    keys_found(settings)
    if settings.reports is None:
        settings = dataclasses.replace(settings, reports=default_folder(settings.target))
    writable(summary)
    with _signals() as signals, few_collections(), contextlib.ExitStack() as stack:
        # A target that is a program starts while the suite is being loaded.
        program = stack.enter_context(_started(settings)) if settings.target.command else None
        result, measured = _measured(
            settings, program, before, language(lang, os.environ), signals, quiet=quiet, verbose=verbose
        )
        if summary:
            Path(summary).write_text(json.dumps(result.summary, indent=1) + "\n", encoding="utf-8")
    status, why = signals.status if result.interrupted else int(result.exit), result.why
    if snapshot is not None and result.folder is not None and status in {0, 1, 3}:
        status, why = keep(
            snapshot, target[0] if target else settings.target.name, settings, measured, result.folder
        ) or (
            status,
            why,
        )
    if status or not quiet:
        print(f"iot-conformance: {line(why, 500)}", file=sys.stderr)
    sys.exit(status)


def named_in(path: str) -> list[str]:
    """The names of a targets file. Raises click.UsageError."""
    try:
        return list(names(Path(path)))
    except TargetsError as error:
        raise click.UsageError(str(error)) from None


GIVEN_ANEW = frozenset({"reports", "yes", "resume", "targets"})
"""Options that a resumed run may be given; all others are those of the run before."""


def _resumed(folder: Path, target: tuple[str, ...], options: dict[str, Any]) -> Before:
    """The run to be resumed. Raises click.UsageError where it cannot be, or where something else is wanted of it."""
    from conformance.runner.resume import ResumeError, before

    given = [name for name, value in options.items() if name not in GIVEN_ANEW and value not in (None, (), "")]
    if target or given:
        what = "a target" if target else f"--{given[0].replace('_', '-')}"
        raise click.UsageError(f"--resume takes target and options from the run before; leave out {what}")
    try:
        return before(folder, load())
    except ResumeError as error:
        raise click.UsageError(str(error)) from None


def _as_before(before: Before, options: dict[str, Any]) -> Settings:
    """The settings of the run before, with its products."""
    anew = {name: options[name] for name in ("reports", "yes")}
    settings = settings_again({"asked": before.asked, "name": before.name}, anew)
    product, other = (*before.products, "", "")[:2]
    return dataclasses.replace(settings, product_key=product, other_product_key=other)


@contextlib.contextmanager
def _started(settings: Settings) -> Iterator[Program]:
    try:
        with started(settings.target) as program:
            yield program
    except LaunchError as error:
        fail(str(error), 3)


def _measured(
    settings: Settings,
    program: Program | None,
    before: Before | None,
    lang: str,
    signals: _Signals,
    *,
    quiet: bool,
    verbose: bool,
) -> tuple[Result, Measured]:
    """Run the suite, write the reports, show them."""
    # Loading hypothesis, pytest and the suite takes most of a second: not before it is known that there is a run.
    from conformance.plan.fit_budget import fit_to_budget
    from conformance.report.all import write_all
    from conformance.report.measured import of_run
    from conformance.report.progress import progress
    from conformance.report.terminal import show
    from conformance.report.watch import watch
    from conformance.runner.run import Runner

    budget_plan = fit_to_budget(settings)
    runner = Runner(settings, program=program, budget_plan=budget_plan, before=before)
    runner.held_by_cli = True
    runner.stopped = lambda: signals.came
    choice = runner.run.choice
    looked_at = [one for one in load().of(settings.edition) if choice.applies(one) and not one.untested]
    seen = watch(looked_at, lang)
    try:
        with progress(err, seen, quiet=quiet) as runner.run.observer:
            interrupted = _execute(runner)
        result = runner.end(interrupted=interrupted)
        measured = of_run(result, runner, lang)
        files = write_all(measured)
    except OSError as error:
        runner.close()
        fail(f"{ours(error)}{_kept(runner)}", int(Exit.ERROR))
    except KeyboardInterrupt:
        # The second one: nothing more is sent, not even what would clean up.
        runner.close()
        fail(f"interrupted{runner.how_to_sweep}", 130)
    if not quiet:
        show(out, measured, files, verbose=verbose)
    return result, measured


def _kept(runner: Runner) -> str:
    """What can be done with a run that ended by a fault of our own side."""
    if runner.folder is None:
        return ""
    return f"; what was recorded until then: iot-conformance report {runner.folder}{runner.how_to_sweep}"


def _execute(runner: Runner) -> bool:
    """Open the target and let pytest run the suite; True where it was interrupted."""
    import pytest

    from conformance.client.preflight import PreflightError
    from conformance.plugin import SUITE_FOLDER, SuitePlugin

    plugin = SuitePlugin(runner)
    try:
        runner.begin()
    except KeyboardInterrupt:
        return True
    except FolderError as error:
        runner.close()
        fail(str(error), 2)
    except (PreflightError, LaunchError) as error:
        runner.close()
        fail(f"{error}{runner.how_to_sweep}", 2 if getattr(error, "usage", False) else 3)
    plugin.begun = True
    # Somebody's settings of pytest are for their tests; this run is ours.
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    arguments = [
        "-c", os.devnull, "--rootdir", str(SUITE_FOLDER), "--noconftest", "-p", "no:cacheprovider", "-p", "no:terminal",
        "-p", "no:logging", "-p", "no:warnings", "-p", "no:faulthandler", "-p", "no:unraisableexception",
        "-p", "no:threadexception", "--capture=no", str(SUITE_FOLDER),
    ]  # fmt: skip
    status = pytest.main(arguments, plugins=[plugin])
    if plugin.own_problem is not None:
        raise plugin.own_problem
    if status in {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED}:
        runner.close()
        fail(f"pytest could not run the suite ({pytest.ExitCode(status).name}); the target is not to blame", 4)
    return status == pytest.ExitCode.INTERRUPTED


class _Signals:
    """Which signal ended the run, and whether there was one: what it raises may get lost in somebody's clean-up."""

    status = 130
    came = False


def _unless_interrupted(lost: Any) -> None:
    """Say nothing of an interrupt that was lost in somebody's callback: it is heeded all the same."""
    if lost.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(lost)


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    """SIGTERM ends the run like Ctrl-C, with a status of its own."""
    found = _Signals()

    def stop(number: int, frame: object) -> None:
        found.status, found.came = 128 + number, True
        raise KeyboardInterrupt

    # Who starts us in the background may want SIGINT to be ignored.
    heard = [each for each in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, stop) for each in heard}
    hook, sys.unraisablehook = sys.unraisablehook, _unless_interrupted
    follow(os.environ)
    try:
        yield found
    except KeyboardInterrupt:  # before there was anything to report, or while the reports were written
        fail("interrupted", found.status)
    finally:
        sys.unraisablehook = hook
        for each, handler in before.items():
            signal.signal(each, handler)

"""``run``: measure a target, show what came of it, leave with the exit status."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.common import (
    LANG,
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
from conformance.cli.options import options_of
from conformance.cli.signals import Signals, signals_heard
from conformance.client.launch import LaunchError, Program, started
from conformance.client.local_problem import ours
from conformance.config.option_table import by_variable
from conformance.config.settings import Settings
from conformance.config.targets import TargetsError, names
from conformance.contract import load
from conformance.record.folder import FolderError, default_folder
from conformance.runner.exit_status import Exit
from conformance.runner.garbage import few_collections
from conformance.text.command import command
from conformance.text.language import language
from conformance.text.safe import line

if TYPE_CHECKING:
    from conformance.report.measured import Measured
    from conformance.runner.resume import Before
    from conformance.runner.run import Result, Runner


@click.command()
@click.argument("target", nargs=-1)
@options_of("run")
@click.option(
    "--resume",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Go on with the run in that folder: what it has created is not created again.",
)
@click.option("--summary", metavar="FILE", help="Write the summary as JSON.")
@click.option("--history", metavar="LOCATION", help="Keep this run there: a folder, or a URL that fsspec reaches.")
@click.option("--against", metavar="baseline|RUN", help="Compare with the runs kept there; decides the exit status.")
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
    wanted = nightly(history, against, confirm, quiet=quiet)
    shown = Shown(language(lang, os.environ), quiet, verbose)
    if len(target) > 1 and resume is None:
        sys.exit(_several(target, options, summary, shown))
    before = _resumed(resume, target, options) if resume is not None else None
    settings = _as_before(before, options) if before is not None else settings_of(target, options)
    may_begin(settings)
    keys_found(settings)
    if settings.reports is None:
        settings = dataclasses.replace(settings, reports=default_folder(settings.target))
    writable(summary)
    with signals_heard() as signals, few_collections(), contextlib.ExitStack() as stack:
        # A target that is a program starts while the suite is being loaded.
        program = stack.enter_context(_started(settings)) if settings.target.command else None
        result, measured = _measured(settings, program, before, signals, shown)
        if summary:
            Path(summary).write_text(json.dumps(result.summary, indent=1) + "\n", encoding="utf-8")
    status, why = signals.status if result.interrupted else int(result.exit), result.why
    if wanted is not None and result.folder is not None and status in {0, 1, 3}:
        name = target[0] if target else settings.target.name
        status, why = keep(wanted, name, settings, measured, result.folder) or (status, why)
    if status or not quiet:
        print(f"iot-conformance: {line(why, 500)}", file=sys.stderr)
    sys.exit(status)


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """What people want to read of a run."""

    lang: str
    quiet: bool
    verbose: bool


def named_in(path: str) -> list[str]:
    """The names of a targets file. Raises click.UsageError."""
    try:
        return list(names(Path(path)))
    except TargetsError as error:
        raise click.UsageError(str(error)) from None


def _several(targets: tuple[str, ...], options: dict[str, Any], summary: str | None, shown: Shown) -> int:
    """Measure several targets; the exit status."""
    from conformance.cli.several import run_several

    writable(summary)
    with signals_heard() as signals:
        try:
            return run_several(targets, options, summary, shown.lang, quiet=shown.quiet)
        except KeyboardInterrupt:
            fail("interrupted; what each run had seen is in its folder", signals.status)


GIVEN_ANEW = frozenset({"reports", "yes", "targets"})
"""Options that a resumed run may be given; all others are those of the run before."""


def _resumed(folder: Path, target: tuple[str, ...], options: dict[str, Any]) -> Before:
    """The run to be resumed. Raises click.UsageError where it cannot be, or where something else is wanted of it."""
    from conformance.runner.resume import ResumeError, before

    given = [name for name, value in options.items() if name not in GIVEN_ANEW and value not in (None, (), "")]
    if target or given:
        what = "a target" if target else f"--{by_variable()[given[0]].name}"
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
    settings: Settings, program: Program | None, before: Before | None, signals: Signals, shown: Shown
) -> tuple[Result, Measured]:
    """Run the suite, write the reports, show them."""
    # Loading hypothesis and the suite takes most of a second: not before it is known that there is a run.
    from conformance.plan.fit_budget import fit_to_budget
    from conformance.report.all import write_all
    from conformance.report.measured import of_run
    from conformance.report.progress import progress
    from conformance.report.run_progress import watch
    from conformance.report.terminal import show
    from conformance.runner.run import Runner

    runner = Runner(settings, program=program, budget_plan=fit_to_budget(settings), before=before)
    runner.stopped = lambda: signals.came
    choice = runner.run.choice
    looked_at = [clause for clause in load().of(settings.edition) if choice.applies(clause) and not clause.untested]
    try:
        with progress(err, watch(looked_at, shown.lang), quiet=shown.quiet) as runner.run.observer:
            interrupted = _driven(runner)
        result = runner.end(interrupted=interrupted)
        measured = of_run(result, shown.lang)
        files = write_all(measured)
    except OSError as error:
        runner.close()
        fail(f"{ours(error)}{_kept(runner)}", int(Exit.ERROR))
    except KeyboardInterrupt:
        # The second one: nothing more is sent, not even what would clean up.
        runner.close()
        fail(f"interrupted{runner.how_to_sweep}", 130)
    if not shown.quiet:
        show(out, measured, files, verbose=shown.verbose)
    return result, measured


def _driven(runner: Runner) -> bool:
    """Open the target and look at every part of the suite; True where that was interrupted."""
    from conformance.client.preflight import PreflightError

    try:
        runner.begin()
        runner.execute()
    except KeyboardInterrupt:
        return True
    except FolderError as error:
        runner.close()
        fail(str(error), 2)
    except (PreflightError, LaunchError) as error:
        runner.close()
        fail(f"{error}{runner.how_to_sweep}", 2 if getattr(error, "usage", False) else 3)
    except Exception:
        runner.close()
        raise
    return False


def _kept(runner: Runner) -> str:
    """What can be done with a run that ended by a problem of this machine."""
    if runner.folder is None:
        return ""
    return f"; what was recorded until then: {command('report', runner.folder)}{runner.how_to_sweep}"

"""``run`` with several targets: each in a process of its own, one page, one summary, one exit status."""

from __future__ import annotations

import datetime
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from conformance.cli.common import err, keys_found, may_begin, out, settings_of
from conformance.cli.options import typed
from conformance.config.settings import Settings
from conformance.text.language import text
from conformance.text.safe import line

if TYPE_CHECKING:
    from conformance.report.measured import Measured
    from conformance.runner.parallel import Done, TargetJob

SAID_ONCE = frozenset({"summary", "reports", "quiet", "verbose", "all_of", "yes"})
"""What is said once for all targets together, and not to each."""
STYLES = {0: "bold green", 1: "bold red"}


def run_several(names: Sequence[str], options: dict[str, Any], summary: str | None, lang: str, *, quiet: bool) -> int:
    """Measure all of them; the exit status. Raises click.UsageError before anything has begun."""
    from conformance.runner.parallel import TargetJob, status_of, together

    settings = [settings_of((name,), options) for name in names]
    distinct(settings)
    for target_settings in settings:
        may_begin(target_settings)
        keys_found(target_settings)
    folder = _folder(options.get("reports"))
    words = _words(options)
    jobs = [
        TargetJob(name, (*words, "--yes") if of_target.target.region else words, str(path))
        for name, of_target, path in zip(names, settings, _folders(folder, settings), strict=True)
    ]
    results, columns = _measured(jobs, lang, quiet=quiet)
    value = together(list(zip(settings, results, strict=True)))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(json.dumps(value, indent=1), encoding="utf-8")
    if summary:
        Path(summary).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    page = _page(folder, columns)
    if not quiet:
        _show(value["runs"], results, page, lang)
    status = int(status_of(done.status for done in results))
    if status or not quiet:
        worst = [f"{done.job.target}: {done.why}" for done in results if done.status]
        passed = f"every gated clause that was looked at passed on all {len(results)} targets"
        print(f"iot-conformance: {line('; '.join(worst) or passed, 500)}", file=sys.stderr)
    return status


def _words(options: dict[str, Any]) -> tuple[str, ...]:
    """The options for each process: as typed, and where targets have names."""
    words = typed(SAID_ONCE)
    if options.get("targets") and "--targets" not in words:
        return (*words, "--targets", str(options["targets"]))
    return words


def _measured(jobs: Sequence[TargetJob], lang: str, *, quiet: bool) -> tuple[list[Done], list[Measured]]:
    """What came of each target, in the order of the jobs, and the runs of those that were measured."""
    from conformance.runner.parallel import all_of, threads

    results: dict[str, Done] = {}
    columns: dict[str, Measured] = {}
    with threads(len(jobs)) as pool:
        for done in all_of(jobs, pool):
            results[done.job.folder] = done
            # Read while the others are still measuring: what is left in the end is the slowest one.
            columns |= _column(done, lang)
            if not quiet:
                err.print(f"{len(results)} of {len(jobs)}  {_sentence(done)}", soft_wrap=True)
    in_order = [job.folder for job in jobs]
    return [results[folder] for folder in in_order], [columns[folder] for folder in in_order if folder in columns]


def _show(runs: Sequence[dict[str, Any]], results: Sequence[Done], page: Path | None, lang: str) -> None:
    out.print(_table(runs, results, lang))
    for difference in _differences(runs):
        out.print(difference)
    if page is not None:
        out.print(Text.assemble((f"  {text('matrix', lang)}  ", "dim"), str(page)), soft_wrap=True)


def distinct(settings: Sequence[Settings]) -> None:
    """No target may be measured twice at once: each run would see what the other does. Raises click.UsageError."""
    seen: dict[str, str] = {}
    for target in (of_target.target for of_target in settings):
        where = target.url or f"{target.name} {' '.join(target.command)}"
        if not target.command and where in seen:
            raise click.UsageError(f"{target.name} and {seen[where]} are one target; measure it once")
        seen[where] = target.name


def _folder(given: str | None) -> Path:
    if given:
        if (Path(given) / "summary.json").exists():
            raise click.UsageError(f"--reports {given}: holds runs already, and runs are never overwritten")
        return Path(given)
    return Path("reports") / f"several-{datetime.datetime.now():%Y%m%d-%H%M%S-%f}"


def _folders(folder: Path, settings: Sequence[Settings]) -> list[Path]:
    """One for each target, named after it."""
    paths: list[Path] = []
    for of_target in settings:
        name = re.sub(r"[^A-Za-z0-9]+", "-", of_target.target.name).strip("-").lower() or "target"
        path, tail = folder / name, 1
        while path in paths:
            tail += 1
            path = folder / f"{name}-{tail}"
        paths.append(path)
    return paths


def _column(done: Done, lang: str) -> dict[str, Measured]:
    """The folder of a target and its run as the page shows it; nothing where it was not measured."""
    from conformance.record.run_ndjson import RecordError
    from conformance.report.measured import RECORD, of_record

    folder = Path(done.job.folder)
    try:
        return {done.job.folder: of_record(folder, lang)} if (folder / RECORD).exists() else {}
    except RecordError:  # its process was killed while it wrote: the others are shown all the same
        return {}


def _page(folder: Path, runs: Sequence[Measured]) -> Path | None:
    """One page with a column for each target that was measured."""
    from conformance.report.matrix import write_matrix

    if not runs:
        return None
    write_matrix(folder / "matrix.html", runs)
    return folder / "matrix.html"


def _sentence(done: Done) -> str:
    outcome = done.summary["outcome"] if done.summary else "not measured"
    return f"{line(done.job.target, 60)}: {outcome}, {done.seconds:.1f} s"


def _table(runs: Sequence[dict[str, Any]], results: Sequence[Done], lang: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    headings = (text("passed", lang), text("failed", lang), text("undecided", lang))
    for heading in (*headings, text("requests", lang), text("seconds", lang)):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for run, done in zip(runs, results, strict=True):
        counts = run["counts"]
        undecided = counts["inconclusive"] + counts["error"] + counts["untested"]
        word = text(str(run["outcome"]), lang).upper()
        table.add_row(
            line(str(run["target"]), 60), str(counts["pass"]), str(counts["fail"]), str(undecided),
            f"{run['requests']:,}",
            f"{done.seconds:.1f}", Text(word, style=STYLES.get(done.status, "bold yellow")),
        )  # fmt: skip
    return table


def _differences(runs: Sequence[dict[str, Any]]) -> list[Text]:
    """The clauses that fail on some targets, and on which."""
    failed: dict[str, list[str]] = {}
    for run in runs:
        for clause in run["clauses"]:
            if clause["outcome"] == "fail":
                failed.setdefault(clause["id"], []).append(line(str(run["target"]), 40))
    return [
        Text.assemble(("  \u2717 ", "bold red"), f"{clause}: ", (", ".join(targets), "dim"))
        for clause, targets in failed.items()
    ]

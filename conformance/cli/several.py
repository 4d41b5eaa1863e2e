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
from click.core import ParameterSource
from rich.table import Table
from rich.text import Text

from conformance.cli.common import err, keys_found, may_begin, out, settings_of
from conformance.config.settings import Settings
from conformance.text.language import text
from conformance.text.safe import line

if TYPE_CHECKING:
    from conformance.report.measured import Measured
    from conformance.runner.parallel import Done

OURS = frozenset({"target", "summary", "reports", "quiet", "verbose", "all_of", "yes"})
"""What is said once for all targets together, and not to each."""
STYLES = {0: "bold green", 1: "bold red"}


def run_several(names: Sequence[str], options: dict[str, Any], summary: str | None, lang: str, *, quiet: bool) -> int:
    """Measure all of them; the exit status. Raises click.UsageError before anything has begun."""
    from conformance.runner.parallel import TargetJob, all_of, status_of, threads, together

    settings = [settings_of((name,), options) for name in names]
    distinct(settings)
    for one in settings:
        may_begin(one)
        keys_found(one)
    folder = _folder(options.get("reports"))
    words = typed()
    if options.get("targets") and "--targets" not in words:
        words = (*words, "--targets", str(options["targets"]))
    where = _folders(folder, settings)
    jobs = [
        TargetJob(name, (*words, "--yes") if one.target.region else words, str(each))
        for name, one, each in zip(names, settings, where, strict=True)
    ]
    found: dict[str, Done] = {}
    columns: dict[str, Measured] = {}
    with threads(len(jobs)) as pool:
        for done in all_of(jobs, pool):
            found[done.job.folder] = done
            # Read while the others are still measuring: what is left in the end is the slowest one.
            columns |= _column(done, lang)
            if not quiet:
                err.print(f"{len(found)} of {len(jobs)}  {_sentence(done)}", soft_wrap=True)
    each = [(one, found[job.folder]) for one, job in zip(settings, jobs, strict=True)]
    value = together(each)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(json.dumps(value, indent=1), encoding="utf-8")
    if summary:
        Path(summary).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    page = _page(folder, [columns[str(each)] for each in where if str(each) in columns])
    if not quiet:
        out.print(_table(value["runs"], [done for _, done in each], lang))
        for each_line in _differences(value["runs"]):
            out.print(each_line)
        if page is not None:
            out.print(Text.assemble((f"  {text('matrix', lang)}  ", "dim"), str(page)), soft_wrap=True)
    status = int(status_of(done.status for _, done in each))
    if status or not quiet:
        worst = [f"{done.job.target}: {done.why}" for _, done in each if done.status]
        kept = f"all {len(each)} targets keep every gated clause that was looked at"
        print(f"iot-conformance: {line('; '.join(worst) or kept, 500)}", file=sys.stderr)
    return status


def distinct(settings: Sequence[Settings]) -> None:
    """No target may be measured twice at once: each run would see what the other does. Raises click.UsageError."""
    seen: dict[str, str] = {}
    for one in settings:
        where = one.target.url or f"{one.target.name} {' '.join(one.target.command)}"
        if not one.target.command and where in seen:
            raise click.UsageError(f"{one.target.name} and {seen[where]} are one target; measure it once")
        seen[where] = one.target.name


def typed(without: Sequence[str] = ()) -> tuple[str, ...]:
    """The options of ``run`` as they were typed, for each process; those that are said once are left out."""
    context = click.get_current_context()
    words: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in OURS or name in without or context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = context.params[name]
        for each in value if isinstance(value, tuple) else (value,):
            words += [parameter.opts[0]] if each is True else [parameter.opts[0], str(each)]
    return tuple(words)


def _folder(given: str | None) -> Path:
    if given:
        if (Path(given) / "summary.json").exists():
            raise click.UsageError(f"--reports {given}: holds runs already, and runs are never overwritten")
        return Path(given)
    return Path("reports") / f"several-{datetime.datetime.now():%Y%m%d-%H%M%S-%f}"


def _folders(folder: Path, settings: Sequence[Settings]) -> list[Path]:
    """One for each target, named after it."""
    found: list[Path] = []
    for one in settings:
        name = re.sub(r"[^A-Za-z0-9]+", "-", one.target.name).strip("-").lower() or "target"
        path, tail = folder / name, 1
        while path in found:
            tail += 1
            path = folder / f"{name}-{tail}"
        found.append(path)
    return found


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


def _table(runs: Sequence[dict[str, Any]], each: Sequence[Done], lang: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    for heading in ("kept", "broken", "open", "requests", "seconds"):
        table.add_column(text(heading, lang), justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for run, done in zip(runs, each, strict=True):
        counts = run["counts"]
        unclear = counts["inconclusive"] + counts["error"] + counts["untested"]
        word = text(str(run["outcome"]), lang).upper()
        table.add_row(
            line(str(run["target"]), 60), str(counts["pass"]), str(counts["fail"]), str(unclear),
            f"{run['requests']:,}",
            f"{done.seconds:.1f}", Text(word, style=STYLES.get(done.status, "bold yellow")),
        )  # fmt: skip
    return table


def _differences(runs: Sequence[dict[str, Any]]) -> list[Text]:
    """The clauses that some targets break, and which."""
    broken: dict[str, list[str]] = {}
    for run in runs:
        for clause in run["clauses"]:
            if clause["outcome"] == "fail":
                broken.setdefault(clause["id"], []).append(line(str(run["target"]), 40))
    return [
        Text.assemble(("  \u2717 ", "bold red"), f"{clause}: ", (", ".join(targets), "dim"))
        for clause, targets in broken.items()
    ]

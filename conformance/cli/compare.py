"""``compare``: what changed between runs, or differs between two targets, and whose it is."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import click

from conformance.cli.common import example, fail, keys_found, may_begin, settings_of, writable
from conformance.cli.options import options_of, typed
from conformance.contract import load
from conformance.text.command import command
from conformance.text.safe import line

SERVED = "http://127.0.0.1:8086"
"""Where ``serve`` listens unless it is told otherwise."""


@click.command()
@click.argument("runs", nargs=-1, metavar="OLD [OLD ...] NEW")
@click.option("--live", is_flag=True, help="Both are TARGETs: send both the same, and compare what they answer.")
@click.option("--markdown", metavar="FILE", help="Write the comparison as Markdown.")
@click.option("--json", "as_json", metavar="FILE", help="Write the comparison as JSON.")
@click.option("--quiet", is_flag=True, help="Only the one line on stderr.")
@options_of("compare", defaults={"profile": "quick"})
def compare(
    runs: tuple[str, ...], live: bool, markdown: str | None, as_json: str | None, quiet: bool, **options: Any
) -> None:
    """What changed from OLD to NEW, two recorded runs, and whose change it is; several OLD are a baseline.

    Options behind --quiet belong to --live. Exit status 0: nothing of the target changed; 1: it changed;
    3: inconclusive.
    """
    if len(runs) < 2:
        how = f", for example: {command('compare', '--live', SERVED, 'embedded')}" if live else example(2, "compare")
        raise click.UsageError(f"name two {'targets' if live else 'runs'}; found {len(runs)}{how}")
    writable(markdown, "--markdown")
    writable(as_json, "--json")
    if live:
        if len(runs) > 2:
            raise click.UsageError(f"--live compares two targets; found {len(runs)}")
        status, why, text, value = _live(runs, options)
        _write(text, value, markdown, as_json)
        _leave(status, why, text, quiet=quiet)
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value not in (None, ())]
    if given:
        raise click.UsageError(f"{given[0]} belongs to --live: recorded runs say how they were made")
    status, why, text, value = _recorded(runs)
    _write(text, value, markdown, as_json)
    _leave(status, why, text, quiet=quiet)


def _write(text: str, value: dict[str, Any], markdown: str | None, as_json: str | None) -> None:
    if markdown:
        Path(markdown).write_text(text, encoding="utf-8")
    if as_json:
        Path(as_json).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _leave(status: int, why: str, text: str, *, quiet: bool) -> NoReturn:
    if not quiet:
        print(text, end="")
    if status or not quiet:
        print(f"iot-conformance: {line(why, 500)}", file=sys.stderr)
    sys.exit(status)


def _live(names: tuple[str, ...], options: dict[str, Any]) -> tuple[int, str, str, dict[str, Any]]:
    from conformance.cli.several import SAID_ONCE, distinct
    from conformance.offline.drift.pair import pair
    from conformance.offline.drift.render_pair import markdown
    from conformance.offline.drift.take_snapshot import recorded
    from conformance.runner.parallel import TargetJob, all_of, threads

    options["profile"] = options["profile"] or "quick"
    settings = [settings_of((name,), options) for name in names]
    distinct(settings)
    if len({one.edition for one in settings}) > 1 or len({one.profile for one in settings}) > 1:
        raise click.UsageError(
            "the two are measured by different editions or profiles; name one by --edition, --profile"
        )
    for one in settings:
        may_begin(one)
        keys_found(one)
    seed, words = str(settings[0].seed), typed(SAID_ONCE | {"live", "markdown", "as_json", "seed", "profile"})
    with tempfile.TemporaryDirectory() as folder, threads(2) as pool:
        jobs = [
            TargetJob(
                name,
                (*words, "--profile", one.profile, "--seed", seed, *(("--yes",) if one.target.region else ())),
                str(Path(folder) / str(number)),
            )
            for number, (name, one) in enumerate(zip(names, settings, strict=True))
        ]
        done = {each.job.folder: each for each in all_of(jobs, pool)}
        unmeasured = [f"{job.target}: {done[job.folder].why}" for job in jobs if done[job.folder].summary is None]
        if unmeasured:
            fail("; ".join(unmeasured), 3)
        (_, a), (_, b) = (recorded(Path(job.folder)) for job in jobs)
    found = pair(a, b)
    value = found.to_dict() | {"a": a.target, "b": b.target}
    return found.status, found.sentence, markdown(found, names[0], names[1]), value


def _recorded(runs: tuple[str, ...]) -> tuple[int, str, str, dict[str, Any]]:
    from conformance.offline.drift.compare import Incomparable
    from conformance.offline.drift.compare import compare as compared
    from conformance.offline.drift.render import markdown
    from conformance.offline.drift.snapshot import Snapshots
    from conformance.offline.drift.take_snapshot import recorded
    from conformance.record.run_ndjson import RecordError

    try:
        *before, (tonight, run) = [recorded(Path(each)) for each in runs]
        old = before[-1][1].stream
        snapshots = Snapshots([snapshot for snapshot, _ in before], tonight)
        found = compared(snapshots, load(), stream=run.stream, before=lambda: old)
    except RecordError as error:
        fail(str(error), 2)
    except Incomparable as error:
        fail(f"{runs[-1]} cannot be compared: {error}", 3)
    return found.status, found.sentence, markdown(found, ", ".join(runs[:-1]), runs[-1]), found.to_dict()

"""``replay``: send the smallest counterexample of a finding again, signed anew, and say what became of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.text import Text

from conformance.cli.common import fail, keys_found, may_begin, out, settings_of
from conformance.cli.options import options_of
from conformance.client.launch import LaunchError
from conformance.contract import EDITIONS, load
from conformance.record.run_ndjson import Record, RecordError, read
from conformance.report.curl import curl
from conformance.text.nearest import nearest
from conformance.text.safe import block, line

if TYPE_CHECKING:
    from conformance.record.reproducer import Reproducer
    from conformance.replay.judge_again import Replayed

STYLE = {"FIXED": "bold green", "STILL": "bold red", "OTHER": "bold yellow"}


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("finding")
@click.option("--target", help="Send it to another TARGET than that of the run.")
@options_of("replay")
@click.option("--rounds", type=click.IntRange(1, 1_000), help="How often it is sent. [as its frequency demands]")
def replay(run: Path, finding: str, target: str | None, rounds: int | None, **options: Any) -> None:
    """Send FINDING, a clause id, of the run in the folder RUN again: FIXED (exit 0), STILL (1) or OTHER (3)."""
    reproducer = _reproducer(run, finding)
    options = {name: value for name, value in options.items() if value not in (None, ())}
    if not reproducer.own and "product_key" not in options:
        keys = ("product_key", "other_product_key")
        options |= dict(zip(keys, reproducer.products, strict=False))
    options |= {
        "edition": reproducer.edition,
        "profile": reproducer.profile,
        "seed": str(reproducer.seed),
        "patience": reproducer.patience,
        "only": (reproducer.clause,),
        "observations": {reproducer.clause: reproducer.pinned} if reproducer.pinned else {},
    }
    options = {"without": reproducer.without, "iot_instance_id": reproducer.instance, **options}
    settings = settings_of((target or _same_target(reproducer),), options)
    may_begin(settings)
    keys_found(settings)
    done = _replayed(reproducer, settings, rounds)
    _show(reproducer, done)
    sys.exit(int(done.answer))


def _replayed(reproducer: Reproducer, settings: Any, rounds: int | None) -> Replayed:
    from conformance.client.budget import BudgetError, NotSent
    from conformance.client.preflight import PreflightError
    from conformance.replay.judge_again import replay as send_again
    from conformance.runner.run import Runner

    try:
        return send_again(reproducer, Runner(settings), rounds)
    except (PreflightError, LaunchError) as error:
        fail(str(error), 2 if getattr(error, "usage", False) else 3)
    except BudgetError as error:
        fail(f"the budget ended before the finding could be sent: {error}", 3)
    except NotSent as error:
        fail(f"the finding could not be sent to its end: {error}", 3)


def _reproducer(run: Path, finding: str) -> Reproducer:
    """The finding, checked against the run that it belongs to and against this suite."""
    from conformance.record.reproducer import ReproducerError, from_dict
    from conformance.record.write_findings import FOLDER
    from conformance.runner.summary import SUITE_VERSION

    contract = load()
    record = _record(run)
    folder = (run if run.is_dir() else run.parent) / FOLDER
    known = sorted(path.stem for path in folder.glob("*.json"))
    if finding not in known:
        if not known:
            _refuse(f"{run} has no finding: every clause that was decided passed, or an older suite made the run")
        near = nearest(finding, known)
        _refuse(f"{run} has no finding {finding!r}{near}; it has {', '.join(known[:5])}{' …' if known[5:] else ''}")
    path = folder / f"{finding}.json"
    try:
        reproducer = from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        _refuse(f"{path}: cannot be read: {error}")
    except ReproducerError as error:
        _refuse(f"{path}: {error}")
    if reproducer.suite != SUITE_VERSION:
        suite = reproducer.suite or "another suite"
        _refuse(f"{path} was recorded by {suite}, this is {SUITE_VERSION}; run the suite again")
    if reproducer.digest != contract.digest:
        _refuse(f"{path} was recorded with other contract files than these; run the suite again")
    if reproducer.edition not in EDITIONS or reproducer.edition != record.header.get("edition"):
        said = record.header.get("edition")
        _refuse(f"{path} is of edition {reproducer.edition!r}, and its run of {said!r}; run the suite again")
    if reproducer.clause != finding:
        _refuse(f"{path} is a finding of {reproducer.clause!r}; was the file renamed?")
    return reproducer


def _record(run: Path) -> Record:
    file = run / "run.ndjson" if run.is_dir() else run
    try:
        record = read(file, load())
    except RecordError as error:
        _refuse(str(error))
    if record.footer is None:
        _refuse(f"{file} has no footer: the run was cut short, so its findings may not be the smallest; run it again")
    return record


def _same_target(reproducer: Reproducer) -> str:
    if reproducer.target.startswith("cmd-"):
        _refuse(f"the run had started its target itself ({reproducer.target}); start it, and name it by --target")
    return reproducer.target


def _refuse(message: str) -> NoReturn:
    raise click.UsageError(message)


def _show(reproducer: Reproducer, done: Replayed) -> None:
    """The answer, and what it rests on."""
    name = done.answer.name
    out.print(Text.assemble((f"{name} ", STYLE[name]), (reproducer.clause, "bold"), f"  {line(done.why, 300)}"))
    out.print(Text(f"  {line(reproducer.says, 300)}", style="dim"))
    finding = done.verdict.finding
    if finding is not None:
        by_number = {exchange.number: exchange for exchange in done.exchanges}
        out.print(Text.assemble(("  expected ", "dim"), line(finding.expected)))
        out.print(Text.assemble(("  seen     ", "dim"), line(finding.seen)))
        for number in finding.exchanges[-1:]:
            if (one := by_number.get(number)) is not None:
                answer = one.received.body.decode("utf-8", "replace") if one.received else f"no answer: {one.no_answer}"
                out.print(Text(f"  {line(curl(one, ''), 300)}", style="cyan"))
                out.print(Text(f"  {' '.join(block(answer, 500).split())}", style="dim"))
    often = (
        f", failed in {reproducer.broken} of {reproducer.observed} observations then" if reproducer.observed > 1 else ""
    )
    out.print(Text(f"  {len(done.exchanges)} requests sent{often}", style="dim"))

"""``judge``: recorded traffic, ours or anybody's, by every invariant that needs no sending."""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import click

from conformance.cli.common import EDITION, err, fail, known_edition, out, writable
from conformance.contract import DEFAULT_EDITION, Contract, Level, load
from conformance.runner.garbage import few_collections
from conformance.text.safe import line


@click.command()
@click.argument("trace", nargs=-1, metavar="TRACE")
@EDITION
@click.option("--only", multiple=True, metavar="ID|GLOB|OPERATION", help="Only these clauses.")
@click.option("--gate", type=click.Choice(["must", "should"]), default="must", show_default=True)
@click.option("--patience", type=float, help="Seconds of CHECK or CREATE that are accepted. [as recorded, or 900]")
@click.option("--whole", is_flag=True, help="The recording holds all that was ever done to its products.")
@click.option("--summary", metavar="FILE", help="Write the summary as JSON.")
@click.option("--record", metavar="FILE", help="Write the exchanges as run.ndjson, secrets replaced.")
@click.option("--quiet", is_flag=True, help="Only the one line on stderr.")
@click.option("--verbose", is_flag=True, help="Also what could not be judged, and what was observed.")
def judge(
    trace: tuple[str, ...],
    edition: str | None,
    only: tuple[str, ...],
    gate: str,
    patience: float | None,
    whole: bool,
    summary: str | None,
    record: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Judge TRACE, a run.ndjson of ours, a HAR file or a VCR cassette, without sending anything."""
    if len(trace) != 1:
        raise click.UsageError(f"name one recording, for example: reports/mock/run.ndjson; found {len(trace)}")
    if edition:
        known_edition(edition)
    if patience is not None and not 0 < patience < math.inf:
        raise click.UsageError(f"--patience {patience:g}: expected a number greater than 0")
    writable(summary)
    writable(record, "--record")
    if record and Path(record).exists():
        raise click.UsageError(f"--record {record}: exists already, and recordings are never overwritten")
    status, why = _judged(load(), Path(trace[0]), {
        "edition": edition, "only": only, "patience": patience, "whole": whole, "gate": Level(gate.upper()),
        "summary": summary, "record": record, "quiet": quiet, "verbose": verbose,
    })  # fmt: skip
    if status or not quiet:
        print(f"iot-conformance: {line(why, 500)}", file=sys.stderr)
    sys.exit(status)


def _judged(contract: Contract, path: Path, options: dict[str, Any]) -> tuple[int, str]:
    from conformance.config.options import UsageProblem, check_only
    from conformance.offline.recordings.offline import Wanted, judged
    from conformance.offline.recordings.problem import RecordingError
    from conformance.offline.recordings.result import conclusion, measured
    from conformance.offline.recordings.source import Recording
    from conformance.report.terminal import show

    wanted = Wanted(options["edition"] or "", options["patience"], options["only"], options["whole"])
    source = Recording(path, contract)
    started = time.monotonic()
    try:
        check_only(contract, wanted.only, wanted.edition or DEFAULT_EDITION)
        with few_collections():
            found = judged(source, contract, wanted, record=Path(options["record"]) if options["record"] else None)
    except UsageProblem as problem:
        raise click.UsageError(str(problem)) from None
    except RecordingError as error:
        fail(str(error), error.status)
    status, why = conclusion(contract, found, source, options["gate"])
    run = measured(contract, found, source, options["gate"], status, time.monotonic() - started)
    if options["summary"]:
        Path(options["summary"]).write_text(json.dumps(run.summary, indent=1) + "\n", encoding="utf-8")
    if not options["quiet"]:
        show(out, run, {}, verbose=options["verbose"])
        for note in found.notes:
            err.print(f"  {line(note)}", style="dim", soft_wrap=True)
    return int(status), why

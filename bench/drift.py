"""The drift laboratory: changes between two runs, each to be found and attributed rightly, and quiet runs.

python -m bench.drift
python -m bench.drift --only code --runs 0
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from conformance.offline.drift.snapshot import Snapshot
from conformance.report.measured import Measured
from conformance.selfproof.measure import executor
from tests.drift_changes import CHANGES, Made
from tests.drift_lab import Weather, beside, snapshot

SNAPSHOTS_BEFORE = 3
CONFIRM = 2


@cache
def baseline(weather: Weather) -> list[tuple[Snapshot, Measured]]:
    """Three runs in that weather."""
    return [snapshot(weather, number) for number in range(SNAPSHOTS_BEFORE)]


def problems(number: int) -> list[str]:
    """What was said wrongly of one change; nothing where all was right."""
    made: Made = CHANGES[number]
    before = [(made.edited(one), run) for one, run in baseline(made.before)]
    found = beside(before, made.tonight, confirm=CONFIRM, again=made.again)
    wrong = []
    named = [one for one in found.changes if made.kind == one.kind and made.what in one.what]
    if made.kind and made.attribution not in {one.attribution for one in named}:
        said = [(str(one.attribution), one.why) for one in named]
        wrong.append(f"expected {made.attribution}: {made.kind} {made.what}; found {said}")
    if found.status != made.status:
        wrong.append(f"expected status {made.status}, found {found.status}: {found.sentence}")
    wrong += [
        f"also blamed on the {one.attribution}: {one.kind} {one.what} {one.before} -> {one.after}: {one.why}"
        for one in found.changes
        if (one.attribution == "target") != (made.attribution == "target")
        and one.attribution not in {made.attribution, "environment"}
        and not (one.attribution == "flake" and one.kind == "observation")
    ]
    return wrong


def mixes(answer: dict[str, Any], dice: Random) -> None:
    """A target of several machines, some of which say Code on success, some write RequestId in small letters."""
    if answer.get("Success") is True and dice.random() < 0.5:
        answer["Code"] = ""
    if dice.random() < 0.3 and isinstance(answer.get("RequestId"), str):
        answer["RequestId"] = answer["RequestId"].lower()


def quiet(number: int) -> Iterator[tuple[int, str]]:
    """Nights without change but with everything else, each beside all quiet ones before: status and sentence."""
    kept: list[tuple[Snapshot, Measured]] = []
    for each in range(number):
        dice = Random(each)
        weather = Weather(
            change=mixes,
            jitter=dice.choice([0.0, 0.002, 0.01, 0.05]),
            resets=0.01,
            variants=("throttled_now_and_then",) if dice.random() < 0.3 else (),
        )
        if not kept:
            kept.append(snapshot(weather, each))
            continue
        found = beside(kept, weather, number=each, confirm=CONFIRM)
        if found.status != 1:
            kept = [*kept, snapshot(weather, each)][-30:]
        shown = [f"{one.attribution}: {one.kind} {one.what}: {one.why}" for one in found.changes]
        yield found.status, f"{found.sentence}; {shown}"


def main() -> int:
    """Run the laboratory; 1 where anything was said wrongly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="changes whose name has this in it")
    parser.add_argument("--runs", type=int, default=50, help="quiet runs")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = [number for number, made in enumerate(CHANGES) if options.only in made.name]
    started, failed = time.monotonic(), 0
    with executor(options.jobs) as pool:
        for number, wrong in zip(chosen, pool.map(problems, chosen), strict=True):
            failed += bool(wrong)
            for one in wrong:
                print(f"{CHANGES[number].name}: {one}", flush=True)
    seconds = time.monotonic() - started
    print(f"{len(chosen) - failed} of {len(chosen)} changes attributed rightly, {seconds:.0f} s", flush=True)
    loud = 0
    for number, (status, sentence) in enumerate(quiet(options.runs), 1):
        if status:
            loud += 1
            print(f"run {number}: {status} {sentence}", flush=True)
    print(f"{options.runs} quiet runs, {loud} of them not silent")
    return 1 if failed or loud else 0


if __name__ == "__main__":
    sys.exit(main())

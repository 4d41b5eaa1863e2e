"""Two servers by two hands, asked the same: with a fault drawn for one of them, is that one blamed, and it alone?

    python -m bench.pairs --faults 10

Faults are drawn for the reference (A), faults for the independent server (B), as many for each.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from random import Random

from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.offline.drift.pair import Breaker, pair
from conformance.reference.in_process import PRODUCTS
from conformance.report.measured import Measured, of_run
from conformance.runner.run import Runner
from conformance.selfproof.measure import applicable, executor
from tests import independent_runs
from tests.drift_lab import EDITION, Weather, snapshot
from tests.independent.faults import FAULTS

RIGHT = {"A": Breaker.A, "B": Breaker.B}


def independent(*faults: str) -> Measured:
    """A run against the server that somebody else wrote."""
    transport = independent_runs.InProcess(EDITION, (), faults)
    settings = Settings(
        Target("independent", "http://127.0.0.1"), EDITION, product_key=PRODUCTS[0], other_product_key=PRODUCTS[1],
        profile="quick",
    )  # fmt: skip
    runner = Runner(settings, clock=transport.clock, transport=transport)
    return of_run(runner.drive())


def blamed(job: tuple[str, str]) -> tuple[str, str, str]:
    """Who has the fault, which, and what was said: ``right``, ``not seen``, or who else was blamed for what."""
    attribution, name = job
    a = snapshot(Weather(faults=(name,) if attribution == "A" else ()))[1]
    b = independent(*([name] if attribution == "B" else []))
    found = pair(a, b)
    allowed = {RIGHT[attribution], Breaker.SILENT}
    wrong = [f"{one.breaker}: {one.what}" for one in found.differences if one.breaker not in allowed]
    if wrong:
        return attribution, name, "; ".join(wrong)
    return (
        attribution,
        name,
        "right" if any(one.breaker is RIGHT[attribution] for one in found.differences) else "not seen",
    )


def jobs(number: int, seed: int) -> Iterator[tuple[str, str]]:
    """As many faults of each server."""
    dice = Random(seed)
    for name in dice.sample([one.name for one in applicable(EDITION)], number):
        yield "A", name
    for name in dice.sample(sorted(FAULTS), number):
        yield "B", name


def main() -> int:
    """Draw, compare, print; 1 where a server was blamed that had no fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=10, help="for each of the two")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen, right, wrong = list(jobs(options.faults, options.seed)), 0, 0
    with executor(options.jobs) as pool:
        for attribution, name, said in pool.map(blamed, chosen):
            right += said == "right"
            wrong += said not in {"right", "not seen"}
            print(f"{attribution} {name}: {said}", flush=True)
    print(f"{right} of {len(chosen)} blamed on the one that has the fault, {wrong} on another")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())

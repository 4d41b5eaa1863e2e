"""Soak: many seeds over editions, delays, both servers and their legal choices; counts false alarms.

python -m bench.soak --seeds 200
python -m bench.soak --seeds 30 --first 1000 --profile full --tcp
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass
from random import Random

from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import EDITIONS, load
from conformance.judge.verdict import Outcome
from conformance.reference.choices import VARIANTS
from conformance.runner.run import Result, Runner
from conformance.selfproof.measure import executor, measure
from tests import independent_runs
from tests.independent.catalogue import CHOICES

DELAYS = (0.0, 0.01, 0.05, 0.05, 0.3, 3.0)


@dataclass(frozen=True, slots=True)
class Seed:
    """What one seed stands for."""

    number: int
    server: str
    """``reference`` or ``independent``."""
    edition: str
    delay: float
    choices: tuple[str, ...]
    profile: str
    tcp: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it."""

    seed: Seed
    requests: int
    alarms: tuple[str, ...]


def drawn(number: int, profile: str, tcp: bool) -> Seed:
    """The server of one seed: the editions in turn, everything else at random."""
    random = Random(number)
    server = "independent" if number % 2 and not tcp else "reference"
    known = list(CHOICES if server == "independent" else VARIANTS)
    choices = tuple(random.sample(known, random.randint(0, 5)))
    delay = 0.05 if tcp else random.choice(DELAYS)
    return Seed(number, server, EDITIONS[number // 2 % len(EDITIONS)], delay, choices, profile, tcp)


def run(seed: Seed) -> Report:
    """Measure one legal server; whatever is not green is an alarm."""
    try:
        result = _measured(seed)
    except Exception as error:
        return Report(seed, 0, (f"{type(error).__name__}: {error}"[:200],))
    clauses = load().clauses
    alarms = [
        f"{one.outcome} {one.clause}: {one.reason}"
        for one in result.verdicts
        if one.outcome in {Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ERROR}
        or (one.outcome is Outcome.UNTESTED and not clauses[one.clause].when and not clauses[one.clause].untested)
    ]
    return Report(seed, len(result.exchanges), tuple(alarms))


def _measured(seed: Seed) -> Result:
    if seed.tcp:
        words = (sys.executable, "-m", "conformance", "serve", "--port", "{port}", "--edition", seed.edition)
        chosen = [word for name in seed.choices for word in ("--variant", name)]
        target = Target("soak", "", (*words, *chosen))
        return Runner(Settings(target, seed.edition, profile=seed.profile, seed=seed.number)).drive()
    if seed.server == "reference":
        return measure(seed.edition, seed.profile, variants=seed.choices, seed=seed.number, delay=seed.delay)
    return independent_runs.measure(
        seed.edition, seed.choices, profile=seed.profile, seed=seed.number, delay=seed.delay
    )


def all_of(seeds: Sequence[Seed], pool: Executor) -> list[Report]:
    """Every report; alarms are printed as they come."""
    waiting: list[Future[Report]] = [pool.submit(run, seed) for seed in seeds]
    reports = []
    for done in as_completed(waiting):
        report = done.result()
        reports.append(report)
        for alarm in report.alarms:
            one = report.seed
            print(f"seed {one.number} {one.server} {one.edition} delay {one.delay} {one.choices}: {alarm}", flush=True)
    return reports


def main() -> int:
    """Run the soak; 1 where there was an alarm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--profile", choices=["quick", "full"], default="quick")
    parser.add_argument("--tcp", action="store_true", help="serve the reference and go through the network")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    seeds = [drawn(n, options.profile, options.tcp) for n in range(options.first, options.first + options.seeds)]
    load()
    started = time.monotonic()
    with executor(1 if options.tcp else options.jobs) as pool:
        reports = all_of(seeds, pool)
    alarmed = sum(bool(report.alarms) for report in reports)
    requests = sum(report.requests for report in reports)
    print(f"{len(reports)} seeds, {requests:,} requests, {alarmed} alarms, {time.monotonic() - started:.0f} s")
    return 1 if alarmed else 0


if __name__ == "__main__":
    sys.exit(main())

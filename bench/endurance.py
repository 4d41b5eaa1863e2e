"""Many runs in one process, and what grows meanwhile: memory, descriptors, threads. Then the largest applications.

Traffic goes to a reference in this process, on a virtual clock, so that a quick run takes a second; some runs go over
real connections, since those are what leaks descriptors and threads.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import resource
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from conformance.client.clock import VirtualClock
from conformance.client.name_generator import PLACEHOLDER
from conformance.client.session import Session
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Runner
from conformance.selfproof.measure import runner
from conformance.wire.message import FORMS, Exchange, Request, Scheme
from conformance.wire.signer import Signer
from tests.zoo.keeper import caged

OVER_TCP = 20
"""Every so many runs go over real connections, with a record."""
FIRST_OVER_TCP = 3
"""The first of them comes early: what it loads is no growth."""
WARM = 0.2
"""The share of the runs after which caches are full."""
GROWTH = 0.05
"""The share by which memory may be larger at the end than when it was warm: what the allocator does is not even."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What the process holds at one moment."""

    runs: int
    megabytes: float
    descriptors: int
    threads: int


def observation(runs: int) -> Observation:
    """Now, after everything is collected that nobody holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Observation(runs, megabytes, len(os.listdir("/proc/self/fd")), threading.active_count())


def over_tcp(where: Path) -> int:
    """One run over real connections; how many requests it made."""
    with caged(lambda call: call.answered()) as cage:
        settings = Settings(
            Target("cage", cage.url), "alibaba-2023", product_key=PRODUCTS[0], other_product_key=PRODUCTS[1],
            profile="quick", only=("BatchRegisterDevice",), reports=where / "run",
        )  # fmt: skip
        return len(Runner(settings).drive().exchanges)


def many(most: int, minutes: float) -> tuple[list[Observation], int, int]:
    """Runs until there are enough, or the time is over; observations, requests, how many runs blamed the reference."""
    begun, requests, blamed, observations = time.monotonic(), 0, 0, [observation(0)]
    step = 1
    for number in range(1, most + 1):
        if number % OVER_TCP != FIRST_OVER_TCP:
            result = runner("alibaba-2023", "quick", seed=number).drive()
            requests += len(result.exchanges)
            blamed += any(one.outcome in {Outcome.FAIL, Outcome.ERROR} for one in result.verdicts)
            del result
        else:
            with tempfile.TemporaryDirectory() as where:
                requests += over_tcp(Path(where))
        over = time.monotonic() - begun > minutes * 60
        if number >= observations[-1].runs + step or over:
            observations.append(observation(number))
            print(
                "{0.runs:>6} runs {0.megabytes:8.1f} MB {0.descriptors:>4} descriptors {0.threads:>3} threads".format(
                    observations[-1]
                ),
                flush=True,
            )
            step = max(1, number // 8)
        if over:
            break
    return observations, requests, blamed


def grows(observations: list[Observation]) -> list[str]:
    """What is larger at the end than when everything was warm."""
    last = observations[-1]
    warm = next(one for one in observations if one.runs >= last.runs * WARM)
    found = []
    if last.megabytes > warm.megabytes * (1 + GROWTH) + 2:
        found.append(
            f"memory: {warm.megabytes:.1f} MB after {warm.runs} runs, {last.megabytes:.1f} MB after {last.runs}"
        )
    for what in ("descriptors", "threads"):
        if getattr(last, what) > getattr(warm, what):
            found.append(
                f"{what}: {getattr(warm, what)} after {warm.runs} runs, {getattr(last, what)} after {last.runs}"
            )
    return found


def opened() -> tuple[Session, list[Exchange], VirtualClock]:
    """A session with a reference in this process."""
    clock, seen = VirtualClock(), list[Exchange]()
    transport = InProcess(Reference(edition="alibaba-2023", auth="any", delay=1.0), clock)
    session = Session("http://127.0.0.1", load(), clock, Signer(Scheme.NONE), seen.append, transport=transport)
    return session, seen, clock


def side_by_side(number: int = 64, devices: int = 20) -> bool:
    """So many applications at once, each followed to its end; whether all came there, with their own devices."""
    session, _seen, clock = opened()
    with contextlib.closing(session):
        ids = []
        for n in range(number):
            request = Request("BatchRegisterDevice", (("ProductKey", PRODUCTS[n % 2]), ("Count", str(devices))))
            answer = session.send(request, FORMS[n % len(FORMS)]).answer
            assert answer is not None
            ids.append(answer.apply_id)
        clock.sleep(5.0)
        names = []
        for n, each in enumerate(ids):
            page = Request("QueryPageByApplyId", (("ApplyId", str(each)), ("PageSize", "50"), ("CurrentPage", "1")))
            answer = session.send(page, FORMS[n % len(FORMS)]).answer
            assert answer is not None
            assert answer.value is not None
            shown = answer.value["ApplyDeviceList"]["ApplyDeviceInfo"]
            names.append({device["DeviceName"] for device in shown})
    apart = len(set().union(*names)) == number * devices
    return len(set(ids)) == number and apart and all(len(one) == devices for one in names)


def largest(size: int) -> list[str]:
    """One application of that many devices, named by us, listed page by page in both formats: time and memory."""
    told = []
    for form in (FORMS[4], FORMS[1]):
        session, seen, clock = opened()
        begun, before = time.process_time(), observation(0).megabytes
        with contextlib.closing(session):
            names = [session.generate_name("dev-" + PLACEHOLDER * 12) for _ in range(size)]
            params = (("ProductKey", PRODUCTS[0]), *((f"DeviceName.{n}", name) for n, name in enumerate(names, 1)))
            checked = session.send(Request("BatchCheckDeviceNames", params), form).answer
            assert checked is not None
            given = (("ProductKey", PRODUCTS[0]), ("ApplyId", str(checked.apply_id)))
            clock.sleep(3.0)
            session.send(Request("BatchRegisterDeviceWithApplyId", given), form)
            clock.sleep(3.0)
            found = set[str]()
            for number in range(1, size // 50 + 1):
                asked = (("ApplyId", str(checked.apply_id)), ("PageSize", "50"), ("CurrentPage", str(number)))
                answer = session.send(Request("QueryPageByApplyId", asked), form).answer
                assert answer is not None
                assert answer.value is not None
                found |= {device["DeviceName"] for device in answer.value["ApplyDeviceList"]["ApplyDeviceInfo"]}
        whole = "all there" if found == set(names) else f"{len(found)} THERE"
        used = time.process_time() - begun
        told.append(f"{form.format}: {size:,} devices on {len(seen) - 2} pages, {whole}, {used:.1f} s of processor, "
                    f"{observation(0).megabytes - before:+.1f} MB held")  # fmt: skip
    return told


def main() -> None:
    """Exit status 1 where anything grows, is blamed, or is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--devices", type=int, default=10_000, help="of the largest application [10000]")
    given = parser.parse_args()
    observations, requests, blamed = many(given.runs, given.minutes)
    growing = grows(observations)
    print(f"{observations[-1].runs} runs, {requests:,} requests, {blamed} with a false alarm; "
          + (f"GROWS: {'; '.join(growing)}" if growing else "nothing grows"))  # fmt: skip
    together = side_by_side()
    print("64 applications at once: " + ("each came to its end with its own devices" if together else "NOT ALL WELL"))
    lists = largest(given.devices)
    print(*lists, sep="\n")
    print(f"peak of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    sys.exit(bool(growing or blamed or not together or any("THERE" in one for one in lists)))


if __name__ == "__main__":
    main()

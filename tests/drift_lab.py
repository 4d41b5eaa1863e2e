"""Nights in this process: a target that changes, a way there that is disturbed, and a clock that costs nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import httpx

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.offline.drift.compare import Comparison, compare
from conformance.offline.drift.snapshot import Snapshot, Snapshots
from conformance.offline.drift.take_snapshot import snapshot_of
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.report.measured import Measured, of_run
from conformance.runner.run import Runner

EDITION = "alibaba-2023"
Change = Callable[[dict[str, object], Random], None]
"""Changes an answer in JSON where it stands."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What one night is like."""

    faults: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    delay: float = 0.05
    change: Change | None = None
    share: float = 1.0
    """Of the answers that ``change`` sees."""
    operation: str = ""
    """The only one whose answers it sees, where it is named."""
    jitter: float = 0.0
    """Mean of the seconds that an answer takes longer."""
    resets: float = 0.0
    """Share of requests whose connection breaks."""
    slower: float = 0.0
    """Seconds that every answer takes longer."""
    mixes: tuple[str, ...] = ()
    """Variants that are taken in some applications or answers only."""
    seed: int = 0
    suite: str = ""
    """Another version of the suite, by name."""
    digest: str = ""
    without: frozenset[str] = frozenset()
    profile: str = "quick"


class Way(httpx.BaseTransport):
    """Carries requests to a reference in this process, as the weather lets it."""

    def __init__(self, weather: Weather, clock: VirtualClock, dice: Random) -> None:
        self._weather = weather
        self._dice = dice
        self._clock = clock
        variants = [*weather.variants, *(one for one in weather.mixes if dice.random() < 0.5)]
        self._inner = InProcess(
            Reference(edition=EDITION, delay=weather.delay, faults=weather.faults, variants=variants), clock
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        weather, dice = self._weather, self._dice
        if weather.jitter:
            self._clock.sleep(dice.expovariate(1 / weather.jitter))
        self._clock.sleep(weather.slower)
        if dice.random() < weather.resets:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        answer = self._inner.handle_request(request)
        body = answer.read()
        about = request.extensions["target"] + b"&" + request.read()
        seen = not weather.operation or f"Action={weather.operation}&".encode() in about + b"&"
        if weather.change is not None and seen and body[:1] == b"{" and dice.random() < weather.share:
            value = json.loads(body)
            weather.change(value, dice)
            status = value.pop("<status>", answer.status_code)
            body = json.dumps(value, ensure_ascii=False).encode()
            headers = [(name, text) for name, text in answer.headers.multi_items() if name != "content-length"]
            return httpx.Response(status, headers=headers, content=body)
        return answer


def snapshot(weather: Weather = Weather(), number: int = 0) -> tuple[Snapshot, Measured]:
    """One run in that weather; ``number`` seeds what is chance in it."""
    clock = VirtualClock()
    settings = Settings(
        Target("lab", "http://127.0.0.1"), EDITION, product_key=PRODUCTS[0], other_product_key=PRODUCTS[1],
        profile=weather.profile, seed=weather.seed, without=weather.without,
    )  # fmt: skip
    runner = Runner(settings, clock=clock, transport=Way(weather, clock, Random(number)))
    run = of_run(runner.drive())
    if weather.suite:
        run = replace(run, summary={**run.summary, "suite": weather.suite})
    run = replace(run, digest=weather.digest or run.digest)
    return snapshot_of(run), run


def beside(
    baseline: Sequence[tuple[Snapshot, Measured]],
    weather: Weather,
    *,
    number: int = 100,
    confirm: int = 0,
    again: Weather | None = None,
) -> Comparison:
    """What a night in that weather shows beside the baseline; if not quiet, confirmed in the weather ``again``."""
    contract, old = load(), baseline[-1][1].stream
    every = [one for one, _ in baseline]
    tonight, run = snapshot(weather, number)
    found = compare(Snapshots(every, tonight), contract, stream=run.stream, before=lambda: old)
    if confirm and found.status:
        confirmed = [snapshot(again or weather, number + 1_000 * n)[0] for n in range(1, confirm + 1)]
        found = compare(Snapshots(every, tonight, confirmed), contract, stream=run.stream, before=lambda: old)
    return found

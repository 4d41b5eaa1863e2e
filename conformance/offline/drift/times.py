"""Whether registering takes longer or shorter than before, by a statistic that a few odd runs do not move."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from conformance.offline.drift.change import Attribution, Change
from conformance.offline.drift.snapshot import Snapshots

FEWEST = 3
"""Snapshots of a baseline from which on a time can be compared."""
FACTOR = 1.25
"""By how much it must differ, over the gap between two questions."""
SPREADS = 4.0
"""How many times the spread of the runs before: their median distance from their median, as a standard deviation."""
SLOWER = 2.0
"""By how much all answers must be slower or faster."""
SHORTEST = 0.02
"""Seconds of difference that say nothing."""
MAD = 1.4826


def times(snapshots: Snapshots) -> Iterator[Change]:
    """The ways of registering whose time has changed."""
    for way in snapshots.new.register:
        before = [snapshot.register[way] for snapshot in snapshots.baseline if way in snapshot.register]
        now = [snapshot.register[way] for snapshot in snapshots.now if way in snapshot.register]
        if len(before) < FEWEST:
            continue
        least, most = _medians(now)
        was_least, was_most = _medians(before)
        if beyond([end for _, end in before], least):
            what, was, seen = "slower", f"at most {was_most:.2f} s", f"at least {least:.2f} s"
        elif beyond([end for end, _ in before], most, below=True):
            what, was, seen = "faster", f"at least {was_least:.2f} s", f"at most {most:.2f} s"
        else:
            continue
        why = f"outside of {len(before)} snapshots by {SPREADS:g} times their spread, and by a factor of {FACTOR:g}"
        yield Change(
            "time to register", way, was, what, (seen,), len(now), len(now), len(before), "OBSERVED",
            Attribution.TARGET, why,
        )  # fmt: skip


def _medians(spans: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median([least for least, _ in spans]), statistics.median([most for _, most in spans])


def answers(snapshots: Snapshots) -> Iterator[Change]:
    """Whether every answer takes longer or shorter, as the way there makes it."""
    before, now = (
        [snapshot.answer for snapshot in snapshots.baseline],
        statistics.median([snapshot.answer for snapshot in snapshots.now]),
    )
    if len(before) < FEWEST:
        return
    slower, faster = beyond(before, now / SLOWER), beyond(before, now * SLOWER, below=True)
    if slower or faster:
        was = statistics.median(before)
        why = "the time of all answers depends on the way there as much as on the target"
        yield Change(
            "time to answer", "median", f"{was * 1_000:.0f} ms", "slower" if slower else "faster",
            (f"{now * 1_000:.0f} ms",), len(snapshots.now), len(snapshots.now), len(before), "OBSERVED",
            Attribution.ENVIRONMENT, why,
        )  # fmt: skip


def beyond(before: Sequence[float], now: float, *, below: bool = False) -> bool:
    """Whether a time lies beyond what the runs before leave likely, above them or ``below``."""
    middle = statistics.median(before)
    spread = MAD * statistics.median([abs(time - middle) for time in before])
    distance = middle - now if below else now - middle
    factor = now * FACTOR < middle if below else now > middle * FACTOR
    return factor and distance > max(SPREADS * spread, SHORTEST)

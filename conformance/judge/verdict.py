"""What was seen of a clause: outcomes, findings, and the verdict that they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What was seen. Only PASS is green."""

    PASS = "pass"
    """Held at least once, where its condition really applied."""
    FAIL = "fail"
    """Broken; the smallest exchange shows it."""
    INCONCLUSIVE = "inconclusive"
    """Could not tell."""
    UNTESTED = "untested"
    """Nobody looked, and why."""
    EXEMPT = "exempt"
    """Not in this edition, not offered, not selected."""
    ERROR = "error"
    """The suite itself failed."""

    @property
    def word(self) -> str:
        """How people read it; the value is how format 1 of records and summaries writes it."""
        return {"pass": "passed", "fail": "failed", "untested": "not tested"}.get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class Holds:
    """One observation that bears a clause out. ``exchange`` is its number."""

    exchange: int


@dataclass(frozen=True, slots=True)
class Breaks:
    """One observation that contradicts a clause."""

    reason: str
    """One sentence: what is wrong."""
    expected: str
    seen: str
    exchanges: tuple[int, ...]
    """Numbers of the exchanges that show it, the decisive one last."""
    size: int = 0
    """How large the counterexample is; the smallest one is shown."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """One observation from which nothing can be told."""

    reason: str
    exchanges: tuple[int, ...] = ()


CheckResult = Holds | Breaks | Unclear


SUITE_ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What a test or an invariant raises where it is wrong itself; it is recorded as ERROR."""


class Inconclusive(Exception):
    """A test could not tell."""

    def __init__(self, reason: str, exchanges: tuple[int, ...] = ()) -> None:
        super().__init__(reason)
        self.unclear = Unclear(reason, exchanges)


class Exempt(Exception):
    """What a test needs is not offered by the target or not given by the user."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One clause, one outcome, one line of evidence."""

    clause: str
    outcome: Outcome
    reason: str = ""
    exercised: int = 0
    """How often it was conclusively observed where its condition applied."""
    unclear: int = 0
    finding: Breaks | None = None
    broken: int = 0
    """How many observations contradict it."""
    observations: dict[str, int] = field(default_factory=dict)
    example: int = 0
    """The first exchange that bears it out; 0 where there is none."""
    breaks: tuple[Breaks, ...] = ()
    """All that contradicts it; not recorded."""
    fingerprints: tuple[str, ...] = ()
    """How it fails, in words that are the same for every seed and run; that of ``finding`` first."""


def add_up(clause: str, judged: Iterable[CheckResult], *, strict: bool = False) -> Verdict:
    """The verdict of all observations: one break fails it, none at all is UNTESTED.

    ``strict`` makes any unclear observation INCONCLUSIVE: for tests, each of whose cases is required.
    """
    held = unclear = example = 0
    breaks: list[Breaks] = []
    why = ""
    for one in judged:
        if isinstance(one, Holds):
            held += 1
            example = example or one.exchange
        elif isinstance(one, Breaks):
            breaks.append(one)
        else:
            unclear += 1
            why = why or one.reason
    if breaks:
        smallest = min(breaks, key=lambda found: (found.size, found.exchanges[-1:] or (0,)))
        often = f" ({len(breaks)} of {held + len(breaks)} observations)" if held + len(breaks) > 1 else ""
        return Verdict(
            clause, Outcome.FAIL, smallest.reason + often, held + len(breaks), unclear, smallest, len(breaks),
            breaks=tuple(breaks),
        )  # fmt: skip
    if unclear and (strict or not held):
        return Verdict(clause, Outcome.INCONCLUSIVE, why, held, unclear)
    if not held:
        return Verdict(clause, Outcome.UNTESTED, "its condition never applied in this run")
    reason = f"{held} held, {unclear} inconclusive" if unclear else ""
    return Verdict(clause, Outcome.PASS, reason, held, unclear, example=example)

"""What a workflow needs to know of the run that executes it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from conformance.generate.backoff import Backoff
from conformance.generate.steps import Pause

NEWS = 0.2
"""Seconds after which whoever waits looks whether another wait was over meanwhile."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a workflow needs to know of the run that executes it."""

    products: Sequence[str]
    generate_name: Callable[[str], str]
    now: Callable[[], float]
    patience: float
    names_of: Callable[[str], Sequence[str]]
    """Key of a finished workflow → names of its devices."""
    required_paging: bool
    """Whether the edition requires PageSize and CurrentPage."""
    without: frozenset[str] = frozenset()
    """Operations that the target does not offer."""
    few_polls: bool = False
    """Whether an application is asked after as long again as it was waited for, not after a small share of that."""
    waits: Backoff = field(default_factory=Backoff)
    """How long states have lasted, in all applications of the run."""

    def rest(self, waited: float, share: float = 0.15, *, least: float = 0.05) -> Generator[Pause, None, None]:
        """Wait for the next question, after so many seconds of waiting; shorter where others turn out to be over."""
        if self.few_polls:
            yield Pause(min(max(1.0, self.patience / 8), max(0.05, waited)))
            return
        began = self.now()
        while (left := began + self.waits.pause(waited, share, least) - self.now()) > 0:
            yield Pause(min(left, NEWS))

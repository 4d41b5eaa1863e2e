"""What a workflow needs to know of the run that executes it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from conformance.generate.backoff import Backoff
from conformance.generate.steps import Pause

NEWS = 0.2
"""Seconds after which a waiting task looks whether another wait has ended meanwhile."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a workflow needs to know of the run that executes it."""

    products: Sequence[str]
    """One or two ProductKeys."""
    generate_name: Callable[[str], str]
    """Shape → a DeviceName never used before."""
    now: Callable[[], float]
    """Seconds of a monotonic clock."""
    patience: float
    """Seconds after which a state that does not end is no longer polled."""
    names_of: Callable[[str], Sequence[str]]
    """Key of a finished workflow → names of its devices."""
    required_paging: bool
    """Whether the edition requires PageSize and CurrentPage."""
    without: frozenset[str] = frozenset()
    """Operations that the target does not offer."""
    few_polls: bool = False
    """Whether the time between polls doubles, instead of growing by a small share."""
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

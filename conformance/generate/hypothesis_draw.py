"""Values from a strategy and a seed: the same in every process, whatever code stands around it."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

LENGTH = 1_024
"""Bytes from which one value is made, far more than any strategy here consumes."""
TRIES = 20
"""How often more is tried than values are wanted, where a strategy has few or refuses some."""


def draw(strategy: SearchStrategy[Any], number: int, seed: str) -> list[Any]:
    """At most ``number`` values that differ, the same for the same seed; fewer where the strategy has no more.

    Hypothesis makes each from bytes of ours. Left to draw by itself, it would mix in constants of all modules around:
    the same seed would give other values in another project, and a ProductKey from a file of this suite would turn up
    among the unknown ones.
    """
    values: dict[str, Any] = {}

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(value: Any) -> None:
        values.setdefault(repr(value), value)

    make_from = collect.hypothesis.fuzz_one_input  # type: ignore[attr-defined]  # public, but not in the types
    random = Random(seed)
    for _ in range(number * TRIES):
        if len(values) == number:
            break
        make_from(random.randbytes(LENGTH))
    return list(values.values())

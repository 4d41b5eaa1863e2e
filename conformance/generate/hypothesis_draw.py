"""Values from a strategy and a seed: the same in every process, whatever code stands around it."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

BACKEND = "iot-conformance"


class SelfContained(HypothesisProvider):
    """Hypothesis without constants from the code around it.

    Hypothesis mixes constants of all local modules into what it draws. The same seed would then give other values in
    another project, and a ProductKey from a file of this suite would turn up among the unknown ones.
    """

    _local_constants = Constants()


AVAILABLE_PROVIDERS[BACKEND] = f"{__name__}.{SelfContained.__name__}"


def draw(strategy: SearchStrategy[Any], number: int, seed: str) -> list[Any]:
    """``number`` values, the same for the same seed."""
    values: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=max(number, 1),
        phases=[Phase.generate],
        database=None,
        deadline=None,
        backend=BACKEND,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        values.append(value)

    if number > 0:
        collect()
    return values[:number]

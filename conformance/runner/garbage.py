"""Python's search for cycles, made rare where thousands of exchanges are held, which have none."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

SELDOM = (100_000, 50, 1_000)
"""Allocations before the youngest objects are looked at, and how many such looks before the older ones are."""


@contextlib.contextmanager
def few_collections() -> Iterator[None]:
    """Inside, cycles are looked for seldom: among parts of exchanges that takes a fifth of the time, in vain."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)

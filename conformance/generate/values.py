"""Strategies for single values, built once: counts beyond a limit, texts over an alphabet."""

from __future__ import annotations

import string

from hypothesis import strategies as st


def texts(alphabet: str, shortest: int, longest: int) -> st.SearchStrategy[str]:
    """Texts over an alphabet. Unlike ``st.text`` it leaves no table of Unicode in the folder of whoever runs it."""
    return st.lists(st.sampled_from(alphabet), min_size=shortest, max_size=longest).map("".join)


excesses = st.integers(2, 10_000)
"""By how much a number exceeds its limit."""
legal_characters = string.ascii_letters + string.digits + "-_@.:"
"""The characters that a DeviceName may have."""

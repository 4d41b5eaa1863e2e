"""Inputs that once broke something, and those by which fuzzing begins: only our own named errors come out."""

from __future__ import annotations

import pytest

from tests.fuzz.doors import CORPUS, DOORS, corpus


def test_every_entry_has_inputs_and_every_input_an_entry() -> None:
    assert sorted(path.name for path in CORPUS.iterdir()) == sorted(DOORS)
    assert all(corpus(name) for name in DOORS)


@pytest.mark.parametrize("name", DOORS)
def test_no_input_raises_anything_but_our_own_errors(name: str) -> None:
    """The entries themselves assert what must hold; a new input is a new file."""
    for path in corpus(name):
        try:
            DOORS[name](path.read_bytes())
        except Exception as error:
            raise AssertionError(f"{name}: {path.name}: {error!r}") from error

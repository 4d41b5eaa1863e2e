"""The mutants of the reference: each differs from it, and what is said of one is said of one that exists."""

from __future__ import annotations

import ast

import pytest

from bench.mutants import explanations
from bench.mutation import REFERENCE, Mutant, mutants, tree_of

EVERY = list(mutants([]))


def test_what_is_called_legal_is_a_mutant_that_can_be_made() -> None:
    known = explanations()

    assert known.keys() - {str(mutant) for mutant in EVERY} == set()
    assert all(why.endswith(".") for why in known.values())


@pytest.mark.parametrize("mutant", EVERY[::29], ids=str)
def test_a_mutant_is_the_reference_with_one_line_changed(mutant: Mutant) -> None:
    before = ast.unparse(ast.parse((REFERENCE / mutant.file).read_text(encoding="utf-8"))).splitlines()
    after = ast.unparse(tree_of(mutant.file, mutant.number)[0]).splitlines()

    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1

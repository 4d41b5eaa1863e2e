"""The mutants of the reference: each differs from it, and what is said of one is said of one that exists."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from bench.mutants import Legal, explained, legal, refreshed
from bench.mutation import LEFT_OUT, REFERENCE, Mutant, mutants, tree_of

EVERY = list(mutants([]))


def test_what_is_called_legal_is_a_mutant_that_can_be_made() -> None:
    text, gone = refreshed(EVERY, legal())

    assert gone == [], "the reference was rewritten; run: python -m bench.mutants --refresh, then: make mutants"
    assert all(entry.why.endswith(".") for entry in legal())
    assert text.count("[[legal]]") == len({entry.why for entry in legal()})


def test_faults_are_not_changed_and_what_is_left_out_exists() -> None:
    assert not [mutant for mutant in EVERY if mutant.file.startswith("faults/")]
    assert {name for name in LEFT_OUT if not (REFERENCE / name).exists()} == set()


def test_a_mutant_is_known_again_when_its_file_and_function_are_called_otherwise() -> None:
    once = next(one for one in EVERY if sum(other.fingerprint == one.fingerprint for other in EVERY) == 1)
    known = [Legal(once.fingerprint, str(once), "It is legal.")]
    moved = replace(once, file="elsewhere.py", within="renamed")

    assert explained([moved], known) == {moved: known[0]}
    # Of two statements that look the same, nobody can tell which one was meant.
    assert explained([moved, replace(moved, within="other")], known) == {}
    assert explained([replace(moved, fingerprint="00000000")], known) == {}


@pytest.mark.parametrize("mutant", EVERY[::29], ids=str)
def test_a_mutant_is_the_reference_with_one_line_changed(mutant: Mutant) -> None:
    before = ast.unparse(ast.parse((REFERENCE / mutant.file).read_text(encoding="utf-8"))).splitlines()
    after = ast.unparse(tree_of(mutant.file, mutant.number)[0]).splitlines()

    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1

"""What is drawn depends on the strategy and the seed alone, and on nothing that stands around."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import strategies as st

from conformance.generate.hypothesis_draw import draw

NUMBERS = st.integers(0, 10**9)


def test_the_same_seed_gives_the_same_values() -> None:
    assert draw(NUMBERS, 20, "7 a") == draw(NUMBERS, 20, "7 a")
    assert draw(NUMBERS, 20, "7 a") != draw(NUMBERS, 20, "8 a")
    assert draw(NUMBERS, 5, "7 a") == draw(NUMBERS, 20, "7 a")[:5]


def test_the_values_differ_and_there_are_as_many_as_are_wanted() -> None:
    assert len(set(draw(st.integers(1, 20), 10, "0"))) == 10
    assert sorted(draw(st.sampled_from("ab"), 10, "0")) == ["a", "b"]
    assert draw(NUMBERS, 0, "0") == []


def test_what_a_strategy_refuses_is_not_counted() -> None:
    even = draw(NUMBERS.filter(lambda value: value % 2 == 0), 10, "0")

    assert len(even) == 10
    assert all(value % 2 == 0 for value in even)


def test_modules_and_tests_of_the_project_around_change_no_value(tmp_path: Path) -> None:
    """Hypothesis tries numbers from the modules around and remembers which: a run inside somebody's tests must not."""
    (tmp_path / "neighbour.py").write_text("\n".join(f"A{n} = {n * 7919 + 123_456}" for n in range(500)))
    (tmp_path / "drawn.py").write_text(
        "import neighbour\n"
        "from hypothesis import given, settings, strategies as st\n"
        "from conformance.generate.hypothesis_draw import draw\n"
        "@settings(database=None, max_examples=200)\n"
        "@given(st.integers(0, 10**9))\n"
        "def theirs(number): pass\n"
        "theirs()\n"
        "print(draw(st.integers(0, 10**9), 100, '7 a'))\n"
    )

    done = subprocess.run(
        [sys.executable, tmp_path / "drawn.py"], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
    )  # fmt: skip

    assert done.stdout.strip() == str(draw(NUMBERS, 100, "7 a"))

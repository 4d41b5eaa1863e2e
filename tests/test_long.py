"""The table of long tests names tests that exist, and the short set holds a case of each that it says."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONG, TESTS


@pytest.mark.parametrize("name", LONG)
def test_a_long_test_exists(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))

    assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_short_and_the_long_set_together_are_all(tmp_path: Path) -> None:
    """A project of eleven cases of which three are kept, and one test that is long as a whole."""
    (tmp_path / "conftest.py").write_text(
        "import tests.conftest as ours\n"
        "from pathlib import Path\n"
        "ours.TESTS = Path(__file__).parent\n"
        "ours.LONG = {'test_a.py::test_cases': 3, 'test_a.py::test_whole': 0}\n"
        "from tests.conftest import pytest_collection_modifyitems\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = long: x\n")
    (tmp_path / "test_a.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('n', range(11))\n"
        "def test_cases(n): pass\n"
        "def test_whole(): pass\n"
        "def test_short(): pass\n"
    )

    def collected(marks: str) -> list[str]:
        words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-m", marks]
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(TESTS.parent)}
        )
        return [line.removeprefix("test_a.py::") for line in done.stdout.splitlines() if "::" in line]

    short, long = collected("not long"), collected("long")

    assert short == ["test_cases[0]", "test_cases[4]", "test_cases[8]", "test_short"]
    assert sorted(short + long) == sorted(collected("long or not long"))

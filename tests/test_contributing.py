"""CONTRIBUTING is true: its example, followed in a copy of the checkout, gives a clause whose fault is killed."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from conformance.contract import EDITIONS
from tests.checkout import ROOT, copy_of_checkout, iot, run_in

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", TEXT)
CLAUSE = "QueryPageByApplyId.PageSize.one"
HOLDS_THE_CONTRACT = (
    "tests/test_contract.py",
    "tests/test_statements.py",
    "tests/test_lang.py::test_every_sentence_of_the_contract_stands_in_both_languages_and_none_is_left_over",
    "tests/test_lang.py::test_a_translation_has_the_placeholders_of_its_original_and_is_chinese",
    "tests/test_editions.py::test_every_edition_is_what_its_newest_revision_says",
    "tests/test_editions.py::test_no_released_revision_was_changed",
)
"""The tests of this project that a wrong or half-written clause fails."""


def commands(block: str) -> list[list[str]]:
    """The commands of a block, without ``iot-conformance``; those of make are left out."""
    lines = [shlex.split(line) for line in block.replace("\\\n", " ").splitlines()]
    return [words[1:] for words in lines if words[0] == "iot-conformance"]


def fill_in(checkout: Path, block: str) -> None:
    """Put a block of code in the place of the skeleton of the same clause, which ends its file."""
    comment, _, code = block.partition("\n")
    file = checkout / comment.removeprefix("# ")
    decorator = code[: code.index('"') + 1] + CLAUSE
    before, found, skeleton = file.read_text(encoding="utf-8").partition(decorator)
    assert found, f"{file} has no skeleton that begins with {decorator}"
    assert "\n@" not in skeleton
    file.write_text(before + code, encoding="utf-8")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, subprocess.CompletedProcess[str]]]:
    """A copy of the checkout in which the example was followed, and what its commands printed."""
    checkout = copy_of_checkout(tmp_path_factory.mktemp("contributing"))
    printed = {}
    for language, block in BLOCKS:
        if language == "python":
            fill_in(checkout, block)
            continue
        for words in commands(block):
            printed[" ".join(words[:2])] = iot(checkout, *words)
    return checkout, printed


def test_the_example_has_commands_and_code() -> None:
    assert [language for language, _ in BLOCKS] == ["sh", "python", "python", "sh"]
    assert [words[:2] for _, block in BLOCKS if _ == "sh" for words in commands(block)] == [
        ["contract", "new"],
        ["run", "embedded"],
        ["selfproof", "--fault"],
        ["contract", "lock"],
    ]


def test_the_fault_of_the_example_is_killed_and_the_legal_server_passes(
    example: tuple[Path, dict[str, subprocess.CompletedProcess[str]]],
) -> None:
    _, printed = example

    assert {name: done.returncode for name, done in printed.items()} == dict.fromkeys(printed, 0), printed
    assert "1 of 1 faults killed by their own clause" in printed["selfproof --fault"].stdout
    assert "0 false alarms on 1 legal servers" in printed["selfproof --fault"].stdout
    differs = re.findall(rf"differs from revision \d+: added {re.escape(CLAUSE)}", printed["contract lock"].stdout)
    assert len(differs) == len(EDITIONS)


def test_the_example_is_complete_for_the_tests_of_this_project(
    example: tuple[Path, dict[str, subprocess.CompletedProcess[str]]],
) -> None:
    checkout, _ = example

    tests = run_in(checkout, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *HOLDS_THE_CONTRACT)
    linted = [
        run_in(checkout, "-m", "ruff", *words, "--no-cache", "conformance")
        for words in (("check",), ("format", "--check"))
    ]

    assert tests.returncode == 0, tests.stdout
    assert [done.returncode for done in linted] == [0, 0], [done.stdout for done in linted]

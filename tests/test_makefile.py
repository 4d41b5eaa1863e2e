"""Every target of the Makefile, and every bench, does its work in a copy of this checkout, in its smallest form."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CLAUSE = "BatchRegisterDevice.Count.max"
ONE_TEST = "-q -n 0 -p no:cacheprovider tests/test_spelling.py"
TOOLS = "/usr/bin:/bin"
"""No browser, no Node: what needs one says so, or leaves it out."""
RUN: dict[str, list[str]] = {
    "help": [],
    "run": [f"ARGS=--profile quick --only {CLAUSE} --quiet"],
    "test": [f"ARGS={ONE_TEST}"],
    "test-all": [f"ARGS={ONE_TEST}"],
    "sample": [],
    "selfproof": [f"ARGS=--fault {CLAUSE} --variant gzip --jobs 1"],
    "editions": [],
    "clients": ["ARGS=--collect-only -q -p no:cacheprovider"],
    "soak": ["SEEDS=1", "ARGS=--jobs 1"],
    "mutants": ["ARGS=--list --only names.py"],
    "zoo": ["ARGS=-q -p no:cacheprovider -k not_a_number"],
    "fuzz": ["SECONDS=5"],
    "honest": [],
    "endurance": ["ARGS=--runs 3 --minutes 1 --devices 200"],
    "bench": ["ARGS=--runs 1 --profile quick --rounds 1"],
    "wheel": [],
    "clean": [],
}
"""Target → what it is called with."""
SHOWN = {
    "lint": "the first step of .ci/run",
    "allure": "installs Node",
    "audit": "asks registries what is known of our dependencies",
    "lock": "asks registries for releases",
}
"""Target → why it is only shown."""
BENCHES = {
    "compare": ["--sample", "1", "--tool", "quick"],
    "crash": ["--kills", "1"],
    "drift": ["--only", "a field vanishes", "--runs", "0", "--jobs", "1"],
    "judging": ["--megabytes", "1"],
    "kills": ["--runs", "1"],
    "pairs": ["--faults", "1", "--jobs", "1"],
}
"""Bench without a target → its smallest form."""


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this checkout with the environment of these tests, in which the fuzzer is thought to be installed."""
    folder = tmp_path_factory.mktemp("checkout") / "copy"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", ".*_cache", ".venv*", "__pycache__", "20??-*"))
    fuzz = folder / ".venv-fuzz"
    (fuzz / "bin").mkdir(parents=True)
    (fuzz / "bin/python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (fuzz / "bin/python").chmod(0o755)
    (fuzz / ".installed").touch()
    return folder


def environment() -> dict[str, str]:
    return {"HOME": os.environ.get("HOME", "/"), "PATH": TOOLS, "PYTHONPATH": ""}


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What is installed already is not installed anew."""
    stamps = [f"{sys.prefix}/{name}" for name in (".created", ".runtime-installed", ".dev-installed")]
    old = [word for stamp in (*stamps, f"{sys.prefix}/bin/iot-conformance") for word in ("-o", stamp)]
    return subprocess.run(
        ["make", *old, f"VENV={sys.prefix}", *words],
        cwd=folder, env=environment(), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_every_target_is_called_here() -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(phony[0].split()) == sorted([*RUN, *SHOWN])


def test_every_bench_is_called_here_or_by_a_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    programs = {path.stem for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")}

    assert programs == {*BENCHES, *re.findall(r"-m bench\.(\w+)", makefile)}


@pytest.mark.parametrize("target", RUN)
def test_a_target_works(target: str, checkout: Path) -> None:
    done = make(checkout, target, *RUN[target])

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("target", SHOWN)
def test_a_target_that_is_not_called_is_one_that_make_knows(target: str, checkout: Path) -> None:
    done = make(checkout, "-n", target)

    assert done.returncode == 0, done.stderr


def test_without_a_run_the_page_of_allure_says_what_comes_first(checkout: Path) -> None:
    done = make(checkout, "-o", f"{sys.prefix}/.allure-installed", "allure", "RUN=")

    assert done.stderr.splitlines()[0] == "there is no run in reports/ yet; begin with: make run"


@pytest.mark.parametrize("bench", BENCHES)
def test_a_bench_works(bench: str, checkout: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{bench}", *BENCHES[bench]],
        cwd=checkout, env=environment(), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr

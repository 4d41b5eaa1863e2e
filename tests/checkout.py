"""A copy of this checkout, for tests that change files of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("conformance", "fixtures", "tests", "pyproject.toml", "conftest.py", "README.md", "README.zh-CN.md")


def copy_of_checkout(folder: Path) -> Path:
    """The package, the fixtures and the tests, below ``folder``."""
    copy = folder / "checkout"
    copy.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, copy / name)
    return copy


def run_in(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What Python does with these words in a checkout, whose own package it imports."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, *words],
        cwd=checkout,
        env={**environment, "PYTHONPATH": str(checkout), "COLUMNS": "200", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def iot(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``iot-conformance WORDS`` in a checkout."""
    return run_in(checkout, "-m", "conformance", *words)

"""Where the files of the contract lie, and what is raised where one is not as it should be."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


class ContractError(Exception):
    """A contract file is not as it should be; the message names file, line and what to mend."""


def fixtures() -> Path:
    """The folder of contract, examples and vectors: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "fixtures"
    return inside if inside.is_dir() else package.parent / "fixtures"


def read_text(path: Path) -> str:
    """The text of a file of the contract. Raises ContractError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: cannot be read: {error}") from None


def parsed(path: Path, text: str) -> dict[str, Any]:
    """The tables of a file. Raises ContractError where its text is no TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ContractError(f"{path}: malformed TOML: {error}") from None

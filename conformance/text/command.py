"""The words by which a user can call this program again, from the folder in which it was called."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

NAME = "iot-conformance"
HOME = Path(__file__).resolve().parents[2]
"""The folder that holds the package: a checkout, or site-packages."""


def command(*words: object) -> str:
    """A command line that can be pasted into a shell: this program, then the words, each quoted where needed."""
    return shlex.join([*_program(), *map(str, words)])


def install_command(extra: str) -> str:
    """The command that adds what an extra of the package needs."""
    wanted = f"{NAME}[{extra}]" if _is_installed() else f"{HOME}[{extra}]"
    return shlex.join([_near(Path(sys.executable)), "-m", "pip", "install", wanted])


def _program() -> list[str]:
    """The name where the PATH leads to this installation, else its script, else the interpreter with ``-m``."""
    script = Path(sys.executable).parent / NAME
    on_path = shutil.which(NAME)
    if on_path is not None and _leads_here(Path(on_path), script):
        return [NAME]
    if script.exists() and _imports_this_package():
        return [_near(script)]
    return [_near(Path(sys.executable)), "-m", "conformance"]


def _leads_here(on_path: Path, script: Path) -> bool:
    """Whether that is the program which runs now, or the script that imports what runs now."""
    if on_path.resolve() == Path(sys.argv[0]).resolve():
        return True
    return on_path.resolve() == script.resolve() and _imports_this_package()


def _imports_this_package() -> bool:
    """Whether the script beside the interpreter finds this package: it does not look into the current folder.

    The first entry of ``sys.path`` is the current folder under ``-m``, and the script's own folder in the script.
    """
    return str(HOME) in (str(Path(entry).resolve()) for entry in sys.path[1:] if entry)


@cache
def _is_installed() -> bool:
    try:
        metadata.distribution(NAME)
    except metadata.PackageNotFoundError:
        return False
    return True


def _near(path: Path) -> str:
    """A path as it is called from the current folder: relative to it where that is shorter, and never a bare name."""
    if not path.name or path == Path():
        return "python3"
    absolute = os.path.abspath(path)
    try:
        relative = os.path.relpath(absolute)
    except ValueError:  # on another drive
        return absolute
    relative = relative if os.sep in relative else os.path.join(os.curdir, relative)
    return relative if len(relative) < len(absolute) else absolute

"""The command line as a door: any words, in a folder of their own; only one line and a known exit status come out."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

import click

from conformance.cli import main as command_line
from conformance.cli.common import settings_of
from conformance.config.option_table import of_command
from tests.fuzz.entries import FOLDER

PLACE = FOLDER / "words"
NOT_STARTED = frozenset({"run", "check", "plan", "serve", "selfproof", "replay", "sweep", "compare"})
"""Commands that would start or send something: their words are parsed and checked, and that is all."""
LEFT_OUT = ("lock", "/", "..", "~", "://")
"""What would write outside of the folder, or look for another machine."""
STATUSES = frozenset({0, 1, 2, 3})
FILES = {
    "targets.toml": '[targets.mock]\nurl = "http://127.0.0.1:9"\n',
    "waivers.toml": "",
    "trace.har": '{"log": {"entries": []}}',
}


def words(data: bytes) -> None:
    """Words are separated by NUL."""
    said = data.decode("utf-8", "surrogateescape").split("\0")[:12]
    if any(mark in word for word in said for mark in LEFT_OUT):
        return
    PLACE.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (PLACE / name).write_text(text)
    before = Path.cwd()
    os.chdir(PLACE)
    try:
        error = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(error):
            status = _checked(said) if said[0] in NOT_STARTED else _executed(said)
        assert status in STATUSES, error.getvalue()
    finally:
        os.chdir(before)
        _emptied(PLACE)


def _executed(said: list[str]) -> int:
    before = sys.argv
    sys.argv = ["iot-conformance", *said]
    try:
        command_line.main()
    except SystemExit as done:
        return int(done.code or 0)
    finally:
        sys.argv = before


def _checked(said: list[str]) -> int:
    """Parse the words of a command, and where it takes a TARGET make settings of them."""
    command = command_line.cli.commands[said[0]]
    try:
        context = command.make_context(said[0], said[1:])
        with context:
            options = dict(context.params)
            if said[0] in {"run", "check", "plan"}:
                for name in set(options) - ACCESS:
                    options.pop(name)
                settings_of(tuple(context.params["target"]), options)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        return 2
    return 0


ACCESS = frozenset(option.variable for option in of_command("run")) - {"yes", "reports"}


def _emptied(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

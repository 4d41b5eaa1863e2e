"""``report``: everything that people and machines read of recorded runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.cli.common import LANG, example, fail, out
from conformance.text.language import language

if TYPE_CHECKING:
    from conformance.report.measured import Measured

NEXT_TO = "\0"
"""Stands for the place next to the run, where an option names no file."""


def _place(name: str, shows: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(f"--{name}", is_flag=False, flag_value=NEXT_TO, metavar="[FILE]", help=shows)


@click.command()
@click.argument("runs", nargs=-1, metavar="RUN...")
@_place("matrix", "matrix.html: the page to open first; several runs are its columns.")
@_place("allure", "The single-file page of Allure 3; needs Node 22 or newer.")
@_place("junit", "JUnit XML: one case per clause.")
@_place("sarif", "SARIF 2.1.0.")
@_place("markdown", "Markdown for the comment on a pull request.")
@_place("summary", "The summary as JSON.")
@LANG
@click.option("--quiet", is_flag=True, help="Nothing in the terminal.")
@click.option("--verbose", is_flag=True, help="Also what was exempt, and what was observed.")
def report(
    runs: tuple[str, ...], allure: str | None, lang: str | None, quiet: bool, verbose: bool, **wanted: str | None
) -> None:
    """Show recorded runs, and write their reports: those named, or all of them next to the run.

    RUN is the folder of a run, or its run.ndjson. Options that take a FILE may stand without one, behind RUN.
    """
    from conformance.report.terminal import show

    chosen = {name: where for name, where in {"allure": allure, **wanted}.items() if where is not None}
    # An option that may stand alone takes the word behind it, also where that is a run.
    swallowed = [name for name, where in chosen.items() if Path(where).is_dir()]
    measured = [
        _read(path, language(lang, os.environ)) for path in _records([*(chosen[name] for name in swallowed), *runs])
    ]
    if not measured:
        raise click.UsageError(f"name the folder of a run{example(1, 'report')}")
    chosen |= dict.fromkeys(swallowed, NEXT_TO)
    try:
        files = _write(measured, chosen)
    except OSError as error:
        fail(f"cannot write {error.filename or 'a report'}: {error.strerror}; name another file", 2)
    if not quiet:
        for number, run in enumerate(measured):
            show(out, run, files if number == len(measured) - 1 else {}, verbose=verbose)


def _records(given: Sequence[str]) -> list[Path]:
    """The runs that are meant: a folder without a run of its own stands for the runs inside."""
    from conformance.report.measured import RECORD

    found: list[Path] = []
    for text in given:
        path = Path(text)
        if path.is_dir() and not (path / RECORD).exists():
            inside = sorted(each.parent for each in path.glob(f"*/{RECORD}"))
            if not inside:
                fail(f"{path} holds no {RECORD}; expected the folder of a run, or its {RECORD}", 2)
            found += inside
        else:
            found.append(path)
    return found


def _read(path: Path, lang: str) -> Measured:
    from conformance.record.run_ndjson import RecordError
    from conformance.report.measured import of_record

    try:
        return of_record(path, lang)
    except RecordError as error:
        fail(str(error), 2)


def _write(runs: Sequence[Measured], chosen: dict[str, str]) -> dict[str, Path]:
    """The reports that are wanted, or all of them; where they are, by name."""
    from conformance.report.all import WRITERS, write_all

    files: dict[str, Path] = {}
    if not chosen:
        for run in runs:
            files |= write_all(run)
        if len(runs) == 1:
            return files
        chosen, files = {"matrix": NEXT_TO, "summary": NEXT_TO}, {}
    if (where := chosen.pop("allure", None)) is not None:
        files["allure"] = _allure(runs, where)
        if where == NEXT_TO:
            chosen.setdefault("matrix", NEXT_TO)  # from now on its rows lead to Allure's page
    for name, where in chosen.items():
        file, write = WRITERS[name]
        files[name] = _next_to(runs) / file if where == NEXT_TO else Path(where)
        write(files[name], runs)
    return files


def _allure(runs: Sequence[Measured], where: str) -> Path:
    from conformance.report.allure_page import write_page
    from conformance.report.allure_tools import AllureError
    from conformance.report.ids import ALLURE_PAGE

    path = _next_to(runs) / ALLURE_PAGE if where == NEXT_TO else Path(where)
    try:
        write_page(path, runs)
    except AllureError as error:
        fail(str(error), 2)
    return path


def _next_to(runs: Sequence[Measured]) -> Path:
    """The folder of a run, or the one around the first of several."""
    folder = runs[0].folder or Path()
    return folder if len(runs) == 1 else folder.parent

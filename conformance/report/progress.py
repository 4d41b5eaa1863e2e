"""Progress on stderr: a live table on a terminal, plain lines now and then where there is none or CI says so."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from conformance.report.run_progress import Watch, waiting
from conformance.runner.execute import Observer
from conformance.text.language import text
from conformance.wire.message import Exchange

EVERY = 10.0
"""Seconds of a run between two plain lines; a run that is shorter prints none."""


@contextlib.contextmanager
def progress(console: Console, seen: Watch, *, quiet: bool = False) -> Iterator[Observer]:
    """Show how far a run is, and yield what it has to tell."""
    if quiet:
        yield Observer()
    elif console.is_terminal and not plainly():
        # The table is drawn by a thread of its own, from what the run has told by then.
        with Live(get_renderable=lambda: table(seen), console=console, transient=True, refresh_per_second=8):
            yield Observer(seen.exchanged, seen.decided)
    else:
        yield Observer(_now_and_then(seen, lambda said: console.print(Text(said), soft_wrap=True)), seen.decided)


def plainly() -> bool:
    """Whether the environment is one of those that keep what is drawn and overdrawn: CI, or a dumb terminal."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"} or os.environ.get("TERM") == "dumb"


def _now_and_then(seen: Watch, say: Callable[[str], None]) -> Callable[[Exchange], None]:
    next_at = EVERY

    def exchanged(exchange: Exchange) -> None:
        nonlocal next_at
        seen.exchanged(exchange)
        if seen.now >= next_at:
            next_at = seen.now + EVERY
            say(f"{seen.now:.0f} s: {seen.says()}")

    return exchanged


SPINNER = Spinner("dots", style="cyan")


def table(seen: Watch) -> RenderableType:
    """The live table: a row per operation, and below it what is waited for."""
    rows = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name, one in seen.operations.items():
        rows.add_row(
            Text(name, style="dim" if one.decided == 0 else ""),
            ProgressBar(one.of or 1, one.decided, width=20, complete_style="green", finished_style="green"),
            Text(f"{one.decided}/{one.of}", style="dim"),
            Text(text("{n} failed", seen.lang, n=one.failed) if one.failed else "", style="bold red"),
        )
    foot = Table.grid(padding=(0, 1))
    foot.add_row(
        SPINNER,
        Text(f"{seen.now:.0f} s, {text('{n:,} requests', seen.lang, n=seen.requests)}"),
        Text(waiting(seen), style="yellow"),
    )
    return Group(rows, foot)

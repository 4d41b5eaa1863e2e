"""``history``: the nights that were kept, what of them is accepted, and how it went over time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.table import Table

from conformance.cli.common import fail, out
from conformance.text.command import command
from conformance.text.safe import line

if TYPE_CHECKING:
    from conformance.offline.drift.history import History

Got = TypeVar("Got")


@click.group()
def history() -> None:
    """The nights of a target, kept in LOCATION: a folder, or a URL that fsspec reaches (memory, s3, oss …)."""


def opened(location: str) -> History:
    """The history at a location. Leaves with one line where it cannot be used."""
    from conformance.offline.drift.history import History
    from conformance.offline.drift.store import store_at

    return tried(lambda: History(store_at(location)))


def tried(act: Callable[[], Got]) -> Got:
    """What ``act`` gives. Leaves with one line where the history cannot be used."""
    from conformance.offline.drift.store import StoreError

    try:
        return act()
    except StoreError as error:
        fail(str(error), 2)


@history.command("list")
@click.argument("location")
def listed(location: str) -> None:
    """Every night: what came of it, and whether it belongs to the baseline."""
    found = opened(location)
    snapshots = tried(lambda: found.snapshots)
    if not snapshots:
        add = command("run", "embedded", "--history", location)
        fail(f"history {location}: no run is kept there; add one, for example: {add}", 3)
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("run", "target", "edition", "suite", "failed", "changes", ""):
        table.add_column(heading, no_wrap=heading == "run")
    for one in snapshots:
        baseline = tried(lambda one=one: found.baseline(one.target, one.edition)).snapshots  # type: ignore[misc]
        place = "baseline begins" if one.run == baseline[0].run else "baseline" if one in baseline else ""
        failed = sum(shown.outcome == "fail" for shown in one.snapshot.shown.values())
        changes = sum(change.get("attribution") == "target" for change in one.comparison.get("changes", []))
        suite = str(one.snapshot.about.get("suite")).removeprefix("iot-conformance ")
        table.add_row(one.run, line(one.target, 40), one.edition, suite, str(failed), str(changes), place)
    out.print(table)


@history.command()
@click.argument("location")
@click.argument("run", default="latest")
@click.option("--plots", metavar="DIR", help="Write trends of its target as SVG: register, outcomes, clauses.")
def show(location: str, run: str, plots: str | None) -> None:
    """What one night showed beside its baseline; RUN is its name, or the beginning of it. [latest]"""
    found = opened(location)
    kept = tried(lambda: found.find(run))
    out.print(f"{kept.run}  {line(kept.target, 60)} by {kept.edition}", highlight=False, soft_wrap=True)
    out.print(str(kept.comparison.get("sentence") or "the first night: it began the baseline"), soft_wrap=True)
    for change in kept.comparison.get("changes", []):
        accepted = f" (accepted: {line(str(change.get('accepted')), 80)})" if change.get("accepted") else ""
        words = (change.get(name) for name in ("fingerprint", "attribution", "kind", "what", "before", "after"))
        fingerprint, attribution, kind, what, before, after = (line(str(word), 100) for word in words)
        print(f"  {fingerprint}  {attribution}: {kind} {what}: {before} → {after}{accepted}")
    if plots:
        _plot(found, kept, Path(plots))


def _plot(found: History, kept: Any, folder: Path) -> None:
    from conformance.offline.drift.plots import plots

    own = [one for one in found.snapshots if (one.target, one.edition) == (kept.target, kept.edition)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in plots(own).items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"--plots {folder}: cannot be written: {error.strerror}; name another folder", 2)
    out.print(f"  plots  {folder}", soft_wrap=True)


@history.command()
@click.argument("location")
@click.argument("run")
@click.argument("fingerprint", default="")
@click.option("--reason", required=True, help="Why; shown with the change from now on.")
def accept(location: str, run: str, fingerprint: str, reason: str) -> None:
    """Make RUN the baseline, or accept one change of it by its FINGERPRINT."""
    if not reason.strip():
        raise click.UsageError("--reason: say why")
    found = opened(location)
    tried(lambda: found.accept(run, fingerprint, reason.strip()))
    what = f"{fingerprint} is accepted" if fingerprint else f"{tried(lambda: found.find(run)).run} is the baseline"
    out.print(f"{what}: {line(reason, 200)}", soft_wrap=True)


@history.command()
@click.argument("location")
@click.option("--keep", type=click.IntRange(min=1), required=True, help="Nights of each target that stay.")
def prune(location: str, keep: int) -> None:
    """Delete all but the newest nights of each target, and the one with which its baseline begins."""
    found = opened(location)
    gone = tried(lambda: found.prune(keep))
    out.print(f"{len(gone)} nights deleted, {len(found.snapshots) - len(gone)} stay", soft_wrap=True)

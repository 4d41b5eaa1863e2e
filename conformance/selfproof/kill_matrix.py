"""The kill matrix: which faults were killed, in which editions, and which legal servers were blamed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from conformance.contract import load
from conformance.reference.choices import VARIANTS
from conformance.reference.faults.fault import Fault
from conformance.selfproof.kill_page import Tried, write_kill_page
from conformance.selfproof.measure import (
    Proof,
    ProofJob,
    applicable,
    clause_of,
    is_false_alarm,
    killed,
    prove_all,
    undeclared,
)
from conformance.text.command import command
from conformance.text.safe import line


def prove(
    console: Console,
    editions: Sequence[str],
    profile: str,
    faults: Sequence[str],
    variants: Sequence[str],
    processes: int,
    summary: Path | None,
    html: Path | None = None,
    lang: str = "en",
) -> int:
    """Run the self-proof and show the kill matrix; 0 where every fault is killed and no variant blamed, else 1.

    In one edition every fault meets the whole suite. In several it meets the test or invariant of its own clause first,
    and the whole suite only where it survives.
    """
    everything = not faults and not variants
    chosen = {
        edition: [one for one in applicable(edition) if everything or _chosen(one.name, faults)] for edition in editions
    }
    others = [name for name in VARIANTS if everything or _chosen(name, variants)]
    if not any(chosen.values()) and not others:
        see = command("serve", "--fault", "list")
        console.print(f"no fault and no variant has such a name; see: {see}", soft_wrap=True)
        return 2
    load()
    alone = len(editions) > 1
    jobs: list[ProofJob] = []
    for edition in editions:
        jobs.append(ProofJob("faithful", "faithful", edition, profile))
        jobs += [ProofJob("fault", fault.name, edition, profile, alone) for fault in chosen[edition]]
        jobs += [ProofJob("variant", name, edition, profile) for name in others]
    started = time.monotonic()
    proofs: Iterable[Proof] = prove_all(jobs, processes)
    if console.is_terminal:
        proofs = track(proofs, "proving", total=len(jobs), console=console, transient=True)
    found = list(proofs)
    if alone:
        found = _again(found, processes, profile)
    if profile != "full":
        found = _again(found, processes, "full")
    seconds = time.monotonic() - started
    shown = [
        _show(
            console, edition, {one.name: one for one in chosen[edition]}, [p for p in found if p.job.edition == edition]
        )
        for edition in editions
    ]
    requests = sum(one.requests for one in found)
    console.print(f"{requests:,} requests in {seconds:.0f} s")
    if summary is not None:
        lines = [
            {**asdict(one.job), **{k: v for k, v in asdict(one).items() if k != "job"}, "killed": killed(one)}
            for one in found
        ]
        text = json.dumps(
            {"format": 1, "editions": list(editions), "seconds": round(seconds, 1), "runs": lines}, indent=1
        )
        summary.write_text(text, encoding="utf-8")
    if html is not None:
        says = {one.name: one.says for edition in editions for one in chosen[edition]} | VARIANTS
        tried = [_tried(one, says.get(one.job.name, "It keeps every promise.")) for one in found]
        write_kill_page(html, load(), tried, requests, seconds, lang)
    return 0 if all(shown) else 1


def _tried(one: Proof, says: str) -> Tried:
    job, fault = one.job, one.job.kind == "fault"
    return Tried(
        job.name,
        says,
        clause_of(job.name) if fault else "",
        job.edition,
        job.profile,
        killed(one) if fault else is_false_alarm(one),
        one.failed if fault else (*one.failed, *one.open),
        one.error,
    )


def _again(found: list[Proof], processes: int, profile: str) -> list[Proof]:
    """What lives yet meets the whole suite in that profile."""
    alive = [one.job for one in found if one.job.kind == "fault" and not killed(one)]
    again = prove_all([replace(job, profile=profile, alone=False) for job in alive], processes)
    better = {(one.job.edition, one.job.name): one for one in again}
    return [better.get((one.job.edition, one.job.name), one) for one in found]


def _chosen(name: str, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)


def _quickly(one: Proof) -> bool:
    return killed(one) and one.job.profile == "quick"


def _table(heading: str, groups: Mapping[str, str], mutants: Sequence[Proof]) -> Table:
    """How many faults of each group were killed; ``groups`` is the name of a fault → its group."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in (heading, "faults", "killed", "by quick", "survived"):
        table.add_column(column, justify="left" if column == heading else "right")
    for group in sorted(set(groups.values()), key=list(groups.values()).index):
        those = [one for one in mutants if groups[one.job.name] == group]
        dead, quick = sum(map(killed, those)), sum(map(_quickly, those))
        alive = len(those) - dead
        table.add_row(
            group, str(len(those)), str(dead), str(quick), Text(str(alive or "\u00b7"), "red" if alive else "dim")
        )
    return table


def _show(console: Console, edition: str, faults: dict[str, Fault], found: list[Proof]) -> bool:
    """Show the kill matrix of one edition; whether every fault was killed and nobody blamed."""
    mutants = [one for one in found if one.job.kind == "fault"]
    legal = [one for one in found if one.job.kind != "fault"]
    dead = [one for one in mutants if killed(one)]
    quickly = sum(map(_quickly, dead))
    if mutants:
        told = {one.job.name: faults[one.job.name] for one in mutants}
        console.print(_table("operation", {name: one.clause.split(".")[0] for name, one in told.items()}, mutants))
        console.print(_table("shows", {name: one.shows for name, one in told.items()}, mutants))
    for one in mutants:
        if not killed(one):
            seen = ", ".join(one.failed[:4]) or one.error or "nothing failed"
            console.print(Text(f"  survived  {one.job.name}: {line(faults[one.job.name].says)} ({line(seen)})", "red"))
        elif extra := undeclared(one, faults[one.job.name]):
            console.print(Text(f"  undeclared  {one.job.name} also failed {', '.join(extra)}", "yellow"))
    wrongly = [one for one in legal if is_false_alarm(one)]
    for one in wrongly:
        seen = ", ".join((*one.failed, *one.open)[:6]) or one.error
        console.print(Text(f"  false alarm  {one.job.kind} {one.job.name}: {line(seen)}", "bold red"))
    share = 100 * len(dead) / len(mutants) if mutants else 100.0
    console.print(
        f"{edition}: {len(dead)} of {len(mutants)} faults killed by their own clause ({share:.1f} %), {quickly}"
        f" of them by the quick profile; {len(wrongly)} false alarms on {len(legal)} legal servers",
        soft_wrap=True,
    )
    console.print()
    return len(dead) == len(mutants) and not wrongly

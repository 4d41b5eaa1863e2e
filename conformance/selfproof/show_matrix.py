"""The kill matrix in the terminal: how many faults were killed, which survived, who was blamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.reference.faults.fault import Fault
from conformance.selfproof.kill_matrix import KillMatrix
from conformance.selfproof.measure import Proof, is_false_alarm, killed, undeclared
from conformance.text.safe import line

MOST_NOTES = 10
"""Faults of one edition whose further failures are named."""


def show(console: Console, matrix: KillMatrix) -> None:
    """Show every edition, and what it cost."""
    for edition in matrix.plan.editions:
        faults = {fault.name: fault for fault in matrix.plan.chosen_faults(edition)}
        _show_edition(console, edition, faults, [proof for proof in matrix.proofs if proof.job.edition == edition])
    console.print(f"{matrix.requests:,} requests in {matrix.seconds:.0f} s")


def _show_edition(console: Console, edition: str, faults: Mapping[str, Fault], proofs: Sequence[Proof]) -> None:
    mutants = [proof for proof in proofs if proof.job.kind == "fault"]
    legal = [proof for proof in proofs if proof.job.kind != "fault"]
    if mutants:
        operations = {proof.job.name: faults[proof.job.name].clause.split(".")[0] for proof in mutants}
        console.print(_table("operation", operations, mutants))
        console.print(_table("shows", {proof.job.name: faults[proof.job.name].shows for proof in mutants}, mutants))
    for proof in mutants:
        if not killed(proof):
            seen = ", ".join(proof.failed[:4]) or proof.error or "nothing failed"
            says = line(faults[proof.job.name].says)
            console.print(Text(f"  survived  {proof.job.name}: {says} ({line(seen)})", "red"))
    _show_notes(console, faults, mutants)
    blamed = [proof for proof in legal if is_false_alarm(proof)]
    for proof in blamed:
        seen = ", ".join((*proof.failed, *proof.open)[:6]) or proof.error
        console.print(Text(f"  false alarm  {proof.job.kind} {proof.job.name}: {line(seen)}", "bold red"))
    dead = [proof for proof in mutants if killed(proof)]
    share = 100 * len(dead) / len(mutants) if mutants else 100.0
    console.print(
        f"{edition}: {len(dead)} of {len(mutants)} faults killed by their own clause ({share:.1f} %),"
        f" {sum(map(_by_quick, dead))} of them by the quick profile;"
        f" {len(blamed)} false alarms on {len(legal)} legal servers",
        soft_wrap=True,
    )
    console.print()


def _show_notes(console: Console, faults: Mapping[str, Fault], mutants: Sequence[Proof]) -> None:
    """Name what failed beside the own clause of a fault, and is not in fixtures/collateral.json."""
    also_failed = {proof.job.name: undeclared(proof, faults[proof.job.name]) for proof in mutants}
    new = {name: clauses for name, clauses in also_failed.items() if clauses}
    for name, clauses in list(new.items())[:MOST_NOTES]:
        console.print(Text(f"  note  {name} also failed {', '.join(clauses)}", "dim"), soft_wrap=True)
    if new:
        more = f"{len(new) - MOST_NOTES} more faults also failed other clauses; " if len(new) > MOST_NOTES else ""
        says = "fixtures/collateral.json does not hold that: --write-collateral writes it anew"
        console.print(Text(f"  note  {more}{says}", "dim"), soft_wrap=True)


def _by_quick(proof: Proof) -> bool:
    return killed(proof) and proof.job.profile == "quick"


def _table(heading: str, groups: Mapping[str, str], mutants: Sequence[Proof]) -> Table:
    """How many faults of each group were killed; ``groups`` is the name of a fault → its group."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for column in (heading, "faults", "killed", "by quick", "survived"):
        table.add_column(column, justify="left" if column == heading else "right")
    for group in dict.fromkeys(groups.values()):
        members = [proof for proof in mutants if groups[proof.job.name] == group]
        dead, quick = sum(map(killed, members)), sum(map(_by_quick, members))
        alive = len(members) - dead
        survived = Text(str(alive or "\u00b7"), "red" if alive else "dim")
        table.add_row(group, str(len(members)), str(dead), str(quick), survived)
    return table

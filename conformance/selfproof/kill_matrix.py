"""The kill matrix: every fault and every legal variant in every edition, and what the suite says of each."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from rich.console import Console
from rich.progress import track

from conformance.contract import EDITIONS, load
from conformance.reference.choices import VARIANTS
from conformance.reference.faults.fault import Fault
from conformance.selfproof import collateral
from conformance.selfproof.kill_page import Tried, write_kill_page
from conformance.selfproof.measure import (
    Proof,
    ProofJob,
    applicable,
    clause_of,
    is_false_alarm,
    killed,
    prove_all,
)
from conformance.text.command import command


class NothingToProve(Exception):
    """No fault and no variant has such a name."""


@dataclass(frozen=True, slots=True)
class ProofPlan:
    """What is to be proved; every fault and every variant where none is named."""

    editions: tuple[str, ...]
    profile: str = "quick"
    faults: tuple[str, ...] = ()
    """Names or patterns."""
    variants: tuple[str, ...] = ()
    """Names or patterns."""
    whole_suite: bool = False
    """Whether every fault meets the whole suite, also where there are several editions."""

    @property
    def of_everything(self) -> bool:
        """Whether nothing is left out: no edition, no fault, no variant, and no clause of the suite."""
        return set(self.editions) == set(EDITIONS) and not self.faults and not self.variants and self.whole_suite

    def chosen_faults(self, edition: str) -> list[Fault]:
        """The faults that are proved in an edition."""
        everything = not self.faults and not self.variants
        return [fault for fault in applicable(edition) if everything or _chosen(fault.name, self.faults)]

    def chosen_variants(self) -> list[str]:
        """The variants that are proved in every edition."""
        everything = not self.faults and not self.variants
        return [name for name in VARIANTS if everything or _chosen(name, self.variants)]


@dataclass(frozen=True, slots=True)
class KillMatrix:
    """What came of a proof."""

    plan: ProofPlan
    proofs: tuple[Proof, ...]
    seconds: float

    @property
    def requests(self) -> int:
        return sum(proof.requests for proof in self.proofs)

    @property
    def survivors(self) -> tuple[Proof, ...]:
        """The faults that their own clause did not notice."""
        return tuple(proof for proof in self.proofs if proof.job.kind == "fault" and not killed(proof))

    @property
    def false_alarms(self) -> tuple[Proof, ...]:
        """The legal servers that were blamed, or left undecided."""
        return tuple(proof for proof in self.proofs if proof.job.kind != "fault" and is_false_alarm(proof))


def prove(plan: ProofPlan, processes: int, console: Console) -> KillMatrix:
    """Run the self-proof. Raises NothingToProve.

    In one edition every fault meets the whole suite. In several it meets the test or invariant of its own clause first,
    and the whole suite only where it survives, unless the plan wants the whole suite at once.
    """
    alone = len(plan.editions) > 1 and not plan.whole_suite
    variants = plan.chosen_variants()
    if not variants and not any(map(plan.chosen_faults, plan.editions)):
        raise NothingToProve(f"no fault and no variant has such a name; see: {command('serve', '--fault', 'list')}")
    load()
    jobs: list[ProofJob] = []
    for edition in plan.editions:
        jobs.append(ProofJob("faithful", "faithful", edition, plan.profile))
        jobs += [ProofJob("fault", fault.name, edition, plan.profile, alone) for fault in plan.chosen_faults(edition)]
        jobs += [ProofJob("variant", name, edition, plan.profile) for name in variants]
    started = time.monotonic()
    coming: Iterable[Proof] = prove_all(jobs, processes)
    if console.is_terminal:
        coming = track(coming, "proving", total=len(jobs), console=console, transient=True)
    proofs = list(coming)
    if alone:
        proofs = _survivors_again(proofs, processes, plan.profile)
    if plan.profile != "full":
        proofs = _survivors_again(proofs, processes, "full")
    return KillMatrix(plan, tuple(proofs), time.monotonic() - started)


def _survivors_again(proofs: list[Proof], processes: int, profile: str) -> list[Proof]:
    """The faults that survived meet the whole suite in that profile; the others stay as they are."""
    alive = [proof.job for proof in proofs if proof.job.kind == "fault" and not killed(proof)]
    again = prove_all([replace(job, profile=profile, alone=False) for job in alive], processes)
    better = {(proof.job.edition, proof.job.name): proof for proof in again}
    return [better.get((proof.job.edition, proof.job.name), proof) for proof in proofs]


def _chosen(name: str, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)


def write_summary(path: Path, matrix: KillMatrix) -> None:
    """Write every proof as JSON."""
    runs = [
        {**asdict(proof.job), **{name: value for name, value in asdict(proof).items() if name != "job"},
         "killed": killed(proof)}
        for proof in matrix.proofs
    ]  # fmt: skip
    head = {"format": 1, "editions": list(matrix.plan.editions), "seconds": round(matrix.seconds, 1)}
    path.write_text(json.dumps({**head, "runs": runs}, indent=1), encoding="utf-8")


def write_page(path: Path, matrix: KillMatrix, lang: str) -> None:
    """Write the kill matrix as a page."""
    faults = {fault.name: fault.says for edition in matrix.plan.editions for fault in applicable(edition)}
    sentences = faults | VARIANTS
    tried = [_tried(proof, sentences.get(proof.job.name, "It keeps every promise.")) for proof in matrix.proofs]
    write_kill_page(path, load(), tried, matrix.requests, matrix.seconds, lang)


def _tried(proof: Proof, says: str) -> Tried:
    job, is_fault = proof.job, proof.job.kind == "fault"
    return Tried(
        job.name,
        says,
        clause_of(job.name) if is_fault else "",
        job.edition,
        job.profile,
        killed(proof) if is_fault else is_false_alarm(proof),
        proof.failed if is_fault else (*proof.failed, *proof.open),
        proof.error,
    )


def write_collateral(matrix: KillMatrix) -> str:
    """Write fixtures/collateral.json anew; the reason why it was not written, empty where it was."""
    if not matrix.plan.of_everything:
        return "not every fault met the whole suite in every edition"
    if matrix.survivors or matrix.false_alarms:
        return f"{len(matrix.survivors)} faults survived, and {len(matrix.false_alarms)} legal servers were blamed"
    failures = [
        (proof.job.name, clause_of(proof.job.name), proof.failed)
        for proof in matrix.proofs
        if proof.job.kind == "fault"
    ]
    collateral.path().write_text(collateral.text_of(failures), encoding="utf-8")
    collateral.table.cache_clear()
    return ""

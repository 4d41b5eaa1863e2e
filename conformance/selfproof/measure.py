"""The self-proof: the suite against every fault and every variant of the reference, in process, on a virtual clock."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass

from conformance.client.clock import VirtualClock
from conformance.client.process_guard import worker_ends_with_parent
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.reference.access import Auth
from conformance.reference.faults import FAULTS
from conformance.reference.faults.fault import Fault
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.exit_status import Exit
from conformance.runner.run import Result, Runner
from conformance.selfproof.collateral import collateral


def measure(
    edition: str,
    profile: str,
    *,
    faults: Sequence[str] = (),
    variants: Sequence[str] = (),
    seed: int = 0,
    delay: float = 0.05,
    only: Sequence[str] = (),
    auth: Auth = "both",
    demand: str = "auto",
) -> Result:
    """One run of the suite against a reference in this process; of the whole suite unless ``only`` selects clauses.

    ``auth`` is what the reference wants of signatures, ``demand`` what the run does.
    """
    return runner(
        edition, profile, faults=faults, variants=variants, seed=seed, delay=delay, only=only, auth=auth, demand=demand
    ).drive()


def runner(
    edition: str,
    profile: str,
    *,
    faults: Sequence[str] = (),
    variants: Sequence[str] = (),
    seed: int = 0,
    delay: float = 0.05,
    only: Sequence[str] = (),
    auth: Auth = "both",
    demand: str = "auto",
) -> Runner:
    """Who makes such a run."""
    clock = VirtualClock()
    transport = InProcess(Reference(edition=edition, delay=delay, auth=auth, faults=faults, variants=variants), clock)
    settings = Settings(
        Target("reference", "http://127.0.0.1"),
        edition,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile=profile,
        seed=seed,
        only=tuple(only),
        auth=demand,
    )
    return Runner(settings, clock=clock, transport=transport)


@dataclass(frozen=True, slots=True)
class ProofJob:
    """One run to be made."""

    kind: str
    """``faithful``, ``fault`` or ``variant``."""
    name: str
    edition: str
    profile: str
    alone: bool = False
    """Whether only the clause that the fault breaks is measured."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What one run of the self-proof showed."""

    job: ProofJob
    failed: tuple[str, ...]
    """Clauses that failed."""
    open: tuple[str, ...]
    """Clauses that could not be told, or that nobody looked at although they always apply."""
    passed: int
    requests: int
    exit: int
    error: str = ""


def work(job: ProofJob) -> Proof:
    """Make one run; our own faults are part of its result."""
    try:
        result = measure(
            job.edition,
            job.profile,
            faults=(job.name,) if job.kind == "fault" else (),
            variants=(job.name,) if job.kind == "variant" else (),
            only=(clause_of(job.name),) if job.alone else (),
        )
    except Exception as error:
        return Proof(job, (), (), 0, 0, int(Exit.ERROR), f"{type(error).__name__}: {error}"[:300])
    clauses = load().clauses
    outcomes = {verdict.clause: verdict.outcome for verdict in result.verdicts}
    return Proof(
        job,
        tuple(name for name, outcome in outcomes.items() if outcome is Outcome.FAIL),
        tuple(
            name
            for name, outcome in outcomes.items()
            if outcome in {Outcome.INCONCLUSIVE, Outcome.ERROR}
            or (outcome is Outcome.UNTESTED and not clauses[name].when and not clauses[name].untested)
        ),
        sum(outcome is Outcome.PASS for outcome in outcomes.values()),
        len(result.exchanges),
        int(result.exit),
    )


def clause_of(fault: str) -> str:
    """The id of the clause that a fault breaks."""
    return fault.partition("@")[0].partition("/")[0]


def executor(jobs: int) -> Executor:
    """Processes forked from this one, in which everything is imported already."""
    context = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=worker_ends_with_parent)


def killed(proof: Proof) -> bool:
    """Whether a fault was noticed by its own clause."""
    return clause_of(proof.job.name) in proof.failed


def is_false_alarm(proof: Proof) -> bool:
    """Whether a legal server was blamed, or left undecided."""
    return bool(proof.failed or proof.open or proof.error)


def undeclared(proof: Proof, fault: Fault) -> tuple[str, ...]:
    """Clauses that failed beside the one that a fault breaks, and are not in fixtures/collateral.json."""
    return tuple(name for name in proof.failed if name != fault.clause and name not in collateral(fault.name))


def applicable(edition: str) -> list[Fault]:
    """The faults whose clause is in that edition, and which show there."""
    clauses = load().clauses
    return [
        fault
        for fault in FAULTS
        if fault.clause in clauses
        and edition in clauses[fault.clause].editions
        and (not fault.editions or edition in fault.editions)
    ]


def prove_all(jobs: Sequence[ProofJob], processes: int) -> Iterator[Proof]:
    """Every job's proof, in order, as they come."""
    with executor(processes) as pool:
        yield from pool.map(work, jobs, chunksize=1)

"""The self-proof: the suite against every lapse and every variant of the reference, in process, on a virtual clock."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from conformance.conduct import Conductor, Result
from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.outcome import Exit
from conformance.reference.gateway import Auth
from conformance.reference.lapse import Lapse
from conformance.reference.lapses import LAPSES
from conformance.reference.server import Reference
from conformance.reference.variants import VARIANTS
from conformance.report.safe import line
from conformance.settings import Settings
from conformance.target.clock import VirtualClock
from conformance.target.target import Target
from conformance.wire.message import HttpRequest

PRODUCTS = ("a1RefProdA1", "a1RefProdB2")


class InProcess(httpx.BaseTransport):
    """Carries requests to a reference in this process; each takes one tick of the clock."""

    def __init__(self, reference: Reference, clock: VirtualClock) -> None:
        self.reference = reference
        self.clock = clock
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.clock.tick()
        self.requests += 1
        headers = tuple((name.decode().lower(), value.decode()) for name, value in request.headers.raw)
        asked = HttpRequest(request.method, request.extensions["target"].decode(), headers, request.read())
        answer = self.reference.answer(asked, self.clock.now())
        return httpx.Response(answer.status, headers=list(answer.headers), content=answer.body)


def measure(
    edition: str,
    profile: str,
    *,
    lapses: Sequence[str] = (),
    variants: Sequence[str] = (),
    seed: int = 0,
    delay: float = 0.05,
    auth: Auth = "both",
    demand: str = "auto",
) -> Result:
    """One whole run of the suite against a reference in this process.

    ``auth`` is what the reference wants of signatures, ``demand`` what the run does.
    """
    clock = VirtualClock()
    transport = InProcess(Reference(edition=edition, delay=delay, auth=auth, lapses=lapses, variants=variants), clock)
    settings = Settings(
        Target("reference", "http://127.0.0.1"),
        edition,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile=profile,
        seed=seed,
        auth=demand,
    )
    return Conductor(settings, clock=clock, transport=transport).drive()


@dataclass(frozen=True, slots=True)
class Job:
    """One run to be made."""

    kind: str
    """``faithful``, ``lapse`` or ``variant``."""
    name: str
    edition: str
    profile: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What one run of the self-proof showed."""

    job: Job
    failed: tuple[str, ...]
    """Clauses that failed."""
    open: tuple[str, ...]
    """Clauses that could not be told, or that nobody looked at although they always apply."""
    passed: int
    requests: int
    exit: int
    error: str = ""


def work(job: Job) -> Proof:
    """Make one run; our own faults are part of its result."""
    try:
        result = measure(
            job.edition,
            job.profile,
            lapses=(job.name,) if job.kind == "lapse" else (),
            variants=(job.name,) if job.kind == "variant" else (),
        )
    except Exception as error:
        return Proof(job, (), (), 0, 0, int(Exit.ERROR), f"{type(error).__name__}: {error}"[:300])
    clauses = load().clauses
    outcomes = {one.clause: one.outcome for one in result.verdicts}
    return Proof(
        job,
        tuple(name for name, outcome in outcomes.items() if outcome is Outcome.FAIL),
        tuple(
            name
            for name, outcome in outcomes.items()
            if outcome in {Outcome.INCONCLUSIVE, Outcome.ERROR}
            or (outcome is Outcome.UNTESTED and not clauses[name].when)
        ),
        sum(outcome is Outcome.PASS for outcome in outcomes.values()),
        len(result.exchanges),
        int(result.exit),
    )


def executor(jobs: int) -> Executor:
    """Processes forked from this one, in which everything is imported already."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork"))


def killed(proof: Proof) -> bool:
    """Whether a lapse was noticed by its own clause."""
    return proof.job.name.partition("@")[0].partition("/")[0] in proof.failed


def blamed(proof: Proof) -> bool:
    """Whether a legal server was blamed, or left undecided."""
    return bool(proof.failed or proof.open or proof.error)


def undeclared(proof: Proof, lapse: Lapse) -> tuple[str, ...]:
    """Clauses that fell with a lapse although it does not say so."""
    return tuple(name for name in proof.failed if name != lapse.clause and name not in lapse.also)


def applicable(edition: str) -> list[Lapse]:
    """The lapses whose clause is in that edition, and which show there."""
    clauses = load().clauses
    return [
        lapse
        for lapse in LAPSES
        if lapse.clause in clauses
        and edition in clauses[lapse.clause].editions
        and (not lapse.editions or edition in lapse.editions)
    ]


def prove_all(jobs: Sequence[Job], processes: int) -> Iterator[Proof]:
    """Every job's proof, in order, as they come."""
    with executor(processes) as pool:
        yield from pool.map(work, jobs, chunksize=1)


def prove(
    console: Console,
    edition: str,
    profile: str,
    lapses: Sequence[str],
    variants: Sequence[str],
    processes: int,
    summary: Path | None,
) -> int:
    """Run the self-proof and show the kill matrix; 0 where every lapse is killed and no variant blamed, else 1."""
    everything = not lapses and not variants
    those = [one for one in applicable(edition) if everything or _chosen(one.name, lapses)]
    others = [name for name in VARIANTS if everything or _chosen(name, variants)]
    if not those and not others:
        console.print("no lapse and no variant has such a name; see: iot-conformance serve --lapse list")
        return 2
    load()
    jobs = [Job("faithful", "faithful", edition, profile)]
    jobs += [Job("lapse", lapse.name, edition, profile) for lapse in those]
    jobs += [Job("variant", name, edition, profile) for name in others]
    started = time.monotonic()
    proofs: Iterable[Proof] = prove_all(jobs, processes)
    if console.is_terminal:
        proofs = track(proofs, "proving", total=len(jobs), console=console, transient=True)
    found = list(proofs)
    if profile != "full":
        found = _again_at_length(found, processes)
    return _show(console, edition, {one.name: one for one in those}, found, time.monotonic() - started, summary)


def _again_at_length(found: list[Proof], processes: int) -> list[Proof]:
    """What the small profile let live gets a full run."""
    alive = [one.job for one in found if one.job.kind == "lapse" and not killed(one)]
    again = prove_all([Job(job.kind, job.name, job.edition, "full") for job in alive], processes)
    better = {one.job.name: one for one in again}
    return [better.get(one.job.name, one) if one.job.kind == "lapse" else one for one in found]


def _chosen(name: str, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)


def _show(
    console: Console, edition: str, lapses: dict[str, Lapse], found: list[Proof], seconds: float, summary: Path | None
) -> int:
    mutants = [one for one in found if one.job.kind == "lapse"]
    legal = [one for one in found if one.job.kind != "lapse"]
    dead = [one for one in mutants if killed(one)]
    quickly = sum(one.job.profile == "quick" for one in dead)
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("operation", "lapses", "killed", "survived"):
        table.add_column(heading, justify="left" if heading == "operation" else "right")
    for operation in dict.fromkeys(lapses[one.job.name].clause.split(".")[0] for one in mutants):
        those = [one for one in mutants if one.job.name.startswith(operation + ".")]
        alive = [one for one in those if not killed(one)]
        table.add_row(
            operation,
            str(len(those)),
            str(len(those) - len(alive)),
            Text(str(len(alive) or "\u00b7"), "red" if alive else "dim"),
        )
    console.print(table)
    for one in mutants:
        if not killed(one):
            seen = ", ".join(one.failed[:4]) or one.error or "nothing failed"
            console.print(Text(f"  survived  {one.job.name}: {line(lapses[one.job.name].says)} ({line(seen)})", "red"))
        elif extra := undeclared(one, lapses[one.job.name]):
            console.print(Text(f"  undeclared  {one.job.name} also failed {', '.join(extra)}", "yellow"))
    wrongly = [one for one in legal if blamed(one)]
    for one in wrongly:
        seen = ", ".join((*one.failed, *one.open)[:6]) or one.error
        console.print(Text(f"  false alarm  {one.job.kind} {one.job.name}: {line(seen)}", "bold red"))
    share = 100 * len(dead) / len(mutants) if mutants else 100.0
    requests = sum(one.requests for one in found)
    console.print(
        f"\n{edition}: {len(dead)} of {len(mutants)} lapses killed by their own clause ({share:.1f} %), {quickly}"
        f" of them by the quick profile; {len(wrongly)} false alarms on {len(legal)} legal servers;"
        f" {requests:,} requests in {seconds:.0f} s",
        soft_wrap=True,
    )
    if summary is not None:
        lines = [
            {**asdict(one.job), **{k: v for k, v in asdict(one).items() if k != "job"}, "killed": killed(one)}
            for one in found
        ]
        summary.write_text(
            json.dumps({"format": 1, "edition": edition, "seconds": round(seconds, 1), "runs": lines}, indent=1)
        )
    return 1 if len(dead) < len(mutants) or wrongly else 0

"""The plan of a run: executed against the reference in this process, so that its cost is known beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.client.budget import Cost
from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings, same_signer, signer_for_tests
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner import draw as drawn
from conformance.runner.run import Runner
from conformance.runner.selection import BudgetPlan
from conformance.runner.summary import devices_created
from conformance.selfproof.measure import executor
from conformance.suite import plan as common_plan

Way = tuple[str, ...]
WAYS: tuple[Way, ...] = ((), ("invalid_names_later",), ("check_visible_for_random", "register_early_queued"))
"""Legal ways that cost different numbers of requests; for each purpose the dearest counts."""
DEAREST = WAYS[1:2]
"""The one that is the dearest for most clauses."""
FAST = 0.05
"""Seconds that CHECK and CREATE take in a dry run that does not wait."""
ALMOST = 0.9
"""The share of the patience that they take in one that does: so long that the most questions are asked."""
NEVER_REACHED = 10**9
DECIDED = frozenset({Outcome.PASS, Outcome.FAIL})


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run sends and decides."""

    accounts: Mapping[str, Cost]
    """Cost by clause and application, each as in the dearest way."""
    order: tuple[str, ...]
    """Keys of the applications that are followed whatever was selected, in their order of worth."""
    clauses: frozenset[str]
    """Clauses with tests of their own."""
    decided: frozenset[str]
    """Clauses that are decided in one way at least."""
    requests: int
    """All requests of the dearest way."""
    devices: int
    """Devices that come into being where the target keeps its promises."""


def quickest_dry_run(settings: Settings, budget_plan: BudgetPlan | None) -> DryRun:
    """The shortest way, in a second: less cannot be sent."""
    return _way(_reference_instead(settings), budget_plan, WAYS[0], waits=False)


def dry_run(settings: Settings, budget_plan: BudgetPlan | None, *, waits: bool, ways: Sequence[Way] = WAYS) -> DryRun:
    """Several ways, side by side. ``waits`` makes the target as slow as patience allows. Sends nothing to anybody."""
    jobs = [(_reference_instead(settings), budget_plan, way, waits) for way in ways]
    with executor(len(jobs)) as pool:
        dry_runs = list(pool.map(_way, *zip(*jobs, strict=True)))
    accounts: dict[str, Cost] = {}
    for in_one_way in dry_runs:
        for account, cost in in_one_way.accounts.items():
            accounts[account] = cost.most(accounts.get(account, Cost()))
    dearest = max(dry_runs, key=lambda in_one_way: in_one_way.requests)
    return replace(
        dearest, accounts=accounts, decided=frozenset().union(*(in_one_way.decided for in_one_way in dry_runs))
    )


def _reference_instead(settings: Settings) -> Settings:
    """The same run, against the reference, with limits that are never reached."""
    two = bool(settings.other_product_key) or (not settings.product_key and settings.max_products > 1)
    return replace(
        settings,
        target=Target("reference", "http://127.0.0.1" if settings.target.loopback else "http://reference.invalid"),
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1] if two else "",
        max_requests=None if settings.max_requests is None else NEVER_REACHED,
        max_devices=None,
        rate=None,
        reports=None,
        signer_of=signer_for_tests,
        renewed=same_signer,
    )


def _way(settings: Settings, budget_plan: BudgetPlan | None, variants: Way, waits: bool) -> DryRun:
    clock = VirtualClock()
    delay = settings.patience * ALMOST if waits else FAST
    reference = Reference(edition=settings.edition, delay=delay, auth="both", variants=variants)
    runner = Runner(settings, clock=clock, transport=InProcess(reference, clock), budget_plan=budget_plan)
    result = runner.drive()
    run = runner.run
    planning = drawn.planning(run.choice, len(runner.opened.products) if runner.opened is not None else 0)
    order = (*common_plan.sparing(planning), *common_plan.late(planning))
    return DryRun(
        runner.budget.by_purpose,
        tuple(work.key for work in order),
        frozenset(test.marks.clause for test in run.tests),
        frozenset(verdict.clause for verdict in result.verdicts if verdict.outcome in DECIDED),
        len(result.exchanges),
        devices_created(result.exchanges),
    )

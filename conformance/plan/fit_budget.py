"""What of the suite fits into a budget: clauses are admitted whole, MUST first, then by cost, before a run begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conformance.client.budget import Cost, Limits, said
from conformance.config.settings import Settings
from conformance.contract import Level, load
from conformance.plan.dry_run import DEAREST, DryRun, dry_run, quickest_dry_run
from conformance.runner.selection import BudgetPlan, suite_tests
from conformance.suite import plan as common_plan
from conformance.suite.decorators import Planning

WAY_IN = {"preflight": Cost(requests=24), "books": Cost(requests=4)}
"""What the first look at a target may take: every scheme in three forms, and each product asked for in three ways."""
SPARE = 0.08
"""The share of a budget that is planned for nobody: for questions that are asked twice, and other surprises."""
FOR_APPLICATIONS = 0.6
"""The share of a budget that the applications of every run may take; the rest is for what one clause needs alone."""
NEEDED = 4
"""So many of the first applications are followed even beyond that share."""


def fit_to_budget(settings: Settings) -> BudgetPlan | None:
    """What a run with these settings looks at, or None where nothing limits it. Sends nothing to the target."""
    given = Limits(settings.max_requests, settings.max_devices)
    limits = _part_of(given, 1 - SPARE)
    waits = settings.max_requests is not None
    too_large = _too_large(settings)
    if not limits and not too_large:
        return None
    everything = _everything(too_large, sparing=False)
    everything = replace(everything, left_out=dict.fromkeys(too_large, TOO_LARGE), by_user=settings.limits_are_given)
    if not limits:
        return everything
    whole = quickest_dry_run(settings, everything)
    if limits.hold(_sum(whole.accounts)):
        accounts = _with_the_way_in(dry_run(settings, everything, waits=waits).accounts)
        if limits.hold(_sum(accounts)):
            return replace(everything, accounts=accounts)
    sparing = dry_run(settings, _everything(too_large, sparing=True), waits=waits, ways=DEAREST)
    chosen, accounts = _chosen(sparing, limits)
    clauses = _clauses(sparing, accounts, limits)
    plan = BudgetPlan(True, chosen, frozenset(clauses), frozenset(), {}, {}, settings.limits_are_given)
    accounts = _with_the_way_in(dry_run(settings, plan, waits=waits).accounts)
    while clauses and not limits.hold(_sum(accounts)):
        accounts.pop(clauses.pop(), None)
    plan = replace(plan, clauses=frozenset(clauses), accounts=accounts)
    # What was dropped last may have shown what others need: so the plan that is left is looked at once more.
    decided = quickest_dry_run(settings, plan).decided
    plan = replace(plan, clauses=plan.clauses & decided, refused=sparing.clauses - (plan.clauses & decided))
    return replace(plan, left_out=_left_out(plan, whole, sparing, decided, given))


TOO_LARGE = "registers as many devices as one call may, which away from this machine only --profile thorough does"


def _too_large(settings: Settings) -> frozenset[str]:
    """Clauses that nobody tries away from this machine unless thoroughness is asked for."""
    if settings.target.loopback or settings.profile == "thorough":
        return frozenset()
    return frozenset(test.marks.clause for test in suite_tests() if test.marks.large)


def _everything(but: frozenset[str], *, sparing: bool) -> BudgetPlan:
    """Whatever the suite has, so that its costs are seen."""
    planning = Planning("", True, {}, 2, lambda strategy, number: [])
    applications = {work.key for work in (*common_plan.sparing(planning), *common_plan.late(planning))}
    clauses = frozenset(test.marks.clause for test in suite_tests()) - but
    return BudgetPlan(sparing, frozenset(applications), clauses, but, {}, {}, False)


def _with_the_way_in(accounts: Mapping[str, Cost]) -> dict[str, Cost]:
    return {**accounts, **{name: cost.most(accounts.get(name, Cost())) for name, cost in WAY_IN.items()}}


def _part_of(limits: Limits, share: float) -> Limits:
    return Limits(*(None if most is None else int(most * share) for most in (limits.requests, limits.devices)))


def _sum(costs: Mapping[str, Cost]) -> Cost:
    return sum(costs.values(), Cost())


def _chosen(sparing: DryRun, limits: Limits) -> tuple[frozenset[str], dict[str, Cost]]:
    """The applications that are followed in any case, and the accounts so far."""
    accounts = dict(WAY_IN)
    chosen: set[str] = set()
    share = _part_of(limits, FOR_APPLICATIONS)
    for number, key in enumerate(sparing.order):
        cost = sparing.accounts.get(key, Cost())
        total = _sum(accounts) + cost
        if (limits if number < NEEDED else share).hold(total):
            chosen.add(key)
            accounts[key] = cost
    return frozenset(chosen), accounts


def _clauses(sparing: DryRun, accounts: Mapping[str, Cost], limits: Limits) -> list[str]:
    """Clauses with tests of their own, as long as they fit: those that matter most first, and of these the cheapest."""
    clauses, total = [], _sum(accounts)
    for clause in sorted(sparing.clauses, key=lambda clause: _order(clause, sparing.accounts, limits)):
        cost = sparing.accounts.get(clause, Cost())
        if limits.hold(total + cost):
            clauses.append(clause)
            total += cost
    return clauses


RANK = {Level.MUST: 0, Level.SHOULD: 1, Level.OBSERVED: 2}


def _order(clause: str, accounts: Mapping[str, Cost], limits: Limits) -> tuple[int, float, str]:
    cost = accounts.get(clause, Cost())
    shares = [
        spent / most
        for spent, most in ((cost.requests, limits.requests), (cost.devices, limits.devices))
        if most is not None
    ]
    return RANK[load().clauses[clause].level], max(shares), clause


def _left_out(
    plan: BudgetPlan, whole: DryRun, sparing: DryRun, decided: frozenset[str], limits: Limits
) -> dict[str, str]:
    """Why each clause is not looked at that a run without limits would decide."""
    reasons = {}
    for clause in whole.decided:
        refused = clause in sparing.clauses and clause not in plan.clauses
        if clause in decided and not refused:
            continue
        needs = "the applications that show it do not fit"
        if refused and clause not in plan.accounts and (cost := sparing.accounts.get(clause)) is not None:
            needs = f"it takes up to {cost.requests:,} requests and {cost.devices:,} devices"
        reasons[clause] = f"left out by {said(limits)}: {needs}"
    return reasons

"""The plan of a run: executed once against the reference in this process, so that its cost is known beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.judge.followed import names_asked
from conformance.outcome import devices_created
from conformance.selfproof import measure
from conformance.settings import Settings
from conformance.wire.message import Exchange

EVERY_RUN = "every run"
"""Stands for what is sent whatever was selected: the way in, and the applications that all laws look at."""
WAYS = ((), ("invalid_names_later",), ("check_visible_for_random", "register_early_queued"))
"""Legal ways that cost different numbers of requests; the dearest counts."""
SECONDS_EACH = 0.006
"""What a request takes on loopback."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one clause costs."""

    requests: int = 0
    devices: int = 0
    """Devices that come into being where the target keeps its promises."""
    at_worst: int = 0
    """Devices that could come into being where it refuses nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would send and create, by clause."""

    costs: Mapping[str, Cost]
    requests: int
    devices: int
    seconds: float
    """How long the requests take at the rate of the settings; waiting for the target comes on top."""


def rehearse(settings: Settings) -> Plan:
    """The dearest of some legal ways to answer. Sends nothing to the target."""
    plans = [_rehearsed(settings, variants) for variants in WAYS]
    return max(plans, key=lambda plan: plan.requests)


def _rehearsed(settings: Settings, variants: tuple[str, ...]) -> Plan:
    result = measure(settings.edition, settings.profile, variants=variants, seed=settings.seed, only=settings.only)
    by_purpose: dict[str, list[Exchange]] = {}
    for one in result.exchanges:
        clause = one.purpose.partition("#")[0]
        known = any(verdict.clause == clause for verdict in result.verdicts)
        by_purpose.setdefault(clause if known else EVERY_RUN, []).append(one)
    costs = {clause: Cost(len(sent), devices_created(sent), _at_worst(sent)) for clause, sent in by_purpose.items()}
    requests = len(result.exchanges)
    each = max(SECONDS_EACH, 1 / settings.rate if settings.rate else 0.0)
    return Plan(costs, requests, devices_created(result.exchanges), requests * each)


def _at_worst(sent: Iterable[Exchange]) -> int:
    total = 0
    for one in sent:
        if one.operation == "BatchRegisterDevice":
            count = (one.request.get("Count") or "").strip()
            total += int(count) if count.isascii() and count.isdigit() and len(count) < 12 else 1
        elif one.operation == "RegisterDevice":
            total += 1
        elif one.operation == "BatchCheckDeviceNames":
            total += len(names_asked(one.request.params))
    return total

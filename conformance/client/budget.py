"""Counts what a run spends: each request is charged before it is sent, with the most devices that it could create."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.contract.actions import Action
from conformance.wire.message import Exchange, Request

UNREADABLE = 1
"""Devices charged for a Count that cannot be read, or for an application of unknown size."""
LONGEST_COUNT = 40
"""Characters of a Count that are read."""


class NotSent(Exception):
    """A request was not sent; one line says why."""


class BudgetError(NotSent):
    """A request would exceed the limits of the run. The plan keeps within them, so this is an error of ours."""


class Overdrawn(NotSent):
    """A clause or application has used up its planned cost and the shared reserve."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests, and the devices that they create where the target refuses nothing."""

    requests: int = 0
    devices: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.requests + other.requests, self.devices + other.devices)

    def most(self, other: Cost) -> Cost:
        """The larger number of requests, and the larger number of devices."""
        return Cost(max(self.requests, other.requests), max(self.devices, other.devices))


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may be spent; None is no limit."""

    requests: int | None = None
    devices: int | None = None

    def hold(self, cost: Cost) -> bool:
        """Whether that cost is within the limits."""
        return (self.requests is None or cost.requests <= self.requests) and (
            self.devices is None or cost.devices <= self.devices
        )

    def __bool__(self) -> bool:
        return self.requests is not None or self.devices is not None


NO_LIMITS = Limits()


class Budget:
    """The costs of one run.

    ``accounts`` are the planned costs of each clause and application. What exceeds them is charged to a reserve: that
    part of the limits that nothing was planned for. Without accounts only the limits hold.
    """

    def __init__(self, limits: Limits = NO_LIMITS, accounts: Mapping[str, Cost] | None = None) -> None:
        self.limits = limits
        self.spent = Cost()
        self.reached = False
        """Whether the limits had to stop a request."""
        self.by_purpose: dict[str, Cost] = {}
        """Account → its cost so far."""
        self._planned = accounts
        self._reserve_used = Cost()
        planned = sum((accounts or {}).values(), Cost())
        self._reserve = Cost(
            max((limits.requests or 0) - planned.requests, 0), max((limits.devices or 0) - planned.devices, 0)
        )
        self._sizes: dict[str, int] = {}

    def charge(self, purpose: str, request: Request) -> None:
        """Charge one request. Raises BudgetError beyond the limits, Overdrawn beyond the account and the reserve."""
        cost = Cost(1, self.devices_of(request))
        if not self.limits.hold(self.spent + cost):
            self.reached = True
            raise BudgetError(f"the run may send no more: {said(self.limits)} would be passed")
        account = account_of(purpose)
        before = self.by_purpose.get(account, Cost())
        if self._planned is not None:
            self._reserve_used += self._from_reserve(self._planned.get(account, Cost()), before, cost)
        self.spent += cost
        self.by_purpose[account] = before + cost

    def _from_reserve(self, planned: Cost, before: Cost, cost: Cost) -> Cost:
        """The part of a cost that exceeds the account. Raises Overdrawn where it exceeds the reserve too."""
        after = before + cost
        beyond = Cost(
            max(after.requests - max(planned.requests, before.requests), 0) if self.limits.requests is not None else 0,
            max(after.devices - max(planned.devices, before.devices), 0) if self.limits.devices is not None else 0,
        )
        used = self._reserve_used + beyond
        if used.requests > self._reserve.requests or used.devices > self._reserve.devices:
            raise Overdrawn(f"it would take more than planned, and {said(self.limits)} leaves nothing for it")
        return beyond

    def note(self, exchange: Exchange) -> None:
        """Learn from an answer how many devices an ApplyId stands for."""
        if exchange.answer is not None and (apply_id := exchange.answer.apply_id) is not None:
            size = _size(exchange.request)
            if size is not None:
                self._sizes[str(apply_id)] = max(size, self._sizes.get(str(apply_id), 0))

    def devices_of(self, request: Request) -> int:
        """The most devices that a request can create, counted also where it should be refused, or is sent again."""
        if request.operation == Action.RegisterDevice:
            return 1
        if request.operation == Action.BatchRegisterDevice:
            return _count(request.get("Count") or "")
        if request.operation == Action.BatchRegisterDeviceWithApplyId:
            return self._sizes.get((request.get("ApplyId") or "").strip(), UNREADABLE)
        return 0


def account_of(purpose: str) -> str:
    """The account of a purpose: a clause and all its applications have one."""
    return purpose.partition("#")[0]


def said(limits: Limits) -> str:
    """The limits as options of the command line; ``no limit`` where there is none."""
    options = []
    if limits.requests is not None:
        options.append(f"--max-requests {limits.requests}")
    if limits.devices is not None:
        options.append(f"--max-devices {limits.devices}")
    return " and ".join(options) or "no limit"


def _size(request: Request) -> int | None:
    """How many devices an application is for; None where the call opens none."""
    if request.operation == Action.BatchRegisterDevice:
        return _count(request.get("Count") or "")
    if request.operation == Action.BatchCheckDeviceNames:
        return sum(
            name.startswith("DeviceName.") or (name.startswith("DeviceNameList.") and name.endswith(".DeviceName"))
            for name, _ in request.params
        )
    return None


def _count(text: str) -> int:
    """The largest number that a lenient server may read in a Count: 30 in ``3,0``, 300 in ``3e2``, 5 in ``-5``."""
    text = text[:LONGEST_COUNT]
    numbers = [UNREADABLE]
    for read in (_digits, lambda text: int(float(text)), lambda text: int(text, 0)):
        try:
            numbers.append(abs(read(text)))
        except (ValueError, OverflowError):
            continue
    return max(numbers)


def _digits(text: str) -> int:
    return int("".join(letter for letter in text if letter.isdecimal()))

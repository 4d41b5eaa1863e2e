"""What a run may spend: every request is charged its worst case before it is sent, to the account of its purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.contract.actions import Action
from conformance.wire.message import Exchange, Request

UNREADABLE = 1
"""Devices charged where a Count, or the size of an application, cannot be told."""
LONGEST_COUNT = 40


class NotSent(Exception):
    """A request was not sent; one line says why."""


class BudgetError(NotSent):
    """A request would have gone beyond what the run may spend. Reaching this is a fault of ours."""


class Overdrawn(NotSent):
    """One clause or application wanted to send more than was planned for it; what others need is kept for them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What is spent: requests, and the devices that come into being where the target refuses nothing."""

    requests: int = 0
    devices: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.requests + other.requests, self.devices + other.devices)

    def most(self, other: Cost) -> Cost:
        """The larger of both, each by itself."""
        return Cost(max(self.requests, other.requests), max(self.devices, other.devices))


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may be spent; None is no limit."""

    requests: int | None = None
    devices: int | None = None

    def hold(self, cost: Cost) -> bool:
        """Whether that cost stays within them."""
        return (self.requests is None or cost.requests <= self.requests) and (
            self.devices is None or cost.devices <= self.devices
        )

    def __bool__(self) -> bool:
        return self.requests is not None or self.devices is not None


NO_LIMITS = Limits()


class Budget:
    """The books of one run. ``accounts`` are what was planned for each purpose; without them only the limits hold."""

    def __init__(self, limits: Limits = NO_LIMITS, accounts: Mapping[str, Cost] | None = None) -> None:
        self.limits = limits
        self.spent = Cost()
        self.reached = False
        """Whether the last guard had to stop a request."""
        self.by_purpose: dict[str, Cost] = {}
        """Account → what was spent by it."""
        self._planned = accounts
        self._lent = Cost()
        """What went beyond the accounts, out of what was planned for nobody."""
        planned = sum((accounts or {}).values(), Cost())
        self._spare = Cost(
            max((limits.requests or 0) - planned.requests, 0), max((limits.devices or 0) - planned.devices, 0)
        )
        self._sizes: dict[str, int] = {}

    def charge(self, purpose: str, request: Request) -> None:
        """Write down one request. Raises BudgetError where it must not be sent."""
        cost = Cost(1, self.devices_of(request))
        if not self.limits.hold(self.spent + cost):
            self.reached = True
            raise BudgetError(f"the run may send no more: {said(self.limits)} would be passed")
        account = account_of(purpose)
        before = self.by_purpose.get(account, Cost())
        if self._planned is not None:
            self._lent += self._beyond(self._planned.get(account, Cost()), before, cost)
        self.spent += cost
        self.by_purpose[account] = before + cost

    def _beyond(self, planned: Cost, before: Cost, cost: Cost) -> Cost:
        """What of a cost was not planned; raises Overdrawn where nothing is left for it."""
        after = before + cost
        beyond = Cost(
            max(after.requests - max(planned.requests, before.requests), 0) if self.limits.requests is not None else 0,
            max(after.devices - max(planned.devices, before.devices), 0) if self.limits.devices is not None else 0,
        )
        lent = self._lent + beyond
        if lent.requests > self._spare.requests or lent.devices > self._spare.devices:
            raise Overdrawn(f"it would take more than planned, and {said(self.limits)} leaves nothing for it")
        return beyond

    def note(self, exchange: Exchange) -> None:
        """Learn from an answer how many devices an ApplyId stands for."""
        if exchange.answer is not None and (apply_id := exchange.answer.apply_id) is not None:
            size = _size(exchange.request)
            if size is not None:
                self._sizes[str(apply_id)] = max(size, self._sizes.get(str(apply_id), 0))

    def devices_of(self, request: Request) -> int:
        """The devices that a request may bring into being: also where it deserves refusal, and also the second time."""
        if request.operation == Action.RegisterDevice:
            return 1
        if request.operation == Action.BatchRegisterDevice:
            return _count(request.get("Count") or "")
        if request.operation == Action.BatchRegisterDeviceWithApplyId:
            return self._sizes.get((request.get("ApplyId") or "").strip(), UNREADABLE)
        return 0


def account_of(purpose: str) -> str:
    """The account to which requests of that purpose are charged: a clause with all its applications is one."""
    return purpose.partition("#")[0]


def said(limits: Limits) -> str:
    """The limits in the user's words."""
    found = []
    if limits.requests is not None:
        found.append(f"--max-requests {limits.requests}")
    if limits.devices is not None:
        found.append(f"--max-devices {limits.devices}")
    return " and ".join(found) or "no limit"


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
    """The largest number of devices that a lenient server may read: 30 in ``3,0``, 300 in ``3e2``, 5 in ``-5``."""
    text = text[:LONGEST_COUNT]
    observations = [UNREADABLE]
    for read in (_digits, lambda text: int(float(text)), lambda text: int(text, 0)):
        try:
            observations.append(abs(read(text)))
        except (ValueError, OverflowError):
            continue
    return max(observations)


def _digits(text: str) -> int:
    return int("".join(letter for letter in text if letter.isdecimal()))

"""Explains why a target refuses every request, and what to do: permission, instance, clock, unpaid bills."""

from __future__ import annotations

import contextlib
import email.utils

from conformance.wire.message import Exchange

PERMISSION = frozenset({"iot.common.RamActionPermissionDeny", "Forbidden.RAM", "NoPermission", "Forbidden"})
INSTANCE = frozenset({"iot.system.InstanceNotFound", "iot.Sre.IotInstanceNotFound"})
OVERDUE = frozenset({"iot.system.BillIsOverDue", "Iot.system.BillIsOverDue"})
NOT_IN_THIS_INSTANCE = "iot.common.APINotSupportedInInstance"
NOTABLE_SKEW = 60.0
"""Seconds by which the clocks may differ before it is mentioned."""


def reason_of(exchange: Exchange, now: float) -> str | None:
    """One line on what to do; None where the answer is no such refusal. ``now`` is this machine's time since 1970."""
    code = exchange.answer.code if exchange.answer is not None else ""
    if code.startswith(("InvalidTimeStamp", "IllegalTimestamp")):
        return f"the time of the request was refused ({code}), not its signature: {_clock(exchange, now)}"
    if code.startswith("InvalidSecurityToken"):
        return f"the security token was refused ({code}): temporary credentials have ended; get new ones"
    if code in PERMISSION:
        return f"this user may not call {exchange.operation} ({code}); grant iot:{exchange.operation}, see REGIONS.md"
    if code == NOT_IN_THIS_INSTANCE:
        return f"this type of instance does not offer {exchange.operation} ({code}); name another by --iot-instance-id"
    if code in INSTANCE:
        return f"there is no such instance in this region ({code}); check --iot-instance-id and the region"
    if code in OVERDUE:
        return f"the account is overdue ({code}); nothing can be measured until it is paid"
    return None


def skew(exchange: Exchange, now: float) -> float | None:
    """Seconds by which the target's clock is ahead of this machine's; None where the answer has no readable Date."""
    date = exchange.received.header("date") if exchange.received is not None else None
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        if date is not None:
            return email.utils.parsedate_to_datetime(date).timestamp() - now
    return None


def clock_remark(exchange: Exchange, now: float) -> str:
    """For a refused signature: how far the clocks differ; empty where they agree, or the answer has no Date."""
    ahead = skew(exchange, now)
    return f"; {_apart(ahead)}" if ahead is not None and abs(ahead) > NOTABLE_SKEW else ""


def _clock(exchange: Exchange, now: float) -> str:
    ahead = skew(exchange, now)
    if ahead is None:
        return "set the clock of this machine; the answer has no Date by which it could be told how far it is off"
    if abs(ahead) <= NOTABLE_SKEW:
        return f"by the Date of its answer the clocks differ by {abs(ahead):.0f} s only, so the target is at fault"
    return f"{_apart(ahead)}; set the clock"


def _apart(ahead: float) -> str:
    return f"the clock of this machine is {abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} the target's"

"""Observations of names: when a name is free, and how many names one call may hold, where the documents do not say."""

from __future__ import annotations

import math
from collections.abc import Iterator

from conformance.contract.actions import Action
from conformance.judge.followed_applications import (
    CHECK_FAILED,
    CHECK_SUCCESS,
    NAME_LIMIT,
    FollowedApplication,
    names_asked,
)
from conformance.judge.invariant import Observation, invariant
from conformance.judge.invariants.refusals import declined
from conformance.judge.names import malformed, repeated
from conformance.judge.stream import Stream
from conformance.wire.message import Exchange

X509 = 1_000


def _ends(stream: Stream) -> Iterator[tuple[Exchange, set[str], bool, int]]:
    """Each check of well-formed names that ended: its names, whether it passed, and the exchange that shows it."""
    opened = {one.created.number: one for one in stream.distinct}
    for exchange in stream.exchanges:
        names = names_asked(exchange.request.params) if exchange.operation == Action.BatchCheckDeviceNames else ()
        if (
            not names
            or malformed(names)
            or repeated(names)
            or exchange.request.get("ProductKey") not in stream.products
        ):
            continue
        if declined(exchange):
            yield exchange, set(names), False, exchange.number
        elif (application := opened.get(exchange.number)) is not None and (end := _end(application)) is not None:
            yield exchange, set(names), end[1], end[0]


def _end(application: FollowedApplication) -> tuple[int, bool] | None:
    for exchange, said in application.statuses():
        if said in {CHECK_SUCCESS, CHECK_FAILED}:
            return exchange.number, said == CHECK_SUCCESS
    return None


def _registered(application: FollowedApplication) -> float:
    """The first registration that names it, endless where there is none."""
    named = (each.number for each in application.trace if each.operation == Action.BatchRegisterDeviceWithApplyId)
    return next(named, math.inf)


@invariant("BatchCheckDeviceNames.reserves.seen")
def whether_a_check_keeps_its_names(stream: Stream) -> Iterator[Observation]:
    """For each check with a name that an earlier one holds at CHECK_SUCCESS, not registered: whether it passes."""
    waiting = [
        (application, shown.number, _registered(application))
        for application in stream.distinct
        if (shown := application.first(CHECK_SUCCESS)) is not None
    ]
    for check, names, passes, end in _ends(stream):
        for one, passed, registered in waiting:
            holds = passed < check.number and end <= registered
            if holds and one.product == check.request.get("ProductKey") and names & set(one.names):
                yield Observation("free" if passes else "reserved", check.number)


@invariant("Workflow.DeleteDevice.freed")
def whether_a_deleted_name_is_free(stream: Stream) -> Iterator[Observation]:
    """For each check of a name whose device was deleted before: whether it passes."""
    for check, names, passes, _ in _ends(stream):
        product = check.request.get("ProductKey") or ""
        gone = {name for name in names if stream.deleted.get((product, name), check.number) < check.number}
        if gone:
            yield Observation("free" if passes else "taken", check.number)


@invariant("BatchCheckDeviceNames.DeviceName.limit.seen")
def how_many_names_a_call_may_hold(stream: Stream) -> Iterator[Observation]:
    """Whether more than 1,000 names are accepted, for each call with more of them than that and no more than 10,000."""
    for check, names, _, _ in _ends(stream):
        if X509 < len(names) <= NAME_LIMIT[stream.edition]:
            yield Observation("more than 1,000" if check.accepted else "1,000", check.number)

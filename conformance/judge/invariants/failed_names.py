"""The invariant of InvalidList: what a failed check or a failed creation tells of each name."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.judge.followed_applications import CHECK_FAILED, CREATE_FAILED, CREATE_SUCCESS, FollowedApplication
from conformance.judge.invariant import WHICH_NAMES_WERE_FREE, Observation, invariant
from conformance.judge.invariants.status import SUCCESSES, few, strange_names, unreadable
from conformance.judge.names import good, is_nickname, malformed, nicknamed, taken, travels
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.message import Exchange

THIS = "QueryBatchRegisterDeviceStatus.InvalidList"
ALL_FAIL = frozenset({"alibaba-2018", "alibaba-2019", "alibaba-2023", "tuya-2025"})
"""Editions by whose words every name fails with one: InvalidList is what could not be registered, or CHECK_FAILED
says that all devices failed. ``alibaba-2021`` says that some name failed."""


@invariant(THIS, needs=WHICH_NAMES_WERE_FREE)
def invalid_list_names_what_failed(stream: Stream) -> Iterator[CheckResult]:
    """InvalidList is empty on success; on failure it holds every invalid name and no good one."""
    everything = _everything(stream)
    for application in stream.distinct:
        for exchange, said in application.statuses():
            if exchange.answer is None or unreadable(exchange):
                continue
            listed = exchange.answer.strings("InvalidList", "Name")
            numbers = (application.created.number, exchange.number)
            if said in SUCCESSES:
                if listed:
                    yield Breaks(f"InvalidList is not empty on {said}", "no name", few(listed), numbers, len(listed))
                else:
                    yield Holds(exchange.number)
            elif said == CHECK_FAILED and not application.random:
                yield _failed_check(stream, application, exchange, set(listed), everything)
            elif (
                said == CREATE_FAILED
                and not application.random
                and (lost := _lost(stream, application, exchange) - set(listed))
            ):
                yield Breaks(
                    "InvalidList lacks a name that failed", few(lost), few(listed), numbers, len(application.names)
                )
            elif listed and not application.random and strange_names(stream, application, listed):
                yield Breaks("InvalidList holds a name nobody asked for", "names asked for", few(listed), numbers)


def _failed_check(
    stream: Stream, application: FollowedApplication, exchange: Exchange, listed: set[str], everything: bool
) -> CheckResult:
    numbers, size = (application.created.number, exchange.number), len(application.names)
    fine = good(stream, application.created, exchange.number)
    bad = _bad(stream, application)
    if not listed and any(travels(name) for name in application.names if name not in fine):
        return Breaks("InvalidList is empty on CHECK_FAILED", "the names that failed", "no name", numbers, size)
    if strange_names(stream, application, tuple(listed)):
        return Breaks("InvalidList holds a name nobody asked for", "names asked for", few(listed), numbers, size)
    if (wrong := fine & listed) and not (everything and _is_everything(application, exchange, listed)):
        return Breaks("InvalidList holds a good name", "only names that failed", few(wrong), numbers, size)
    if missing := bad - listed:
        return Breaks("InvalidList lacks an invalid name", few(missing), few(listed), numbers, size)
    return Holds(exchange.number)


def _bad(stream: Stream, application: FollowedApplication) -> set[str]:
    """The names that cannot have passed: the ill-formed ones; where there are none, the taken and ill-nicknamed."""
    ill_formed = {name for name in malformed(application.names) if travels(name)}
    ill_named = {name for name, nick in nicknamed(application.created).items() if is_nickname(nick) is False}
    # A target may look at the product, or at nicknames, only when every name is well-formed.
    return ill_formed or ill_named or taken(stream, application.created)


def _is_everything(application: FollowedApplication, exchange: Exchange, listed: set[str]) -> bool:
    """Whether the answer says that all names failed."""
    valid = exchange.answer.strings("ValidList", "Name") if exchange.answer is not None else ()
    return not valid and listed >= {name for name in application.names if travels(name)}


def mixed_failures(stream: Stream) -> Iterator[tuple[FollowedApplication, Exchange, str]]:
    """Each CHECK_FAILED of a check with good names, and which names InvalidList holds."""
    for application in stream.distinct:
        for exchange, said in application.statuses() if not application.random else ():
            if said != CHECK_FAILED or exchange.answer is None or unreadable(exchange):
                continue
            listed = set(exchange.answer.strings("InvalidList", "Name"))
            fine = good(stream, application.created, exchange.number)
            if fine and not fine & listed:
                yield application, exchange, "the names that failed"
            elif fine:
                yield (
                    application,
                    exchange,
                    "every name" if _is_everything(application, exchange, listed) else "some good names too",
                )


def _everything(stream: Stream) -> bool:
    """Whether this target takes the freedom to let every name fail with one: always, or not at all."""
    return stream.edition in ALL_FAIL and all(told == "every name" for _, _, told in mixed_failures(stream))


@invariant(f"{THIS}.mixed")
def what_invalid_list_holds_when_some_names_fail(stream: Stream) -> Iterator[Observation]:
    """The names that failed or every name, on each CHECK_FAILED of a check with good names."""
    for _, exchange, told in mixed_failures(stream):
        yield Observation(told, exchange.number)


def _lost(stream: Stream, one: FollowedApplication, failed: Exchange) -> set[str]:
    """The names that CREATE_FAILED is about: those that another application had registered by then."""
    others = [
        application for application in stream.distinct if application is not one and application.product == one.product
    ]
    done = [
        other for other in others if (won := other.first(CREATE_SUCCESS)) is not None and won.number < failed.number
    ]
    return {name for name in one.names for each in done if name in each.names}

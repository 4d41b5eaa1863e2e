"""Invariants of identity: each application its own ApplyId, exact, within range, the same wherever it returns."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.actions import Action
from conformance.judge.followed_applications import FollowedApplication
from conformance.judge.invariant import invariant
from conformance.judge.reasons_of_codes import FAMILIES
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.message import Exchange

LONG = 2**63


@invariant("Workflow.ApplyId.fresh")
def every_application_has_an_apply_id_of_its_own(stream: Stream) -> Iterator[CheckResult]:
    """No two applications share an ApplyId."""
    first: dict[int, FollowedApplication] = {}
    for application in stream.applications:
        before = first.setdefault(application.apply_id, application)
        if before is application:
            yield Holds(application.created.number)
        else:
            numbers = (before.created.number, application.created.number)
            yield Breaks("two applications have the same ApplyId", "one of its own", str(application.apply_id), numbers)


@invariant("Workflow.ApplyId.range")
def an_apply_id_fits_into_64_bits(stream: Stream) -> Iterator[CheckResult]:
    """An ApplyId lies within the signed integers of 64 bits."""
    for application in stream.applications:
        if -LONG <= application.apply_id < LONG:
            yield Holds(application.created.number)
        else:
            yield Breaks("an ApplyId is no Long", "64 bits", str(application.apply_id), (application.created.number,))


@invariant("Workflow.ApplyId.positive")
def an_apply_id_is_positive(stream: Stream) -> Iterator[CheckResult]:
    """An ApplyId is greater than 0."""
    for application in stream.applications:
        if application.apply_id > 0:
            yield Holds(application.created.number)
        else:
            yield Breaks(
                "an ApplyId is not positive", "greater than 0", str(application.apply_id), (application.created.number,)
            )


@invariant("Workflow.ApplyId.exact")
def an_apply_id_is_usable_as_returned(stream: Stream) -> Iterator[CheckResult]:
    """No question with an ApplyId just as it was returned, and its own product, is refused as not found.

    A refusal without a Code gives no reason. It counts where every such question of the application was refused,
    and that operation has an answer for other applications.
    """
    answered = {asked.operation for asked in stream.exchanges if asked.accepted}
    for application in stream.applications:
        for operation, family in (
            (Action.QueryBatchRegisterDeviceStatus, "foreign"),
            (Action.QueryPageByApplyId, "apply"),
        ):
            asked = _answerable(application, operation)
            mute = [each for each in asked if each.refused and each.answer is not None and not each.answer.code]
            known = len(mute) < max(len(asked), 2) or operation not in answered
            for each in asked:
                code = each.answer.code if each.answer is not None else ""
                if each.accepted:
                    yield Holds(each.number)
                elif each.refused and (code in FAMILIES[family] or not (code or known)):
                    numbers = (application.created.number, each.number)
                    yield Breaks(
                        "an issued ApplyId is not known", str(application.apply_id), code or "a refusal", numbers
                    )


def _answerable(application: FollowedApplication, operation: str) -> list[Exchange]:
    """The questions about the application, as it was returned, that no other reason keeps from being answered."""
    asked = [each for each in application.trace if each.operation == operation and not each.request.common]
    if operation == Action.QueryBatchRegisterDeviceStatus:
        return [each for each in asked if each.request.get("ProductKey") == application.product]
    success = application.first("CREATE_SUCCESS")
    after = [each for each in asked if success is not None and each.number > success.number]
    return [each for each in after if each.accepted or _has_page_to_serve(each)]


def _has_page_to_serve(asked: Exchange) -> bool:
    """Whether a refusal cannot be for its page, be it for want of one or, where no Code tells, for its size."""
    size = asked.request.get("PageSize")
    tells = asked.answer is not None and asked.answer.code
    return asked.request.get("CurrentPage") == "1" and bool(size) and (bool(tells) or size in SERVED)


SERVED = frozenset(str(size) for size in range(1, 11))
"""Values of PageSize that every edition shows to be served."""


@invariant("BatchRegisterDeviceWithApplyId.ApplyId.echo")
def the_answer_carries_the_apply_id_that_was_sent(stream: Stream) -> Iterator[CheckResult]:
    """Data.ApplyId of a registration is the ApplyId of the request."""
    for application in stream.distinct:
        for registered in application.registrations():
            said = registered.answer.apply_id if registered.answer else None
            if said == application.apply_id:
                yield Holds(registered.number)
            else:
                numbers = (application.created.number, registered.number)
                yield Breaks(
                    "another ApplyId came back", str(application.apply_id), str(said), numbers, len(application.names)
                )

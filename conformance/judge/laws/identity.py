"""Laws of identity: each application its own ApplyId, exact, within range, the same wherever it returns."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.judge.families import FAMILIES
from conformance.judge.followed import Application
from conformance.judge.law import law
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, Holds, Judged

LONG = 2**63


@law("Workflow.ApplyId.fresh")
def every_application_has_an_apply_id_of_its_own(stream: Stream) -> Iterator[Judged]:
    """No two applications share an ApplyId."""
    first: dict[int, Application] = {}
    for one in stream.applications:
        before = first.setdefault(one.apply_id, one)
        if before is one:
            yield Holds(one.created.number)
        else:
            numbers = (before.created.number, one.created.number)
            yield Breaks("two applications have the same ApplyId", "one of its own", str(one.apply_id), numbers)


@law("Workflow.ApplyId.range")
def an_apply_id_fits_into_64_bits(stream: Stream) -> Iterator[Judged]:
    """An ApplyId lies within the signed integers of 64 bits."""
    for one in stream.applications:
        if -LONG <= one.apply_id < LONG:
            yield Holds(one.created.number)
        else:
            yield Breaks("an ApplyId is no Long", "64 bits", str(one.apply_id), (one.created.number,))


@law("Workflow.ApplyId.positive")
def an_apply_id_is_positive(stream: Stream) -> Iterator[Judged]:
    """An ApplyId is greater than 0."""
    for one in stream.applications:
        if one.apply_id > 0:
            yield Holds(one.created.number)
        else:
            yield Breaks("an ApplyId is not positive", "greater than 0", str(one.apply_id), (one.created.number,))


@law("Workflow.ApplyId.exact")
def an_apply_id_is_usable_as_returned(stream: Stream) -> Iterator[Judged]:
    """No question with an ApplyId just as it was returned, and its own product, is refused as not found."""
    for one in stream.applications:
        success = one.first("CREATE_SUCCESS")
        for asked in one.trace:
            key = asked.request.get("ProductKey")
            status = asked.operation == "QueryBatchRegisterDeviceStatus" and key == one.product
            page = asked.operation == "QueryPageByApplyId" and success is not None and asked.number > success.number
            if asked.answer is None or asked.request.common or not (status or page):
                continue
            if asked.accepted:
                yield Holds(asked.number)
            elif asked.refused and asked.answer.code in FAMILIES["foreign" if status else "apply"]:
                if page and (asked.request.get("CurrentPage") != "1" or not asked.request.get("PageSize")):
                    continue  # refused for its page, by whatever code
                numbers = (one.created.number, asked.number)
                yield Breaks("an issued ApplyId is not known", str(one.apply_id), asked.answer.code, numbers)


@law("BatchRegisterDeviceWithApplyId.ApplyId.echo")
def the_answer_carries_the_apply_id_that_was_sent(stream: Stream) -> Iterator[Judged]:
    """Data.ApplyId of a registration is the ApplyId of the request."""
    for one in stream.distinct:
        for registered in one.registrations():
            said = registered.answer.apply_id if registered.answer else None
            if said == one.apply_id:
                yield Holds(registered.number)
            else:
                numbers = (one.created.number, registered.number)
                yield Breaks("another ApplyId came back", str(one.apply_id), str(said), numbers, len(one.names))

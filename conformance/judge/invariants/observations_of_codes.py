"""Codes: by which a target refuses what no document assigns a code to, and that no code contradicts its request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.contract.actions import UNDER_TEST, Action
from conformance.judge.followed_applications import CHECK, CHECK_FAILED, NAME_LIMIT
from conformance.judge.invariant import Observation, invariant
from conformance.judge.invariants.refusals import refusals
from conformance.judge.invariants.registration import attempts, with_another_product
from conformance.judge.reasons_of_codes import Fit, fit
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.message import Exchange

SAYS_MISSING = {
    "iot.prod.NullProductKey": "ProductKey",
    "iot.device.NullApplyId": "ApplyId",
    "MissingProductKey": "ProductKey",
    "MissingApplyId": "ApplyId",
    "MissingCount": "Count",
    "MissingPageSize": "PageSize",
    "MissingCurrentPage": "CurrentPage",
}
"""Codes that say that a parameter cannot be empty → that parameter."""
SAYS_MALFORMED = {
    "iot.prod.InvalidFormattedProductkey": "ProductKey",
    "iot.device.InvalidFormattedApplyId": "ApplyId",
}
"""Codes that say that the format of a parameter is invalid → that parameter."""


@invariant("Common.Code.truthful")
def a_code_does_not_contradict_the_request(stream: Stream) -> Iterator[CheckResult]:
    """What is called missing was not sent or is blank; what is called ill-formed was sent."""
    for one, answer in refusals(stream):
        if one.operation not in UNDER_TEST or one.request.common or one.tampering is not None:
            continue
        missing, malformed = SAYS_MISSING.get(answer.code), SAYS_MALFORMED.get(answer.code)
        sent = one.request.get(missing or malformed or "")
        if missing is not None and sent is not None and sent.strip():
            yield Breaks(f"{missing} was sent, and is called missing", "another code", answer.code, (one.number,))
        elif malformed is not None and sent is None:
            yield Breaks(f"{malformed} was not sent, and is called ill-formed", "another", answer.code, (one.number,))
        elif missing is not None or malformed is not None:
            yield Holds(one.number)


def _read(exchange: Exchange) -> Iterator[Observation]:
    """The code by which a call was refused, where it says anything of the request."""
    code = exchange.answer.code if exchange.answer is not None else ""
    plain = not exchange.request.common and exchange.tampering is None and not exchange.throttled
    if exchange.refused and plain and fit(code, "foreign") is not Fit.NOT_GRADED:
        yield Observation(code or "no code", exchange.number)


@invariant("BatchRegisterDevice.Count.max.code")
def code_of_a_count_over_the_limit(stream: Stream) -> Iterator[Observation]:
    """The Code of each refused Count over the limit."""
    for exchange in stream.exchanges:
        count = exchange.request.get("Count") or ""
        known = (
            exchange.operation == Action.BatchRegisterDevice and exchange.request.get("ProductKey") in stream.products
        )
        if known and re.fullmatch(r"[1-9][0-9]{3,20}", count) and int(count) > NAME_LIMIT[stream.edition]:
            yield from _read(exchange)


@invariant("BatchRegisterDevice.Count.integer.code")
def code_of_a_count_that_is_no_integer(stream: Stream) -> Iterator[Observation]:
    """The Code of each refused Count that is neither blank nor an integer."""
    for exchange in stream.exchanges:
        count = exchange.request.get("Count") or ""
        known = (
            exchange.operation == Action.BatchRegisterDevice and exchange.request.get("ProductKey") in stream.products
        )
        if known and count.strip() and not re.fullmatch(r"-?[0-9]+", count, re.ASCII):
            yield from _read(exchange)


def _unknown(stream: Stream, operation: str) -> Iterator[Observation]:
    issued = {application.apply_id for application in stream.applications}
    for exchange in stream.exchanges:
        asked = exchange.request.get("ApplyId") or ""
        plain = re.fullmatch(r"[1-9][0-9]{0,18}", asked) is not None
        known = operation == Action.QueryPageByApplyId or exchange.request.get("ProductKey") in stream.products
        if exchange.operation == operation and known and plain and int(asked) not in issued and int(asked) < 2**63:
            yield from _read(exchange)


@invariant("BatchRegisterDeviceWithApplyId.ApplyId.unknown.code")
def code_of_an_unknown_application_registered(stream: Stream) -> Iterator[Observation]:
    """The Code of each registration with an ApplyId that was never issued."""
    return _unknown(stream, Action.BatchRegisterDeviceWithApplyId)


@invariant("QueryBatchRegisterDeviceStatus.ApplyId.unknown.code")
def code_of_an_unknown_application_asked_for(stream: Stream) -> Iterator[Observation]:
    """The Code of each question for the status of an ApplyId that was never issued."""
    return _unknown(stream, Action.QueryBatchRegisterDeviceStatus)


@invariant("QueryPageByApplyId.ApplyId.unknown.code")
def code_of_an_unknown_application_paged(stream: Stream) -> Iterator[Observation]:
    """The Code of each refused page of an ApplyId that was never issued."""
    return _unknown(stream, Action.QueryPageByApplyId)


@invariant("BatchRegisterDeviceWithApplyId.ApplyId.other_product.code")
def code_of_another_products_application_registered(stream: Stream) -> Iterator[Observation]:
    """The Code of each registration with the ProductKey of another product."""
    for one in with_another_product(stream, Action.BatchRegisterDeviceWithApplyId):
        yield from _read(one)


@invariant("QueryBatchRegisterDeviceStatus.ApplyId.other_product.code")
def code_of_another_products_application_asked_for(stream: Stream) -> Iterator[Observation]:
    """The Code of each question for a status with the ProductKey of another product."""
    for one in with_another_product(stream, Action.QueryBatchRegisterDeviceStatus):
        yield from _read(one)


@invariant("BatchRegisterDeviceWithApplyId.ApplyId.random.code")
def code_of_generated_devices_registered_again(stream: Stream) -> Iterator[Observation]:
    """The Code of each registration with an ApplyId of BatchRegisterDevice."""
    for application in stream.distinct:
        for exchange, _, _ in attempts(application) if application.random else ():
            yield from _read(exchange)


@invariant("BatchRegisterDeviceWithApplyId.unchecked.code")
def code_of_an_early_registration(stream: Stream) -> Iterator[Observation]:
    """The Code of each registration that is refused before its check is over."""
    for application in stream.distinct:
        for exchange, status, accepted in attempts(application) if not application.random else ():
            if not accepted and status in {None, CHECK}:
                yield from _read(exchange)


@invariant("BatchRegisterDeviceWithApplyId.after_CHECK_FAILED.code")
def code_of_the_registration_of_a_failed_check(stream: Stream) -> Iterator[Observation]:
    """The Code of each registration after CHECK_FAILED."""
    for application in stream.distinct:
        for exchange, status, _ in attempts(application):
            if status == CHECK_FAILED:
                yield from _read(exchange)


@invariant("BatchRegisterDeviceWithApplyId.twice.code")
def code_of_a_second_registration(stream: Stream) -> Iterator[Observation]:
    """The Code of each refused registration after an accepted one."""
    for application in stream.distinct:
        for exchange, _, accepted in attempts(application) if not application.random else ():
            if accepted:
                yield from _read(exchange)


@invariant("QueryPageByApplyId.page.code")
def code_of_page_parameters_that_are_not_valid(stream: Stream) -> Iterator[Observation]:
    """The Code of each page refused for a PageSize or CurrentPage that is neither blank nor a positive integer."""
    for exchange in stream.exchanges:
        sent = [exchange.request.get(name) for name in ("PageSize", "CurrentPage")]
        wrong = any(text and text.strip() and not re.fullmatch(r"0*[1-9][0-9]*", text, re.ASCII) for text in sent)
        if exchange.operation == Action.QueryPageByApplyId and wrong:
            yield from _read(exchange)

"""Invariants of signatures: what a refused one does, how it is answered, and what no answer shows."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.actions import Action
from conformance.judge.followed_applications import CHECK_SUCCESS, CREATE, CREATE_FAILED, CREATE_SUCCESS
from conformance.judge.invariant import ONE_EXCHANGE, Observation, invariant
from conformance.judge.invariants.envelope import answered, is_gateway_error
from conformance.judge.invariants.reconciliation import books
from conformance.judge.invariants.refusals import refusals
from conformance.judge.reasons_of_codes import SIGNATURE
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.flaw import Flaw
from conformance.wire.message import Exchange, Scheme, as_integer
from conformance.wire.redact import KEY_SHOWN, SECRET_SHOWN

REGISTERED = frozenset({CREATE, CREATE_SUCCESS, CREATE_FAILED})
OF_THE_SIGNATURE = frozenset(
    {Flaw.OTHER_SECRET, Flaw.EMPTY_SECRET, Flaw.OTHER_REQUEST, Flaw.OTHER_METHOD, Flaw.CUT, Flaw.NO_SIGNATURE}
)
"""Flaws that nothing but the signature shows."""


@invariant("Signature.verified")
def what_is_done_about_signatures(stream: Stream) -> Iterator[Observation]:
    """Whether wrong signatures are stopped by the gateway, and what becomes of requests without any."""
    for one, answer in answered(stream):
        if one.scheme is Scheme.NONE:
            yield Observation("nothing signed", one.number)
            return
        stopped = is_gateway_error(answer) or answer.code in SIGNATURE
        if one.tampering is not None and one.tampering.flaw is Flaw.OTHER_SECRET:
            yield Observation(f"{one.scheme} {'verified' if stopped else 'not verified'}", one.number)
        elif one.tampering is not None and one.tampering.flaw is Flaw.UNSIGNED:
            yield Observation("unsigned refused" if stopped else "unsigned taken", one.number)


@invariant("Signature.effect")
def a_call_refused_for_its_signature_does_nothing(stream: Stream) -> Iterator[CheckResult]:
    """No application is registered, and no product grows, by a call that was refused for its signature."""
    calls = [exchange for exchange in stream.exchanges if exchange.tampering is not None and exchange.refused]
    for call in calls:
        if call.operation == Action.BatchRegisterDeviceWithApplyId:
            yield from _registered_all_the_same(stream, call)
    for book in books(stream):
        those = [
            one
            for one in calls
            if one.operation == Action.BatchRegisterDevice and one.request.get("ProductKey") == book.product
        ]
        devices = sum(as_integer(one.request.get("Count")) or 0 for one in those)
        if not devices or not book.reliable or book.doubtful >= devices:
            continue
        if 0 <= book.more <= book.doubtful:
            yield Holds(book.last.number)
        elif devices <= book.more <= devices + book.doubtful:
            seen = f"{devices} devices more"
            numbers = (those[-1].number, book.last.number)
            yield Breaks("a call refused for its signature registered devices", "none", seen, numbers, devices)


def _registered_all_the_same(stream: Stream, call: Exchange) -> Iterator[CheckResult]:
    """Whether the application that waited for a registration has moved, which nobody in good faith had asked for."""
    known = {str(application.apply_id): application for application in stream.distinct}
    application = known.get(call.request.get("ApplyId") or "")
    accepted = [one for one in stream.exchanges if one.operation == call.operation and one.accepted]
    if application is None or any(one.request.get("ApplyId") not in known for one in accepted):
        return  # by an ApplyId that should mean nothing, any application may have been registered
    registered = min((one.number for one in application.registrations()), default=stream.exchanges[-1].number)
    for exchange, said in application.statuses():
        if not call.number < exchange.number <= registered:
            continue
        if said in REGISTERED:
            numbers = (application.created.number, call.number, exchange.number)
            yield Breaks("a call refused for its signature was executed", CHECK_SUCCESS, said, numbers)
            return
        yield Holds(exchange.number)


@invariant("Signature.envelope", of=ONE_EXCHANGE)
def a_refused_signature_is_answered_by_the_gateway(stream: Stream) -> Iterator[CheckResult]:
    """A request with a wrong signature never gets an answer with Success, which only operations give."""
    for one, answer in answered(stream):
        if one.tampering is None or one.tampering.flaw not in OF_THE_SIGNATURE or not one.refused:
            continue
        if is_gateway_error(answer):
            yield Holds(one.number)
        elif answer.code in SIGNATURE:
            seen = f"HTTP {answer.status} with Success false"
            yield Breaks(
                "a refused signature is answered like a business refusal", "Code, Message", seen, (one.number,)
            )


@invariant("Signature.Message", of=ONE_EXCHANGE)
def no_answer_shows_the_secret(stream: Stream) -> Iterator[CheckResult]:
    """The secret of the AccessKey stands in no answer."""
    for one, _ in refusals(stream):
        if SECRET_SHOWN in one.notes:
            yield Breaks("an answer shows the secret of the AccessKey", "no secret", "the secret", (one.number,))
        else:
            yield Holds(one.number)


@invariant("Signature.Message.AccessKeyId", of=ONE_EXCHANGE)
def which_messages_show_the_key(stream: Stream) -> Iterator[Observation]:
    """Whether refusals show the AccessKeyId, and whether only in the string to sign."""
    for one, answer in refusals(stream):
        shown = KEY_SHOWN in one.notes
        where = "in the string to sign" if answer.code in SIGNATURE else "elsewhere"
        yield Observation(where if shown else "not shown", one.number)

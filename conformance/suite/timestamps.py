"""Timestamps and nonces: a request counts soon after it was signed, and once. And what else the gateway looks at."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.generate.requests import page_request
from conformance.judge.invariant import Observation
from conformance.judge.verdict import Breaks, CheckResult, Exempt, Holds, Unclear
from conformance.suite.decorators import at_the_very_end, needs_a_finished_application, verifies
from conformance.suite.probe import Probe
from conformance.suite.request_tampering import RequestTamperer, judge_tampered, moment_of
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import FORMS, Exchange, Request, Scheme

HOUR = 3_600
BY_POST = FORMS[2]
NO_TIMES = (
    "%Y-%m-%d %H:%M:%S", "yesterday", "%Y/%m/%dT%H:%M:%SZ", "2018-01-20 12:00:00", "%Y-%m-%d %H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S",
)  # fmt: skip
"""As strftime has them: the present, as databases and people spell it, among what is no time."""


@verifies("Signature.Timestamp.expired")
def test_an_old_request_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """What was signed hours ago is refused; no document lets a request live for an hour."""
    yield from tamperer.refused(
        Tampering(Flaw.TIME, str(-3 * HOUR)), because="expired", what="a Timestamp three hours old", others=True
    )


@verifies("Signature.Timestamp.expired")
@needs_a_finished_application
def test_every_operation_looks_at_the_time(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """What is too old for one operation is too old for all."""
    yield from tamperer.other_operations(
        Tampering(Flaw.TIME, str(-3 * HOUR)), because="expired", what="a Timestamp three hours old"
    )


@verifies("Signature.Timestamp.format")
def test_a_timestamp_that_is_no_time_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """A Timestamp that cannot be read is not taken for the right one."""
    for text in NO_TIMES if tamperer.thorough else NO_TIMES[:1]:
        yield from tamperer.refused(
            Tampering(Flaw.TIME_SPELLING, text), because="time", what=f"Timestamp={text!r}", few=1
        )


@verifies("Signature.Timestamp.near")
def test_a_request_some_minutes_old_is_accepted(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """Clocks differ, and requests travel: five minutes are well within every documented window."""
    for signer, form in tamperer.ways():
        if (good := tamperer.good(signer, form)) is None:
            yield Unclear("no question was accepted in any form")
            continue
        exchange = tamperer.send(tamperer.probe.status, good.form, Tampering(Flaw.TIME, "-300"), signer)
        if exchange.accepted:
            yield Holds(exchange.number)
        elif exchange.refused and isinstance(judge_tampered(exchange, "time", ""), Holds):
            code = exchange.answer.code if exchange.answer else ""
            yield Breaks("a Timestamp five minutes old was refused", "Success true", code, (exchange.number,))
        else:
            yield Unclear("the answer does not speak of the Timestamp", (exchange.number,))


def again(question: Request, good: Exchange) -> tuple[Request, Tampering]:
    """The accepted request once more, byte by byte."""
    return good.request, Tampering(Flaw.REPLAY, moment_of(good))


def for_its_devices(question: Request, good: Exchange) -> tuple[Request, Tampering]:
    """A question for the devices of the same application, by the nonce of the accepted one."""
    page = page_request(int(question.get("ApplyId") or 0), 10, 1)
    return page, Tampering(Flaw.NONCE, moment_of(good).partition(" ")[2])


@verifies("Signature.SignatureNonce")
def test_a_request_sent_twice_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """The same request with the same nonce is refused the second time."""
    yield from tamperer.refused(again, because="replay", what="a request sent a second time", few=2, others=True)


@verifies("Signature.SignatureNonce.later")
@at_the_very_end
def test_a_nonce_is_remembered(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """A request of the run's beginning is refused when it is sent again at the end."""
    yield from tamperer.refused(again, because="replay", what="a request sent again at the end", oldest=True)


@verifies("Signature.SignatureNonce.other_operation")
def test_a_nonce_serves_one_operation_only(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """A nonce that was used for one operation is used up for the others."""
    yield from tamperer.refused(for_its_devices, because="nonce", what="a nonce of another operation's request")


@verifies("Signature.SignatureNonce.other_request")
def test_a_nonce_serves_one_request_only(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """A used nonce comes no further by another HTTP method, in another Format, with a newer Timestamp."""
    for signer, form in tamperer.ways():
        if (good := tamperer.good(signer, form)) is None:
            yield Unclear("no question was accepted in any form")
            continue
        used = Tampering(Flaw.NONCE, moment_of(good).partition(" ")[2])
        far = next(one for one in FORMS if one.method != good.form.method and one.format != good.form.format)
        exchange = tamperer.send(tamperer.probe.status, far, used, signer)
        yield judge_tampered(exchange, "nonce", "a used nonce by another method, in another Format, at another time")


@verifies("Signature.Timestamp.future")
def test_a_request_of_the_future_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """What will be signed in hours is refused: it could be kept until then."""
    yield from tamperer.refused(
        Tampering(Flaw.TIME, str(3 * HOUR)), because="expired", what="a Timestamp three hours ahead"
    )


@verifies("Signature.Timestamp.window")
def test_how_old_a_request_may_be_is_observed(tamperer: RequestTamperer) -> Iterator[Observation]:
    """Whether a Timestamp of twenty minutes is accepted."""
    (signer, form), *_ = tamperer.ways()
    if (good := tamperer.good(signer, form)) is not None:
        exchange = tamperer.send(tamperer.probe.status, good.form, Tampering(Flaw.TIME, "-1200"), signer)
        if exchange.answer is not None:
            yield Observation("31 minutes" if exchange.accepted else "15 minutes", exchange.number)


@verifies("Signature.SignatureVersion")
def test_what_another_signature_version_does_is_observed(tamperer: RequestTamperer) -> Iterator[Observation]:
    """Whether a SignatureVersion other than 1.0 is refused."""
    (signer, form), *_ = tamperer.ways(schemes=(Scheme.RPC,))
    if (good := tamperer.good(signer, form)) is not None:
        other = Tampering(Flaw.NAMED_OTHERWISE, "SignatureVersion=9.9")
        exchange = tamperer.send(tamperer.probe.status, good.form, other, signer)
        if exchange.answer is not None:
            yield Observation("accepted" if exchange.accepted else "refused", exchange.number)


@verifies("Signature.HTTPMethod")
def test_another_http_method_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """What PUT and DELETE ask for is not done, whatever the answer looks like."""
    for method in ("PUT", "DELETE") if tamperer.thorough else ("PUT",):
        if tamperer.good(tamperer.own, BY_POST) is None:
            yield Unclear("no question was accepted in any form")
            continue
        exchange = tamperer.send(tamperer.probe.status, BY_POST, Tampering(Flaw.METHOD, method))
        if exchange.received is None:
            yield Unclear(f"no answer: {exchange.no_answer}", (exchange.number,))
        elif exchange.accepted:
            yield Breaks(f"{method} was served", "a refusal", "Success true", (exchange.number,))
        else:
            yield Holds(exchange.number)


@verifies("Signature.RegionId")
def test_whether_region_id_is_needed_is_observed(probe: Probe, tamperer: RequestTamperer) -> Iterator[Observation]:
    """Whether a request without RegionId is refused."""
    if tamperer.own.scheme is Scheme.ACS3:
        raise Exempt("requests signed by ACS3 carry no RegionId")
    exchange = probe.send(probe.status.commonly(RegionId=None), FORMS[0])
    if exchange.answer is not None:
        yield Observation("required" if exchange.refused else "not required", exchange.number)

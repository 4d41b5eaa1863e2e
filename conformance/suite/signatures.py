"""Signatures: a request counts only as it was signed, and only from whom it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from conformance.contract.actions import Action
from conformance.judge.verdict import CheckResult, Exempt, Holds, Inconclusive
from conformance.suite.decorators import at_the_very_end, needs_a_finished_application, verifies
from conformance.suite.probe import Probe
from conformance.suite.request_tampering import RequestTamperer, judge_tampered
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import ABSENT, FORMS, MIXED, Exchange, Place, Request, Scheme

NOBODY = "LTAI5tThisKeyBelongsToNo"
"""An AccessKeyId of the usual look."""
BY_POST, IN_BOTH = FORMS[2], MIXED[0]
"""A POST with all parameters in the query, and one in which DeviceName stands in the form body."""
MANY = 17
"""A Count that no other call of the suite has: devices that appear by seventeen are those of the refused call."""


@verifies("Signature.secret")
def test_a_signature_by_another_secret_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """Whoever does not know the secret of the key is not served, in any form."""
    if tamperer.sparing and tamperer.spoilt is not None:
        yield judge_tampered(tamperer.spoilt, "signature", "a signature made with another secret")
        return
    yield from tamperer.refused(
        Tampering(Flaw.OTHER_SECRET),
        because="signature",
        what="a signature made with another secret",
        few=2,
        others=True,
    )


@verifies("Signature.secret")
@needs_a_finished_application
def test_every_operation_looks_at_the_signature(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """What is verified for one operation is verified for all; those that register have a clause of their own."""
    yield from tamperer.other_operations(
        Tampering(Flaw.OTHER_SECRET), because="signature", what="a signature made with another secret"
    )


@verifies("Signature.secret.empty")
def test_a_signature_by_the_empty_secret_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """The empty secret is nobody's secret."""
    yield from tamperer.refused(
        Tampering(Flaw.EMPTY_SECRET), because="signature", what="a signature made with the empty secret"
    )


@verifies("Signature.AccessKeyId")
def test_a_key_that_nobody_has_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """An AccessKeyId that does not exist opens nothing."""
    yield from tamperer.refused(
        Tampering(Flaw.UNKNOWN_KEY, NOBODY), because="key", what="an AccessKeyId that does not exist"
    )
    if tamperer.thorough and any(map(str.isalpha, tamperer.own.key_id)):
        yield from tamperer.refused(
            Tampering(Flaw.KEY_CASE), because="key", what="the AccessKeyId in the other letter case"
        )


@verifies("Signature.missing")
def test_a_request_without_its_signature_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """Naming a key is no proof of having its secret."""
    yield from tamperer.refused(
        Tampering(Flaw.NO_SIGNATURE), because="unsigned", what="a request without its signature", others=True
    )


@verifies("Signature.required")
def test_a_signed_request_without_what_belongs_to_its_signature_is_refused(
    tamperer: RequestTamperer,
) -> Iterator[CheckResult]:
    """Key, method, nonce and time are named in every request that is signed in its parameters."""
    names = ("SignatureNonce", "Timestamp", "SignatureMethod", "AccessKeyId")
    for name in names[:1] if tamperer.sparing else names:
        if name == "AccessKeyId" and tamperer.takes_unsigned:
            continue  # without a key it may count as unsigned
        yield from tamperer.refused(
            Tampering(Flaw.LEFT_OUT, name), because="unsigned", what=f"no {name}", schemes=(Scheme.RPC,)
        )


@verifies("Signature.required.Version")
def test_a_signed_request_without_its_versions_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """Version and SignatureVersion are named in every request that is signed in its parameters."""
    for name in ("Version",) if tamperer.sparing else ("Version", "SignatureVersion"):
        yield from tamperer.refused(
            Tampering(Flaw.LEFT_OUT, name), because="versions", what=f"no {name}", schemes=(Scheme.RPC,)
        )


@verifies("Signature.unsigned")
def test_an_unsigned_request_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """A request that names no key either is refused, in every form, unless the target takes such requests openly."""
    if tamperer.takes_unsigned:
        raise Exempt("the target takes unsigned requests as well; --auth rpc or --auth acs3 demands signatures")
    if tamperer.unsigned is not None:
        judged = judge_tampered(tamperer.unsigned, "unsigned", "an unsigned request")
        if isinstance(judged, Holds):
            yield judged
            if tamperer.sparing:
                return
    own = (tamperer.own.scheme,)  # without a signature, requests of all schemes are the same
    yield from tamperer.refused(Tampering(Flaw.UNSIGNED), because="unsigned", what="an unsigned request", schemes=own)


def for_another_operation(question: Request, good: Exchange) -> tuple[Request, Tampering]:
    """The same question, signed when it named another operation."""
    return question, Tampering(Flaw.OTHER_REQUEST, signed=(("Action", Action.QueryPageByApplyId),))


def with_one_more(question: Request, good: Exchange) -> tuple[Request, Tampering]:
    """The same question with a parameter that was not there when it was signed."""
    return question.but(Nickname="added"), Tampering(Flaw.OTHER_REQUEST, signed=(("Nickname", ABSENT),))


@verifies("Signature.parameters.changed")
def test_a_parameter_changed_after_signing_is_noticed(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """A signature made for one application, or for one operation, is worth nothing for another."""
    yield from tamperer.refused(
        tamperer.for_another_application, because="signature", what="a signature for another ApplyId"
    )
    if not tamperer.sparing:
        yield from tamperer.refused(for_another_operation, because="signature", what="a signature for another Action")


@verifies("Signature.parameters.added")
def test_a_parameter_added_after_signing_is_noticed(probe: Probe, tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """One parameter more than was signed spoils the request, in the query and in the form body."""
    yield from tamperer.refused(with_one_more, because="signature", what="a parameter that was not signed")
    if tamperer.sparing or tamperer.good(tamperer.own, BY_POST) is None:
        return
    tampering = Tampering(Flaw.OTHER_REQUEST, signed=(("DeviceName.1", ABSENT),))
    exchange = tamperer.send(probe.status.but(DeviceName__1="added"), IN_BOTH, tampering)
    yield judge_tampered(exchange, "signature", "a form body that was not signed")


@verifies("Signature.exact")
def test_only_the_whole_signature_counts(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """Half a signature is none, and Base64 has two letter cases."""
    yield from tamperer.refused(Tampering(Flaw.CUT), because="signature", what="half of a signature")
    if tamperer.own.scheme is Scheme.RPC and not tamperer.sparing:
        yield from tamperer.refused(
            Tampering(Flaw.LETTER_CASE),
            because="signature",
            what="a signature in the other letter case",
            schemes=(Scheme.RPC,),
        )


@verifies("Signature.method")
def test_a_signature_holds_for_one_http_method(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """The HTTP method is the first word of what is signed: a GET is not served for the signature of a POST."""
    yield from tamperer.refused(
        Tampering(Flaw.OTHER_METHOD), because="signature", what="a signature for the other HTTP method"
    )


@verifies("Signature.effect")
@needs_a_finished_application
def test_a_call_refused_for_its_signature_is_refused_whatever_it_would_do(
    probe: Probe, tamperer: RequestTamperer
) -> Iterator[CheckResult]:
    """A registration with a wrong signature is refused; that nothing came of it is seen at the end of the run."""
    tamperer.ways()  # where nothing is verified, nothing is to be sent
    requests = [] if tamperer.sparing else [probe.register.but(Count=MANY)]
    with suppress(Inconclusive):  # where no application waits to be registered, that call cannot be made
        requests.append(probe.registration)
    for request in (one for one in requests if probe.offers(one.operation)):
        exchange = tamperer.send(request, FORMS[1], Tampering(Flaw.OTHER_SECRET))
        yield judge_tampered(exchange, "signature", f"{request.operation} with a wrong signature")


@verifies("Signature.ACS3.body")
def test_a_body_changed_after_signing_is_noticed(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """The hash of the body is compared with the body."""
    yield from tamperer.refused(
        tamperer.for_another_application,
        because="signature",
        what="a body that was not signed",
        schemes=(Scheme.ACS3,),
        places=(Place.FORM,),
    )


@verifies("Signature.ACS3.headers")
def test_a_signed_header_changed_afterwards_is_noticed(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """The operation stands in the header x-acs-action, and an Authorization holds for that one alone."""
    yield from tamperer.refused(
        for_another_operation, because="signature", what="an x-acs-action that was not signed", schemes=(Scheme.ACS3,)
    )


@verifies("Signature.SignatureMethod")
def test_another_signature_method_is_refused(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """HMAC-SHA1 is the one SignatureMethod that is documented."""
    yield from tamperer.refused(
        Tampering(Flaw.NAMED_OTHERWISE, "SignatureMethod=HMAC-MD5"),
        because="signature method",
        what="SignatureMethod=HMAC-MD5",
        schemes=(Scheme.RPC,),
    )


@verifies("Signature.late")
@at_the_very_end
def test_signatures_are_verified_to_the_end(tamperer: RequestTamperer) -> Iterator[CheckResult]:
    """After all that a run has sent, a wrong signature is refused as it was in the beginning."""
    yield from tamperer.refused(
        Tampering(Flaw.OTHER_SECRET), because="signature", what="a wrong signature late in the run"
    )

"""Each flaw of a signature is stopped by its own code, in every form, under both schemes."""

from __future__ import annotations

import pytest
from reference_signed_walk import ACS3, RPC, SignedWalker, asked_about, stamp
from reference_walker import A, value_of

from conformance.reference import Reference
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import ABSENT, FORMS, MIXED, Form, HttpAnswer, Request, Scheme
from conformance.wire.signer import Signer

MISMATCH = (400, "SignatureDoesNotMatch")
EXPIRED = (400, "InvalidTimeStamp.Expired")
FORMAT = (400, "InvalidTimeStamp.Format")
STOPPED: dict[str, tuple[Tampering, tuple[int, str]]] = {
    "another secret": (Tampering(Flaw.OTHER_SECRET), MISMATCH),
    "the empty secret": (Tampering(Flaw.EMPTY_SECRET), MISMATCH),
    "another value": (Tampering(Flaw.OTHER_REQUEST, signed=(("ApplyId", "7"),)), MISMATCH),
    "one value more": (Tampering(Flaw.OTHER_REQUEST, signed=(("ProductKey", ABSENT),)), MISMATCH),
    "another action": (Tampering(Flaw.OTHER_REQUEST, signed=(("Action", "QueryPageByApplyId"),)), MISMATCH),
    "half": (Tampering(Flaw.CUT), MISMATCH),
    "the other letter case": (Tampering(Flaw.LETTER_CASE), MISMATCH),
    "the other HTTP method": (Tampering(Flaw.OTHER_METHOD), MISMATCH),
    "the key in the other letter case": (Tampering(Flaw.KEY_CASE), (404, "InvalidAccessKeyId.NotFound")),
    "nobody's key": (Tampering(Flaw.UNKNOWN_KEY, "nobody"), (404, "InvalidAccessKeyId.NotFound")),
    "three hours old": (Tampering(Flaw.TIME, "-10800"), EXPIRED),
    "three hours ahead": (Tampering(Flaw.TIME, "10800"), EXPIRED),
    "a time as databases spell it": (Tampering(Flaw.TIME_SPELLING, "%Y-%m-%d %H:%M:%S"), FORMAT),
    "no time": (Tampering(Flaw.TIME_SPELLING, "yesterday"), FORMAT),
    "PUT": (Tampering(Flaw.METHOD, "PUT"), (403, "UnsupportedHTTPMethod")),
}
BY_SCHEME: dict[tuple[Scheme, Flaw], tuple[int, str]] = {
    (Scheme.RPC, Flaw.NO_SIGNATURE): (400, "MissingSignature"),
    (Scheme.ACS3, Flaw.NO_SIGNATURE): (400, "IncompleteSignature"),
    (Scheme.RPC, Flaw.UNSIGNED): (400, "MissingAccessKeyId"),
}
EVERY_FORM = (*FORMS, *MIXED)


def outcome(answer: HttpAnswer) -> tuple[int, str]:
    return answer.status, value_of(answer).get("Code") or ""


def opened(**options: object) -> tuple[SignedWalker, Request]:
    walker = SignedWalker(Reference(auth="both", **options))  # type: ignore[arg-type]
    return walker, asked_about(walker.opened("BatchRegisterDevice", Count="1"))


@pytest.mark.parametrize("signer", [RPC, ACS3], ids=lambda signer: signer.scheme)
@pytest.mark.parametrize("form", EVERY_FORM, ids=str)
@pytest.mark.parametrize("flaw", STOPPED)
def test_a_flaw_is_stopped(flaw: str, form: Form, signer: Signer) -> None:
    walker, request = opened()
    tampering, expected = STOPPED[flaw]

    assert outcome(walker.send(request, form, signer, tampering)) == expected
    assert walker.send(request, form, signer).status == 200


@pytest.mark.parametrize("form", EVERY_FORM, ids=str)
@pytest.mark.parametrize("case", BY_SCHEME, ids=str)
def test_what_is_left_out_is_missed(case: tuple[Scheme, Flaw], form: Form) -> None:
    walker, request = opened()
    signer = RPC if case[0] is Scheme.RPC else ACS3

    assert outcome(walker.send(request, form, signer, Tampering(case[1]))) == BY_SCHEME[case]


@pytest.mark.parametrize("signer", [RPC, ACS3], ids=lambda signer: signer.scheme)
@pytest.mark.parametrize("form", EVERY_FORM, ids=str)
def test_a_replayed_request_and_a_used_nonce_are_refused(form: Form, signer: Signer) -> None:
    walker, request = opened()
    nonce = f"nonce-{len(walker.heard)}"
    assert walker.send(request, form, signer).status == 200

    replay = Tampering(Flaw.REPLAY, f"{stamp(walker.now)} {nonce}")
    assert outcome(walker.send(request, form, signer, replay)) == (400, "SignatureNonceUsed")
    walker.now += 600
    assert outcome(walker.send(request, form, signer, replay)) == (400, "SignatureNonceUsed")
    page = asked_about(7, "QueryPageByApplyId")
    assert outcome(walker.send(page, form, signer, Tampering(Flaw.NONCE, nonce))) == (400, "SignatureNonceUsed")


def test_another_method_or_version_of_signing_is_refused() -> None:
    walker, request = opened()

    for value, code in (
        ("SignatureMethod=HMAC-MD5", "InvalidSignatureMethod"),
        ("SignatureVersion=2.0", "InvalidSignatureVersion"),
    ):
        answer = walker.send(request, FORMS[0], RPC, Tampering(Flaw.NAMED_OTHERWISE, value))
        assert outcome(answer) == (400, code)


def test_what_is_refused_for_its_signature_is_not_executed() -> None:
    walker, _ = opened()
    books = Request("QueryDevice", (("ProductKey", A),))
    before = value_of(walker.send(books, FORMS[0], RPC))["Total"]

    register = Request("BatchRegisterDevice", (("ProductKey", A), ("Count", "17")))
    assert outcome(walker.send(register, FORMS[0], RPC, Tampering(Flaw.OTHER_SECRET))) == MISMATCH
    walker.now += 1
    assert int(value_of(walker.send(books, FORMS[0], RPC))["Total"]) == int(before) + 1


def test_an_unsigned_request_passes_where_any_is_welcome() -> None:
    walker = SignedWalker(Reference(auth="any"))
    request = Request("QueryDevice", (("ProductKey", A),))

    assert walker.send(request, FORMS[0], RPC, Tampering(Flaw.UNSIGNED)).status == 200
    assert outcome(walker.send(request, FORMS[0], RPC, Tampering(Flaw.NO_SIGNATURE))) == (400, "MissingSignature")
    assert outcome(walker.send(request, FORMS[0], ACS3, Tampering(Flaw.NO_SIGNATURE))) == (400, "IncompleteSignature")
    assert outcome(walker.send(request, FORMS[0], RPC, Tampering(Flaw.OTHER_SECRET))) == MISMATCH


def test_variants_of_signatures() -> None:
    both_wrong = Request("QueryDevice", (("ProductKey", A),)).commonly(Timestamp="2001-01-01T00:00:00Z")
    plain, _ = opened()
    other_order, _ = opened(variants=["signature_before_time"])
    assert outcome(plain.send(both_wrong, FORMS[0], RPC, Tampering(Flaw.OTHER_SECRET))) == EXPIRED
    assert outcome(other_order.send(both_wrong, FORMS[0], RPC, Tampering(Flaw.OTHER_SECRET))) == MISMATCH

    silent, request = opened(variants=["string_to_sign_kept_back"])
    message = value_of(silent.send(request, FORMS[0], RPC, Tampering(Flaw.OTHER_SECRET)))["Message"]
    assert message == "Specified signature is not matched with our calculation."

    lax, request = opened(variants=["signature_version_unread"])
    other_version = Tampering(Flaw.NAMED_OTHERWISE, "SignatureVersion=9.9")
    assert lax.send(request, FORMS[0], RPC, other_version).status == 200

    strict, request = opened(variants=["region_id_required"])
    assert outcome(strict.send(request.commonly(RegionId=None), FORMS[0], RPC)) == (400, "MissingRegionId")
    assert strict.send(request, FORMS[0], RPC).status == 200

    deaf, request = opened(variants=["other_methods_unheard_of"])
    answer = deaf.send(request, FORMS[0], RPC, Tampering(Flaw.METHOD, "DELETE"))
    assert (answer.status, answer.body) == (405, b"")

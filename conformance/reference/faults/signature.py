"""Faults of signatures: what the gateway lets pass although it is not signed, or not by the right key."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.answer import operation_of
from conformance.reference.call import Call
from conformance.reference.editions import OPERATIONS
from conformance.reference.envelope import Reply, root_of, truth, with_request_id
from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.gateway import (
    check_acs3,
    check_nonce,
    check_rpc,
    check_signature_method,
    check_time,
    let_pass,
    method_is_served,
    require,
    scheme_to_verify,
    secret_of,
    signature_does_not_match,
)
from conformance.reference.gateway_errors import gateway_error
from conformance.reference.refusals import GatewayError, Refusal
from conformance.reference.signatures import Pairs, Signed, canonical_request, signature_fits
from conformance.wire.message import Scheme
from conformance.wire.sign import acs3_signature, acs3_string_to_sign, rpc_signature

ACS3_DOCUMENTED = ("alibaba-2023",)
"""Where signatures in the headers are not documented, a run that signs its parameters never tries them."""

LATE = 500
"""The number of requests after which a fault begins that only shows late in a run."""

Fits = Callable[[Call, Signed], bool]


# --- any secret will do ---


def any_secret(when: Callable[[Call], bool]) -> Callable[[Fits, Call, Signed], bool]:
    """No signature is verified for calls of this kind."""
    return lambda faithful, call, signed: when(call) or faithful(call, signed)


breaks("Signature.secret", "Requests may be signed with any secret.", signature_fits, listed=False)(
    any_secret(lambda call: True)
)
scoped("Signature.secret@GET", "A GET may be signed with any secret.")
scoped("Signature.secret@POST", "A POST may be signed with any secret.")
scoped("Signature.secret@FORM", "What stands in a form body may be signed with any secret.")
scoped("Signature.secret@XML", "A request for XML may be signed with any secret.")
scoped("Signature.secret@JSON", "A request for JSON may be signed with any secret.")
scoped(
    "Signature.secret@RPC",
    "Signatures in the parameters are not verified, those in the headers are.",
    editions=ACS3_DOCUMENTED,
)
scoped(
    "Signature.secret@ACS3",
    "Signatures in the headers are not verified, those in the parameters are.",
    editions=ACS3_DOCUMENTED,
)
breaks("Signature.secret/of_pages", "Signatures of QueryPageByApplyId are not verified.", signature_fits)(
    any_secret(lambda call: call.operation == Action.QueryPageByApplyId)
)
breaks("Signature.secret/of_checks", "Signatures of BatchCheckDeviceNames are not verified.", signature_fits)(
    any_secret(lambda call: call.operation == Action.BatchCheckDeviceNames)
)
breaks("Signature.late", "From the 500th request on any secret will do.", signature_fits)(
    any_secret(lambda call: call.number > LATE)
)


# --- a signature of something else ---


def fits_others(others: Callable[[Call, Signed], Iterator[Signed]]) -> Callable[[Fits, Call, Signed], bool]:
    """A signature is taken as well that fits one of these."""

    def change(faithful: Fits, call: Call, signed: Signed) -> bool:
        return faithful(call, signed) or any(faithful(call, other) for other in others(call, signed))

    return change


def with_another(name: str, values: Callable[[Call], Any]) -> Callable[[Call, Signed], Iterator[Signed]]:
    """The same request with other values of one parameter."""

    def others(call: Call, signed: Signed) -> Iterator[Signed]:
        for value in values(call):
            pairs: Pairs = [(key, str(value) if key == name else old) for key, old in signed.parameters]
            yield replace(signed, parameters=pairs)

    return others


def one_parameter_less(call: Call, signed: Signed) -> Iterator[Signed]:
    """The same request without one of its parameters."""
    for number in range(len(signed.parameters)):
        yield replace(signed, parameters=[*signed.parameters[:number], *signed.parameters[number + 1 :]])


def of_another_operation(call: Call, signed: Signed) -> Iterator[Signed]:
    """The same request with another operation in its headers."""
    for name in OPERATIONS if signed.authorization is not None else ():
        yield replace(signed, headers={**signed.headers, "x-acs-action": name})


OTHER_METHOD = {"GET": "POST", "POST": "GET"}

breaks("Signature.secret.empty", "The empty secret is as good as the right one.", signature_fits)(
    fits_others(lambda call, signed: iter([replace(signed, secret="")]))
)
breaks("Signature.parameters.changed", "A signature for one application is good for all of them.", signature_fits)(
    fits_others(with_another("ApplyId", lambda call: call.store.applications))
)
breaks(
    "Signature.parameters.changed/Action",
    "A signature for one operation is good for all of them.",
    signature_fits,
    listed=False,
)(fits_others(with_another("Action", lambda call: OPERATIONS)))
scoped("Signature.parameters.changed/Action@RPC", "A signature for one operation is good for all of them.")
breaks("Signature.parameters.added", "One parameter more than was signed does no harm.", signature_fits)(
    fits_others(one_parameter_less)
)
breaks(
    "Signature.parameters.added/in_the_form", "Beside a signed query, a form body need not be signed.", signature_fits
)(fits_others(lambda call, signed: iter([replace(signed, parameters=call.question.query)])))
breaks("Signature.method", "A signature for the other HTTP method is good as well.", signature_fits)(
    fits_others(lambda call, signed: iter([replace(signed, method=OTHER_METHOD.get(signed.method, ""))]))
)
scoped("Signature.method@ACS3", "An Authorization for the other HTTP method is good as well.", editions=ACS3_DOCUMENTED)
breaks("Signature.ACS3.headers", "An Authorization for one operation is good for all of them.", signature_fits)(
    fits_others(of_another_operation)
)


@breaks(
    "Signature.ACS3.body",
    "The hash of the body is taken from the request, and never compared with the body.",
    signature_fits,
)
def the_claimed_hash_is_believed(faithful: Fits, call: Call, signed: Signed) -> bool:
    if faithful(call, signed) or signed.authorization is None:
        return faithful(call, signed)
    above, newline, _ = canonical_request(call, signed, signed.authorization).rpartition("\n")
    claimed = above + newline + signed.headers.get("x-acs-content-sha256", "")
    return signed.authorization.signature == acs3_signature(acs3_string_to_sign(claimed), signed.secret)


# --- a signature that only looks like the right one ---


def nearly(alike: Callable[[str, str], bool]) -> Callable[[Fits, Call, Signed], bool]:
    """A signature passes that is like the right one: claimed, right → whether it is."""

    def change(faithful: Fits, call: Call, signed: Signed) -> bool:
        authorization = signed.authorization
        if authorization is None:
            claimed = call.param("Signature") or ""
            right = rpc_signature(signed.method, signed.parameters, signed.secret)
        else:
            claimed = authorization.signature
            canonical = canonical_request(call, signed, authorization)
            right = acs3_signature(acs3_string_to_sign(canonical), signed.secret)
        return faithful(call, signed) or alike(claimed, right)

    return change


breaks("Signature.exact", "The beginning of a signature is as good as the whole.", signature_fits)(
    nearly(lambda claimed, right: bool(claimed) and right.startswith(claimed))
)
scoped(
    "Signature.exact@ACS3",
    "The beginning of an Authorization's signature is as good as the whole.",
    editions=ACS3_DOCUMENTED,
)
breaks("Signature.exact/letter_case", "Letter case does not matter in a signature.", signature_fits)(
    nearly(lambda claimed, right: claimed.lower() == right.lower())
)


# --- keys, and what a signed request must say ---

breaks("Signature.AccessKeyId", "A key that nobody has is taken for the one that is known.", secret_of)(
    lambda faithful, call, key_id: faithful(call, key_id) or next(iter(call.server.access.keys.values()))
)
breaks("Signature.AccessKeyId/letter_case", "Letter case does not matter in an AccessKeyId.", secret_of)(
    lambda faithful, call, key_id: faithful(call, key_id) or faithful(call, key_id.swapcase())
)
breaks("Signature.missing", "A request that names its key needs no signature.", check_rpc)(
    lambda faithful, call: None if call.param("AccessKeyId") and not call.param("Signature") else faithful(call)
)
also_breaks("Signature.missing", check_acs3)(
    lambda faithful, call: faithful(call) if "authorization" in call.question.headers else None
)
scoped("Signature.missing@POST", "A POST that names its key needs no signature.")
scoped("Signature.missing@ACS3", "A request signed in its headers needs no Authorization.", editions=ACS3_DOCUMENTED)


def needs_no(parameter: str) -> Callable[..., None]:
    """A parameter may be left out."""
    return lambda faithful, call, name, given: None if name == parameter else faithful(call, name, given)


def unless_absent(name: str) -> Callable[..., None]:
    """What would be checked of a parameter is not, where it is absent."""
    return lambda faithful, call, *args: faithful(call, *args) if call.param(name) is not None else None


breaks(
    "Signature.required/AccessKeyId",
    "A signed request that names no key is taken for one by the key that is known.",
    require,
)(needs_no("AccessKeyId"))
also_breaks("Signature.required/AccessKeyId", secret_of)(
    lambda faithful, call, key_id: faithful(call, key_id or next(iter(call.server.access.keys)))
)
breaks("Signature.required/SignatureMethod", "A signed request need not name its SignatureMethod.", require)(
    needs_no("SignatureMethod")
)
also_breaks("Signature.required/SignatureMethod", check_signature_method)(unless_absent("SignatureMethod"))
breaks("Signature.required/SignatureNonce", "A signed request needs no nonce.", require)(needs_no("SignatureNonce"))
also_breaks("Signature.required/SignatureNonce", check_nonce)(
    lambda faithful, call, key_id, nonce: faithful(call, key_id, nonce) if nonce else None
)
breaks("Signature.required/Timestamp", "A signed request needs no Timestamp.", require)(needs_no("Timestamp"))
also_breaks("Signature.required/Timestamp", check_time)(
    lambda faithful, call, text: faithful(call, text) if text else None
)
breaks("Signature.required.Version", "A signed request needs no Version.", require)(needs_no("Version"))
breaks("Signature.required.Version/SignatureVersion", "A signed request needs no SignatureVersion.", require)(
    needs_no("SignatureVersion")
)
breaks("Signature.unsigned", "A request may be sent without key and signature.", scheme_to_verify, listed=False)(
    lambda faithful, call: Scheme.NONE if call.question.scheme is Scheme.NONE else faithful(call)
)
scoped("Signature.unsigned@POST", "A POST may be sent without key and signature.")
scoped("Signature.unsigned@XML", "A request for XML may be sent without key and signature.")
breaks("Signature.SignatureMethod", "Whatever SignatureMethod is named, HMAC-SHA1 is meant.", check_signature_method)(
    lambda faithful, call, name: None
)
breaks("Signature.HTTPMethod", "PUT and DELETE are served like GET.", method_is_served)(lambda faithful, call: None)
breaks("Signature.HTTPMethod/DELETE", "DELETE is served like GET.", method_is_served)(
    lambda faithful, call: faithful(call) if call.question.request.method != "DELETE" else None
)


# --- what becomes of a refused signature ---


def executes(operations: frozenset[str]) -> Callable[..., None]:
    """Operations are carried out although their signature is refused."""

    def change(faithful: Callable[[Call], None], call: Call) -> None:
        try:
            faithful(call)
        except GatewayError as error:
            if "Signature" in error.code and call.operation in operations:
                with contextlib.suppress(Refusal, GatewayError):
                    operation_of(call)(call)
            raise

    return change


breaks("Signature.effect", "What is refused for its signature is executed all the same.", let_pass)(
    executes(frozenset(OPERATIONS))
)
breaks(
    "Signature.effect/generated_names",
    "A BatchRegisterDevice refused for its signature registers all the same.",
    let_pass,
)(executes(frozenset({Action.BatchRegisterDevice})))
breaks(
    "Signature.effect/checked_names",
    "A BatchRegisterDeviceWithApplyId refused for its signature registers all the same.",
    let_pass,
)(executes(frozenset({Action.BatchRegisterDeviceWithApplyId})))


@breaks(
    "Signature.envelope",
    "A refused signature is answered like a business refusal, with HTTP status 200.",
    gateway_error,
)
def signatures_are_refused_by_the_business(faithful: Callable[..., Reply], call: Call, error: GatewayError) -> Reply:
    if "Signature" not in error.code:
        return faithful(call, error)
    head = {"Success": truth(call, False), "Code": error.code, "ErrorMessage": error.message}
    return Reply(200, root_of(call), with_request_id(call, head, refused=True))


scoped("Signature.envelope@XML", "In XML, a refused signature is answered like a business refusal.")


@breaks(
    "Signature.Message",
    "A signature that does not match is told with which secret it should have been made.",
    signature_does_not_match,
)
def the_secret_is_told(faithful: Callable[..., GatewayError], call: Call, signed: Signed) -> GatewayError:
    error = faithful(call, signed)
    return GatewayError(error.code, error.status, f"{error.message} (signed with {signed.secret})")

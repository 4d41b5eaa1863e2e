"""Faults of signatures: which are taken although they do not fit, and what becomes of those that are refused."""

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
from conformance.reference.faults.fault import breaks, scoped
from conformance.reference.gateway import (
    let_pass,
    signature_does_not_match,
)
from conformance.reference.gateway_errors import gateway_error
from conformance.reference.refusals import GatewayError, Refusal
from conformance.reference.signatures import Pairs, Signed, canonical_request, signature_fits
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

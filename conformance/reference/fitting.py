"""Whether a signature fits its request, and the many ways in which a careless server thinks that it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from conformance.reference.call import Call
from conformance.reference.editions import OPERATIONS
from conformance.wire.sign import (
    Authorization,
    acs3_canonical_request,
    acs3_matches,
    acs3_signature,
    acs3_string_to_sign,
    rpc_matches,
    rpc_signature,
)

LATE = 500
"""The number of requests after which a fault begins that only shows late in a run."""

OTHER_METHOD = {"GET": "POST", "POST": "GET"}

Pairs = Sequence[tuple[str, str]]


def rpc_fits(call: Call, secret: str) -> bool:
    """Whether the parameter Signature fits the method and all parameters of query and form."""
    question = call.question
    method, pairs = question.request.method, question.query + question.form
    if rpc_matches(method, pairs, secret):
        return True
    if not call.server.faults:
        return False
    return (
        looked_away(call)
        or (call.breaks("Signature.secret.empty") and rpc_matches(method, pairs, ""))
        or any(rpc_matches(method, other, secret) for other in other_parameters(call, pairs))
        or (call.breaks("Signature.method") and rpc_matches(OTHER_METHOD.get(method, ""), pairs, secret))
        or nearly(call, call.param("Signature") or "", rpc_signature(method, pairs, secret))
    )


def acs3_fits(call: Call, sent: Authorization, key: str) -> bool:
    """Whether the Authorization fits method, path, query, signed headers and body."""
    question = call.question
    request, path = question.request, question.path or "/"

    def fits(
        query: Pairs = question.query,
        headers: Mapping[str, str] = question.headers,
        secret: str = key,
        method: str = request.method,
    ) -> bool:
        return acs3_matches(method, path, query, headers, request.body, sent, secret)

    if fits():
        return True
    if not call.server.faults:
        return False
    actions = OPERATIONS if call.breaks("Signature.ACS3.headers") else ()
    canonical = acs3_canonical_request(
        request.method, path, question.query, question.headers, sent.signed, request.body
    )
    return (
        looked_away(call)
        or (call.breaks("Signature.secret.empty") and fits(secret=""))
        or any(fits(query=other) for other in other_parameters(call, question.query))
        or (call.breaks("Signature.method") and fits(method=OTHER_METHOD.get(request.method, "")))
        or any(fits(headers={**question.headers, "x-acs-action": name}) for name in actions)
        or (call.breaks("Signature.ACS3.body") and fits_its_own_hash(call, canonical, sent, key))
        or nearly(call, sent.signature, acs3_signature(acs3_string_to_sign(canonical), key))
    )


def looked_away(call: Call) -> bool:
    """Whether a fault lets any signature pass for this call."""
    unverified = {"QueryPageByApplyId": "of_pages", "BatchCheckDeviceNames": "of_checks"}.get(call.operation)
    if unverified and call.breaks(f"Signature.secret/{unverified}"):
        return True
    return call.breaks("Signature.secret") or (call.number > LATE and call.breaks("Signature.late"))


def other_parameters(call: Call, pairs: Pairs) -> Iterator[Pairs]:
    """Parameters that were not sent, for which a signature is taken as well."""
    if call.breaks("Signature.parameters.changed"):
        for apply_id in call.store.applications:
            yield [(name, str(apply_id) if name == "ApplyId" else value) for name, value in pairs]
    if call.breaks("Signature.parameters.changed/Action"):
        for operation in OPERATIONS:
            yield [(name, operation if name == "Action" else value) for name, value in pairs]
    if call.breaks("Signature.parameters.added"):
        for number in range(len(pairs)):
            yield [*pairs[:number], *pairs[number + 1 :]]
    if call.breaks("Signature.parameters.added/in_the_form"):
        yield call.question.query


def fits_its_own_hash(call: Call, canonical: str, sent: Authorization, secret: str) -> bool:
    """Whether the signature fits the hash that the request claims, whatever its body is."""
    claimed = call.question.headers.get("x-acs-content-sha256", "")
    text = canonical.rpartition("\n")[0] + "\n" + claimed
    return sent.signature == acs3_signature(acs3_string_to_sign(text), secret)


def nearly(call: Call, claimed: str, right: str) -> bool:
    """Whether a fault takes a signature that only looks like the right one."""
    if call.breaks("Signature.exact") and claimed and right.startswith(claimed):
        return True
    return call.breaks("Signature.exact/letter_case") and claimed.lower() == right.lower()

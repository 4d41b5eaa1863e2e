"""Faults of the gateway: what it lets pass although the signature, the time or the nonce is wrong."""

from __future__ import annotations

from conformance.reference.faults.fault import Fault, faults_of

SAYS = {
    "secret@GET": "A GET may be signed with any secret.",
    "secret@POST": "A POST may be signed with any secret.",
    "secret@FORM": "What stands in a form body may be signed with any secret.",
    "secret@XML": "A request for XML may be signed with any secret.",
    "secret@JSON": "A request for JSON may be signed with any secret.",
    "secret@RPC": "Signatures in the parameters are not verified, those in the headers are.",
    "secret@ACS3": "Signatures in the headers are not verified, those in the parameters are.",
    "secret/of_pages": "Signatures of QueryPageByApplyId are not verified.",
    "secret/of_checks": "Signatures of BatchCheckDeviceNames are not verified.",
    "secret.empty": "The empty secret is as good as the right one.",
    "parameters.changed": "A signature for one application is good for all of them.",
    "parameters.changed/Action@RPC": "A signature for one operation is good for all of them.",
    "parameters.added": "One parameter more than was signed does no harm.",
    "parameters.added/in_the_form": "Beside a signed query, a form body need not be signed.",
    "AccessKeyId": "A key that nobody has is taken for the one that is known.",
    "AccessKeyId/letter_case": "Letter case does not matter in an AccessKeyId.",
    "method": "A signature for the other HTTP method is good as well.",
    "method@ACS3": "An Authorization for the other HTTP method is good as well.",
    "missing": "A request that names its key needs no signature.",
    "missing@POST": "A POST that names its key needs no signature.",
    "missing@ACS3": "A request signed in its headers needs no Authorization.",
    "required/AccessKeyId": "A signed request that names no key is taken for one by the key that is known.",
    "required/SignatureMethod": "A signed request need not name its SignatureMethod.",
    "required/SignatureNonce": "A signed request needs no nonce.",
    "required/Timestamp": "A signed request needs no Timestamp.",
    "required.Version": "A signed request needs no Version.",
    "required.Version/SignatureVersion": "A signed request needs no SignatureVersion.",
    "unsigned@POST": "A POST may be sent without key and signature.",
    "unsigned@XML": "A request for XML may be sent without key and signature.",
    "exact": "The beginning of a signature is as good as the whole.",
    "exact@ACS3": "The beginning of an Authorization's signature is as good as the whole.",
    "exact/letter_case": "Letter case does not matter in a signature.",
    "Timestamp.expired": "However old a request is, it is served.",
    "Timestamp.expired/a_day": "A request is served for a day.",
    "Timestamp.expired@POST": "However old a POST is, it is served.",
    "Timestamp.expired@ACS3": "However old a request signed in its headers is, it is served.",
    "Timestamp.expired/told_as_malformed": "A request that is too old is told that its Timestamp is malformed.",
    "Timestamp.expired/of_pages": "However old a QueryPageByApplyId is, it is served.",
    "Timestamp.future": "A request of the far future is served.",
    "Timestamp.format": "A Timestamp that cannot be read is not looked at.",
    "Timestamp.format/with_a_blank": "A time with a blank in the place of its T is taken for one.",
    "Timestamp.format/without_Z": "A time that does not say its zone is taken for one.",
    "Timestamp.format/of_databases": "A time with a blank in its middle and no Z is taken for one.",
    "Timestamp.near": "A request more than a minute old is refused.",
    "SignatureNonce": "A nonce may be used again.",
    "SignatureNonce@GET": "The nonce of a GET may be used again.",
    "SignatureNonce@POST": "The nonce of a POST may be used again.",
    "SignatureNonce@ACS3": "The nonce of a request signed in its headers may be used again.",
    "SignatureNonce.later": "Only the last 50 nonces are remembered.",
    "SignatureNonce.other_operation": "A nonce may be used once for each operation.",
    "SignatureNonce.other_request": "A nonce may be used once by GET and once by POST.",
    "SignatureNonce.other_request/Format": "A nonce may be used once for each Format.",
    "SignatureNonce.other_request/Timestamp": "A nonce may be used again with another Timestamp.",
    "SignatureMethod": "Whatever SignatureMethod is named, HMAC-SHA1 is meant.",
    "HTTPMethod": "PUT and DELETE are served like GET.",
    "HTTPMethod/DELETE": "DELETE is served like GET.",
    "effect": "What is refused for its signature is executed all the same.",
    "effect/generated_names": "A BatchRegisterDevice refused for its signature registers all the same.",
    "effect/checked_names": "A BatchRegisterDeviceWithApplyId refused for its signature registers all the same.",
    "late": "From the 500th request on any secret will do.",
    "ACS3.body": "The hash of the body is taken from the request, and never compared with the body.",
    "ACS3.headers": "An Authorization for one operation is good for all of them.",
    "envelope": "A refused signature is answered like a business refusal, with HTTP status 200.",
    "envelope@XML": "In XML, a refused signature is answered like a business refusal.",
    "Message": "A signature that does not match is told with which secret it should have been made.",
}

ANY_SECRET = (
    "Signature.secret.empty",
    "Signature.parameters.changed",
    "Signature.parameters.added",
    "Signature.method",
    "Signature.exact",
    "Signature.effect",
    "Signature.late",
    "Signature.ACS3.body",
    "Signature.ACS3.headers",
)
"""Where any secret will do, so will whatever else is wrong with a signature."""

ALSO: dict[str, tuple[str, ...]] = {
    "secret": ANY_SECRET,
    "late": ("Signature.secret", *(name for name in ANY_SECRET if name != "Signature.late")),
    "effect": (
        "Workflow.refusal",
        "Workflow.unasked",
        "QueryPageByApplyId.unregistered",
        "BatchRegisterDeviceWithApplyId.accepts",
    ),
    "SignatureNonce": (
        "Signature.SignatureNonce.later",
        "Signature.SignatureNonce.other_operation",
        "Signature.SignatureNonce.other_request",
    ),
    "SignatureNonce.other_request/Timestamp": ("Signature.SignatureNonce.other_operation",),
    "Timestamp.expired/told_as_malformed": ("Signature.Timestamp.future",),
    "SignatureNonce.later": ("Signature.SignatureNonce",),
}
ONLY_WHERE_DOCUMENTED = ("alibaba-2023",)
EDITIONS = {name: ONLY_WHERE_DOCUMENTED for name in SAYS if name.endswith("@ACS3") or name == "secret@RPC"}
"""Where signatures in the headers are not documented, a run that signs its parameters never tries them."""

SIGNATURE: tuple[Fault, ...] = faults_of("Signature", SAYS, ALSO, EDITIONS)

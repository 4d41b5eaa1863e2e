"""How a wrong signature is made: another signer, another request than the one sent, or a spoilt signature."""

from __future__ import annotations

from dataclasses import replace

from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import ABSENT, Request, Scheme
from conformance.wire.signer import Signer


def wrong_signer(signer: Signer, tampering: Tampering) -> Signer:
    """The signer by which the tampered request is signed."""
    match tampering.flaw:
        case Flaw.OTHER_SECRET:
            # As long as the right one, and alike up to its last letter.
            return replace(signer, secret=signer.secret[:-1] + ("x" if signer.secret[-1:] != "x" else "y"))
        case Flaw.EMPTY_SECRET:
            return replace(signer, secret="")
        case Flaw.UNKNOWN_KEY:
            return replace(signer, key_id=tampering.value)
        case Flaw.KEY_CASE:
            return replace(signer, key_id=signer.key_id.swapcase())
        case Flaw.UNSIGNED:
            return Signer(Scheme.NONE)
        case _:
            return signer


def as_signed(request: Request, tampering: Tampering) -> Request:
    """The request for which the signature was made."""
    for name, value in tampering.signed:
        if name == "Action":
            request = replace(request, operation=value)
        else:
            request = request.but(**{name: None if value == ABSENT else value})
    return request


def spoilt(signature: str, flaw: Flaw | None) -> str:
    """The signature as it is sent; empty where it is left out."""
    if flaw is Flaw.NO_SIGNATURE:
        return ""
    if flaw is Flaw.CUT:
        return signature[: len(signature) // 2]
    return signature.swapcase() if flaw is Flaw.LETTER_CASE else signature

"""Finds out whether a target verifies signatures, by questions in which nothing but the signature is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.client.session import Session
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import FORMS, Exchange, Scheme
from conformance.wire.signer import Signer

ACS3_DOCUMENTED = frozenset({"alibaba-2023"})
"""Editions that know signatures in the headers beside those in the parameters."""
FAR_APART = (FORMS[0], FORMS[1])
"""Two forms that differ in everything: what is verified in neither is not verified."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What the preflight has seen of a target's signatures."""

    signers: tuple[Signer, ...] = ()
    """The signers for tests of signatures: that of the run, then that of another scheme that is accepted; or none."""
    why: str = ""
    """Why there are no signers."""
    spoilt: Exchange | None = None
    """The question signed with another secret whose answer showed that signatures are verified."""
    unsigned: Exchange | None = None
    """The question without any signature."""
    takes_unsigned: bool = False
    """Whether unsigned requests are accepted, and the user does not demand signatures."""


def verification(session: Session, right: Exchange, others: Sequence[Signer], *, demanded: bool) -> Verification:
    """Send the question of ``right`` by the other signers, with a wrong signature, and without any.

    ``demanded`` means that the user named a scheme: then signatures are tested whatever the target does.
    """
    own = session.signer
    if own.scheme is Scheme.NONE:
        return Verification(why="the run signs nothing")
    taken = [own]
    for other in others:
        if _alike(session.send(right.request, FORMS[0], "preflight", signer=other), right):
            taken.append(other)
    spoilt = next(filter(None, (_noticed(session, signer, right) for signer in taken)), None)
    if spoilt is None and not demanded:
        return Verification(why="the target accepts any signature; --auth rpc or --auth acs3 demands the right one")
    unsigned = session.send(right.request, FORMS[0], "preflight", tampering=Tampering(Flaw.UNSIGNED))
    return Verification(tuple(taken), "", spoilt, unsigned, _alike(unsigned, right) and not demanded)


def _noticed(session: Session, signer: Signer, right: Exchange) -> Exchange | None:
    """The question with a wrong secret that was answered otherwise; None where a wrong secret makes no difference."""
    wrong = Tampering(Flaw.OTHER_SECRET)
    for form in FAR_APART:
        spoilt = session.send(right.request, form, "preflight", signer=signer, tampering=wrong)
        if _alike(spoilt, right):
            continue
        if _is_read(spoilt) or _is_read(session.send(right.request, form, "preflight", signer=signer)):
            return spoilt
    return None


def _is_read(exchange: Exchange) -> bool:
    """Whether an answer says that the call was accepted or refused."""
    return exchange.accepted or exchange.refused


def _alike(exchange: Exchange, right: Exchange) -> bool:
    """Whether the answer equals that to the right request: success, or the same code."""
    if exchange.answer is None or right.answer is None:
        return False
    return (exchange.accepted, exchange.refused, exchange.answer.code) == (
        right.accepted,
        right.refused,
        right.answer.code,
    )

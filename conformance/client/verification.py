"""Whether a target verifies signatures at all, found out by questions that are wrong in nothing but that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.client.session import Session
from conformance.wire.encode import Signer
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import FORMS, Exchange, Scheme

ACS3_DOCUMENTED = frozenset({"alibaba-2023"})
"""Editions that know signatures in the headers beside those in the parameters."""
FAR_APART = (FORMS[0], FORMS[1])
"""Two forms that differ in everything: what is verified in neither is not verified."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a target does about signatures, as far as the first look tells."""

    signers: tuple[Signer, ...] = ()
    """By whom the clauses of signatures are tried: the run's own signer, then that of another scheme that is taken."""
    why: str = ""
    """Why nobody tries them."""
    spoilt: Exchange | None = None
    """The question signed with another secret that showed that somebody looks."""
    unsigned: Exchange | None = None
    """The question without any signature."""
    takes_unsigned: bool = False
    """Whether such requests are taken as well, and nobody demands that they are not."""


def verification(session: Session, right: Exchange, others: Sequence[Signer], *, demanded: bool) -> Verification:
    """Ask again what ``right`` has asked: by other schemes, with a wrong signature, and without any.

    ``demanded`` means that the user named a scheme: then the clauses are tried whatever the target does.
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
    """A question for which a wrong secret made a difference; what cannot be read differs only from what can."""
    wrong = Tampering(Flaw.OTHER_SECRET)
    for form in FAR_APART:
        spoilt = session.send(right.request, form, "preflight", signer=signer, tampering=wrong)
        if _alike(spoilt, right):
            continue
        if _is_read(spoilt) or _is_read(session.send(right.request, form, "preflight", signer=signer)):
            return spoilt
    return None


def _is_read(one: Exchange) -> bool:
    """Whether an answer says that the call was accepted or refused."""
    return one.accepted or one.refused


def _alike(one: Exchange, right: Exchange) -> bool:
    """Whether the target answers as it does in good faith: the same code, or success."""
    if one.answer is None or right.answer is None:
        return False
    return (one.accepted, one.refused, one.answer.code) == (right.accepted, right.refused, right.answer.code)

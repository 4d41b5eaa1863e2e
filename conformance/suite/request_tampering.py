"""Sends the requests of a test of signatures: accepted ones, with one thing wrong about how they are signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qsl

from conformance.client.schedule import Scheduler
from conformance.client.session import Session
from conformance.client.verification import Verification
from conformance.judge.refusal import judge_refusal
from conformance.judge.verdict import Breaks, CheckResult, Exempt, Holds, Unclear
from conformance.suite.index import Index
from conformance.suite.probe import ENOUGH_BREAKS, Probe
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import FORMS, Exchange, Form, Place, Request, Scheme
from conformance.wire.signer import Signer

FAR_APART = ((FORMS[1], FORMS[0]), (FORMS[4], FORMS[3]))
"""Two pairs of forms; the forms of a pair differ in method, place and format."""
TOO_MANY = 429
"""The HTTP status of throttling."""
LATELY = 300.0
"""Seconds for which an accepted question can be used: its Timestamp and its nonce are valid for minutes only."""
Way = tuple[Signer, Form]
"""By whom a request is signed, and how it travels."""
Spoil = Callable[[Request, Exchange], tuple[Request, Tampering]]
"""From a question for a status, and the latest such exchange: what is sent, and what is wrong about its signature."""


class RequestTamperer:
    """The sender of one test of signatures. It tampers with questions for a status, which have no effect.

    ``most`` is how many tampered requests the target shall see in the whole run; None is no limit.
    """

    def __init__(
        self,
        probe: Probe,
        session: Session,
        scheduler: Scheduler,
        index: Index,
        verification: Verification,
        most: int | None,
        *,
        thorough: bool,
    ) -> None:
        self.probe = probe
        self.own = session.signer
        self.spoilt = verification.spoilt
        self.unsigned = verification.unsigned
        self.takes_unsigned = verification.takes_unsigned
        self._session = session
        self._scheduler = scheduler
        self._index = index
        self._verification = verification
        self._most = most
        self._thorough = thorough
        self._sent = 0

    def ways(
        self,
        few: int = 1,
        schemes: Sequence[Scheme] = (),
        places: Sequence[Place] = tuple(Place),
        *,
        others: bool = False,
    ) -> list[Way]:
        """The ways to send: all in a thorough profile, else ``few`` by the run's signer and one by each ``others``.

        Raises Exempt where the target verifies no signature, or takes none of the ``schemes``.
        """
        signers = self._verification.signers
        if not signers:
            raise Exempt(self._verification.why)
        chosen = [signer for signer in signers if not schemes or signer.scheme in schemes]
        if not chosen:
            raise Exempt(f"the run signs by {' and '.join(signer.scheme.upper() for signer in signers)}")
        if self.thorough:
            return [(signer, form) for form in FORMS if form.place in places for signer in chosen]
        pair = FAR_APART[sum(map(ord, self.probe.clause)) % 2]
        own = [(chosen[0], form) for form in pair if form.place in places][:few]
        if self.sparing:
            return own[:1]
        return own + [(signer, FORMS[1]) for signer in chosen[1:] if others]

    def good(self, signer: Signer, form: Form, *, oldest: bool = False) -> Exchange | None:
        """The latest accepted question for a status by that signer, preferably in that form; sent now if need be.

        None where it is not accepted.
        """
        questions = self._index.questions
        known = questions.get((signer.scheme, form))
        if not known or (not oldest and self._session.age(known[-1]) > LATELY):
            self._scheduler.tick()
            self._session.ask(self.probe.status, form, self.probe.clause, signer=signer)
        for tried in form, *FORMS:
            if accepted := questions.get((signer.scheme, tried)):
                return accepted[0 if oldest else -1]
        return None

    def for_another_application(self, question: Request, good: Exchange) -> tuple[Request, Tampering]:
        """The same question, signed when it asked about another application of this run."""
        asked = question.get("ApplyId")
        issued = (apply_id for apply_id in sorted(self._index.issued) if str(apply_id) != asked)
        other = next(issued, int(asked or 0) + 1)
        return question, Tampering(Flaw.OTHER_REQUEST, signed=(("ApplyId", str(other)),))

    def other_operations(self, tampering: Tampering, *, because: str, what: str) -> Iterator[CheckResult]:
        """The same tampering with a page and a check, which register nothing, by each signer of the run."""
        signers = dict.fromkeys(signer for signer, _ in self.ways(others=True))
        for signer in () if self.sparing else signers:
            for request in (self.probe.page, self.probe.check):
                exchange = self.send(request, FORMS[1], tampering, signer)
                yield judge_tampered(exchange, because, f"{request.operation} with {what}")

    def send(self, request: Request, form: Form, tampering: Tampering, signer: Signer | None = None) -> Exchange:
        """Send a tampered request. Raises Exempt where the target has seen the most it shall, and none of this test."""
        if self.spent and not self._sent:
            raise Exempt("this target has been sent as many wrong signatures as it shall be")
        if not self.probe.offers(request.operation):
            raise Exempt(f"cannot be seen without {request.operation}")
        self._sent += 1
        self._scheduler.tick()
        # Where few are allowed, none is repeated.
        send = self._session.send if self.sparing else self._session.ask
        return send(request, form, self.probe.clause, signer=signer, tampering=tampering)

    @property
    def thorough(self) -> bool:
        """Whether more than one value of a kind is tried."""
        return self._thorough and not self.sparing

    @property
    def sparing(self) -> bool:
        """Whether the number of tampered requests is limited, so that a clause gets one example."""
        return self._most is not None

    @property
    def spent(self) -> bool:
        """Whether the target has seen as many tampered requests as it shall."""
        return self._most is not None and self._index.tampered >= self._most

    def refused(
        self,
        spoil: Tampering | Spoil,
        *,
        because: str,
        what: str,
        few: int = 1,
        schemes: Sequence[Scheme] = (),
        places: Sequence[Place] = tuple(Place),
        others: bool = False,
        oldest: bool = False,
    ) -> Iterator[CheckResult]:
        """Tamper with an accepted question in each way, send it, and judge how it is refused.

        ``because`` is the family of codes that fit, ``what`` is wrong in words; the others are those of ``ways``.
        """
        question, broken = self.probe.status, 0
        for signer, form in self.ways(few, schemes, places, others=others):
            if broken >= ENOUGH_BREAKS or (self.spent and self._sent):
                return
            good = self.good(signer, form, oldest=oldest)
            if good is None:
                yield Unclear(f"no question signed by {signer.scheme.upper()} was accepted in any form")
                continue
            request, tampering = (question, spoil) if isinstance(spoil, Tampering) else spoil(question, good)
            judged = judge_tampered(self.send(request, good.form, tampering, signer), because, what)
            broken += isinstance(judged, Breaks)
            yield judged


def judge_tampered(exchange: Exchange, because: str, what: str) -> CheckResult:
    """Whether a tampered request was refused; an HTTP 4xx that is no answer of this API refuses it too, but for 429."""
    judged = judge_refusal(exchange, because, what)
    status = exchange.received.status if exchange.received is not None else 0
    if isinstance(judged, Unclear) and not exchange.refused and 400 <= status < 500 and status != TOO_MANY:
        return Holds(exchange.number)
    return judged


def moment_of(exchange: Exchange) -> str:
    """Time and nonce of a sent request, a blank between them."""
    sent = exchange.sent
    if exchange.scheme is Scheme.ACS3:
        headers = dict(sent.headers)
        return f"{headers['x-acs-date']} {headers['x-acs-signature-nonce']}"
    params = dict(parse_qsl(sent.target.partition("?")[2] + "&" + sent.body.decode()))
    return f"{params['Timestamp']} {params['SignatureNonce']}"

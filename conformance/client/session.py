"""The open door to a target, and the only one that sends: signs, charges, throttles, times, records."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import httpx

from conformance.client.budget import Budget, NotSent
from conformance.client.clock import Clock
from conformance.client.ledger import Ledger
from conformance.client.liveness import MOST_LOST, STILL_THERE, UNTIL_IT_LISTENS, Gone, Liveness
from conformance.client.name_generator import NameGenerator
from conformance.client.rate_limiter import DOCUMENTED, PAUSES, RateLimiter
from conformance.client.recorded import RecordedForms
from conformance.client.transport import DIRECT, Carrier, Route
from conformance.contract import Contract
from conformance.contract.actions import Action
from conformance.wire.decode import decode
from conformance.wire.encode import encode
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import Exchange, Form, HttpAnswer, HttpRequest, NoAnswer, Request
from conformance.wire.signer import Signer

ANSWER_SECONDS = 30.0
REGION = "cn-shanghai"
"""The RegionId of requests to a target that is no region."""
ONCE = frozenset(
    {Action.BatchRegisterDevice, Action.BatchRegisterDeviceWithApplyId, Action.RegisterDevice, Action.CreateProduct}
)
"""Operations that are never sent again by ``send`` itself where a connection was stale: they create something."""
BREATH = 0.25
"""Seconds after a broken connection before the request is sent again: a program that ends breaks several at once."""
STILL = "silence"
"""The purpose of asking whether the target is still there."""


class Session:
    """One target, open. ``record`` gets every exchange, frozen and without secrets, before anybody judges it."""

    def __init__(
        self,
        url: str,
        contract: Contract,
        clock: Clock,
        signer: Signer,
        record: Callable[[Exchange], None],
        *,
        transport: httpx.BaseTransport | None = None,
        rate: float | None = None,
        budget: Budget | None = None,
        ledger: Ledger | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        most_lost: float = MOST_LOST,
        instance: str = "",
        region: str = "",
        renewed: Callable[[Signer], Signer] = lambda signer: signer,
        route: Route = DIRECT,
    ) -> None:
        self.url = url.rstrip("/")
        self.host = urlsplit(url).netloc
        self.clock = clock
        self.signer = signer
        self.began = clock.now()
        self.sent = 0
        self._contract = contract
        self._record = record
        self._rate_limiter = RateLimiter(clock, rate, DOCUMENTED if region else {})
        self.budget = budget or Budget()
        self.ledger = ledger or Ledger()
        self._instance = instance
        self._names = NameGenerator()
        self._region = region or REGION
        self._renewed = renewed
        self._recorded = RecordedForms()
        self._carrier = Carrier(self.url, transport, route)
        self._answer_seconds = answer_seconds
        self._liveness = Liveness(most_lost)
        self._good: tuple[Request, Form] | None = None
        """The first request that was answered; it is repeated to ask whether the target is still there."""

    def without_secrets(self, printed: bytes) -> str:
        """What the target printed, fit to be recorded."""
        return self._recorded.log(printed, self.signer)

    def close(self) -> None:
        """Close the connections."""
        self._carrier.close()

    def goes_on(self, before: Sequence[Exchange]) -> None:
        """Resume a run: continue its numbers and its time, and learn from its exchanges the size of each ApplyId."""
        if before:
            self.sent = max(exchange.number for exchange in before)
            self.began = self.clock.now() - max(exchange.at + exchange.seconds for exchange in before) - 1.0
        for exchange in before:
            self.budget.note(exchange)

    def age(self, exchange: Exchange) -> float:
        """How many seconds ago it was sent."""
        return self.clock.now() - self.began - exchange.at

    def generate_name(self, shape: str) -> str:
        """A DeviceName of that shape, never used before."""
        return self._names.generate(shape)

    def shape_of(self, name: str) -> str:
        """The shape from which a name was generated; any other text as it is."""
        return self._names.shape_of(name)

    def send(
        self,
        request: Request,
        form: Form,
        purpose: str = "",
        *,
        signer: Signer | None = None,
        tampering: Tampering | None = None,
    ) -> Exchange:
        """Send one request and return the recorded exchange; where no answer came, the exchange says why.

        Raises NotSent where the budget does not hold it, where the target is gone, or where the run that is resumed
        has sent it and lost the answer. What that run has seen is returned as it was.
        """
        if self._liveness.gone:
            raise Gone(self._liveness.gone)
        self.budget.charge(purpose, request)
        key = self.ledger.key(purpose, request)
        if key is not None and (known := self.ledger.known(key)) is not None:
            return known
        self._rate_limiter.wait(request.operation)
        signer = self._renewed(signer or self.signer)
        if self._instance and request.get("IotInstanceId") is None:
            request = replace(request, params=(*request.params, ("IotInstanceId", self._instance)))
        exchange = self._exchange(request, form, purpose, signer, tampering, key)
        self._note(exchange, key)
        if exchange.no_answer is NoAnswer.STALE and request.operation not in ONCE:
            return self.send(request, form, purpose, signer=signer, tampering=tampering)
        return exchange

    def _exchange(
        self, request: Request, form: Form, purpose: str, signer: Signer, tampering: Tampering | None, key: str | None
    ) -> Exchange:
        """Sign and send; ``key`` stands in the ledger, on disk, before anything is sent."""
        timestamp, nonce = self._moment(tampering)
        wire = encode(
            request,
            form,
            signer,
            host=self.host,
            timestamp=timestamp,
            nonce=nonce,
            region=self._region,
            tampering=tampering,
        )
        self.sent += 1
        if key is not None:
            self.ledger.before(key, self.sent, request)
        started = self.clock.now()
        received, no_answer, note = self._carried(wire)
        received, notes = self._recorded.answer(wire, signer, received, note)
        operation = self._contract.operations.get(request.operation) or self._contract.operations["Common"]
        return Exchange(
            self.sent,
            request,
            form,
            signer.scheme,
            self._recorded.request(wire, signer),
            round(started - self.began, 6),
            round(self.clock.now() - started, 6),
            received,
            decode(received, operation.shape) if received is not None else None,
            no_answer,
            purpose,
            notes,
            tampering,
        )

    def _note(self, exchange: Exchange, key: str | None) -> None:
        """Tell everybody who keeps account of exchanges."""
        if key is not None:
            self.ledger.after(key, exchange)
        elif exchange.operation == Action.DeleteDevice and exchange.accepted:
            self.ledger.deleted(exchange.request.get("ProductKey") or "", exchange.request.get("DeviceName") or "")
        self.budget.note(exchange)
        self._record(exchange)
        if exchange.received is not None:
            self._liveness.note_answer(exchange.seconds)
            self._good = self._good or (exchange.request, exchange.form)
        elif exchange.no_answer is not NoAnswer.STALE:
            suspicious = self._liveness.note_no_answer(exchange.number, exchange.seconds)
            if suspicious and exchange.purpose != STILL and self._good is not None:
                self._ask_whether_still_there(*self._good)

    def _ask_whether_still_there(self, request: Request, form: Form) -> None:
        """Repeat a request that was once answered, three times at most; without an answer the target is gone."""
        with contextlib.suppress(NotSent):
            for pause in STILL_THERE:
                self.clock.sleep(pause)
                if self.send(request, form, STILL).received is not None:
                    return
        self._liveness.give_up()

    def _carried(self, wire: HttpRequest) -> tuple[HttpAnswer | None, NoAnswer | None, str]:
        """The answer; a refused connection is tried again, since nothing has been sent yet."""
        seconds = self._liveness.timeout(self._answer_seconds)
        outcome = self._carrier.carry(wire, seconds, self.clock.now)
        for pause in UNTIL_IT_LISTENS if self._liveness.answered else ():
            if outcome[1] is not NoAnswer.REFUSED:
                return outcome
            self.clock.sleep(pause)
            outcome = self._carrier.carry(wire, seconds, self.clock.now)
        if outcome[1] is NoAnswer.REFUSED and self._liveness.answered:
            self._liveness.give_up(f"nobody listens at {self.url} any more, since request #{self.sent}")
        return outcome

    def _moment(self, tampering: Tampering | None) -> tuple[str, str]:
        """Time and nonce of a request: now, and one never used before, unless that is what is wrong with it."""
        flaw, value = (tampering.flaw, tampering.value) if tampering is not None else (None, "")
        # A nonce that was used comes with another time than before.
        seconds = int(value) if flaw is Flaw.TIME else -2 if flaw is Flaw.NONCE else 0
        spelling = value if flaw is Flaw.TIME_SPELLING else "%Y-%m-%dT%H:%M:%SZ"
        timestamp = time.strftime(spelling, time.gmtime(self.clock.wall() + seconds))
        if flaw is Flaw.REPLAY:
            timestamp, _, nonce = value.partition(" ")
            return timestamp, nonce
        return timestamp, value if flaw is Flaw.NONCE else secrets.token_hex(16)

    def ask(
        self,
        request: Request,
        form: Form,
        purpose: str = "",
        *,
        signer: Signer | None = None,
        tampering: Tampering | None = None,
    ) -> Exchange:
        """Like ``send``, but a request without answer, or answered by a server error, is sent once more.

        A throttled request has had no effect: it is sent again after a pause, at most twice.
        """
        exchange = self.send(request, form, purpose, signer=signer, tampering=tampering)
        with contextlib.suppress(NotSent):  # where the budget holds no second request, the first one counts
            if crashed(exchange) and tampering is None:
                if exchange.received is None:
                    self.clock.sleep(BREATH)
                exchange = self.send(request, form, purpose, signer=signer)
            for seconds in PAUSES:
                if not exchange.throttled or not self._rate_limiter.backs_off(exchange, seconds):
                    break
                exchange = self.send(request, form, purpose, signer=signer, tampering=tampering)
        return exchange


def crashed(exchange: Exchange) -> bool:
    """Whether the target gave a server error (other than 503), broke the connection, or did not answer."""
    if exchange.received is None:
        return True
    return exchange.received.status >= 500 and exchange.received.status != 503

"""The open door to a target, and the only one that sends: signs, charges, throttles, times, records."""

from __future__ import annotations

import contextlib
import secrets
import string
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from urllib.parse import unquote, urlsplit

import httpx

from conformance.client.budget import Budget, NotSent
from conformance.client.clock import Clock
from conformance.client.ledger import Ledger
from conformance.client.pace import DOCUMENTED, PAUSES, Pace
from conformance.client.silence import MOST_LOST, STILL_THERE, UNTIL_IT_LISTENS, Gone, Silence
from conformance.client.transport import DIRECT, Carrier, Route
from conformance.contract import Contract
from conformance.contract.actions import Action
from conformance.wire.decode import decode
from conformance.wire.encode import Signer, encode
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import Exchange, Form, HttpAnswer, HttpRequest, NoAnswer, Request
from conformance.wire.redact import Redactor, shown

PLACEHOLDER = "\u2022"
"""Stands in the shape of a DeviceName for a character that is chosen when the name is minted."""
DIGIT_PLACEHOLDER = "\u2023"
"""The same for a digit."""
LETTERS = string.ascii_letters + string.digits
ANSWER_SECONDS = 30.0
REGION = "cn-shanghai"
"""The RegionId of requests to a target that is no region."""
ONCE = frozenset(
    {Action.BatchRegisterDevice, Action.BatchRegisterDeviceWithApplyId, Action.RegisterDevice, Action.CreateProduct}
)
"""What is not sent again without a word where its answer was lost."""
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
        self._pace = Pace(clock, rate, DOCUMENTED if region else {})
        self.budget = budget or Budget()
        self.ledger = ledger or Ledger()
        self._instance = instance
        self._generated: dict[str, str] = {}
        self._region = region or REGION
        self._renewed = renewed
        self._random = Random(secrets.randbits(128))
        self._key = secrets.token_bytes(32)
        self._carrier = Carrier(self.url, transport, route)
        self._answer_seconds = answer_seconds
        self._silence = Silence(most_lost)
        self._good: tuple[Request, Form] | None = None
        """The first question that was answered: by it the target is asked whether it is still there."""

    def without_secrets(self, printed: bytes) -> str:
        """What the target printed, fit to be kept."""
        return self._redactor(self.signer).log(printed)

    def close(self) -> None:
        """Close the connections."""
        self._carrier.close()

    def goes_on(self, before: Sequence[Exchange]) -> None:
        """Number and time the requests after those of the run that is resumed, and know what they were given."""
        if before:
            self.sent = max(one.number for one in before)
            self.began = self.clock.now() - max(one.at + one.seconds for one in before) - 1.0
        for one in before:
            self.budget.note(one)

    def age(self, exchange: Exchange) -> float:
        """How many seconds ago it was sent."""
        return self.clock.now() - self.began - exchange.at

    def generate_name(self, shape: str) -> str:
        """A DeviceName of that shape, never used before in this run nor, by chance of 62^n, in any other."""
        while True:
            if PLACEHOLDER not in shape and DIGIT_PLACEHOLDER not in shape:
                return shape
            chosen = self._random.choices(LETTERS, k=len(shape))
            together = PLACEHOLDER * shape.count(PLACEHOLDER)
            if together and together in shape:  # as in almost every shape
                name = shape.replace(together, "".join(chosen[: len(together)]))
            else:
                each = iter(chosen)
                name = "".join(next(each) if letter == PLACEHOLDER else letter for letter in shape)
            if DIGIT_PLACEHOLDER in shape:
                digits = iter(self._random.choices(string.digits, k=len(shape)))
                name = "".join(next(digits) if letter == DIGIT_PLACEHOLDER else letter for letter in name)
            if name.lower() not in self._generated:
                self._generated[name.lower()] = shape
                return name

    def shape_of(self, name: str) -> str:
        """The shape from which a name was minted; any other text as it is."""
        return self._generated.get(name.lower(), name)

    def send(
        self,
        request: Request,
        form: Form,
        purpose: str = "",
        *,
        signer: Signer | None = None,
        tampering: Tampering | None = None,
    ) -> Exchange:
        """Send one request and return the recorded exchange; a transport fault is an exchange without answer.

        Raises NotSent where the budget does not hold it, where the target is gone, or where the run that is resumed has
        sent it and lost the answer. What that run has seen is returned as it was.
        """
        if self._silence.gone:
            raise Gone(self._silence.gone)
        self.budget.charge(purpose, request)
        key = self.ledger.key(purpose, request)
        if key is not None and (known := self.ledger.known(key)) is not None:
            return known
        self._pace.wait(request.operation)
        signer = self._renewed(signer or self.signer)
        if self._instance and request.get("IotInstanceId") is None:
            request = replace(request, params=(*request.params, ("IotInstanceId", self._instance)))
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
        received, fault, note = self._carried(wire)
        notes: tuple[str, ...] = (note,) if note else ()
        redactor = self._redactor(signer).knowing(_signature(wire))
        notes = tuple(map(redactor.text, notes))
        if received is not None:
            notes += shown(received.body, signer.secret, signer.key_id)
            received = HttpAnswer(received.status, redactor.headers(received.headers), redactor.body(received.body))
        operation = self._contract.operations.get(request.operation) or self._contract.operations["Common"]
        exchange = Exchange(
            self.sent,
            request,
            form,
            signer.scheme,
            _recordable(wire, redactor),
            round(started - self.began, 6),
            round(self.clock.now() - started, 6),
            received,
            decode(received, operation.shape) if received is not None else None,
            fault,
            purpose,
            notes,
            tampering,
        )
        if key is not None:
            self.ledger.after(key, exchange)
        elif exchange.operation == Action.DeleteDevice and exchange.accepted:
            self.ledger.deleted(request.get("ProductKey") or "", request.get("DeviceName") or "")
        self.budget.note(exchange)
        self._record(exchange)
        self._heed(exchange)
        if exchange.no_answer is NoAnswer.STALE and request.operation not in ONCE:
            return self.send(request, form, purpose, signer=signer, tampering=tampering)
        return exchange

    def _carried(self, wire: HttpRequest) -> tuple[HttpAnswer | None, NoAnswer | None, str]:
        """The answer; where nobody listens any more, a little later, since nothing has been sent yet."""
        seconds = self._silence.patience(self._answer_seconds)
        found = self._carrier.carry(wire, seconds, self.clock.now)
        for pause in UNTIL_IT_LISTENS if self._silence.answered else ():
            if found[1] is not NoAnswer.REFUSED:
                return found
            self.clock.sleep(pause)
            found = self._carrier.carry(wire, seconds, self.clock.now)
        if found[1] is NoAnswer.REFUSED and self._silence.answered:
            self._silence.give_up(f"nobody listens at {self.url} any more, since request #{self.sent}")
        return found

    def _heed(self, exchange: Exchange) -> None:
        """Notice when the target stops answering, and ask it then whether it is there at all."""
        if exchange.received is not None:
            self._silence.broken(exchange.seconds)
            self._good = self._good or (exchange.request, exchange.form)
        elif (
            exchange.no_answer is not NoAnswer.STALE
            and self._silence.kept(exchange.number, exchange.seconds)
            and self._good
            and exchange.purpose != STILL
        ):
            with contextlib.suppress(NotSent):
                for pause in STILL_THERE:
                    self.clock.sleep(pause)
                    if self.send(*self._good, STILL).received is not None:
                        return
            self._silence.give_up()

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

    def _redactor(self, signer: Signer) -> Redactor:
        return Redactor(self._key, (signer.secret, signer.token, signer.key_id, signer.key_id.swapcase()))

    def ask(
        self,
        request: Request,
        form: Form,
        purpose: str = "",
        *,
        signer: Signer | None = None,
        tampering: Tampering | None = None,
    ) -> Exchange:
        """Like ``send``; what was answered by a transport fault or a server error is asked once more.

        What was throttled is asked again after a pause: it has had no effect.
        """
        exchange = self.send(request, form, purpose, signer=signer, tampering=tampering)
        with contextlib.suppress(NotSent):  # once is what the plan holds
            if crashed(exchange) and tampering is None:
                if exchange.received is None:
                    self.clock.sleep(BREATH)
                exchange = self.send(request, form, purpose, signer=signer)
            for seconds in PAUSES:
                if not exchange.throttled or not self._pace.backs_off(exchange, seconds):
                    break
                exchange = self.send(request, form, purpose, signer=signer, tampering=tampering)
        return exchange


def crashed(exchange: Exchange) -> bool:
    """Whether the target gave a server error (other than 503), broke the connection, or did not answer."""
    if exchange.received is None:
        return True
    return exchange.received.status >= 500 and exchange.received.status != 503


def _signature(wire: HttpRequest) -> str:
    """The signature of a request, as it was before it was spelt for a URL; empty where there is none."""
    for name, value in wire.headers:
        if name == "authorization":
            return value.rpartition("Signature=")[2]
    for part in (wire.target, wire.body.decode("utf-8", "replace")):
        if (at := part.rfind("Signature=")) >= 0:
            return unquote(part[at + len("Signature=") :].split("&")[0])
    return ""


def _recordable(wire: HttpRequest, redactor: Redactor) -> HttpRequest:
    headers = tuple(
        (name, "redacted" if name in {"authorization", "x-acs-security-token"} else value)
        for name, value in wire.headers
    )
    return HttpRequest(
        wire.method,
        redactor.parameters(wire.target),
        headers,
        redactor.parameters(wire.body.decode()).encode(),
    )

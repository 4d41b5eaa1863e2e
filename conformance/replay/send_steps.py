"""Sends the steps of a reproducer: resolves references, waits for a Status where the run had waited."""

from __future__ import annotations

from collections.abc import Callable

from conformance.client.clock import Clock
from conformance.client.preflight import NEVER_ISSUED
from conformance.client.session import Session
from conformance.contract.actions import Action
from conformance.judge.followed_applications import REACHABLE, TERMINAL, devices_of
from conformance.record.reproducer import Ref, Reproducer, Step, Value
from conformance.suite.request_tampering import moment_of
from conformance.wire.flaw import Tampering
from conformance.wire.message import FORMS, Exchange, Request, Scheme
from conformance.wire.signer import Signer


class Unresolved(Exception):
    """What a reference stands for did not come into being this time."""


class Player:
    """Holds what came of the steps that were sent."""

    def __init__(
        self,
        reproducer: Reproducer,
        session: Session,
        clock: Clock,
        products: tuple[str, ...],
        signer_of: Callable[[Scheme], Signer],
    ) -> None:
        self._reproducer = reproducer
        self._session = session
        self._clock = clock
        self._products = products
        self._signer_of = signer_of
        self._names: dict[int, str] = {}
        self._sent: dict[int, Exchange] = {}
        self._shown: dict[str, list[str]] = {}
        self.left_out = 0
        """Steps that could not be sent, since what they refer to did not come into being."""

    def as_before(self) -> bool:
        """Whether the decisive step was sent, and accepted or refused as it was then."""
        exchange = self._sent.get(self._reproducer.decisive)
        return exchange is not None and (exchange.accepted if self._reproducer.accepted else exchange.refused)

    def pad(self, requests: int) -> None:
        """Send that many harmless questions: what a server does after many requests shows after many requests."""
        apply_id = next(
            (exchange.answer.apply_id for exchange in self._sent.values() if exchange.accepted and exchange.answer),
            None,
        )
        asked = (("ProductKey", self._products[0]), ("ApplyId", str(apply_id or NEVER_ISSUED)))
        for number in range(requests):
            self._session.send(
                Request(Action.QueryBatchRegisterDeviceStatus, asked), FORMS[number % len(FORMS)], "padding"
            )

    def play(self, step: Step) -> None:
        """Send one step, and again as long as its Status is still to come."""
        try:
            params, tampering = bound(step, self._resolved)
        except Unresolved:
            self.left_out += not step.optional
            return
        signer = self._session.signer if step.scheme is self._session.signer.scheme else self._signer_of(step.scheme)
        request = Request(step.operation, params, step.common)
        began = self._clock.now()
        while True:
            exchange = self._session.send(request, step.form, step.purpose, signer=signer, tampering=tampering)
            self._sent[step.number] = exchange
            self._learn(exchange)
            waited = self._clock.now() - began
            if waited > self._reproducer.patience or not self._goes_on(step, exchange, waited):
                return
            self._clock.sleep(min(1.0, max(0.02, waited * 0.1)))

    def _goes_on(self, step: Step, exchange: Exchange, waited: float) -> bool:
        status = exchange.answer.data.get("Status") if exchange.accepted and exchange.answer is not None else None
        if not step.until or not isinstance(status, str):
            return False
        if status == step.until:
            return status not in TERMINAL and waited < step.seconds
        return step.until in REACHABLE.get(status, ()) or waited < 1.2 * step.after

    def _resolved(self, ref: Ref) -> str:
        if ref.kind == "product":
            if ref.of >= len(self._products):
                raise Unresolved
            return self._products[ref.of]
        if ref.kind == "name":
            if ref.of not in self._names:
                self._names[ref.of] = self._session.generate_name(self._reproducer.names[ref.of])
            return self._names[ref.of]
        sent = self._sent.get(ref.of)
        if sent is None:
            raise Unresolved
        if ref.kind in {"moment", "nonce"}:
            moment = moment_of(sent)
            return moment if ref.kind == "moment" else moment.partition(" ")[2]
        apply_id = sent.answer.apply_id if sent.accepted and sent.answer is not None else None
        if apply_id is None:
            raise Unresolved
        if ref.kind == "apply":
            return str(apply_id)
        shown = self._shown.get(str(apply_id), [])
        if ref.nth >= len(shown):
            raise Unresolved
        return shown[ref.nth]

    def _learn(self, exchange: Exchange) -> None:
        apply_id = exchange.request.get("ApplyId")
        if (
            exchange.operation == Action.QueryPageByApplyId
            and exchange.accepted
            and exchange.answer is not None
            and apply_id
        ):
            shown = self._shown.setdefault(apply_id, [])
            shown += [device.name for device in devices_of(exchange.answer.value or {}) if device.name not in shown]


def bound(step: Step, resolve: Callable[[Ref], str]) -> tuple[tuple[tuple[str, str], ...], Tampering | None]:
    """Parameters and tampering of a step, its references resolved. Raises whatever ``resolve`` raises."""

    def plain(value: Value) -> str:
        return value if isinstance(value, str) else resolve(value)

    params = tuple((name, plain(value)) for name, value in step.params)
    if step.tampering is None:
        return params, None
    signed = tuple((name, plain(value)) for name, value in step.tampering.signed)
    return params, Tampering(step.tampering.flaw, plain(step.tampering.value), signed)

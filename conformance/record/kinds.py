"""Which exchanges of a run are of one kind: the same question, asked when as much had become of its application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from conformance.contract.actions import Action
from conformance.record.dependencies import REGISTRATION, RecordedRun
from conformance.wire.flaw import Flaw
from conformance.wire.message import Exchange


@dataclass(frozen=True, slots=True)
class Kinds:
    """Tells the kind of an exchange; what was answered is no part of it."""

    run: RecordedRun
    shape_of: Callable[[str], str]
    """The shape of a DeviceName that was generated; any other text as it is."""
    value_of: Mapping[int, int]
    """The number of an exchange → which of the values of its test it was sent for."""

    def alike(self, number: int, others: Iterable[int]) -> int:
        """How many of some exchanges are of the kind of this one."""
        kind = self.of(number)
        return sum(self.of(other) == kind for other in others if other != number)

    def of(self, number: int) -> object:
        """The kind of an exchange: what was asked by whom, and after what."""
        exchange = self.run.known.get(number)
        if exchange is None:
            return None
        if not self.run.is_followed(exchange):
            return self._asked(exchange), exchange.purpose, self.value_of.get(number)
        before = [earlier for earlier in self.run.by_purpose[exchange.purpose] if earlier.number < number]
        statuses = [
            earlier.answer.data.get("Status")
            for earlier in before
            if earlier.operation == Action.QueryBatchRegisterDeviceStatus and earlier.answer
        ]
        registered = sum(earlier.operation == REGISTRATION for earlier in before)
        return self._asked(exchange), [self._asked(first) for first in before[:1]], registered, str(statuses[-1:])

    def _asked(self, exchange: Exchange) -> object:
        """The question, with shapes in the place of names and without ApplyIds: those are others each time."""
        pairs = exchange.request.params
        params = frozenset((name, "" if name == "ApplyId" else self.shape_of(value)) for name, value in pairs)
        return exchange.operation, exchange.form, exchange.scheme, params, exchange.request.common, _wrong(exchange)


def _wrong(exchange: Exchange) -> object:
    """What was wrong with its signature; times and nonces of the run left out."""
    if (tampering := exchange.tampering) is None:
        return None
    return tampering.flaw, "" if tampering.flaw in {Flaw.NONCE, Flaw.REPLAY} else tampering.value

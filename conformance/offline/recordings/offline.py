"""Judges a recording by every invariant that needs no sending, in one pass and in bounded memory."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from conformance.contract import DEFAULT_EDITION, EDITIONS, Contract
from conformance.judge.invariant import ONE_EXCHANGE, Invariant, all_invariants
from conformance.judge.invariants.envelope import METHODS, is_gateway_error
from conformance.judge.reasons_of_codes import CREDENTIALS
from conformance.judge.stream import Stream
from conformance.judge.verdict import Outcome, Verdict
from conformance.offline.recordings.problem import RecordingError
from conformance.offline.recordings.source import Recording
from conformance.offline.recordings.tally import Tally
from conformance.record.run_ndjson import Recorder
from conformance.runner.selection import Choice
from conformance.wire.message import Exchange

MOST_HELD = 10_000
"""Exchanges that invariants of more than one exchange see: the first ones of a longer recording."""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of their answers."""
AT_ONCE = 500
"""Exchanges that invariants of one exchange are given at a time."""
OWN_PARAMETER = re.compile(
    r"(Missing|Invalid)(Parameter|ProductKey|ApplyId|Count|DeviceName\w*|PageSize|CurrentPage|IotInstanceId)"
)
"""Codes of the gateway that speak of what was asked."""
ASKS_ITSELF = "it needs requests of its own: a run sends them"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a recording shows."""

    verdicts: tuple[Verdict, ...]
    evidence: dict[int, Exchange]
    """The exchanges that findings name."""
    stream: Stream
    """What all invariants saw."""
    read: int
    """Exchanges of this API in the recording."""
    edition: str
    notes: tuple[str, ...]
    """What was left out, and why: one line each."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a recording is to be judged, where it does not say so itself."""

    edition: str = ""
    patience: float | None = None
    only: tuple[str, ...] = ()
    whole: bool = False
    """Whether a recording by others holds all that was ever done to its products."""


def judged(recording: Recording, contract: Contract, wanted: Wanted, *, record: Path | None = None) -> Judgement:
    """Read and judge, and write what was read to ``record``. Raises RecordingError."""
    with Recorder(record) if record is not None else contextlib.nullcontext() as recorder:
        return _Judge(recording, contract, wanted, recorder).judgement()


class _Judge:
    """One pass over one recording."""

    def __init__(self, recording: Recording, contract: Contract, wanted: Wanted, recorder: Recorder | None) -> None:
        self.recording = recording
        self.recorder = recorder
        self.contract = contract
        self.wanted = wanted
        self.held: list[Exchange] = []
        self.evidence: dict[int, Exchange] = {}
        self.read = 0
        self.bytes = 0
        self.full = False
        """Whether an exchange was left out: what comes after a gap would be judged without what explains it."""
        self.edition = ""

    def judgement(self) -> Judgement:
        """Everything that can be told."""
        exchanges = self.recording.exchanges()
        first = tuple(islice(exchanges, AT_ONCE))  # the header has been read now
        self.choice = self._choice()
        self.edition = self.choice.edition
        tallies = {name: Tally(clause) for name, clause in self.contract.clauses.items() if self.choice.applies(clause)}
        invariants = [
            invariant
            for invariant in all_invariants().values()
            if invariant.clause in tallies and not self._lacks(invariant.clause)
        ]
        alone = [invariant for invariant in invariants if invariant.of is ONE_EXCHANGE]
        if self.recorder is not None:
            self.recorder.header({"target": self.recording.path.name, "edition": self.edition, **self.recording.header})
        for chunk in _chunks(first, exchanges):
            self._take(chunk)
            stream, by_number = self._stream(chunk), _by_number(chunk)
            for invariant in alone:
                self._weigh(tallies[invariant.clause], invariant, stream, by_number)
        if not self.read:
            left = self.recording.third_party.other if self.recording.third_party is not None else 0
            others = f"; {left} requests are of other APIs or versions" if left else ""
            raise RecordingError(f"{self.recording.path}: holds no exchange of this API{others}", 3)
        seen = self._seen_by_all()
        stream, by_number = self._stream(seen), _by_number(seen)
        for invariant in invariants:
            if invariant.of is not ONE_EXCHANGE:
                self._weigh(tallies[invariant.clause], invariant, stream, by_number)
        judged_here = {invariant.clause for invariant in invariants}
        verdicts = tuple(self._verdict(name, tallies, judged_here) for name in self.contract.clauses)
        if self.recorder is not None:
            for verdict in verdicts:
                self.recorder.verdict(verdict)
            if not self.recording.cut_off:
                self.recorder.footer({"requests": self.read})
        return Judgement(verdicts, self.evidence, stream, self.read, self.edition, tuple(self._notes(seen)))

    def _choice(self) -> Choice:
        header = self.recording.header
        edition = self.wanted.edition or str(header.get("edition") or DEFAULT_EDITION)
        if edition not in EDITIONS:
            raise RecordingError(
                f"{self.recording.path}: measured by {edition[:40]!r}, an edition that this version does not know;"
                " name another by --edition"
            )
        only = self.wanted.only or tuple(map(str, header.get("only") or ()))
        without = frozenset(map(str, header.get("without") or ()))
        return Choice(self.contract, edition, only=only, without=without)

    def _lacks(self, clause: str) -> str:
        """What the recording does not tell, so that it cannot decide the clause; empty where it tells enough."""
        invariant = all_invariants().get(clause)
        if self.recording.third_party is None or self.wanted.whole or invariant is None:
            return ""
        return invariant.needs

    def _take(self, chunk: Sequence[Exchange]) -> None:
        self.read += len(chunk)
        if self.recorder is not None:
            for exchange in chunk:
                self.recorder.exchange(exchange)
        for exchange in chunk:
            size = len(exchange.received.body) if exchange.received is not None else 0
            self.full = self.full or len(self.held) == MOST_HELD or self.bytes + size > MOST_BYTES
            if self.full:
                return
            self.bytes += size
            self.held.append(exchange)

    def _weigh(self, tally: Tally, invariant: Invariant, stream: Stream, exchanges: Mapping[int, Exchange]) -> None:
        if tally.take(lambda: invariant.judge(stream), exchanges) and tally.smallest is not None:
            self.evidence |= {number: exchanges[number] for number in tally.smallest.exchanges if number in exchanges}

    def _seen_by_all(self) -> list[Exchange]:
        """Without what was under way side by side, and what was refused for the credentials of a stranger."""
        if (third_party := self.recording.third_party) is None:
            return self.held
        return [
            exchange
            for exchange in self.held
            if exchange.number not in third_party.side_by_side and not _is_strangers(exchange)
        ]

    def _stream(self, exchanges: Sequence[Exchange]) -> Stream:
        header = self.recording.header
        patience = self.wanted.patience or float(header.get("patience") or 900.0)
        own = self.recording.third_party is None
        exclusive = bool(header.get("exclusive", True)) if own else self.wanted.whole
        products = tuple(map(str, header.get("products") or ()))
        return Stream(tuple(exchanges), self.contract, self.edition, patience, exclusive, products)

    def _verdict(self, name: str, tallies: dict[str, Tally], judged_here: set[str]) -> Verdict:
        clause = self.contract.clauses[name]
        if self.edition not in clause.editions:
            return Verdict(name, Outcome.EXEMPT, f"not in {self.edition}")
        if not self.choice.selects(clause):
            return Verdict(name, Outcome.EXEMPT, "not selected")
        if self.choice.excluded(clause):
            return Verdict(name, Outcome.EXEMPT, f"declared --without {clause.operation}")
        if clause.untested:
            return Verdict(name, Outcome.UNTESTED, clause.untested)
        if lacks := self._lacks(name):
            return Verdict(name, Outcome.UNTESTED, lacks)
        return tallies[name].verdict() if name in judged_here else Verdict(name, Outcome.UNTESTED, ASKS_ITSELF)

    def _notes(self, seen: Sequence[Exchange]) -> Iterator[str]:
        if self.recording.cut_off:
            yield self.recording.cut_off
        if self.read > len(self.held):
            yield (
                f"invariants of more than one exchange saw the first {len(self.held):,} of {self.read:,}; "
                f"{sum(invariant.of is ONE_EXCHANGE for invariant in all_invariants().values())}"
                " clauses were judged of all"
            )
        if (third_party := self.recording.third_party) is None:
            return
        if third_party.other:
            yield f"{third_party.other:,} requests of other APIs or versions were left out"
        if third_party.lacking:
            yield f"{third_party.lacking:,} requests were left out: no answer, or none that the recorder kept"
        if third_party.side_by_side:
            yield f"{len(third_party.side_by_side):,} exchanges were under way side by side: judged only one by one"
        if refused := sum(map(_is_strangers, self.held)):
            yield f"{refused:,} exchanges were refused for who sent them, or how: judged only one by one"


def _chunks(first: Sequence[Exchange], rest: Iterator[Exchange]) -> Iterator[Sequence[Exchange]]:
    while first:
        yield first
        first = tuple(islice(rest, AT_ONCE))


def _by_number(exchanges: Sequence[Exchange]) -> dict[int, Exchange]:
    return {exchange.number: exchange for exchange in exchanges}


def _is_strangers(exchange: Exchange) -> bool:
    """Whether a request never came to its operation: refused for who sent it, or how, and not for what it asks."""
    answer = exchange.answer
    if exchange.tampering is not None or not exchange.refused or answer is None:
        return False
    of_the_gateway = is_gateway_error(answer) and not OWN_PARAMETER.fullmatch(answer.code)
    return of_the_gateway or answer.code in CREDENTIALS or exchange.sent.method not in METHODS

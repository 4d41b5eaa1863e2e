"""Which exchanges of a run show a change, and whether the same question gets different answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.contract.actions import Action
from conformance.judge.fingerprint import fingerprint_of
from conformance.judge.followed_applications import TERMINAL
from conformance.judge.invariant import Observation, all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, Exempt, Holds
from conformance.offline.drift.change import Change
from conformance.offline.drift.fields import ABSENT, fields_of, settled_pages, situation
from conformance.offline.drift.questions import asked_for, followed, outcome_of
from conformance.wire.message import Exchange

QUESTIONS = frozenset(
    {Action.QueryBatchRegisterDeviceStatus, Action.QueryPageByApplyId, Action.QueryDevice, Action.QueryDeviceDetail}
)
"""Operations that change nothing, so that the same question deserves the same answer."""


def shown_by(change: Change, stream: Stream) -> dict[int, bool]:
    """Exchange → whether it shows the change; those that could not are left out. Empty where a test judged alone."""
    match change.kind:
        case "newly failed" | "fails differently":
            return _by_invariant(change, stream)
        case "observation":
            return _by_observation(change, stream)
        case "field appeared" | "field vanished" | "field of another type":
            return _by_fields(change, stream)
        case "code" | "HTTP status":
            return _by_code(change, stream)
        case _:
            return {}


def _by_invariant(change: Change, stream: Stream) -> dict[int, bool]:
    invariant = all_invariants().get(change.what)
    shown: dict[int, bool] = {}
    by_number = {exchange.number: exchange for exchange in stream.exchanges}
    wanted = set(change.after.split("; ")) if change.kind == "fails differently" else None
    try:
        for result in invariant.judge(stream) if invariant is not None else ():
            if isinstance(result, Holds):
                shown.setdefault(result.exchange, False)
            elif isinstance(result, Breaks) and result.exchanges:
                last = result.exchanges[-1]
                if wanted is None or fingerprint_of(result, by_number.get(last)) in wanted:
                    shown[last] = True
    except Exempt:
        return {}
    return shown


def _by_observation(change: Change, stream: Stream) -> dict[int, bool]:
    invariant = all_invariants().get(change.what)
    clause = stream.contract.clauses[change.what]
    shown: dict[int, bool] = {}
    for result in invariant.judge(stream) if invariant is not None else ():
        if isinstance(result, Observation):
            value = result.value if result.value in clause.observations else f"other: {result.value[:60]}"
            shown[result.exchange] = shown.get(result.exchange, False) or value == change.after
    return shown


def _by_fields(change: Change, stream: Stream) -> dict[int, bool]:
    places = [place.partition(": ")[::2] for place in change.places]
    settled = settled_pages(stream)
    shown: dict[int, bool] = {}
    for exchange in stream.exchanges:
        kind = situation(exchange, settled)
        if kind is None or exchange.answer is None:
            continue
        paths = [path for where, path in places if where == f"{kind} {exchange.answer.form}"]
        if not paths:
            continue
        fields = set(fields_of(exchange, kind))
        if change.after == ABSENT:
            names = {path for path, _ in fields}
            shown[exchange.number] = any(path not in names for path in paths)
        else:
            shown[exchange.number] = any((path, change.after) in fields for path in paths)
    return shown


def _by_code(change: Change, stream: Stream) -> dict[int, bool]:
    of_applications = followed(stream)
    shown: dict[int, bool] = {}
    for exchange in stream.exchanges:
        outcome = outcome_of(exchange)
        if outcome is not None and asked_for(exchange, of_applications) in change.places:
            status, _, code = outcome.partition(" ")
            shown[exchange.number] = (status if change.kind == "HTTP status" else code) == change.after
    return shown


def wavers(shown: Mapping[int, bool], exchanges: Iterable[Exchange]) -> bool:
    """Whether most questions that were asked twice, and showed the change, did not show it every time."""
    answers: dict[tuple[object, ...], list[bool]] = {}
    for exchange in exchanges:
        if exchange.number in shown and (question := _question(exchange)) is not None:
            answers.setdefault(question, []).append(shown[exchange.number])
    showing = [asked for asked in answers.values() if len(asked) > 1 and any(asked)]
    return bool(showing) and 2 * sum(not all(asked) for asked in showing) >= len(showing)


def _question(exchange: Exchange) -> tuple[object, ...] | None:
    """What deserves the same answer whenever it is asked; None for what changes something, or with time."""
    request, answer = exchange.request, exchange.answer
    if exchange.operation not in QUESTIONS or answer is None or exchange.tampering is not None:
        return None
    status = answer.data.get("Status")
    if exchange.operation == Action.QueryBatchRegisterDeviceStatus and exchange.accepted and status not in TERMINAL:
        return None
    return exchange.operation, str(exchange.form), exchange.scheme, request.params, request.common, str(status)

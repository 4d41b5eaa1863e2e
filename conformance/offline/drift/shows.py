"""Which exchanges of a run show a change, and whether the same question is answered now so, now so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.contract.actions import Action
from conformance.judge.fingerprint import fingerprint_of
from conformance.judge.followed import TERMINAL
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
        case "newly failing" | "fails otherwise":
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
    found: dict[int, bool] = {}
    by_number = {one.number: one for one in stream.exchanges}
    wanted = set(change.after.split("; ")) if change.kind == "fails otherwise" else None
    try:
        for one in invariant.judge(stream) if invariant is not None else ():
            if isinstance(one, Holds):
                found.setdefault(one.exchange, False)
            elif isinstance(one, Breaks) and one.exchanges:
                last = one.exchanges[-1]
                if wanted is None or fingerprint_of(one, by_number.get(last)) in wanted:
                    found[last] = True
    except Exempt:
        return {}
    return found


def _by_observation(change: Change, stream: Stream) -> dict[int, bool]:
    invariant = all_invariants().get(change.what)
    clause = stream.contract.clauses[change.what]
    found: dict[int, bool] = {}
    for one in invariant.judge(stream) if invariant is not None else ():
        if isinstance(one, Observation):
            value = one.value if one.value in clause.observations else f"other: {one.value[:60]}"
            found[one.exchange] = found.get(one.exchange, False) or value == change.after
    return found


def _by_fields(change: Change, stream: Stream) -> dict[int, bool]:
    places = [place.partition(": ")[::2] for place in change.places]
    settled = settled_pages(stream)
    found: dict[int, bool] = {}
    for one in stream.exchanges:
        kind = situation(one, settled)
        if kind is None or one.answer is None:
            continue
        paths = [path for where, path in places if where == f"{kind} {one.answer.form}"]
        if not paths:
            continue
        have = fields_of(one, kind)
        types = {(path, type_of) for path, type_of in have}
        names = {path for path, _ in have}
        if change.after == ABSENT:
            found[one.number] = any(path not in names for path in paths)
        else:
            found[one.number] = any((path, change.after) in types for path in paths)
    return found


def _by_code(change: Change, stream: Stream) -> dict[int, bool]:
    of_applications = followed(stream)
    found: dict[int, bool] = {}
    for one in stream.exchanges:
        said = outcome_of(one)
        if said is not None and asked_for(one, of_applications) in change.places:
            part = said.partition(" ")
            found[one.number] = (part[0] if change.kind == "HTTP status" else part[2]) == change.after
    return found


def wavers(shown: Mapping[int, bool], exchanges: Iterable[Exchange]) -> bool:
    """Whether most questions that were asked twice and show the change once also show once that it is not there."""
    answers: dict[tuple[object, ...], set[bool]] = {}
    asked: dict[tuple[object, ...], int] = {}
    for one in exchanges:
        if one.number not in shown or one.operation not in QUESTIONS or one.answer is None or one.tampering is not None:
            continue
        status = one.answer.data.get("Status")
        if one.operation == Action.QueryBatchRegisterDeviceStatus and one.accepted and status not in TERMINAL:
            continue
        key = (one.operation, str(one.form), one.scheme, one.request.params, one.request.common, str(status))
        answers.setdefault(key, set()).add(shown[one.number])
        asked[key] = asked.get(key, 0) + 1
    showing = [both for key, both in answers.items() if True in both and asked[key] > 1]
    return bool(showing) and 2 * sum(len(both) > 1 for both in showing) >= len(showing)

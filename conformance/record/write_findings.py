"""From the finding of a run to its reproducer: ids, keys, names, nonces and times become references."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.contract.actions import Action
from conformance.generate.workflows import Workflow
from conformance.judge.followed_applications import CHECK_SUCCESS, CREATE_SUCCESS, devices_of
from conformance.judge.stream import Stream
from conformance.judge.verdict import Outcome, Verdict
from conformance.record.dependencies import OPENING, PAGE, REGISTRATION, RecordedRun, closure, meddled
from conformance.record.kinds import Kinds
from conformance.record.reproducer import Ref, Reproducer, Step, StepTampering, Value, Values, to_dict
from conformance.suite.request_tampering import moment_of
from conformance.wire.flaw import Flaw
from conformance.wire.message import Exchange, Params, Scheme

FOLDER = "findings"
MOST_PAGES = 10
"""Pages asked for of an application that was wrongly refused in the run."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a reproducer says of the run beside the finding."""

    stream: Stream
    about: Mapping[str, object]
    """Suite, target, edition, revision, seed and profile."""
    own: bool
    auth: str
    without: Sequence[str]
    instance: str
    pins: Mapping[str, str]
    shape_of: Callable[[str], str]
    """The shape of a DeviceName that was generated; any other text as it is."""
    followed: Mapping[str, Workflow]
    """The workflows of the run by key."""
    value_of: Mapping[int, int]
    """The number of an exchange → which of the values of its test it was sent for."""
    held: Callable[[str], Sequence[int]]
    """A clause → the exchanges that bear it out."""


def write_findings(folder: Path, verdicts: Sequence[Verdict], context: Context) -> None:
    """One file for each failed clause, ``findings/<clause>.json``."""
    run = RecordedRun(context.stream, context.followed)
    for verdict in verdicts:
        if verdict.outcome is Outcome.FAIL and verdict.finding is not None:
            (folder / FOLDER).mkdir(exist_ok=True)
            text = json.dumps(to_dict(reproducer_of(verdict, context, run)), ensure_ascii=False, separators=(",", ":"))
            # One line for each step: small, and still readable.
            text = text.replace('{"number":', '\n{"number":')
            (folder / FOLDER / f"{verdict.clause}.json").write_text(text + "\n", encoding="utf-8")


def reproducer_of(verdict: Verdict, context: Context, run: RecordedRun) -> Reproducer:
    """The reproducer of a verdict. Raises ValueError where it has no finding."""
    finding, stream, about = verdict.finding, context.stream, context.about
    if finding is None:
        raise ValueError(f"{verdict.clause} has no finding")
    clause = stream.contract.clauses[verdict.clause]
    names = _References(context)
    decisive = finding.exchanges[-1:]
    kinds = Kinds(run, context.shape_of, context.value_of)
    needed = closure(run, finding.exchanges)
    steps = _compressed([(names.step(exchange), exchange.at) for exchange in needed], finding.exchanges)
    steps += tuple(
        step for exchange in needed if _was_refused(exchange, run) for step in _if_accepted(exchange, context)
    )
    return Reproducer(
        suite=str(about["suite"]),
        digest=stream.contract.digest,
        edition=stream.edition,
        revision=int(str(about["revision"])),
        profile=str(about["profile"]),
        seed=int(str(about["seed"])),
        patience=stream.patience,
        clause=clause.id,
        level=str(clause.level),
        says=clause.says(stream.edition),
        reason=finding.reason,
        expected=finding.expected,
        seen=finding.seen,
        fingerprints=verdict.fingerprints,
        target=str(about["target"]),
        products=stream.known_products,
        own=context.own,
        auth=context.auth,
        without=tuple(sorted(context.without)),
        instance=context.instance,
        pinned=context.pins.get(clause.id, ""),
        decisive=decisive[0] if decisive else 0,
        accepted=any(exchange.accepted for exchange in needed if exchange.number in decisive),
        broken=verdict.broken,
        observed=verdict.exercised,
        meddled=meddled(run, needed, decisive[0], once=verdict.broken == 1) if decisive else False,
        alike=kinds.alike(decisive[0], context.held(clause.id)) if decisive else 0,
        value=context.value_of.get(decisive[0], -1) if decisive else -1,
        names=tuple(names.shapes),
        steps=steps,
    )


@dataclass(slots=True)
class _References:
    """What stands for what, as far as the steps have been read."""

    context: Context
    shapes: list[str] = field(default_factory=list)
    _names: dict[str, Ref] = field(default_factory=dict)
    _ids: dict[str, Ref] = field(default_factory=dict)
    _moments: dict[str, Ref] = field(default_factory=dict)
    _shown: dict[int, list[str]] = field(default_factory=dict)

    def step(self, exchange: Exchange) -> Step:
        """One exchange as a step; steps are to be made in the order of the run."""
        step = Step(
            exchange.number,
            exchange.purpose,
            exchange.operation,
            self._values(exchange.request.params),
            exchange.form,
            exchange.scheme,
            exchange.request.common,
            until=_status_of(exchange),
            tampering=self._tampering(exchange),
        )
        self._learn(exchange)
        return step

    def _tampering(self, exchange: Exchange) -> StepTampering | None:
        if (tampering := exchange.tampering) is None:
            return None
        value: Value = tampering.value
        if tampering.flaw is Flaw.REPLAY:
            value = self._moments.get(tampering.value, tampering.value)
        if tampering.flaw is Flaw.NONCE:
            used = (ref.of for moment, ref in self._moments.items() if moment.endswith(tampering.value))
            first_use = next(used, None)
            value = Ref("nonce", first_use) if first_use is not None else tampering.value
        return StepTampering(tampering.flaw, value, self._values(tampering.signed))

    def _values(self, params: Params) -> Values:
        return tuple((name, self.value(name, value)) for name, value in params)

    def value(self, name: str, value: str) -> Value:
        """A parameter, or the reference that stands for it."""
        if name == "ProductKey" and value in self.context.stream.known_products:
            return Ref("product", self.context.stream.known_products.index(value))
        if name == "ApplyId":
            return self._ids.get(value, value)
        if name.endswith("DeviceName") or name.startswith("DeviceName."):
            return self._name(value)
        return value

    def _name(self, value: str) -> Value:
        if (known := self._names.get(value)) is None:
            shape = self.context.shape_of(value)
            if shape == value:
                return value
            known = self._names[value] = Ref("name", len(self.shapes))
            self.shapes.append(shape)
        return known

    def _learn(self, exchange: Exchange) -> None:
        if exchange.scheme is not Scheme.NONE and exchange.tampering is None:
            self._moments[moment_of(exchange)] = Ref("moment", exchange.number)
        if exchange.answer is None or not exchange.accepted:
            return
        if exchange.operation in OPENING and (apply_id := exchange.answer.apply_id) is not None:
            self._ids[str(apply_id)] = Ref("apply", exchange.number)
        opened = self._ids.get(exchange.request.get("ApplyId") or "")
        if exchange.operation == PAGE and opened is not None:
            shown = self._shown.setdefault(opened.of, [])
            for device in devices_of(exchange.answer.value or {}):
                if device.name not in shown:
                    self._names.setdefault(device.name, Ref("device", opened.of, len(shown)))
                    shown.append(device.name)


def _status_of(exchange: Exchange) -> str:
    """The Status that an accepted status query was answered with, empty where there is none."""
    if exchange.operation != Action.QueryBatchRegisterDeviceStatus or not exchange.accepted or exchange.answer is None:
        return ""
    status = exchange.answer.data.get("Status")
    return status if isinstance(status, str) else ""


def _compressed(steps: Sequence[tuple[Step, float]], decisive: Sequence[int]) -> tuple[Step, ...]:
    """Without the polls that saw what the poll before them saw; that one is told how long it lasted."""
    kept: list[Step] = []
    last: dict[object, int] = {}
    asked: dict[object, float] = {}
    began: list[float] = []
    for step, at in steps:
        about = next((value for name, value in step.params if name == "ApplyId"), None)
        before, after = last.get(about), at - asked.get(about, at)
        asked[about] = at
        if step.until and before is not None and _alike(kept[before], step):
            kept[before] = replace(kept[before], seconds=round(at - began[before], 3))
            if step.number not in decisive:
                continue
        last[about] = len(kept)
        kept.append(replace(step, after=round(after, 3)) if step.until else step)
        began.append(at)
    return tuple(kept)


def _was_refused(exchange: Exchange, run: RecordedRun) -> bool:
    """Whether a workflow ended with its first call."""
    return (
        run.is_followed(exchange)
        and exchange.operation in OPENING
        and not exchange.accepted
        and exchange.tampering is None
    )


def _if_accepted(exchange: Exchange, context: Context) -> Iterator[Step]:
    """What its workflow would have asked of that application, had it been opened."""
    keys, key = context.stream.known_products, exchange.request.get("ProductKey") or ""
    of = ("ApplyId", Ref("apply", exchange.number))
    params: Values = (("ProductKey", Ref("product", keys.index(key)) if key in keys else key), of)
    first = Step(
        -exchange.number,
        exchange.purpose,
        Action.QueryBatchRegisterDeviceStatus,
        params,
        exchange.form,
        exchange.scheme,
        until=CHECK_SUCCESS,
        optional=True,
    )
    random = exchange.operation == Action.BatchRegisterDevice
    if not random:
        yield first
        if not context.followed[exchange.purpose].register:
            return
        yield replace(first, operation=REGISTRATION, until="")
    yield replace(first, until=CREATE_SUCCESS)
    size = (context.followed[exchange.purpose].page_sizes or (10,))[0]
    for page in range(1, min(-(-context.followed[exchange.purpose].size // size), MOST_PAGES) + 1):
        asked: Values = (of, ("PageSize", str(size)), ("CurrentPage", str(page)))
        yield replace(first, operation=PAGE, params=asked, until="")


def _alike(first: Step, second: Step) -> bool:
    return first.until == second.until and first.params == second.params

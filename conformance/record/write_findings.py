"""From the finding of a run to its vector: ids, keys, names, nonces and times become references."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.contract.actions import Action
from conformance.generate.workflows import Workflow
from conformance.judge.followed import CHECK_SUCCESS, CREATE_SUCCESS, devices_of
from conformance.judge.stream import Stream
from conformance.judge.verdict import Outcome, Verdict
from conformance.record.dependencies import OPENING, PAGE, REGISTRATION, RecordedRun, closure, meddled
from conformance.record.kinds import Kinds
from conformance.record.reproducer import Ref, Reproducer, Step, StepTampering, Value, Values, to_dict
from conformance.suite.request_tampering import moment_of
from conformance.wire.flaw import Flaw
from conformance.wire.message import Exchange, Scheme

FOLDER = "findings"
MOST_PAGES = 10
"""Pages asked for of an application that was wrongly refused in the run."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a vector says of the run beside the finding."""

    stream: Stream
    about: Mapping[str, object]
    """Suite, target, edition, revision, seed and profile."""
    own: bool
    auth: str
    without: Sequence[str]
    instance: str
    pins: Mapping[str, str]
    shape_of: Callable[[str], str]
    """The shape of a DeviceName that was minted; any other text as it is."""
    followed: Mapping[str, Workflow]
    """The workflows of the run by key."""
    value_of: Mapping[int, int]
    """The number of an exchange → which of the values of its test it was sent for."""
    held: Callable[[str], Sequence[int]]
    """A clause → the exchanges that bear it out."""


def write_findings(folder: Path, verdicts: Sequence[Verdict], context: Context) -> None:
    """One file for each broken clause, ``findings/<clause>.json``."""
    world = RecordedRun(context.stream, context.followed)
    for verdict in verdicts:
        if verdict.outcome is Outcome.FAIL and verdict.finding is not None:
            (folder / FOLDER).mkdir(exist_ok=True)
            text = json.dumps(
                to_dict(reproducer_of(verdict, context, world)), ensure_ascii=False, separators=(",", ":")
            )
            # One line for each step: small, and still readable.
            text = text.replace('{"number":', '\n{"number":')
            (folder / FOLDER / f"{verdict.clause}.json").write_text(text + "\n", encoding="utf-8")


def reproducer_of(verdict: Verdict, context: Context, world: RecordedRun) -> Reproducer:
    """The vector of a verdict that has a finding."""
    finding, stream, about = verdict.finding, context.stream, context.about
    if finding is None:
        raise ValueError(f"{verdict.clause} has no finding")
    clause = stream.contract.clauses[verdict.clause]
    names = _References(context)
    decisive = finding.exchanges[-1:]
    kinds = Kinds(world, context.shape_of, context.value_of)
    needed = closure(world, finding.exchanges)
    steps = _compressed([(names.step(one), one.at) for one in needed], finding.exchanges)
    steps += tuple(step for one in needed if _was_refused(one, world) for step in _followed(one, context))
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
        accepted=any(one.accepted for one in needed if one.number in decisive),
        broken=verdict.broken,
        observed=verdict.exercised,
        meddled=meddled(world, needed, decisive[0], once=verdict.broken == 1) if decisive else False,
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

    def step(self, one: Exchange) -> Step:
        """One exchange as a step; steps are to be made in the order of the run."""
        params = tuple((name, self.value(name, value)) for name, value in one.request.params)
        tampering = one.tampering
        step = Step(one.number, one.purpose, one.operation, params, one.form, one.scheme, one.request.common)
        said = (
            one.answer.data.get("Status")
            if one.operation == Action.QueryBatchRegisterDeviceStatus and one.answer is not None
            else None
        )
        if one.accepted and isinstance(said, str):
            step = replace(step, until=said)
        if tampering is not None:
            value: Value = tampering.value
            if tampering.flaw is Flaw.REPLAY:
                value = self._moments.get(tampering.value, tampering.value)
            if tampering.flaw is Flaw.NONCE:
                value = next(
                    (Ref("nonce", ref.of) for moment, ref in self._moments.items() if moment.endswith(tampering.value)),
                    tampering.value,
                )
            signed = tuple((name, self.value(name, text)) for name, text in tampering.signed)
            step = replace(step, tampering=StepTampering(tampering.flaw, value, signed))
        self._learn(one)
        return step

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

    def _learn(self, one: Exchange) -> None:
        if one.scheme is not Scheme.NONE and one.tampering is None:
            self._moments[moment_of(one)] = Ref("moment", one.number)
        if one.answer is None or not one.accepted:
            return
        if one.operation in OPENING and (apply_id := one.answer.apply_id) is not None:
            self._ids[str(apply_id)] = Ref("apply", one.number)
        opened = self._ids.get(one.request.get("ApplyId") or "")
        if one.operation == PAGE and opened is not None:
            shown = self._shown.setdefault(opened.of, [])
            for device in devices_of(one.answer.value or {}):
                if device.name not in shown:
                    self._names.setdefault(device.name, Ref("device", opened.of, len(shown)))
                    shown.append(device.name)


def _compressed(steps: Sequence[tuple[Step, float]], decisive: Sequence[int]) -> tuple[Step, ...]:
    """Without the polls that saw what the poll before them saw; that one is told how long it lasted."""
    found: list[Step] = []
    last: dict[object, int] = {}
    asked: dict[object, float] = {}
    began: list[float] = []
    for step, at in steps:
        about = next((value for name, value in step.params if name == "ApplyId"), None)
        before, after = last.get(about), at - asked.get(about, at)
        asked[about] = at
        if step.until and before is not None and _alike(found[before], step):
            found[before] = replace(found[before], seconds=round(at - began[before], 3))
            if step.number not in decisive:
                continue
        last[about] = len(found)
        found.append(replace(step, after=round(after, 3)) if step.until else step)
        began.append(at)
    return tuple(found)


def _was_refused(one: Exchange, world: RecordedRun) -> bool:
    """Whether a workflow ended with its first call."""
    return world.is_followed(one) and one.operation in OPENING and not one.accepted and one.tampering is None


def _followed(one: Exchange, context: Context) -> Iterator[Step]:
    """What its workflow would have asked of that application, should it be opened this time."""
    keys, key = context.stream.known_products, one.request.get("ProductKey") or ""
    of = ("ApplyId", Ref("apply", one.number))
    params: Values = (("ProductKey", Ref("product", keys.index(key)) if key in keys else key), of)
    first = Step(
        -one.number,
        one.purpose,
        Action.QueryBatchRegisterDeviceStatus,
        params,
        one.form,
        one.scheme,
        until=CHECK_SUCCESS,
        optional=True,
    )
    random = one.operation == Action.BatchRegisterDevice
    if not random:
        yield first
        if not context.followed[one.purpose].register:
            return
        yield replace(first, operation=REGISTRATION, until="")
    yield replace(first, until=CREATE_SUCCESS)
    size = (context.followed[one.purpose].page_sizes or (10,))[0]
    for page in range(1, min(-(-context.followed[one.purpose].size // size), MOST_PAGES) + 1):
        asked: Values = (of, ("PageSize", str(size)), ("CurrentPage", str(page)))
        yield replace(first, operation=PAGE, params=asked, until="")


def _alike(one: Step, other: Step) -> bool:
    return one.until == other.until and one.params == other.params

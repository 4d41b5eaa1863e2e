"""A finding as a small JSON document: what to send, with references instead of ids, keys, names, nonces and times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cattrs
from cattrs.gen import override

from conformance.record.converter import by_names, seconds, spell, wire_converter
from conformance.record.packing import packed, packed_names, unpacked, unpacked_names
from conformance.wire.flaw import Flaw
from conformance.wire.message import Form, Scheme

FORMAT = 1
KINDS = ("product", "apply", "name", "device", "moment", "nonce")
"""What a reference may name. ``product``: the n-th product of the run. ``apply``: the ApplyId that the step of that
number was given. ``name``: a name of the n-th shape of ``names``, made when it is first needed. ``device``: a step and
n: the n-th device that pages showed of the application which that step opened. ``moment``, ``nonce``: time and nonce,
or the nonce, of the step of that number. Places in lists count from 0."""


class ReproducerError(Exception):
    """A file that is no finding of this version; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for something that is another one in every run."""

    kind: str
    of: int
    nth: int = 0
    """Counts from 0."""


Value = str | Ref
Values = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class StepTampering:
    """What was wrong with the signature of a request on purpose, as ``Tampering`` has it."""

    flaw: Flaw
    value: Value
    signed: Values


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the finding, unsigned."""

    number: int
    """The number of its exchange in the run that found it."""
    purpose: str
    operation: str
    params: Values
    form: Form
    scheme: Scheme
    common: tuple[tuple[str, str], ...] = ()
    until: str = ""
    """Sent again until this Status is seen, or cannot come any more; ``devices``: until a page shows any."""
    seconds: float = 0.0
    """How long that Status was seen to last."""
    after: float = 0.0
    """How many seconds after the question before it was seen: as long a Status is waited for that should not come."""
    optional: bool = False
    """Follows an application that was wrongly refused in the run, should it be opened now."""
    tampering: StepTampering | None = None


@dataclass(frozen=True, slots=True)
class Reproducer:
    """One finding and how to send it again."""

    suite: str
    digest: str
    """Of the contract by which it was judged."""
    edition: str
    revision: int
    profile: str
    seed: int
    patience: float
    clause: str
    level: str
    says: str
    reason: str
    expected: str
    seen: str
    fingerprints: tuple[str, ...]
    target: str
    products: tuple[str, ...]
    own: bool
    """Whether the run had created the products itself; then a replay does so, too."""
    auth: str
    without: tuple[str, ...]
    instance: str
    pinned: str
    """The only observation that was allowed, where the clause is OBSERVED."""
    decisive: int
    """The number of the step that shows it."""
    accepted: bool
    """Whether that one was answered with success."""
    broken: int
    """How many observations contradicted the clause in the run that found it."""
    observed: int
    """Of how many."""
    meddled: bool
    """Whether a question of another clause had registered an application of the finding, which no step does."""
    alike: int
    """How many exchanges of the decisive one's kind bore the clause out in the same run."""
    value: int
    """Which of the values of its test broke it; -1 where its test knows no values, or an invariant judges it."""
    names: tuple[str, ...]
    """Shapes of DeviceNames."""
    steps: tuple[Step, ...]


def to_dict(reproducer: Reproducer) -> dict[str, Any]:
    """The reproducer as a JSON object; ``from_dict`` is its inverse."""
    return {"format": FORMAT, **_CONVERTER.unstructure(reproducer)}


def from_dict(written: Any) -> Reproducer:
    """The reproducer of a JSON object. Raises ReproducerError, also for a reference to what it does not hold."""
    if not isinstance(written, dict) or written.get("format") != FORMAT:
        raise ReproducerError(f"no finding of format {FORMAT}")
    try:
        reproducer = _CONVERTER.structure(written, Reproducer)
    except KeyError as missing:
        raise ReproducerError(f"no finding: {missing} is missing; run the suite again") from None
    except (TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ReproducerError(f"no finding: {type(error).__name__} {error}") from None
    sizes = {"product": len(reproducer.products), "name": len(reproducer.names)}
    numbers = {step.number for step in reproducer.steps}
    for ref in _references(reproducer):
        resolvable = 0 <= ref.of < sizes[ref.kind] if ref.kind in sizes else ref.of in numbers
        if not resolvable or ref.nth < 0:
            raise ReproducerError(f"no finding: it refers to {ref.kind} {ref.of}, which it does not hold")
    return reproducer


def _references(reproducer: Reproducer) -> Iterator[Ref]:
    for step in reproducer.steps:
        values = [value for _, value in step.params]
        if step.tampering is not None:
            values += [step.tampering.value, *(value for _, value in step.tampering.signed)]
        yield from (value for value in values if isinstance(value, Ref))


def _value_to_json(value: Value) -> Any:
    if isinstance(value, str):
        return value
    return {value.kind: [value.of, value.nth] if value.kind == "device" else value.of}


def _value(written: Any) -> Value:
    if isinstance(written, str):
        return written
    ((kind, of),) = written.items()
    if kind == "device":
        return Ref(kind, int(of[0]), int(of[1]))
    if kind not in KINDS or not isinstance(of, int):
        raise ValueError(f"reference {kind}")
    return Ref(kind, of)


def _values_to_json(values: Values) -> Any:
    return packed([[name, _value_to_json(value)] for name, value in values])


def _values(written: Any) -> Values:
    return tuple((_text(name), _value(value)) for name, value in unpacked(written))


def _text(written: Any) -> str:
    if not isinstance(written, str):
        raise ValueError(f"expected a text, found {str(written)[:40]!r}")
    return written


def _converter() -> cattrs.Converter:
    """Texts must be texts, and times be times that can be waited for; lists of parameters and names are packed."""
    converter = wire_converter()
    converter.register_structure_hook(str, lambda written, _: _text(written))
    converter.register_structure_hook(float, lambda written, _: seconds(written))
    spell(converter, Value, _value_to_json, _value)
    spell(converter, Values, _values_to_json, _values)
    by_names(converter, StepTampering, flaw=override(rename="name"))
    by_names(converter, Step, tampering=override(rename="flaw"))
    packed_list = override(unstruct_hook=packed_names, struct_hook=lambda written, _: unpacked_names(written))
    by_names(converter, Reproducer, names=packed_list)
    return converter


_CONVERTER = _converter()

"""A finding as a small JSON document: what to send, with references instead of ids, keys, names, nonces and times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from conformance.record.packing import packed, packed_names, unpacked, unpacked_names
from conformance.wire.flaw import Flaw
from conformance.wire.message import Form, Place, Scheme

FORMAT = 1
KINDS = ("product", "apply", "name", "device", "moment", "nonce")
"""What a reference may name. ``product``: the n-th product of the run. ``apply``: the ApplyId
that the step of that number was given. ``name``: the n-th shape of ``names``, minted when first needed. ``device``:
step and n: the n-th device that pages showed of the application which that step opened. ``moment``, ``nonce``: time and
nonce, or the nonce, of the step of that number."""


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
    flaw: Flaw | None = None
    """What was wrong with its signature on purpose."""
    flawed: Value = ""
    signed: Values = ()


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


TEXTS = (
    "suite", "digest", "edition", "profile", "clause", "level", "says", "reason", "expected", "seen", "target", "auth",
    "instance", "pinned",
)  # fmt: skip
NUMBERS = ("revision", "seed", "decisive", "broken", "observed", "alike", "value")
LISTS = ("fingerprints", "products", "without")


def to_dict(reproducer: Reproducer) -> dict[str, Any]:
    """The vector as a JSON object; ``from_dict`` is its inverse."""
    found: dict[str, Any] = {"format": FORMAT}
    for name in Reproducer.__slots__:
        value = getattr(reproducer, name)
        found[name] = list(value) if isinstance(value, tuple) else value
    found["names"] = packed_names(reproducer.names)
    found["steps"] = [_step_to_dict(step) for step in reproducer.steps]
    return found


def _step_to_dict(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {
        "number": step.number,
        "purpose": step.purpose,
        "operation": step.operation,
        "params": packed([[name, _value_to_json(value)] for name, value in step.params]),
        "form": [step.form.method, step.form.format, str(step.form.place)],
        "scheme": str(step.scheme),
    }
    if step.common:
        found["common"] = [list(pair) for pair in step.common]
    if step.until:
        found |= {"until": step.until, "seconds": step.seconds, "after": step.after}
    if step.optional:
        found["optional"] = True
    if step.flaw is not None:
        signed = [[name, _value_to_json(value)] for name, value in step.signed]
        found["flaw"] = {"name": step.flaw.name, "value": _value_to_json(step.flawed), "signed": signed}
    return found


def _value_to_json(value: Value) -> Any:
    if isinstance(value, str):
        return value
    return {value.kind: [value.of, value.nth] if value.kind == "device" else value.of}


def from_dict(found: Any) -> Reproducer:
    """The vector of a JSON object. Raises VectorError."""
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ReproducerError(f"no finding of format {FORMAT}")
    try:
        said: dict[str, Any] = {name: _text(found[name]) for name in TEXTS}
        said |= {name: tuple(_text(one) for one in found[name]) for name in LISTS}
        said |= {name: int(found[name]) for name in NUMBERS}
        said["names"] = unpacked_names(found["names"])
        steps = tuple(_step_from_dict(one) for one in found["steps"])
        known = {step.number for step in steps}
        reproducer = Reproducer(
            **said,
            patience=_seconds(found["patience"]),
            own=bool(found["own"]),
            accepted=bool(found["accepted"]),
            meddled=bool(found["meddled"]),
            steps=steps,
        )
    except KeyError as missing:
        raise ReproducerError(f"no finding: {missing} is missing; run the suite again") from None
    except (TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ReproducerError(f"no finding: {type(error).__name__} {error}") from None
    for step in steps:
        for value in (step.flawed, *(value for _, value in (*step.params, *step.signed))):
            if isinstance(value, Ref):
                _resolvable(reproducer, value, known)
    return reproducer


def _resolvable(reproducer: Reproducer, ref: Ref, known: set[int]) -> None:
    most = {"product": len(reproducer.products), "name": len(reproducer.names)}.get(ref.kind)
    fits = 0 <= ref.of < most if most is not None else ref.of in known
    if not fits or ref.nth < 0:
        raise ReproducerError(f"no finding: it refers to {ref.kind} {ref.of}, which it does not hold")


def _step_from_dict(found: dict[str, Any]) -> Step:
    method, form, place = found["form"]
    if method not in {"GET", "POST"} or form not in {"JSON", "XML"}:
        raise ValueError(f"form {method} {form}")
    flaw = found.get("flaw")
    return Step(
        int(found["number"]),
        _text(found["purpose"]),
        _text(found["operation"]),
        _values(found["params"]),
        Form(method, form, Place(place)),
        Scheme(found["scheme"]),
        tuple((_text(name), _text(value)) for name, value in found.get("common", ())),
        _text(found.get("until", "")),
        _seconds(found.get("seconds", 0.0)),
        _seconds(found.get("after", 0.0)),
        bool(found.get("optional")),
        Flaw[flaw["name"]] if flaw else None,
        _value(flaw["value"]) if flaw else "",
        _values(flaw["signed"]) if flaw else (),
    )


def _values(found: Any) -> Values:
    return tuple((_text(name), _value(value)) for name, value in unpacked(found))


def _value(found: Any) -> Value:
    if isinstance(found, str):
        return found
    ((kind, of),) = found.items()
    if kind == "device":
        return Ref(kind, int(of[0]), int(of[1]))
    if kind not in KINDS or not isinstance(of, int):
        raise ValueError(f"reference {kind}")
    return Ref(kind, of)


def _text(found: Any) -> str:
    if not isinstance(found, str):
        _wrong(found)
    return found


def _seconds(found: Any) -> float:
    """A time that can be waited for: JSON of Python knows NaN and Infinity."""
    seconds = float(found)
    if not 0 <= seconds < 1e9:
        raise ValueError(f"expected seconds, found {seconds}")
    return seconds


def _wrong(found: Any) -> NoReturn:
    raise ValueError(f"expected a text, found {str(found)[:40]!r}")

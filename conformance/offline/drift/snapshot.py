"""What one run showed, small enough to be kept for every night: verdicts, observations, fields, codes, times."""

from __future__ import annotations

import datetime
import email.utils
import hashlib
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from conformance.judge.families import CREDENTIALS, NOT_GRADED
from conformance.judge.followed import CREATE_SUCCESS, FollowedApplication
from conformance.judge.invariant import Observation, all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Verdict
from conformance.offline.drift.fields import counted
from conformance.report.measured import Measured
from conformance.text.safe import line
from conformance.wire.message import Exchange

FORMAT = 1
OF_APPLICATIONS = "(applications)"
"""Stands for the purpose of what was asked about applications: when it was asked depends on time."""
Counts = Mapping[str, Mapping[str, int]]


class SnapshotError(Exception):
    """What was kept of a night cannot be read."""


@dataclass(frozen=True, slots=True)
class ClauseSummary:
    """What was seen of one clause."""

    outcome: str
    reason: str
    exercised: int
    broken: int
    fingerprints: tuple[str, ...]
    """How it fails, in words that are the same every night."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One run, reduced to what can be compared."""

    about: Mapping[str, Any]
    """Suite, digest of the contract, target, edition, revision, seed, profile, start."""
    whole: bool
    """Whether the run was not cut short."""
    shown: Mapping[str, ClauseSummary]
    """Clause → what was seen."""
    observations: Counts
    """OBSERVED clause → reading → how often."""
    fields: Counts
    """``operation kind form|path`` → type → how often."""
    codes: Counts
    """``operation purpose`` → HTTP status and code, or ``accepted`` → how often."""
    asked: Mapping[str, str]
    """``operation purpose`` → digest of what was asked, names and ids left out."""
    register: Mapping[str, tuple[float, float]]
    """``random`` or ``checked`` → seconds from the accepted call to CREATE_SUCCESS: at least, at most. In between,
    nobody asked."""
    answer: float
    """Median seconds until an answer."""
    disturbed: Mapping[str, int]
    """``no answer``, ``throttled``, ``rights``, ``credentials`` → how often."""
    operations_disturbed: int
    """How many operations got no answer at least once."""
    skew: float | None
    """Seconds by which the target's Date header was ahead of our clock, None where it has none."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON; ``from_dict`` is its inverse."""
        return {"format": FORMAT, **asdict(self)}


def from_dict(found: Any) -> Snapshot:
    """The inverse of ``Night.to_dict``. Raises NightError."""
    try:
        if found["format"] != FORMAT:
            raise SnapshotError(
                f"format {str(found['format'])[:20]!r} is not known to this version, which reads {FORMAT}"
            )
        shown = {
            str(name): ClauseSummary(
                str(one["outcome"]), str(one["reason"]), int(one["exercised"]), int(one["broken"]),
                tuple(map(str, one["fingerprints"] if "fingerprints" in one else one["signatures"])),
            )
            for name, one in found["shown"].items()
        }  # fmt: skip
        renamed = "observations" if "observations" in found else "readings"  # its name in version 0.1
        observations, fields, codes = (_counts(found[name]) for name in (renamed, "fields", "codes"))
        skew = found["skew"]
        return Snapshot(
            dict(found["about"]), bool(found["whole"]), shown, observations, fields, codes,
            {str(name): str(digest) for name, digest in found["asked"].items()},
            {str(name): (float(least), float(most)) for name, (least, most) in found["register"].items()},
            float(found["answer"]), {str(name): int(number) for name, number in found["disturbed"].items()},
            int(found["operations_disturbed"]), None if skew is None else float(skew),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SnapshotError(f"what was kept of a night is corrupted: {type(error).__name__} {error}"[:160]) from None


def _counts(found: Any) -> dict[str, dict[str, int]]:
    return {str(key): {str(value): int(number) for value, number in each.items()} for key, each in found.items()}


def snapshot_of(run: Measured) -> Snapshot:
    """What a run showed."""
    exchanges = list(run.exchanges.values())
    codes, asked = codes_of(run.stream, exchanges)
    answered = [one.seconds for one in exchanges if one.received is not None]
    about = {
        name: run.summary.get(name) for name in ("suite", "target", "edition", "revision", "seed", "profile", "start")
    }
    no_answer = [one for one in exchanges if one.received is None]
    return Snapshot(
        {**about, "digest": run.digest},
        not run.cut_short,
        {one.clause: _shown(one) for one in run.verdicts},
        _observations(run),
        counted(run.stream, exchanges),
        codes,
        asked,
        times_of(run.stream),
        round(statistics.median(answered), 6) if answered else 0.0,
        {
            "no answer": len(no_answer),
            "throttled": sum(one.throttled for one in exchanges),
            "rights": sum(
                of_the_account(one) and not one.throttled and _code(one) not in CREDENTIALS for one in exchanges
            ),
            "credentials": sum(one.tampering is None and _code(one) in CREDENTIALS for one in exchanges),
        },
        len({one.operation for one in no_answer}),
        _skew(exchanges, run.start),
    )


def _shown(one: Verdict) -> ClauseSummary:
    return ClauseSummary(str(one.outcome), line(one.reason, 200), one.exercised, one.broken, one.fingerprints)


def _observations(run: Measured) -> dict[str, dict[str, int]]:
    """The observations of every clause; what speaks of load or rights is no observation of anything else."""
    found = {one.clause: _bounded(one.observations) for one in run.verdicts if one.observations}
    calm = tuple(one for one in run.stream.exchanges if not of_the_account(one))
    if len(calm) < len(run.stream.exchanges):
        stream = replace(run.stream, exchanges=calm)
        for name, invariant in all_invariants().items():
            if name in found:
                read = [one.value for one in invariant.judge(stream) if isinstance(one, Observation)]
                found[name] = _bounded(Counter(_read(run, name, value) for value in read))
    return found


def _read(run: Measured, clause: str, value: str) -> str:
    return value if value in run.contract.clauses[clause].observations else f"other: {value[:60]}"


def _bounded(observations: Mapping[str, int]) -> dict[str, int]:
    return {line(value, 80): number for value, number in list(observations.items())[:200]}


def _code(one: Exchange) -> str:
    return one.answer.code if one.answer is not None else ""


def of_the_account(one: Exchange) -> bool:
    """Whether an answer speaks of load, rights, payment or credentials, and not of what was asked."""
    code = _code(one)
    strange = code in NOT_GRADED or code.startswith("Forbidden") or (one.tampering is None and code in CREDENTIALS)
    return one.throttled or (one.refused and strange)


def outcome_of(one: Exchange) -> str | None:
    """HTTP status and code of an answer, None where it says nothing of the request."""
    if one.answer is None or one.answer.status >= 500 or one.throttled:
        return None
    said = "accepted" if one.accepted else line(one.answer.code, 80) if one.refused else "neither"
    return f"{one.answer.status} {said or 'no code'}"


def followed(stream: Stream) -> frozenset[int]:
    """The exchanges that belong to applications."""
    return frozenset(
        number
        for application in stream.applications
        for number in (application.created.number, *(one.number for one in application.trace))
    )


def asked_for(one: Exchange, of_applications: frozenset[int]) -> str:
    """Operation and purpose of a request."""
    purpose = OF_APPLICATIONS if one.number in of_applications else one.purpose.partition("#")[0]
    return f"{one.operation} {line(purpose, 80)}"


def codes_of(stream: Stream, exchanges: list[Exchange]) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    """What was answered to which purpose, and a digest of what was asked for it."""
    of_applications = followed(stream)
    codes: dict[str, dict[str, int]] = {}
    asked: dict[str, set[str]] = {}
    for one in exchanges:
        key = asked_for(one, of_applications)
        asked.setdefault(key, set()).add(_spelt(one))
        if (said := outcome_of(one)) is not None:
            each = codes.setdefault(key, {})
            each[said] = each.get(said, 0) + 1
    digests = {key: hashlib.sha256("\n".join(sorted(each)).encode()).hexdigest()[:12] for key, each in asked.items()}
    return codes, digests


def _spelt(one: Exchange) -> str:
    """A request without what a run mints: names become their length, ids their presence."""
    params = " ".join(
        f"{name}={len(value) if 'Name' in name else '#' if name in {'ApplyId', 'ProductKey'} else value[:40]}"
        for name, value in one.request.params[:40]
    )
    return f"{one.form} {params} {len(one.request.params)} {one.request.common}"


def times_of(stream: Stream) -> dict[str, tuple[float, float]]:
    """How long registering took, at least and at most, for both ways: the half of the applications asked most often."""
    found: dict[str, list[tuple[float, float]]] = {}
    for one in stream.distinct:
        begun, success = _begun(one), one.first(CREATE_SUCCESS)
        if begun is None or success is None or not stream.is_clean(one):
            continue
        not_yet = [asked.at for asked, _ in one.statuses() if begun.at < asked.at < success.at]
        least = max(not_yet, default=begun.at) - begun.at
        most = success.at + success.seconds - begun.at
        found.setdefault("random" if one.random else "checked", []).append((least, most))
    return {way: _typical(spans) for way, spans in found.items()}


def _typical(spans: list[tuple[float, float]]) -> tuple[float, float]:
    spans.sort(key=lambda span: span[1] - span[0])
    narrow = spans[: (len(spans) + 1) // 2]
    least, most = (statistics.median([span[end] for span in narrow]) for end in (0, 1))
    return round(least, 4), round(most, 4)


def _begun(one: FollowedApplication) -> Exchange | None:
    return one.created if one.random else next(iter(one.registrations()), None)


def _skew(exchanges: list[Exchange], start: datetime.datetime | None) -> float | None:
    if start is None:
        return None
    found = []
    for one in exchanges[:200]:
        said = one.received.header("date") if one.received is not None else None
        try:
            if said:
                when = email.utils.parsedate_to_datetime(said).timestamp()
                found.append(when - start.timestamp() - one.at - one.seconds)
        except ValueError:
            continue
    return round(statistics.median(found), 1) if found else None

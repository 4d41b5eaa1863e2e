"""Takes the snapshot of a run: verdicts, observations, fields, codes and times."""

from __future__ import annotations

import datetime
import email.utils
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.judge.followed_applications import CREATE_SUCCESS, FollowedApplication
from conformance.judge.invariant import Observation, all_invariants
from conformance.judge.reasons_of_codes import CREDENTIALS
from conformance.judge.stream import Stream
from conformance.judge.verdict import Verdict
from conformance.offline.drift.fields import counted
from conformance.offline.drift.questions import code_of, codes_of, of_the_account
from conformance.offline.drift.snapshot import ClauseSummary, Snapshot
from conformance.report.measured import Measured, of_record
from conformance.text.safe import line
from conformance.wire.message import Exchange

ABOUT = ("suite", "target", "edition", "revision", "seed", "profile", "start")
MOST_VALUES = 200
"""Values of one clause that are kept."""
MOST_DATES = 200
"""Answers whose Date is looked at."""


def recorded(path: Path) -> tuple[Snapshot, Measured]:
    """Snapshot and run of a run.ndjson, or of the folder of a run. Raises RecordError."""
    run = of_record(path)
    return snapshot_of(run), run


def snapshot_of(run: Measured) -> Snapshot:
    """What a run showed."""
    exchanges = list(run.exchanges.values())
    codes, asked = codes_of(run.stream, exchanges)
    times = [exchange.seconds for exchange in exchanges if exchange.received is not None]
    no_answer = [exchange for exchange in exchanges if exchange.received is None]
    return Snapshot(
        about={**{name: run.summary.get(name) for name in ABOUT}, "digest": run.digest},
        whole=not run.cut_short,
        shown={verdict.clause: _summary(verdict) for verdict in run.verdicts},
        observations=_observations(run),
        fields=counted(run.stream, exchanges),
        codes=codes,
        asked=asked,
        register=times_to_register(run.stream),
        answer=round(statistics.median(times), 6) if times else 0.0,
        disturbed={"no answer": len(no_answer), **_disturbances(exchanges)},
        operations_disturbed=len({exchange.operation for exchange in no_answer}),
        skew=_skew(exchanges, run.start),
    )


def _summary(verdict: Verdict) -> ClauseSummary:
    return ClauseSummary(
        str(verdict.outcome), line(verdict.reason, 200), verdict.exercised, verdict.broken, verdict.fingerprints
    )


def _disturbances(exchanges: Sequence[Exchange]) -> dict[str, int]:
    """How many answers speak of load, of rights or payment, and of credentials that were right."""
    return {
        "throttled": sum(exchange.throttled for exchange in exchanges),
        "rights": sum(
            of_the_account(exchange) and not exchange.throttled and code_of(exchange) not in CREDENTIALS
            for exchange in exchanges
        ),
        "credentials": sum(exchange.tampering is None and code_of(exchange) in CREDENTIALS for exchange in exchanges),
    }


def _observations(run: Measured) -> dict[str, dict[str, int]]:
    """The observations of every clause; what speaks of load or rights is no observation of anything else."""
    observations = {verdict.clause: _bounded(verdict.observations) for verdict in run.verdicts if verdict.observations}
    calm = tuple(exchange for exchange in run.stream.exchanges if not of_the_account(exchange))
    if len(calm) < len(run.stream.exchanges):
        stream = replace(run.stream, exchanges=calm)
        for name in observations.keys() & all_invariants().keys():
            results = all_invariants()[name].judge(stream)
            values = [result.value for result in results if isinstance(result, Observation)]
            observations[name] = _bounded(Counter(_listed(run, name, value) for value in values))
    return observations


def _listed(run: Measured, clause: str, value: str) -> str:
    return value if value in run.contract.clauses[clause].observations else f"other: {value[:60]}"


def _bounded(observations: Mapping[str, int]) -> dict[str, int]:
    return {line(value, 80): number for value, number in list(observations.items())[:MOST_VALUES]}


def times_to_register(stream: Stream) -> dict[str, tuple[float, float]]:
    """``random`` and ``checked`` → seconds that registering took, at least and at most.

    They are the medians of that half of the applications that was asked about most often.
    """
    spans: dict[str, list[tuple[float, float]]] = {}
    for application in stream.distinct:
        begun, success = _begun(application), application.first(CREATE_SUCCESS)
        if begun is None or success is None or not stream.is_clean(application):
            continue
        not_yet = [asked.at for asked, _ in application.statuses() if begun.at < asked.at < success.at]
        least = max(not_yet, default=begun.at) - begun.at
        most = success.at + success.seconds - begun.at
        spans.setdefault("random" if application.random else "checked", []).append((least, most))
    return {way: _typical(spans_of_way) for way, spans_of_way in spans.items()}


def _typical(spans: list[tuple[float, float]]) -> tuple[float, float]:
    spans.sort(key=lambda span: span[1] - span[0])
    narrow = spans[: (len(spans) + 1) // 2]
    least, most = (statistics.median([span[end] for span in narrow]) for end in (0, 1))
    return round(least, 4), round(most, 4)


def _begun(application: FollowedApplication) -> Exchange | None:
    return application.created if application.random else next(iter(application.registrations()), None)


def _skew(exchanges: Sequence[Exchange], start: datetime.datetime | None) -> float | None:
    """Seconds by which the target's clock is ahead of ours: the median over the first answers with a Date."""
    if start is None:
        return None
    ahead = []
    for exchange in exchanges[:MOST_DATES]:
        date = exchange.received.header("date") if exchange.received is not None else None
        try:
            if date:
                sent = email.utils.parsedate_to_datetime(date).timestamp()
                ahead.append(sent - start.timestamp() - exchange.at - exchange.seconds)
        except ValueError:
            continue
    return round(statistics.median(ahead), 1) if ahead else None

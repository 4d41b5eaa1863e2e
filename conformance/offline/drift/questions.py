"""What was asked and answered, in words that are the same in every run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from conformance.judge.reasons_of_codes import CREDENTIALS, NOT_GRADED
from conformance.judge.stream import Stream
from conformance.text.safe import line
from conformance.wire.message import Exchange

OF_APPLICATIONS = "(applications)"
"""Stands for the purpose of what was asked about applications: when it was asked depends on time."""


def code_of(exchange: Exchange) -> str:
    """The code of an answer, empty where there is none."""
    return exchange.answer.code if exchange.answer is not None else ""


def of_the_account(exchange: Exchange) -> bool:
    """Whether an answer speaks of load, rights, payment or credentials, and not of what was asked."""
    code = code_of(exchange)
    in_good_faith = exchange.tampering is None
    speaks_of_it = code in NOT_GRADED or code.startswith("Forbidden") or (in_good_faith and code in CREDENTIALS)
    return exchange.throttled or (exchange.refused and speaks_of_it)


def outcome_of(exchange: Exchange) -> str | None:
    """HTTP status and code of an answer, None where it says nothing of the request."""
    answer = exchange.answer
    if answer is None or answer.status >= 500 or exchange.throttled:
        return None
    code = "accepted" if exchange.accepted else line(answer.code, 80) if exchange.refused else "neither"
    return f"{answer.status} {code or 'no code'}"


def followed(stream: Stream) -> frozenset[int]:
    """The numbers of the exchanges that belong to applications."""
    return frozenset(
        exchange.number for application in stream.applications for exchange in (application.created, *application.trace)
    )


def asked_for(exchange: Exchange, of_applications: frozenset[int]) -> str:
    """Operation and purpose of a request."""
    purpose = OF_APPLICATIONS if exchange.number in of_applications else exchange.purpose.partition("#")[0]
    return f"{exchange.operation} {line(purpose, 80)}"


def codes_of(stream: Stream, exchanges: Iterable[Exchange]) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    """What was answered to which operation and purpose, how often; and a digest of what was asked for it."""
    of_applications = followed(stream)
    codes: dict[str, dict[str, int]] = {}
    asked: dict[str, set[str]] = {}
    for exchange in exchanges:
        key = asked_for(exchange, of_applications)
        asked.setdefault(key, set()).add(_without_names(exchange))
        if (outcome := outcome_of(exchange)) is not None:
            counts = codes.setdefault(key, {})
            counts[outcome] = counts.get(outcome, 0) + 1
    digests = {
        key: hashlib.sha256("\n".join(sorted(requests)).encode()).hexdigest()[:12] for key, requests in asked.items()
    }
    return codes, digests


def _without_names(exchange: Exchange) -> str:
    """A request without what differs in every run: names become their length, ids and keys their presence."""
    request = exchange.request
    params = " ".join(
        f"{name}={len(value) if 'Name' in name else '#' if name in {'ApplyId', 'ProductKey'} else value[:40]}"
        for name, value in request.params[:40]
    )
    return f"{exchange.form} {params} {len(request.params)} {request.common}"

"""The lines of a run.ndjson: an exchange and a verdict as JSON objects, and back."""

from __future__ import annotations

import base64
from typing import Any

from conformance.contract import Contract
from conformance.judge.verdict import Breaks, Outcome, Verdict
from conformance.wire.decode import decode
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import Exchange, Form, HttpAnswer, HttpRequest, NoAnswer, Place, Request, Scheme

LONGEST_BODY = 20_000
"""Characters of a request's form body that are kept as evidence; its parameters are kept whole."""


def exchange_to_dict(one: Exchange) -> dict[str, Any]:
    """An exchange as a JSON object; ``exchange_from_dict`` is its inverse but for bodies cut short."""
    sent = one.sent.body.decode("utf-8", "replace")
    found: dict[str, Any] = {
        "number": one.number,
        "purpose": one.purpose,
        "at": one.at,
        "seconds": one.seconds,
        "operation": one.request.operation,
        "params": [list(pair) for pair in one.request.params],
        "form": [one.form.method, one.form.format, str(one.form.place)],
        "scheme": str(one.scheme),
        "request": {
            "method": one.sent.method,
            "target": one.sent.target,
            "headers": [list(pair) for pair in one.sent.headers],
            "body": sent[:LONGEST_BODY],
        },
    }
    if one.request.common:
        found["common"] = [list(pair) for pair in one.request.common]
    if one.received is not None:
        found["answer"] = {
            "status": one.received.status,
            "headers": [list(pair) for pair in one.received.headers],
            **_body(one.received.body),
        }
    if one.no_answer is not None:
        found["fault"] = one.no_answer.name
    if one.notes:
        found["notes"] = list(one.notes)
    if one.tampering is not None:
        found["tampering"] = {
            "flaw": one.tampering.flaw.name,
            "value": one.tampering.value,
            "signed": [list(pair) for pair in one.tampering.signed],
        }
    return found


def exchange_from_dict(found: dict[str, Any], contract: Contract) -> Exchange:
    """The exchange of a recorded line, its answer decoded anew."""
    operation = str(found["operation"])
    request = Request(operation, _pairs(found["params"]), _pairs(found.get("common", [])))
    method, form, place = found["form"]
    sent = found["request"]
    received = None
    answer = None
    if (got := found.get("answer")) is not None:
        body = base64.b64decode(got["base64"]) if "base64" in got else str(got["text"]).encode()
        received = HttpAnswer(int(got["status"]), _pairs(got["headers"]), body)
        shape = (contract.operations.get(operation) or contract.operations["Common"]).shape
        answer = decode(received, shape)
    return Exchange(
        int(found["number"]),
        request,
        Form(method, form, Place(place)),
        Scheme(found["scheme"]),
        HttpRequest(sent["method"], sent["target"], _pairs(sent["headers"]), str(sent["body"]).encode()),
        _seconds(found["at"]),
        _seconds(found["seconds"]),
        received,
        answer,
        NoAnswer[found["fault"]] if "fault" in found else None,
        str(found.get("purpose", "")),
        tuple(found.get("notes", ())),
        _tampering(found.get("tampering")),
    )


def _tampering(found: dict[str, Any] | None) -> Tampering | None:
    return Tampering(Flaw[found["flaw"]], str(found["value"]), _pairs(found["signed"])) if found else None


def verdict_to_dict(one: Verdict) -> dict[str, Any]:
    """A verdict as a JSON object."""
    found: dict[str, Any] = {
        "clause": one.clause,
        "outcome": str(one.outcome),
        "reason": one.reason,
        "exercised": one.exercised,
    }
    if one.unclear:
        found["unclear"] = one.unclear
    if one.finding is not None:
        found["broken"] = one.broken
        found["finding"] = {
            "reason": one.finding.reason,
            "expected": one.finding.expected,
            "seen": one.finding.seen,
            "exchanges": list(one.finding.exchanges),
        }
    if one.fingerprints:
        found["fingerprints"] = list(one.fingerprints)
    if one.observations:
        found["observations"] = one.observations
    if one.example:
        found["example"] = one.example
    return found


def verdict_from_dict(found: dict[str, Any]) -> Verdict:
    """The inverse of ``verdict_to_dict``."""
    shown = found.get("finding")
    finding = (
        Breaks(str(shown["reason"]), str(shown["expected"]), str(shown["seen"]), tuple(map(int, shown["exchanges"])))
        if shown
        else None
    )
    return Verdict(
        str(found["clause"]),
        Outcome(found["outcome"]),
        str(found["reason"]),
        int(found["exercised"]),
        int(found.get("unclear", 0)),
        finding,
        int(found.get("broken", 0)),
        {str(value): int(count) for value, count in dict(_named(found, "observations", "readings", {})).items()},
        int(found.get("example", 0)),
        fingerprints=tuple(map(str, _named(found, "fingerprints", "signatures", ()))),
    )


def _named(found: dict[str, Any], name: str, before: str, default: Any) -> Any:
    """A member, also under the name that records of version 0.1 gave it."""
    return found.get(name, found.get(before, default))


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _seconds(found: Any) -> float:
    """A time that can be shown. Raises ValueError for what JSON of Python calls NaN and Infinity."""
    seconds = float(found)
    if not 0 <= seconds < 1e9:
        raise ValueError(f"{seconds} is no time of a run")
    return seconds


def _pairs(found: Any) -> tuple[tuple[str, str], ...]:
    return tuple([(str(name), str(value)) for name, value in found])

"""run.ndjson: a header, one line per exchange and verdict, a footer. No footer: the run was cut short."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from conformance.contract import Contract
from conformance.judge.verdict import Breaks, Outcome, Verdict
from conformance.wire.decode import decode
from conformance.wire.flaw import Flaw, Tampering
from conformance.wire.message import Exchange, Fault, Form, HttpAnswer, HttpRequest, Place, Request, Scheme

FORMAT = 1
LONGEST_BODY = 20_000
"""Characters of a request's form body that are kept as evidence; its parameters are kept whole."""


class RecordError(Exception):
    """A file is no run.ndjson, or one that this version cannot read."""


class Recorder:
    """The only writer of a run.ndjson; every line is on disk before the next request is sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO = path.open("x", encoding="utf-8")

    def header(self, about: dict[str, Any]) -> None:
        """What was measured, by what."""
        self._write({"type": "header", "format": FORMAT, **about})

    def exchange(self, exchange: Exchange) -> None:
        """One exchange."""
        self._write({"type": "exchange", **exchange_to_dict(exchange)})

    def verdict(self, verdict: Verdict) -> None:
        """One verdict."""
        self._write({"type": "verdict", **verdict_to_dict(verdict)})

    def footer(self, counts: dict[str, Any]) -> None:
        """The end: without it the run was cut short."""
        self._write({"type": "footer", **counts})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


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
    if one.fault is not None:
        found["fault"] = one.fault.name
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
        Fault[found["fault"]] if "fault" in found else None,
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
    if one.signatures:
        found["signatures"] = list(one.signatures)
    if one.readings:
        found["readings"] = one.readings
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
        {str(value): int(count) for value, count in dict(found.get("readings", {})).items()},
        int(found.get("example", 0)),
        signatures=tuple(map(str, found.get("signatures", ()))),
    )


@dataclass(frozen=True, slots=True)
class Record:
    """A run as it was recorded."""

    header: dict[str, Any]
    exchanges: dict[int, Exchange]
    verdicts: tuple[Verdict, ...]
    footer: dict[str, Any] | None
    """None where the run was cut short."""


def read(path: Path, contract: Contract) -> Record:
    """The record in a run.ndjson. Raises RecordError; a last line cut in the middle is left out."""
    header: dict[str, Any] | None = None
    footer: dict[str, Any] | None = None
    exchanges: dict[int, Exchange] = {}
    verdicts: list[Verdict] = []
    for number, line in _lines(path):
        try:
            kind = line.get("type")
            if kind == "header":
                header = line
            elif kind == "exchange":
                exchanges[int(line["number"])] = exchange_from_dict(line, contract)
            elif kind == "verdict":
                verdicts.append(verdict_from_dict(line))
            elif kind == "footer":
                footer = line
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise RecordError(f"{path}:{number}: no line of a run: {type(error).__name__} {error}") from None
    if header is None or header.get("format") != FORMAT:
        raise RecordError(f"{path}: no run.ndjson of format {FORMAT}; its first line should be the header")
    return Record(header, exchanges, tuple(verdicts), footer)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                try:
                    found = _encodable(json.loads(text), text)
                except (ValueError, RecursionError):
                    if not text.endswith("\n"):
                        return
                    raise RecordError(f"{path}:{number}: not JSON") from None
                if isinstance(found, dict):
                    yield number, found
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: cannot be read: {error}") from None


def _encodable(found: Any, text: str) -> Any:
    """The value, halves of surrogate pairs replaced: JSON can spell them, and no file or terminal can hold them."""
    if "\\ud" not in text and "\\uD" not in text:
        return found
    return json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


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
    return tuple((str(name), str(value)) for name, value in found)

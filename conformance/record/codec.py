"""The lines of a run.ndjson: an exchange and a verdict as JSON objects, and back."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import cattrs
from cattrs.gen import override

from conformance.contract import Contract
from conformance.judge.verdict import Breaks, Verdict
from conformance.record.converter import by_names, seconds, spell, wire_converter
from conformance.wire.decode import decode
from conformance.wire.flaw import Tampering
from conformance.wire.message import Exchange, Form, HttpAnswer, HttpRequest, NoAnswer, Params, Request, Scheme

LONGEST_BODY = 20_000
"""Characters of a request's form body that are kept as evidence; its parameters are kept whole."""
ALWAYS, NEVER = override(omit_if_default=False), override(omit=True)
RENAMED = {"readings": "observations", "signatures": "fingerprints"}
"""Members of a verdict as version 0.1 called them → their names now."""


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """An exchange as it is written; its answer is decoded anew when it is read."""

    number: int
    purpose: str
    at: float
    seconds: float
    operation: str
    params: Params
    form: Form
    scheme: Scheme
    request: HttpRequest
    common: Params = ()
    answer: HttpAnswer | None = None
    fault: NoAnswer | None = None
    notes: tuple[str, ...] = ()
    tampering: Tampering | None = None


def exchange_to_dict(exchange: Exchange) -> dict[str, Any]:
    """An exchange as a JSON object; ``exchange_from_dict`` is its inverse but for bodies cut short."""
    line = ExchangeLine(
        exchange.number, exchange.purpose, exchange.at, exchange.seconds, exchange.request.operation,
        exchange.request.params, exchange.form, exchange.scheme, exchange.sent, exchange.request.common,
        exchange.received, exchange.no_answer, exchange.notes, exchange.tampering,
    )  # fmt: skip
    written: dict[str, Any] = _CONVERTER.unstructure(line)
    return written


def exchange_from_dict(written: dict[str, Any], contract: Contract) -> Exchange:
    """The exchange of a recorded line. Raises AttributeError, KeyError, TypeError, ValueError or OverflowError."""
    line = _CONVERTER.structure(written, ExchangeLine)
    answer = None
    if line.answer is not None:
        operation = contract.operations.get(line.operation) or contract.operations["Common"]
        answer = decode(line.answer, operation.shape)
    return Exchange(
        line.number, Request(line.operation, line.params, line.common), line.form, line.scheme, line.request,
        seconds(line.at), seconds(line.seconds), line.answer, answer, line.fault, line.purpose, line.notes,
        line.tampering,
    )  # fmt: skip


def verdict_to_dict(verdict: Verdict) -> dict[str, Any]:
    """A verdict as a JSON object; ``verdict_from_dict`` is its inverse."""
    written: dict[str, Any] = _CONVERTER.unstructure(verdict)
    return written


def verdict_from_dict(written: dict[str, Any]) -> Verdict:
    """The verdict of a recorded line. Raises AttributeError, KeyError, TypeError, ValueError or OverflowError."""
    return _CONVERTER.structure({RENAMED.get(name, name): value for name, value in written.items()}, Verdict)


def _pairs(written: Any) -> Params:
    return tuple([(str(name), str(value)) for name, value in written])


def _request_to_dict(request: HttpRequest) -> dict[str, Any]:
    body = request.body.decode("utf-8", "replace")[:LONGEST_BODY]
    return {"method": request.method, "target": request.target, "headers": request.headers, "body": body}


def _request(written: dict[str, Any]) -> HttpRequest:
    body = str(written["body"]).encode()
    return HttpRequest(str(written["method"]), str(written["target"]), _pairs(written["headers"]), body)


def _answer_to_dict(answer: HttpAnswer) -> dict[str, Any]:
    written: dict[str, Any] = {"status": answer.status, "headers": answer.headers}
    try:
        return {**written, "text": answer.body.decode("utf-8")}
    except UnicodeDecodeError:
        return {**written, "base64": base64.b64encode(answer.body).decode()}


def _answer(written: dict[str, Any]) -> HttpAnswer:
    body = base64.b64decode(written["base64"]) if "base64" in written else str(written["text"]).encode()
    return HttpAnswer(int(written["status"]), _pairs(written["headers"]), body)


def _converter() -> cattrs.Converter:
    """A line has the members of these classes; only what is spelt otherwise, or left out, stands here."""
    converter = wire_converter()
    spell(converter, Params, lambda pairs: pairs, _pairs)
    spell(converter, HttpRequest, _request_to_dict, _request)
    spell(converter, HttpAnswer, _answer_to_dict, _answer)
    by_names(converter, ExchangeLine)
    by_names(converter, Tampering, **dict.fromkeys(("value", "signed"), ALWAYS))
    by_names(converter, Breaks, size=NEVER)
    by_names(converter, Verdict, breaks=NEVER, reason=ALWAYS, exercised=ALWAYS)
    return converter


_CONVERTER = _converter()

"""Invariants of the envelope of every answer: its form, its RequestId, Success."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.judge.invariant import ONE_EXCHANGE, invariant
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.message import Answer, Exchange

DOCUMENT_PROBLEMS = frozenset(
    {
        "duplicate name", "byte order mark", "not UTF-8", "not an object", "no JSON number", "number too long",
        "nested too deep", "truncated", "malformed JSON", "full-width comma", "no known form",
        "malformed XML", "document type declaration", "broken prolog", "entity declaration", "HTML page",
    }
)  # fmt: skip
"""Irregularities of a whole document, as opposed to one of its fields."""
METHODS = frozenset({"GET", "POST"})
"""By any other, nothing is promised."""


def answered(stream: Stream) -> Iterator[tuple[Exchange, Answer]]:
    """The exchanges whose answer is no server error or throttling; of other methods than two nothing is promised."""
    for exchange in stream.exchanges:
        answer = exchange.answer
        if answer is not None and answer.status < 500 and answer.status != 429 and exchange.sent.method in METHODS:
            yield exchange, answer


def as_asked(stream: Stream, form: str) -> Iterator[tuple[Exchange, Answer]]:
    """The exchanges that asked for that form in the documented way."""
    for one, answer in answered(stream):
        if one.form.format == form and not any(name == "Format" for name, _ in one.request.common):
            yield one, answer


def is_gateway_error(answer: Answer) -> bool:
    """Whether the answer is a refusal by the gateway: a Code and a Message or error status, and nothing of a business.

    A gateway may say beside it that Success is false.
    """
    value = answer.value or {}
    named = "Message" in value or "HostId" in value
    if not answer.code or answer.code.lower().startswith("iot."):
        return False
    if "Success" in value:
        return named and answer.success is False and "ErrorMessage" not in value
    return named or answer.status >= 400


def _form(stream: Stream, form: str) -> Iterator[CheckResult]:
    for one, answer in as_asked(stream, form):
        problems = [found for found in answer.irregularities if found[0] in DOCUMENT_PROBLEMS]
        if answer.form != form and not problems:
            yield Breaks(
                f"Format={form} was answered in another form", f"a {form} document", answer.form, (one.number,)
            )
        elif problems or answer.value is None:
            seen = "; ".join(f"{name}: {where}" for name, where in problems) or "nothing that could be read"
            yield Breaks(f"the answer is no well-formed {form} document", f"a {form} document", seen, (one.number,))
        else:
            yield Holds(one.number)


@invariant("Common.JSON", of=ONE_EXCHANGE)
def an_answer_asked_for_as_json_is_json(stream: Stream) -> Iterator[CheckResult]:
    """Format=JSON is answered with one well-formed JSON object."""
    return _form(stream, "JSON")


@invariant("Common.XML", of=ONE_EXCHANGE)
def an_answer_asked_for_as_xml_is_xml(stream: Stream) -> Iterator[CheckResult]:
    """Format=XML is answered with one well-formed XML document."""
    return _form(stream, "XML")


@invariant("Common.ContentType", of=ONE_EXCHANGE)
def the_media_type_names_the_form(stream: Stream) -> Iterator[CheckResult]:
    """The Content-Type of an answer, where there is one, names the form of its body."""
    for one, answer in answered(stream):
        media = one.received.header("content-type") if one.received else None
        if media is None or answer.form == "none" or answer.value is None:
            continue
        if answer.form.lower() in media.lower():
            yield Holds(one.number)
        else:
            yield Breaks(
                "the media type does not name the form of the body", f"a {answer.form} type", media, (one.number,)
            )


@invariant("Common.RequestId", of=ONE_EXCHANGE)
def every_answer_carries_a_request_id(stream: Stream) -> Iterator[CheckResult]:
    """RequestId is a text that is not empty, in every answer."""
    for one, answer in answered(stream):
        if answer.value is None:
            continue
        said = answer.value.get("RequestId")
        wrong = [where for name, where in answer.irregularities if name == "type" and where.startswith("RequestId:")]
        if isinstance(said, str) and said.strip() and not wrong:
            yield Holds(one.number)
        else:
            seen = wrong[0] if wrong else "none" if said is None else repr(said)
            yield Breaks("the answer carries no RequestId", "a text that is not empty", seen, (one.number,))


@invariant("Common.RequestId.unique")
def no_two_requests_share_a_request_id(stream: Stream) -> Iterator[CheckResult]:
    """Each request has a RequestId that no other request of the run has."""
    first: dict[str, int] = {}
    for one, answer in answered(stream):
        said = (answer.value or {}).get("RequestId")
        if not isinstance(said, str) or not said.strip():
            continue
        # In either letter case it is the same GUID; of other texts nobody knows.
        same = said.lower() if GUID.fullmatch(said) else said
        if (before := first.setdefault(same, one.number)) != one.number:
            yield Breaks("two requests have the same RequestId", "one of its own", said, (before, one.number))
        else:
            yield Holds(one.number)


GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@invariant("Common.RequestId.form", of=ONE_EXCHANGE)
def a_request_id_is_a_guid(stream: Stream) -> Iterator[CheckResult]:
    """RequestId has the form of a GUID."""
    for one, answer in answered(stream):
        said = (answer.value or {}).get("RequestId")
        if not isinstance(said, str) or not said.strip():
            continue
        if GUID.fullmatch(said):
            yield Holds(one.number)
        else:
            yield Breaks("a RequestId is no GUID", "8-4-4-4-12 hexadecimal digits", said[:60], (one.number,))


def _success(stream: Stream, form: str, expected: str) -> Iterator[CheckResult]:
    for one, answer in answered(stream):
        if answer.form != form or answer.value is None or is_gateway_error(answer):
            continue
        wrong = [where for name, where in answer.irregularities if name == "type" and where.startswith("Success:")]
        if "Success" not in answer.value:
            yield Breaks("the answer does not say whether the call succeeded", expected, "no Success", (one.number,))
        elif wrong or not isinstance(answer.value["Success"], bool):
            seen = wrong[0] if wrong else repr(answer.value["Success"])
            yield Breaks(f"Success is no {expected}", expected, seen, (one.number,))
        else:
            yield Holds(one.number)


@invariant("Common.Success.JSON", of=ONE_EXCHANGE)
def success_is_a_boolean_in_json(stream: Stream) -> Iterator[CheckResult]:
    """In JSON, Success is a native boolean."""
    return _success(stream, "JSON", "native boolean")


@invariant("Common.Success.XML", of=ONE_EXCHANGE)
def success_is_true_or_false_in_xml(stream: Stream) -> Iterator[CheckResult]:
    """In XML, Success is the text true or false."""
    return _success(stream, "XML", "text true or false")

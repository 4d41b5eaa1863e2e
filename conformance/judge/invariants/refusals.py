"""Invariants of what a refusal carries and a success does not: Code, ErrorMessage, Data, HTTP status."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.judge.invariant import ONE_EXCHANGE, Observation, invariant
from conformance.judge.invariants.envelope import answered, is_gateway_error
from conformance.judge.reasons_of_codes import is_documented, is_published_form
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.message import Answer, Exchange

MEANS_SUCCESS = frozenset({"", "200", "OK", "ok", "Success", "success"})
INTERNALS = re.compile(
    r"Traceback \(most recent|File \"[^\"]+\", line \d+|\bat [\w.$]+\([\w]+\.java:\d+\)"
    r"|\w+\.(?:py|java|go|js|rb|php|cs|ts):\d+|java\.lang\.|goroutine \d+|panic:"
    r"|(?:^|[\s'\"(=])/(?:home|usr|opt|var|etc|root|srv|app|tmp)/\w|[A-Za-z]:\\\\?\w+\\"
)


def declined(exchange: Exchange) -> bool:
    """Whether a call was refused for what it asks: what was only asked too often shows no way of refusing."""
    return exchange.refused and not exchange.throttled


def declines(stream: Stream) -> Iterator[tuple[Exchange, Answer]]:
    """The exchanges that were refused for what they ask: what observations count."""
    for one, answer in refusals(stream):
        if not one.throttled:
            yield one, answer


def refusals(stream: Stream) -> Iterator[tuple[Exchange, Answer]]:
    """The exchanges that were refused in a documented way."""
    for one, answer in answered(stream):
        if one.refused:
            yield one, answer


def successes(stream: Stream) -> Iterator[tuple[Exchange, Answer]]:
    """The exchanges that the target says succeeded."""
    for exchange in stream.exchanges:
        if exchange.accepted and exchange.answer is not None:
            yield exchange, exchange.answer


@invariant("Common.Code", of=ONE_EXCHANGE)
def a_refusal_carries_a_code(stream: Stream) -> Iterator[CheckResult]:
    """Code of a refusal has the form of the published codes."""
    for one, answer in refusals(stream):
        wrong = [where for name, where in answer.irregularities if name == "type" and where.startswith("Code:")]
        if is_published_form(answer.code) and not wrong:
            yield Holds(one.number)
        else:
            seen = wrong[0] if wrong else repr(answer.code) if answer.code else "no Code"
            yield Breaks("the refusal carries no Code of the published form", "iot.<area>.<Name>", seen, (one.number,))


@invariant("Common.Code.documented", of=ONE_EXCHANGE)
def the_code_of_a_refusal_is_published(stream: Stream) -> Iterator[CheckResult]:
    """Code of a refusal stands in the published list."""
    for one, answer in refusals(stream):
        if not is_published_form(answer.code):
            continue
        if is_documented(answer.code):
            yield Holds(one.number)
        else:
            yield Breaks("the Code stands in no published list", "a published code", answer.code, (one.number,))


@invariant("Common.Code.seen", of=ONE_EXCHANGE)
def codes_seen(stream: Stream) -> Iterator[Observation]:
    """Whether the codes seen stand in the published list."""
    for one, answer in declines(stream):
        known = "documented" if is_documented(answer.code) else "undocumented"
        yield Observation(known if answer.code else "none", one.number)


@invariant("Common.Code.on_success", of=ONE_EXCHANGE)
def a_success_carries_no_error_code(stream: Stream) -> Iterator[CheckResult]:
    """Code of a successful answer is absent, empty, or says success."""
    for one, answer in successes(stream):
        if answer.code in MEANS_SUCCESS:
            yield Holds(one.number)
        else:
            yield Breaks("a successful answer carries an error code", "no Code", answer.code, (one.number,))


@invariant("Common.ErrorMessage", of=ONE_EXCHANGE)
def a_refusal_carries_a_message(stream: Stream) -> Iterator[CheckResult]:
    """ErrorMessage of a refusal, or Message of a gateway error, is a text that is not empty."""
    for one, answer in refusals(stream):
        name = "Message" if is_gateway_error(answer) else "ErrorMessage"
        said = (answer.value or {}).get(name)
        wrong = [where for kind, where in answer.irregularities if kind == "type" and where.startswith(f"{name}:")]
        if isinstance(said, str) and said.strip() and not wrong:
            yield Holds(one.number)
        else:
            seen = wrong[0] if wrong else "none" if said is None else repr(said)
            yield Breaks(f"the refusal carries no {name}", "a text that is not empty", seen, (one.number,))


@invariant("Common.ErrorMessage.internals", of=ONE_EXCHANGE)
def a_message_shows_no_internals(stream: Stream) -> Iterator[CheckResult]:
    """No message shows a stack trace, a path or a source line of the server."""
    for one, answer in refusals(stream):
        found = INTERNALS.search(answer.message)
        if found:
            yield Breaks("the message shows internals", "a message for people", found.group()[:80], (one.number,))
        else:
            yield Holds(one.number)


@invariant("Common.ErrorMessage.on_success", of=ONE_EXCHANGE)
def a_success_carries_no_message(stream: Stream) -> Iterator[CheckResult]:
    """ErrorMessage of a successful answer is absent, empty, or says success."""
    for one, answer in successes(stream):
        said = (answer.value or {}).get("ErrorMessage")
        if said is None or (isinstance(said, str) and said.strip() in MEANS_SUCCESS):
            yield Holds(one.number)
        else:
            yield Breaks("a successful answer carries an error message", "none", repr(said)[:80], (one.number,))


@invariant("Common.Data.on_refusal", of=ONE_EXCHANGE)
def a_refusal_carries_no_apply_id(stream: Stream) -> Iterator[CheckResult]:
    """No refusal carries an ApplyId."""
    for one, answer in refusals(stream):
        said = [answer.data.get("ApplyId"), (answer.value or {}).get("ApplyId")]
        if any(found not in (None, "") for found in said):
            yield Breaks("a refusal carries an ApplyId", "none", str(answer.data)[:60], (one.number,))
        else:
            yield Holds(one.number)


@invariant("Common.HTTPStatus.success", of=ONE_EXCHANGE)
def a_success_has_status_200(stream: Stream) -> Iterator[CheckResult]:
    """A successful answer has HTTP status 200."""
    for one, answer in successes(stream):
        if answer.status == 200:
            yield Holds(one.number)
        else:
            yield Breaks("a successful answer has another HTTP status", "200", str(answer.status), (one.number,))


@invariant("Common.HTTPStatus.refusal", of=ONE_EXCHANGE)
def a_refusal_has_status_200_or_4xx(stream: Stream) -> Iterator[CheckResult]:
    """A refusal has HTTP status 200 or 4xx."""
    for exchange in stream.exchanges:
        if (
            not exchange.refused
            or exchange.answer is None
            or exchange.throttled
            or exchange.answer.code == "InternalError"
        ):
            continue
        if exchange.answer.status == 200 or 400 <= exchange.answer.status < 500:
            yield Holds(exchange.number)
        else:
            yield Breaks(
                "a refusal has another HTTP status", "200 or 4xx", str(exchange.answer.status), (exchange.number,)
            )


@invariant("Common.gateway.envelope", of=ONE_EXCHANGE)
def a_gateway_error_has_its_envelope(stream: Stream) -> Iterator[CheckResult]:
    """A gateway error carries Code, Message, RequestId and HostId, in XML below the root Error."""
    for one, answer in answered(stream):
        if not is_gateway_error(answer):
            continue
        # Code, Message and RequestId have invariants of their own, which speak of every refusal.
        missing = [name for name in ("HostId",) if not (answer.value or {}).get(name)]
        if missing:
            yield Breaks("a gateway error lacks a field", missing[0], "none", (one.number,))
        elif answer.form == "XML" and answer.root != "Error":
            yield Breaks("a gateway error has another root", "Error", str(answer.root), (one.number,))
        else:
            yield Holds(one.number)


@invariant("Common.gateway.HTTPStatus", of=ONE_EXCHANGE)
def a_gateway_error_has_a_published_status(stream: Stream) -> Iterator[CheckResult]:
    """A gateway error has one of the HTTP statuses of the published lists."""
    for one, answer in answered(stream):
        if not is_gateway_error(answer) or one.throttled:
            continue
        if answer.status in {400, 403, 404}:
            yield Holds(one.number)
        else:
            yield Breaks(
                "a gateway error has another HTTP status", "400, 403 or 404", str(answer.status), (one.number,)
            )

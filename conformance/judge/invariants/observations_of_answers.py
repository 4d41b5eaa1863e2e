"""Observations of single answers: what a target does where the documents are silent or contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.contract.actions import UNDER_TEST, Action
from conformance.judge.followed_applications import LEGAL_NAME, NAME_LIMIT, names_asked
from conformance.judge.invariant import ONE_EXCHANGE, Observation, invariant
from conformance.judge.invariants.envelope import is_gateway_error
from conformance.judge.invariants.refusals import declined, declines, successes
from conformance.judge.stream import Stream
from conformance.wire.message import Answer, Exchange


@invariant("Common.Code.on_success.seen", of=ONE_EXCHANGE)
def codes_of_successes(stream: Stream) -> Iterator[Observation]:
    """What Code says on success."""
    for one, answer in successes(stream):
        said = (answer.value or {}).get("Code", "absent")
        yield Observation("null" if said is None else str(said) or "empty", one.number)


@invariant("Common.HTTPStatus.refusal.seen", of=ONE_EXCHANGE)
def statuses_of_refusals(stream: Stream) -> Iterator[Observation]:
    """The HTTP status of each business refusal."""
    for one, answer in declines(stream):
        if not is_gateway_error(answer):
            yield Observation(str(answer.status), one.number)


@invariant("Common.missing.seen", of=ONE_EXCHANGE)
def who_refuses_a_missing_parameter(stream: Stream) -> Iterator[Observation]:
    """The kind of Code that refuses a call without a parameter that its edition requires."""
    for one, answer in declines(stream):
        operation = stream.contract.operations.get(one.operation)
        if one.operation not in UNDER_TEST or operation is None or one.request.common:
            continue
        sent = {name for name, _ in one.request.params}
        plain = [
            parameter.name
            for parameter in operation.parameters
            if stream.edition in parameter.required and "." not in parameter.name
        ]
        missing = [name for name in plain if name not in sent]
        if len(missing) == 1:
            exact = f"Missing{missing[0]}"
            kind = {exact: "Missing<Parameter>", "MissingParameter": "MissingParameter"}
            business = "a business code" if answer.code.lower().startswith("iot.") else answer.code or "no code"
            yield Observation(kind.get(answer.code, business), one.number)


@invariant("Common.RequestId.letters", of=ONE_EXCHANGE)
def letters_of_request_ids(stream: Stream) -> Iterator[Observation]:
    """The letter case of each RequestId that has letters."""
    for exchange in stream.exchanges:
        said = ((exchange.answer.value if exchange.answer else None) or {}).get("RequestId")
        if isinstance(said, str) and said.lower() != said.upper():
            case = "capital" if said == said.upper() else "small" if said == said.lower() else "both"
            yield Observation(case, exchange.number)


@invariant("Common.XML.prolog", of=ONE_EXCHANGE)
def prologs(stream: Stream) -> Iterator[Observation]:
    """Whether each XML answer begins with a prolog."""
    for exchange in stream.exchanges:
        if exchange.answer is not None and exchange.answer.form == "XML" and exchange.received is not None:
            yield Observation(
                "with" if exchange.received.body.lstrip().startswith(b"<?xml") else "without", exchange.number
            )


@invariant("Common.Data.on_refusal.seen", of=ONE_EXCHANGE)
def data_of_refusals(stream: Stream) -> Iterator[Observation]:
    """What stands in Data of each business refusal."""
    for one, answer in declines(stream):
        if is_gateway_error(answer):
            continue
        data = (answer.value or {}).get("Data", "absent")
        yield Observation("absent" if data == "absent" else "null" if data is None else _held(data), one.number)


def _held(data: object) -> str:
    filled = isinstance(data, dict) and any(value not in (None, "", {}) for value in data.values())
    return "lists" if filled else "empty"


def _checks(stream: Stream) -> Iterator[tuple[Exchange, tuple[str, ...], bool]]:
    """Each check of one of the run's products: its names, and whether they are within the limit."""
    for exchange in stream.exchanges:
        if (
            exchange.operation == Action.BatchCheckDeviceNames
            and exchange.answer is not None
            and exchange.request.get("ProductKey") in stream.products
        ):
            names = names_asked(exchange.request.params)
            if names and not any(name.endswith("DeviceNickname") for name, _ in exchange.request.params):
                yield exchange, names, len(names) <= NAME_LIMIT[stream.edition]


def _told(stream: Stream, exchange: Exchange) -> str | None:
    """How a check with something wrong ended: at once, later, or nobody knows."""
    if declined(exchange):
        return "refused at once"
    application = next((each for each in stream.distinct if each.created is exchange), None)
    return "CHECK_FAILED" if application is not None and application.status == "CHECK_FAILED" else None


@invariant("BatchCheckDeviceNames.malformed.seen")
def how_malformed_names_are_told(stream: Stream) -> Iterator[Observation]:
    """At once or later, for each check with an ill-formed name that is not empty."""
    for one, names, within in _checks(stream):
        bad = any(name and not LEGAL_NAME.fullmatch(name) for name in names)
        if within and bad and "" not in names and (said := _told(stream, one)) is not None:
            yield Observation(said, one.number)


@invariant("BatchCheckDeviceNames.taken.seen")
def how_taken_names_are_told(stream: Stream) -> Iterator[Observation]:
    """At once or later, for each check with a taken name and no ill-formed one."""
    for one, names, within in _checks(stream):
        legal = all(LEGAL_NAME.fullmatch(name) for name in names)
        taken = stream.shown_before(one.request.get("ProductKey") or "", one.number)
        if within and legal and any(name in taken for name in names) and (said := _told(stream, one)) is not None:
            yield Observation(said, one.number)


@invariant("BatchCheckDeviceNames.repeated.seen")
def what_becomes_of_repeated_names(stream: Stream) -> Iterator[Observation]:
    """At once, later, or counted once, for each check with a name twice and nothing else wrong."""
    for one, names, within in _checks(stream):
        if not within or len(set(names)) == len(names) or not all(LEGAL_NAME.fullmatch(name) for name in names):
            continue
        if (said := _told(stream, one)) is not None:
            yield Observation(said, one.number)
        elif one.accepted and one.answer is not None:
            reported = one.answer.strings("RepeatedDeviceNameList", "RepeatDevieNameList")
            yield Observation("counted once and reported" if reported else "counted once", one.number)


@invariant("BatchCheckDeviceNames.surplus.seen")
def what_becomes_of_surplus_names(stream: Stream) -> Iterator[Observation]:
    """At once, later or discarded, for each check of more names than the limit."""
    for one, _, within in _checks(stream):
        if not within and (declined(one) or one.accepted):
            yield Observation(_told(stream, one) or "discarded", one.number)


@invariant("BatchCheckDeviceNames.details.seen")
def whether_refusals_explain_names(stream: Stream) -> Iterator[Observation]:
    """Whether InvalidDetailList stands in each refusal for ill-formed names."""
    for one, names, within in _checks(stream):
        if within and declined(one) and one.answer is not None and not all(map(LEGAL_NAME.fullmatch, names)):
            listed = one.answer.data.get("InvalidDetailList")
            yield Observation("explained" if listed else "not explained", one.number)


def _places(stream: Stream, operation: str) -> Iterator[Observation]:
    for exchange in stream.exchanges:
        if exchange.operation != operation or not exchange.accepted or exchange.answer is None:
            continue
        inside = "ApplyId" in exchange.answer.data
        above = "ApplyId" in (exchange.answer.value or {})
        if inside or above:
            both = "in both places" if inside and above else ""
            yield Observation(both or ("in Data" if inside else "at the top level"), exchange.number)


@invariant("BatchCheckDeviceNames.ApplyId.place", of=ONE_EXCHANGE)
def where_a_check_has_its_apply_id(stream: Stream) -> Iterator[Observation]:
    """In Data or above it."""
    return _places(stream, Action.BatchCheckDeviceNames)


@invariant("BatchRegisterDeviceWithApplyId.ApplyId.place", of=ONE_EXCHANGE)
def where_a_registration_has_its_apply_id(stream: Stream) -> Iterator[Observation]:
    """In Data or above it."""
    return _places(stream, Action.BatchRegisterDeviceWithApplyId)


def _roots(stream: Stream, operation: str) -> Iterator[Observation]:
    for exchange in stream.exchanges:
        if (
            exchange.operation == operation
            and exchange.accepted
            and exchange.answer is not None
            and exchange.answer.form == "XML"
        ):
            yield Observation(str(exchange.answer.root), exchange.number)


@invariant("BatchRegisterDeviceWithApplyId.XML.root.seen", of=ONE_EXCHANGE)
def roots_of_registrations(stream: Stream) -> Iterator[Observation]:
    """The root element of each answer in XML."""
    return _roots(stream, Action.BatchRegisterDeviceWithApplyId)


@invariant("QueryBatchRegisterDeviceStatus.XML.root.seen", of=ONE_EXCHANGE)
def roots_of_statuses(stream: Stream) -> Iterator[Observation]:
    """The root element of each answer in XML."""
    return _roots(stream, Action.QueryBatchRegisterDeviceStatus)


@invariant("QueryPageByApplyId.ApplyId.unknown.seen")
def what_paging_says_of_unknown_applications(stream: Stream) -> Iterator[Observation]:
    """Refused or an empty page, for each ApplyId in plain digits that no answer of the run carries."""
    issued = {application.apply_id for application in stream.applications}
    for exchange in stream.exchanges:
        asked = exchange.request.get("ApplyId") or ""
        plain = re.fullmatch(r"[1-9][0-9]{0,18}", asked) is not None
        if (
            exchange.operation == Action.QueryPageByApplyId
            and plain
            and int(asked) not in issued
            and int(asked) < 2**63
        ):
            if declined(exchange):
                yield Observation("refused", exchange.number)
            elif exchange.accepted and not _listed(exchange.answer):
                yield Observation("an empty page", exchange.number)


def _listed(answer: Answer | None) -> list[object]:
    listed = ((answer.value if answer else None) or {}).get("ApplyDeviceList")
    items = listed.get("ApplyDeviceInfo") if isinstance(listed, dict) else None
    return items if isinstance(items, list) else []


@invariant("QueryPageByApplyId.PageSize.max.seen", of=ONE_EXCHANGE)
def what_a_page_size_over_the_maximum_gets(stream: Stream) -> Iterator[Observation]:
    """Refused, or how it was answered, for each plain PageSize over 50."""
    for exchange in stream.exchanges:
        asked = exchange.request.get("PageSize") or ""
        if (
            exchange.operation != Action.QueryPageByApplyId
            or not asked.isascii()
            or not asked.isdigit()
            or not 50 < int(asked[:9]) < 1_000
        ):
            continue
        if declined(exchange):
            yield Observation("refused", exchange.number)
        elif exchange.accepted and exchange.answer is not None:
            said = str((exchange.answer.value or {}).get("PageSize"))
            names = {"50": "answered with the maximum", asked: "answered as asked"}
            yield Observation(names.get(said, "answered with fewer"), exchange.number)

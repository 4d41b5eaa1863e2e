"""Coverage from the wire: which sides of the contract a run really touched, and why others stayed untouched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from conformance.contract.actions import UNDER_TEST, Action
from conformance.judge import reasons_of_codes
from conformance.judge.followed_applications import CREATE_FAILED, NAME_LIMIT, NEXT, names_asked
from conformance.judge.stream import Stream
from conformance.wire.message import FORMS, Exchange

MOST_PER_PAGE = 50
NICKNAMED = frozenset({"alibaba-2021", "alibaba-2023", "tuya-2025"})
"""Editions that know DeviceNickname."""


@dataclass(frozen=True, slots=True)
class Area:
    """One side of the contract: what belongs to it, how often each part was touched, and why some was not."""

    name: str
    exercised: Mapping[str, int]
    holes: Mapping[str, str]
    """Part → why nothing touched it."""


def coverage(stream: Stream) -> tuple[Area, ...]:
    """Parameters, boundaries, forms, statuses, their transitions, and codes; only answered exchanges count."""
    answered = [exchange for exchange in stream.exchanges if exchange.answer is not None]
    return (
        _area("parameters", _parameters(stream), Counter(_sent(answered)), _not_sent),
        _area("boundaries", _boundaries(stream.edition), Counter(_touched(stream, answered)), _not_sent),
        _area("forms", _forms(), Counter(f"{one.operation} {one.form}" for one in answered), _not_sent),
        _area("statuses", list(NEXT), Counter(statuses(stream)), _never_said),
        _area("transitions", _edges(), Counter(moves(stream)), _never_seen),
        _area("codes", _codes(), Counter(one.answer.code for one in answered if one.answer and one.refused), _no_code),
    )


def _area(name: str, parts: list[str], counted: Mapping[str, int], why: Callable[[str], str]) -> Area:
    exercised = {part: counted[part] for part in parts if counted.get(part)}
    return Area(name, exercised, {part: why(part) for part in parts if part not in exercised})


def _not_sent(part: str) -> str:
    return "nothing that was selected sends it, or the target gave no answer"


def _never_said(part: str) -> str:
    if part == CREATE_FAILED:
        return "a creation fails only where a name was taken since its check, and the target may refuse earlier"
    return "the target never said it; it may be too short to be seen"


def _never_seen(part: str) -> str:
    return "never seen from one question to the next; a state may be too short to be seen"


def _no_code(part: str) -> str:
    if part in reasons_of_codes.NOT_GRADED:
        return "no request can provoke it"
    if part in reasons_of_codes.OTHERS:
        return "it belongs to operations beside the five"
    return "the target never said it"


# Parameters ----------------------------------------------------------------------------------------------------


def _parameters(stream: Stream) -> list[str]:
    parts = []
    for operation in UNDER_TEST:
        for parameter in stream.contract.operations[operation].parameters:
            if stream.edition in parameter.required | parameter.optional:
                parts.append(f"{operation}.{parameter.name} sent")
                if "." not in parameter.name:
                    parts += [f"{operation}.{parameter.name} left out", f"{operation}.{parameter.name} empty"]
    return parts


def _sent(answered: list[Exchange]) -> Iterator[str]:
    for one in answered:
        if one.operation not in UNDER_TEST:
            continue
        seen = set()
        for name, value in one.request.params:
            general = ".".join("N" if part.isdigit() else part for part in name.split("."))
            seen.add(general)
            if value == "":
                yield f"{one.operation}.{general} empty"
        yield from (f"{one.operation}.{name} sent" for name in seen)
        for name in {"ProductKey", "ApplyId", "Count", "PageSize", "CurrentPage"} - seen:
            yield f"{one.operation}.{name} left out"


# Boundaries ----------------------------------------------------------------------------------------------------


def _boundaries(edition: str) -> list[str]:
    limit = NAME_LIMIT[edition]
    parts = [f"Count = {n}" for n in (-1, 0, 1, limit, limit + 1)]
    parts += [f"DeviceName of {n}" for n in (0, 3, 4, 32, 33)]
    parts += [f"{n} names" for n in (1, limit, limit + 1)]
    if edition in NICKNAMED:
        parts += [f"DeviceNickname of {n}" for n in (3, 4, 64, 65)]
        parts += [f"PageSize = {n}" for n in (0, 1, MOST_PER_PAGE, MOST_PER_PAGE + 1)]
    else:
        parts += [f"PageSize = {n}" for n in (0, 1)]
    return [*parts, "CurrentPage = 0", "the last page", "the page after the last", "an ApplyId beyond 64 bits"]


def _touched(stream: Stream, answered: list[Exchange]) -> Iterator[str]:
    for one in answered:
        if one.operation == Action.BatchRegisterDevice:
            yield f"Count = {one.request.get('Count')}"
        elif one.operation == Action.BatchCheckDeviceNames:
            names = names_asked(one.request.params)
            yield f"{len(names)} names"
            yield from {f"DeviceName of {len(name)}" for name in names}
            for name, value in one.request.params:
                if name.endswith("DeviceNickname"):
                    # Every Chinese or Japanese character counts for two.
                    yield f"DeviceNickname of {len(value) + sum(letter > chr(0x3000) for letter in value)}"
        elif one.operation == Action.QueryPageByApplyId:
            yield f"PageSize = {one.request.get('PageSize')}"
            yield f"CurrentPage = {one.request.get('CurrentPage')}"
        asked = one.request.get("ApplyId") or ""
        if asked.isascii() and asked.isdigit() and int(asked[:40]) >= 2**63:
            yield "an ApplyId beyond 64 bits"
    for application in stream.distinct:
        for page in application.pages():
            if page.count and page.asked_page == page.count:
                yield "the last page"
            elif page.count and page.asked_page == page.count + 1:
                yield "the page after the last"
        yield from ("the page after the last" for one in application.own(Action.QueryPageByApplyId) if one.refused)


# Forms, statuses, codes ----------------------------------------------------------------------------------------


def _forms() -> list[str]:
    return [f"{operation} {form}" for operation in UNDER_TEST for form in FORMS]


def statuses(stream: Stream) -> Iterator[str]:
    """Every Status that was said, as often as it was."""
    for application in stream.applications:
        yield from (said for _, said in application.statuses())


def _edges() -> list[str]:
    return [f"{before} \u2192 {after}" for before, states in NEXT.items() for after in sorted(states)]


def moves(stream: Stream) -> Iterator[str]:
    """``BEFORE \u2192 AFTER`` for every change of status from one question about an application to the next."""
    for application in stream.distinct:
        said = [status for _, status in application.statuses()]
        yield from (f"{before} \u2192 {after}" for before, after in pairwise(said) if before != after)


def _codes() -> list[str]:
    every = {code for codes in reasons_of_codes.FAMILIES.values() for code in codes}
    return sorted(every | reasons_of_codes.GENERIC | reasons_of_codes.NOT_GRADED | reasons_of_codes.OTHERS)

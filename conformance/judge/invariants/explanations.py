"""Invariants of what explains: which names are repeated, and what is wrong with each invalid one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.judge.followed_applications import CHECK_FAILED, names_asked
from conformance.judge.invariant import ONE_EXCHANGE, WHICH_NAMES_WERE_FREE, Observation, invariant
from conformance.judge.invariants.invalid_names import checks
from conformance.judge.names import good, is_nickname, lonely_nicknames, malformed, nicknamed, repeated, taken, travels
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.message import Answer, Exchange

Entry = dict[str, Any]


@invariant("BatchCheckDeviceNames.RepeatedDeviceNameList", of=ONE_EXCHANGE)
def listed_repetitions_are_the_repeated_names(stream: Stream) -> Iterator[CheckResult]:
    """RepeatedDeviceNameList, where it holds anything, holds every name that was sent twice, and no good one."""
    for one, answer in checks(stream):
        listed = set(answer.strings("RepeatedDeviceNameList", "RepeatDevieNameList"))
        if not listed or not all(map(travels, names := names_asked(one.request.params))):
            continue
        twice = repeated(names)
        # No document says whether the names of devices that exist count as repeated too.
        wrong = listed - twice - taken(stream, one)
        if wrong or twice - listed:
            shown = ", ".join(sorted(listed)[:3])
            expected = ", ".join(sorted(twice)[:3]) or "no name"
            yield Breaks("RepeatedDeviceNameList holds other names", expected, shown, (one.number,), len(names))
        else:
            yield Holds(one.number)


def entries(answer: Answer | None, inner: str) -> list[Entry]:
    """The entries of InvalidDetailList, as far as they can be read."""
    outer = answer.data.get("InvalidDetailList") if answer is not None else None
    items = outer.get(inner) if isinstance(outer, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _refusals(stream: Stream) -> Iterator[tuple[Exchange, list[Entry], tuple[int, ...]]]:
    """Each check, refused with an InvalidDetailList that holds something."""
    for one, answer in checks(stream):
        if one.refused and (found := entries(answer, "InvalidDetailList")):
            yield one, found, (one.number,)


def _failures(stream: Stream) -> Iterator[tuple[Exchange, list[Entry], tuple[int, ...], set[str]]]:
    """Each check whose CHECK_FAILED has an InvalidDetailList that holds something, and what InvalidList holds."""
    for application in stream.distinct:
        for exchange, said in application.statuses():
            if said == CHECK_FAILED and (found := entries(exchange.answer, "invalidDetailList")):
                failed = set(exchange.answer.strings("InvalidList", "Name")) if exchange.answer else set()
                yield application.created, found, (application.created.number, exchange.number), failed


def _explained(stream: Stream, check: Exchange, found: list[Entry], numbers: tuple[int, ...]) -> CheckResult:
    """Whether each entry names a name of the call that may be invalid, with its nickname, and says why."""
    names, nicks = names_asked(check.request.params), nicknamed(check)
    fine = good(stream, check, numbers[-1])
    for entry in found:
        name, nick = str(entry.get("DeviceName") or ""), str(entry.get("NickName") or "")
        if not name and nick in lonely_nicknames(check.request.params):
            continue
        if name not in names and all(map(travels, names)):
            return Breaks("InvalidDetailList names what was not sent", "names sent", name[:40], numbers, len(names))
        if name in fine:
            return Breaks("InvalidDetailList names a good name", "names that failed", name[:40], numbers, len(names))
        if nick and names.count(name) == 1 and nick != nicks.get(name, ""):
            expected = nicks.get(name) or "no nickname"
            return Breaks("an entry has another NickName", expected[:40], nick[:40], numbers, len(names))
        if not entry.get("ErrorMsg"):
            return Breaks("an entry does not say what is wrong", "an ErrorMsg", "none", numbers, len(names))
    return Holds(numbers[-1])


@invariant("BatchCheckDeviceNames.InvalidDetailList", needs=WHICH_NAMES_WERE_FREE)
def refused_names_are_explained(stream: Stream) -> Iterator[CheckResult]:
    """Each entry of a refusal names a name of the call that may be invalid, with its nickname, and why."""
    for check, found, numbers in _refusals(stream):
        yield _explained(stream, check, found, numbers)


@invariant("QueryBatchRegisterDeviceStatus.InvalidDetailList")
def failed_names_are_explained(stream: Stream) -> Iterator[CheckResult]:
    """Each entry on CHECK_FAILED names a name of InvalidList, with its nickname, and why."""
    for check, found, numbers, failed in _failures(stream):
        strange = {str(entry.get("DeviceName") or "") for entry in found} - failed
        if strange and all(map(travels, names_asked(check.request.params))):
            reason = "InvalidDetailList names what InvalidList does not"
            yield Breaks(reason, "names of InvalidList", sorted(strange)[0][:40], numbers, len(failed))
        else:
            yield _explained(stream, check, found, numbers)


def _lacking(stream: Stream, check: Exchange, found: list[Entry], numbers: tuple[int, ...]) -> CheckResult:
    """Whether every name with a fault of the first kind that is looked at has its entry, and that its NickName."""
    names, nicks = names_asked(check.request.params), nicknamed(check)
    ill_named = {name for name, nick in nicks.items() if is_nickname(nick) is False and travels(nick)}
    told = {str(entry.get("DeviceName") or ""): str(entry.get("NickName") or "") for entry in found}
    for kind in (malformed(names), ill_named, taken(stream, check)):
        listable = {name for name in kind if travels(name)}
        if not listable or not listable & told.keys():
            continue
        if missing := sorted(listable - told.keys()):
            return Breaks("an invalid name is not explained", missing[0][:40], f"{len(told)} entries", numbers)
    if silent := sorted(name for name in ill_named & told.keys() if not told[name]):
        return Breaks("an entry lacks its NickName", nicks[silent[0]][:40], "none", numbers, len(names))
    return Holds(numbers[-1])


@invariant("BatchCheckDeviceNames.InvalidDetailList.complete")
def all_refused_names_are_explained(stream: Stream) -> Iterator[CheckResult]:
    """Where a refusal explains one invalid name, it explains all of that kind."""
    for check, found, numbers in _refusals(stream):
        yield _lacking(stream, check, found, numbers)


@invariant("QueryBatchRegisterDeviceStatus.InvalidDetailList.complete")
def all_failed_names_are_explained(stream: Stream) -> Iterator[CheckResult]:
    """Where CHECK_FAILED explains one invalid name, it explains all of that kind."""
    for check, found, numbers, _ in _failures(stream):
        yield _lacking(stream, check, found, numbers)


def _joined(found: list[Entry], check: Exchange, number: int) -> Iterator[Observation]:
    nicks = nicknamed(check)
    both = {name for name in malformed(nicks) if is_nickname(nicks[name]) is False}
    for entry in found:
        if entry.get("DeviceName") in both:
            yield Observation("joined with |" if "|" in str(entry.get("ErrorMsg")) else "one message", number)


@invariant("BatchCheckDeviceNames.InvalidDetailList.ErrorMsg.seen")
def how_two_faults_of_one_name_are_told(stream: Stream) -> Iterator[Observation]:
    """Joined or not, for each entry about an ill-formed name with an illegal nickname."""
    for check, found, numbers in _refusals(stream):
        yield from _joined(found, check, numbers[-1])
    for check, found, numbers, _ in _failures(stream):
        yield from _joined(found, check, numbers[-1])

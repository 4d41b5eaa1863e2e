"""Lists in the answer of a check: which names and nicknames are reported as invalid, and which are not."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.actions import Action
from conformance.judge.followed_applications import NAME_LIMIT, has_gaps, names_asked
from conformance.judge.invariant import NO_OTHER_REASON, ONE_EXCHANGE, WHICH_NAMES_WERE_FREE, invariant
from conformance.judge.names import good, is_nickname, lonely_nicknames, malformed, nicknamed, taken, travels
from conformance.judge.reasons_of_codes import COUNT, Fit, fit
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds
from conformance.wire.message import Answer, Exchange

ON_FAILURE = {
    "InvalidDeviceNameList": "InvalidDeviceName",
    "InvalidDeviceNicknameList": "InvalidDeviceNickname",
    "InvalidDetailList": "InvalidDetailList",
}
"""The lists that explain a failure, and what stands in them."""


def checks(stream: Stream) -> Iterator[tuple[Exchange, Answer]]:
    """Each check of one of the run's products that got a readable answer."""
    for exchange in stream.exchanges:
        if (
            exchange.operation == Action.BatchCheckDeviceNames
            and exchange.answer is not None
            and exchange.answer.value is not None
        ):
            yield exchange, exchange.answer


def _few(names: set[str]) -> str:
    listed = sorted(names)
    return ", ".join(name[:40] for name in listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


@invariant("BatchCheckDeviceNames.InvalidDeviceNameList", needs=WHICH_NAMES_WERE_FREE)
def a_check_lists_its_invalid_names(stream: Stream) -> Iterator[CheckResult]:
    """InvalidDeviceNameList holds no good name, and of each kind of invalid names all or none."""
    for one, answer in checks(stream):
        listed = set(answer.strings("InvalidDeviceNameList", "InvalidDeviceName"))
        if not listed:
            continue
        names = names_asked(one.request.params)
        size = len(names)
        if wrong := good(stream, one) & listed:
            yield Breaks("a valid name is listed as invalid", "invalid names", _few(wrong), (one.number,), size)
        elif (strange := listed - set(names)) and all(map(travels, names)):
            yield Breaks("a name is listed that was not sent", "names sent", _few(strange), (one.number,), size)
        elif one.refused and (missing := _missing(stream, one, listed)):
            yield Breaks("an invalid name is not listed", _few(missing), f"{len(listed)} names", (one.number,), size)
        elif one.refused:
            yield Holds(one.number)


def _missing(stream: Stream, exchange: Exchange, listed: set[str]) -> set[str]:
    """The invalid names that are not listed, of the kinds of which some are: kinds may be told one after the other."""
    names = names_asked(exchange.request.params)[: NAME_LIMIT[stream.edition]]
    kinds = {name for name in malformed(names) if travels(name)}, taken(stream, exchange) & set(names)
    return {name for kind in kinds if kind & listed for name in kind - listed}


def _for_its_names(stream: Stream, exchange: Exchange) -> bool:
    """Whether a call was refused, and may have been for the names that it gives."""
    if (
        not exchange.refused
        or exchange.answer is None
        or exchange.throttled
        or lonely_nicknames(exchange.request.params)
    ):
        return False
    known = exchange.request.get("ProductKey") in stream.products and not has_gaps(exchange.request.params)
    return known and exchange.answer.code not in COUNT and fit(exchange.answer.code, "names") is not Fit.NOT_GRADED


@invariant("BatchCheckDeviceNames.InvalidDeviceNameList.given", needs=NO_OTHER_REASON)
def a_check_refused_for_its_names_lists_them(stream: Stream) -> Iterator[CheckResult]:
    """A refusal that says that invalid names were found, and could list one, does so."""
    for one, answer in checks(stream):
        names = names_asked(one.request.params)
        listable = sorted(name for name in malformed(names) if travels(name))
        within = len(names) <= NAME_LIMIT[stream.edition]
        if not _for_its_names(stream, one) or not listable or not within or nicknamed(one):
            continue
        if answer.strings("InvalidDeviceNameList", "InvalidDeviceName"):
            yield Holds(one.number)
        else:
            seen = "no InvalidDeviceNameList"
            yield Breaks("the refusal does not say which names", listable[0][:40], seen, (one.number,), len(names))


@invariant("BatchCheckDeviceNames.InvalidDeviceNicknameList", of=ONE_EXCHANGE)
def a_check_lists_its_invalid_nicknames(stream: Stream) -> Iterator[CheckResult]:
    """InvalidDeviceNicknameList holds nicknames of the call, no legal one, and every illegal one."""
    for one, answer in checks(stream):
        listed = set(answer.strings("InvalidDeviceNicknameList", "InvalidDeviceNickname"))
        if not listed:
            continue
        sent = {value for name, value in one.request.params if name.endswith(".DeviceNickname")}
        lonely = set(lonely_nicknames(one.request.params))
        legal = {name for name in listed & sent if is_nickname(name) is True} - lonely
        illegal = {name for name in nicknamed(one).values() if is_nickname(name) is False and travels(name)}
        if (strange := listed - sent) and all(map(travels, sent)):
            yield Breaks("a nickname is listed that was not sent", "nicknames sent", _few(strange), (one.number,))
        elif legal:
            reason = "a legal nickname is listed as invalid"
            yield Breaks(reason, "invalid nicknames", _few(legal), (one.number,), len(sent))
        elif one.refused and (missing := illegal - listed):
            reason = "an invalid nickname is not listed"
            yield Breaks(reason, _few(missing), f"{len(listed)} nicknames", (one.number,), len(sent))
        elif one.refused:
            yield Holds(one.number)


@invariant("BatchCheckDeviceNames.InvalidDeviceNicknameList.given")
def a_check_refused_for_its_nicknames_lists_them(stream: Stream) -> Iterator[CheckResult]:
    """A refusal of good names with an illegal nickname says which nickname."""
    for one, answer in checks(stream):
        nicks = nicknamed(one)
        illegal = sorted(nick for nick in nicks.values() if is_nickname(nick) is False and travels(nick))
        if not _for_its_names(stream, one) or not illegal:
            continue
        names = names_asked(one.request.params)
        if good(stream, one) | {name for name, nick in nicks.items() if nick in illegal} != set(names):
            continue  # refused for a name, it may be
        if malformed(names) or taken(stream, one):
            continue
        if answer.strings("InvalidDeviceNicknameList", "InvalidDeviceNickname"):
            yield Holds(one.number)
        else:
            seen = "no InvalidDeviceNicknameList"
            yield Breaks("the refusal does not say which nicknames", illegal[0][:40], seen, (one.number,), len(nicks))


@invariant("BatchCheckDeviceNames.lists.on_success")
def an_accepted_check_lists_nothing_invalid(stream: Stream) -> Iterator[CheckResult]:
    """The lists that explain a failure are absent or empty where the call was accepted."""
    for one, answer in checks(stream):
        if not one.accepted:
            continue
        filled = [name for name, inner in ON_FAILURE.items() if _holds(answer, name, inner)]
        if filled:
            yield Breaks(f"an accepted check carries {filled[0]}", "no such list", "names", (one.number,))
        else:
            yield Holds(one.number)


def _holds(answer: Answer, name: str, inner: str) -> bool:
    found = answer.data.get(name)
    return bool(found.get(inner) if isinstance(found, dict) else found)

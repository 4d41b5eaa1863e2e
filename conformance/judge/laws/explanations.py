"""Laws of the lists that explain: which names and nicknames are invalid or repeated, and what is wrong with each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.judge.followed import CHECK_FAILED, LEGAL_NAME, names_asked
from conformance.judge.law import law
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, Holds, Judged
from conformance.wire.message import Answer, Exchange

CHECK = "BatchCheckDeviceNames"


def _checks(stream: Stream) -> Iterator[tuple[Exchange, Answer, tuple[str, ...]]]:
    """Each readable check whose names every form can carry unchanged."""
    for one in stream.exchanges:
        if one.operation == CHECK and one.answer is not None and one.answer.value is not None:
            names = names_asked(one.request.params)
            if all(name.isprintable() and name == name.strip() for name in names):
                yield one, one.answer, names


@law(f"{CHECK}.InvalidDeviceNicknameList")
def listed_nicknames_are_invalid_ones_that_were_sent(stream: Stream) -> Iterator[Judged]:
    """InvalidDeviceNicknameList holds nicknames of the call, and none that is plainly legal."""
    for one, answer, _ in _checks(stream):
        listed = answer.strings("InvalidDeviceNicknameList", "InvalidDeviceNickname")
        sent = [value for name, value in one.request.params if name.endswith("DeviceNickname")]
        if not listed or not one.refused:
            continue
        strange = [name for name in listed if name not in sent]
        # Whether longer ones and other scripts are legal is judged where they are sent alone.
        legal = [name for name in listed if name.isascii() and name.isalnum() and 4 <= len(name) <= 32]
        if strange or legal:
            reason = "a nickname is listed that was not sent" if strange else "a legal nickname is listed as invalid"
            yield Breaks(reason, "invalid nicknames sent", (strange or legal)[0][:40], (one.number,), len(sent))
        else:
            yield Holds(one.number)


@law(f"{CHECK}.RepeatedDeviceNameList")
def listed_repetitions_are_the_repeated_names(stream: Stream) -> Iterator[Judged]:
    """RepeatedDeviceNameList, where it holds anything, holds every name that was sent twice, and no other."""
    for one, answer, names in _checks(stream):
        listed = set(answer.strings("RepeatedDeviceNameList", "RepeatDevieNameList"))
        twice = {name for name, times in Counter(names).items() if times > 1}
        if not listed:
            continue
        if listed == twice:
            yield Holds(one.number)
        else:
            shown = ", ".join(sorted(listed)[:3])
            expected = ", ".join(sorted(twice)[:3]) or "no name"
            yield Breaks("RepeatedDeviceNameList holds other names", expected, shown, (one.number,), len(names))


def entries(answer: Answer, inner: str) -> list[dict[str, Any]]:
    """The entries of InvalidDetailList, as far as they can be read."""
    outer = answer.data.get("InvalidDetailList")
    items = outer.get(inner) if isinstance(outer, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _explained(found: list[dict[str, Any]], names: Sequence[str], bad: set[str], numbers: tuple[int, ...]) -> Judged:
    for entry in found:
        name = str(entry.get("DeviceName") or "")
        if not name and entry.get("NickName"):
            continue  # a nickname without a name
        if name not in names:
            return Breaks("InvalidDetailList names what was not sent", "names sent", name[:40], numbers, len(names))
        if name not in bad:
            return Breaks("InvalidDetailList names a good name", "names that failed", name[:40], numbers, len(names))
        if not entry.get("ErrorMsg"):
            return Breaks("an entry does not say what is wrong", "an ErrorMsg", "none", numbers, len(names))
    return Holds(numbers[-1])


@law(f"{CHECK}.InvalidDetailList")
def refused_names_are_explained(stream: Stream) -> Iterator[Judged]:
    """Each entry of a refusal names a name of the call that may be invalid, and why."""
    for one, answer, names in _checks(stream):
        found = entries(answer, "InvalidDetailList")
        if not found or not one.refused:
            continue
        product = one.request.get("ProductKey") or ""
        taken = stream.shown_before(product, one.number)
        nicknamed = any(name.endswith("DeviceNickname") for name, _ in one.request.params)
        twice = {name for name, times in Counter(names).items() if times > 1}
        bad = {name for name in names if not LEGAL_NAME.fullmatch(name) or name in taken or name in twice or nicknamed}
        yield _explained(found, names, bad | stream.used_elsewhere(product, names, one), (one.number,))


@law("QueryBatchRegisterDeviceStatus.InvalidDetailList")
def failed_names_are_explained(stream: Stream) -> Iterator[Judged]:
    """Each entry on CHECK_FAILED names a name of InvalidList, and why."""
    for one in stream.distinct:
        for exchange, said in one.statuses():
            found = entries(exchange.answer, "invalidDetailList") if exchange.answer is not None else []
            plain = all(name.isprintable() and name == name.strip() for name in one.names)
            if said == CHECK_FAILED and found and plain and exchange.answer is not None:
                failed = set(exchange.answer.strings("InvalidList", "Name"))
                yield _explained(found, one.names, failed, (one.created.number, exchange.number))

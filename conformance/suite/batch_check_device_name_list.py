"""BatchCheckDeviceNames: how many names, in which spelling, with which nicknames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.workflows import Name, Workflow
from conformance.judge.followed import Application
from conformance.judge.verdict import Breaks, Holds, Judged, Unclear
from conformance.suite.checks import numbered, only_checked
from conformance.suite.frame import Planning, by_edition, plans, verifies
from conformance.suite.passing import does_not_pass, passes
from conformance.suite.plan import DOT, PLAIN, names
from conformance.suite.trace import Trace
from conformance.wire.message import FORMS

LIMIT = by_edition(
    {"alibaba-2018": 1_000, "alibaba-2019": 1_000, "alibaba-2021": 1_000, "alibaba-2023": 10_000, "tuya-2025": 10_000}
)
DISCARDS = frozenset({"alibaba-2023", "tuya-2025"})
"""Editions that say that surplus names are discarded."""
LISTS = frozenset({"alibaba-2021", "alibaba-2023", "tuya-2025"})
"""Editions that know DeviceNameList."""
CLAUSE = "BatchCheckDeviceNames"
SURPLUS = Name("surplus " + DOT * 4, good=False)
FOR_ITS_FORM = frozenset({"iot.device.InvalidDeviceNameExisted", "iot.device.InvalidFormattedDeviceName"})
"""Codes that find fault with a name, not with how many there are."""


def as_many(planning: Planning, many: tuple[Name, ...], clause: str) -> list[Workflow]:
    """One call with these names, in the form body: no request line is that long. At length in both spellings."""
    found = [Workflow(f"{clause}#1", form=FORMS[4], names=many, register=False, reask=1)]
    if planning.thorough and planning.edition in LISTS:
        found.append(
            Workflow(f"{clause}#2", form=FORMS[1], names=many, spelling="DeviceNameList", register=False, reask=1)
        )
    return found


@verifies("BatchCheckDeviceNames.DeviceName.limit", limit=LIMIT)
@plans(lambda planning: as_many(planning, names(planning.expected["limit"]), f"{CLAUSE}.DeviceName.limit"))
def test_as_many_names_as_the_limit_pass(trace: Trace, limit: int) -> Judged:
    """One call checks as many names as the edition says."""
    return passes(trace, f"a call with {limit} names")


@verifies("BatchCheckDeviceNames.DeviceName.max", limit=LIMIT)
@plans(
    # Whether the surplus is looked at shows in that it is no name at all.
    lambda planning: as_many(planning, (*names(planning.expected["limit"]), SURPLUS), f"{CLAUSE}.DeviceName.max")
)
def test_more_names_than_the_limit_are_refused_or_cut(trace: Trace, edition: str, limit: int) -> Judged:
    """One name too many refuses the call; where the edition discards the surplus, it may also be left out."""
    created = trace.created
    code = created.answer.code if created is not None and created.refused and created.answer is not None else ""
    if created is not None and edition in DISCARDS and code in FOR_ITS_FORM:
        expected = "discarded, or refused for their number"
        return Breaks("a surplus name was looked at", expected, code, (created.number,), limit)
    if edition not in DISCARDS or created is None or created.refused or trace.application is None:
        return does_not_pass(
            trace,
            "alibaba-2019" if created is not None and created.refused else edition,
            f"{limit + 1} names",
            "too many",
        )
    return _cut(trace.application, limit)


def _cut(application: Application, limit: int) -> Judged:
    for exchange, _ in application.statuses():
        listed = exchange.answer.strings("ValidList", "Name") if exchange.answer else ()
        if len(listed) > limit:
            numbers = (application.created.number, exchange.number)
            return Breaks(
                "more names than the limit were checked", f"at most {limit}", str(len(listed)), numbers, limit
            )
    if application.status == "CHECK_FAILED":
        failed = application.statuses()[-1][0].number
        numbers = (application.created.number, failed)
        return Breaks("a surplus name was looked at", "discarded", "CHECK_FAILED", numbers, limit)
    if application.status == "CHECK_SUCCESS":
        return Holds(application.statuses()[-1][0].number)
    return Unclear("no end of the check was seen", (application.created.number,))


def listed(planning: Planning) -> Sequence[Workflow]:
    """Good names and a bad one as DeviceNameList.N.DeviceName."""
    found = [
        Workflow("", names=names(12), spelling="DeviceNameList", page_sizes=(20,), reask=0),
        Workflow("", names=names(2), spelling="DeviceNameList", page_sizes=(20,), reask=0),
        only_checked(PLAIN, Name("a b" + DOT * 5, good=False), spelling="DeviceNameList"),
    ]
    return numbered(f"{CLAUSE}.DeviceNameList", found)


@verifies("BatchCheckDeviceNames.DeviceNameList")
@plans(listed)
def test_names_may_be_given_as_a_device_name_list(trace: Trace, edition: str) -> Judged:
    """DeviceNameList.N.DeviceName is checked and registered like DeviceName.N."""
    if not all(name.good for name in trace.work.names):
        return does_not_pass(trace, edition, "an illegal name in DeviceNameList")
    return _registered_as_asked(trace, "DeviceNameList.N.DeviceName")


def _registered_as_asked(trace: Trace, what: str) -> Judged:
    judged = passes(trace, what)
    application = trace.application
    if application is None or not isinstance(judged, Holds):
        return judged
    shown = {device.name for page in application.pages_after_success() for device in page.devices}
    if not shown:
        return Unclear("no devices were shown", (application.created.number,))
    if shown != set(application.names):
        numbers = (application.created.number, application.pages_after_success()[-1].exchange.number)
        expected, seen = (
            f"{len(application.names)} names",
            f"{len(shown & set(application.names))} of them, {len(shown)} in all",
        )
        return Breaks(f"other names than {what} were registered", expected, seen, numbers, len(application.names))
    return Holds(application.created.number)


def both_spellings(planning: Planning) -> Sequence[Workflow]:
    """Good names in DeviceNameList beside other names in DeviceName."""
    decoys = ("decoy-" + DOT * 8,) * 3
    found = [
        Workflow("", names=names(2), spelling="DeviceNameList", decoys=decoys[:n], page_sizes=(10,), reask=0)
        for n in ((1, 3) if planning.thorough else (3,))
    ]
    return numbered(f"{CLAUSE}.DeviceNameList.wins", found)


@verifies("BatchCheckDeviceNames.DeviceNameList.wins")
@plans(both_spellings)
def test_device_name_list_wins_over_device_name(trace: Trace) -> Judged:
    """Of a call with both spellings only DeviceNameList counts."""
    return _registered_as_asked(trace, "DeviceNameList.N.DeviceName")


GOOD_NICKNAMES = ("abcd", "Lamp_1", "\u706f\u6cdb_1", "\u304b\u306a\u3042", "n" * 64, "\u706f" * 32)
BAD_NICKNAMES = ("abc", "n" * 65, "a lamp", "lamp-1", "\u706f" * 33, "lamp!")


def with_nicknames(clause: str, nicknames: Sequence[str]) -> list[Workflow]:
    """One workflow per nickname."""
    checks = [only_checked(PLAIN, spelling="DeviceNameList", nicknames=(one,)) for one in nicknames]
    # The first is registered too, so that the nickname can be looked up.
    checks[0] = replace(checks[0], register=True, details=1)
    return numbered(clause, checks)


@verifies("BatchCheckDeviceNames.DeviceNickname")
@plans(
    lambda planning: with_nicknames(
        f"{CLAUSE}.DeviceNickname", GOOD_NICKNAMES if planning.thorough else GOOD_NICKNAMES[1:4]
    )
)
def test_a_legal_nickname_passes(trace: Trace) -> Judged:
    """4 to 64 letters, digits and underscores, Chinese and Japanese characters counting two each."""
    return passes(trace, f"the nickname {trace.work.nicknames[0][:12]!r} of {len(trace.work.nicknames[0])} characters")


@verifies("BatchCheckDeviceNames.DeviceNickname.illegal")
@plans(
    lambda planning: with_nicknames(
        f"{CLAUSE}.DeviceNickname.illegal", BAD_NICKNAMES if planning.thorough else BAD_NICKNAMES[:3]
    )
)
def test_an_illegal_nickname_does_not_pass(trace: Trace, edition: str) -> Judged:
    """A nickname too short, too long or with another character is invalid."""
    return does_not_pass(trace, edition, f"the nickname {trace.work.nicknames[0][:12]!r}")


@verifies("BatchCheckDeviceNames.DeviceNickname.alone")
@plans(
    lambda planning: numbered(
        f"{CLAUSE}.DeviceNickname.alone", [only_checked(spelling="DeviceNameList", nicknames=("lamp_1",))]
    )
)
def test_a_nickname_alone_does_not_pass(trace: Trace, edition: str) -> Judged:
    """A DeviceNickname needs the DeviceName of its index."""
    return does_not_pass(trace, edition, "a nickname without a name")

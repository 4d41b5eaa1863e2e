"""BatchCheckDeviceNames: how many names, and in which spelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.workflows import Name, Workflow
from conformance.judge.followed_applications import FollowedApplication, names_asked
from conformance.judge.reasons_of_codes import COUNT
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.suite.checks import numbered, only_checked
from conformance.suite.decorators import Planning, by_edition, plans, verifies
from conformance.suite.passing import (
    FOR_ITS_FORM,
    does_not_pass,
    has_passed,
    never_two_devices,
    none_passes,
    passes,
)
from conformance.suite.plan import DOT, LAST, PLAIN, names
from conformance.suite.traces import Trace
from conformance.wire.message import FORMS

LIMIT = by_edition(
    {"alibaba-2018": 1_000, "alibaba-2019": 1_000, "alibaba-2021": 1_000, "alibaba-2023": 10_000, "tuya-2025": 10_000}
)
DISCARDS = frozenset({"alibaba-2023", "tuya-2025"})
"""Editions that say that surplus names are discarded."""
LISTS = frozenset({"alibaba-2021", "alibaba-2023", "tuya-2025"})
"""Editions that know DeviceNameList."""
TWIN = Name("twin-" + DOT * 8, twin="a")
SURPLUS = Name("surplus " + DOT * 4, good=False)
X509 = 1_000
"""As many names a call may hold for a product whose devices authenticate by X.509 certificates, in every edition."""


def as_many(planning: Planning, many: tuple[Name, ...], clause: str) -> list[Workflow]:
    """One call with these names, in the form body: no request line is that long. At length in both spellings."""
    found = [Workflow(f"{clause}#1", form=FORMS[4], names=many, register=False, reask=1)]
    if planning.thorough and planning.edition in LISTS:
        found.append(
            Workflow(f"{clause}#2", form=FORMS[1], names=many, spelling="DeviceNameList", register=False, reask=1)
        )
    return found


def up_to_the_limit(planning: Planning) -> list[Workflow]:
    """As many names as the limit; where they are refused, what tells the smaller limit of X.509 products."""
    limit = planning.expected["limit"]
    fewer = (X509, X509 + 1) if limit > X509 else ()
    found = [
        replace(work, fewer=fewer) for work in as_many(planning, names(limit), "BatchCheckDeviceNames.DeviceName.limit")
    ]
    if planning.thorough:
        # Whether the last of them counts shows in that it is no name at all.
        found += as_many(planning, (*names(limit - 1), LAST), "BatchCheckDeviceNames.DeviceName.limit.last")
    return found


@verifies("BatchCheckDeviceNames.DeviceName.limit", limit=LIMIT)
@plans(up_to_the_limit)
def test_as_many_names_as_the_limit_pass(trace: Trace, limit: int) -> CheckResult | None:
    """One call checks as many names as the edition says; of a product with X.509 certificates 1,000 may be all."""
    created = trace.created
    if LAST in trace.work.names:
        if created is not None and created.answer is not None and created.answer.code in COUNT:
            return None  # it is too many for a product with certificates
        return does_not_pass(trace, f"a call whose name {limit} is illegal")
    judged = passes(trace, f"a call with {limit} names")
    if isinstance(judged, Breaks) and len(trace.fewer) > 1 and not trace.ordinary:
        (fewer, application), (beyond, _) = trace.fewer[:2]
        exact = has_passed(fewer, application, f"a call with {X509} names")
        return exact if beyond.refused and not isinstance(exact, Breaks) else judged
    return judged


@verifies("BatchCheckDeviceNames.DeviceName.max", limit=LIMIT)
@plans(
    # Where surplus is discarded, whether it is looked at shows in that it is no name at all; elsewhere every name is
    # good, so that nothing but their number can be wrong.
    lambda planning: as_many(
        planning,
        (*names(planning.expected["limit"]), SURPLUS if planning.edition in DISCARDS else PLAIN),
        "BatchCheckDeviceNames.DeviceName.max",
    )
)
def test_more_names_than_the_limit_are_refused_or_cut(trace: Trace, edition: str, limit: int) -> CheckResult:
    """One name too many refuses the call; where the edition discards the surplus, it may also be left out."""
    created = trace.created
    code = created.answer.code if created is not None and created.refused and created.answer is not None else ""
    if created is not None and edition in DISCARDS and code in FOR_ITS_FORM:
        expected = "discarded, or refused for their number"
        return Breaks("a surplus name was looked at", expected, code, (created.number,), limit)
    if edition not in DISCARDS or created is None or created.refused or trace.application is None:
        return does_not_pass(trace, f"{limit + 1} names", "too many")
    return _cut(trace.application, limit)


def _cut(application: FollowedApplication, limit: int) -> CheckResult:
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
    """Good names and a bad one as DeviceNameList.N.DeviceName, in and out of order."""
    shuffled = (2, 11, 1, 10, 3, 12, 5, 9, 4, 8, 6, 7)
    found = [
        Workflow("", names=names(12), spelling="DeviceNameList", indices=shuffled, page_sizes=(20,), reask=0),
        # What is wrong with the nickname too is told together, where it is told.
        only_checked(
            PLAIN, Name("a b" + DOT * 5, good=False), spelling="DeviceNameList", nicknames=("Lamp_1", "a lamp")
        ),
    ]
    if planning.thorough:
        found.append(Workflow("", names=names(2), spelling="DeviceNameList", page_sizes=(20,), reask=0))
        found.append(Workflow("", names=names(110), spelling="DeviceNameList", page_sizes=(50,), reask=0))
    return numbered("BatchCheckDeviceNames.DeviceNameList", found)


@verifies("BatchCheckDeviceNames.DeviceNameList")
@plans(listed)
def test_names_may_be_given_as_a_device_name_list(trace: Trace) -> CheckResult:
    """DeviceNameList.N.DeviceName is checked and registered like DeviceName.N."""
    if not all(name.good for name in trace.work.names):
        return does_not_pass(trace, "an illegal name in DeviceNameList")
    return _registered_as_asked(trace, "DeviceNameList.N.DeviceName")


def of_every_length(planning: Planning) -> Sequence[Workflow]:
    """Names of 4 and 32 characters, and of 3 and 33, alone and among good ones."""
    good = [Name(DOT * 4), PLAIN, Name(DOT * 32)]
    short, long = Name(DOT * 3, good=False), Name(DOT * 33, good=False)
    found = [only_checked(*good, spelling="DeviceNameList"), only_checked(PLAIN, short, spelling="DeviceNameList")]
    found.append(only_checked(PLAIN, long, spelling="DeviceNameList"))
    if planning.thorough:
        found.append(only_checked(long, spelling="DeviceNameList"))
        found.append(only_checked(short, *names(2), long, short, spelling="DeviceNameList"))
    return numbered("BatchCheckDeviceNames.DeviceNameList.length", found)


@verifies("BatchCheckDeviceNames.DeviceNameList.length")
@plans(of_every_length)
def test_a_name_in_a_device_name_list_has_4_to_32_characters(trace: Trace) -> CheckResult:
    """The limits of DeviceName.N hold for DeviceNameList.N.DeviceName."""
    if all(name.good for name in trace.work.names):
        return passes(trace, "names of 4 and 32 characters in DeviceNameList")
    return none_passes(trace, "a name of 3 or 33 characters in DeviceNameList")


def taken_in_a_list(planning: Planning) -> Sequence[Workflow]:
    """Taken names in DeviceNameList, with a nickname, alone and among new ones."""
    found = [
        Workflow(
            "",
            names=names(2),
            spelling="DeviceNameList",
            nicknames=("lamp_1", None, "lamp_2"),
            taken_from="random.4",
            register=False,
            reask=0,
        )
    ]
    if planning.thorough:
        found.append(Workflow("", spelling="DeviceNameList", taken_from="checked.1", register=False, reask=0))
    return numbered("BatchCheckDeviceNames.DeviceNameList.taken", found)


@verifies("BatchCheckDeviceNames.DeviceNameList.taken")
@plans(taken_in_a_list)
def test_a_taken_name_in_a_device_name_list_does_not_pass(trace: Trace) -> CheckResult:
    """The name of a device of the product is not free, however it is spelt."""
    created = trace.created
    if created is None or len(names_asked(created.request.params)) <= len(trace.work.names):
        return Unclear("no device was registered whose name could be taken")
    return does_not_pass(trace, "a taken name in DeviceNameList")


@verifies("BatchCheckDeviceNames.DeviceNameList.repeated")
@plans(
    lambda planning: numbered(
        "BatchCheckDeviceNames.DeviceNameList.repeated",
        [Workflow("", names=(TWIN, PLAIN, TWIN), spelling="DeviceNameList", page_sizes=(10,), reask=0)],
    )
)
def test_a_repeated_name_in_a_device_name_list_never_becomes_two_devices(trace: Trace) -> CheckResult:
    """Refused, failed or merged: no two devices have the name."""
    return never_two_devices(trace)


def _registered_as_asked(trace: Trace, what: str) -> CheckResult:
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
    """Good names in DeviceNameList beside others, one of them illegal, in DeviceName; and the other way round."""
    decoys = ("decoy-" + DOT * 8, "decoy " + DOT * 8, "decoy_" + DOT * 8)
    found = [
        Workflow("", names=names(2), spelling="DeviceNameList", decoys=decoys, page_sizes=(10,), reask=0),
        replace(only_checked(PLAIN, SURPLUS, spelling="DeviceNameList"), decoys=(decoys[0], decoys[2])),
    ]
    if planning.thorough:
        found.append(replace(found[0], decoys=decoys[:1]))
        found.append(replace(found[0], decoys=(decoys[0], decoys[2], decoys[2])))
    return numbered("BatchCheckDeviceNames.DeviceNameList.wins", found)


@verifies("BatchCheckDeviceNames.DeviceNameList.wins")
@plans(both_spellings)
def test_device_name_list_wins_over_device_name(trace: Trace) -> CheckResult:
    """Of a call with both spellings only DeviceNameList counts: it is checked, it is registered, the other is not."""
    if not all(name.good for name in trace.work.names):
        return does_not_pass(trace, "an illegal name in DeviceNameList, beside good ones in DeviceName,")
    return _registered_as_asked(trace, "DeviceNameList.N.DeviceName")

"""BatchCheckDeviceNames: names of many indices, names that devices have already, and names given twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.workflows import Name, Workflow
from conformance.judge.followed_applications import names_asked
from conformance.judge.invariant import Observation
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.suite.checks import numbered, only_checked
from conformance.suite.decorators import Planning, plans, verifies
from conformance.suite.passing import FOR_ITS_FORM, does_not_pass, listed, never_two_devices, passes
from conformance.suite.plan import DOT, LAST, PLAIN, names
from conformance.suite.traces import Trace
from conformance.wire.message import FORMS


def beyond_nine(planning: Planning) -> Sequence[Workflow]:
    """Indices of one to four digits, in and out of order."""
    backwards = tuple(range(13, 0, -1))
    forms = FORMS if planning.thorough else FORMS[3:4]
    found = [Workflow("", form=form, names=names(110), reask=0) for form in forms]
    found.append(Workflow("", form=FORMS[4], names=names(13), indices=backwards, reask=0))
    # Whether the last of many names counts shows in that it is no name at all. No request line is that long.
    found.append(replace(only_checked(*names(999), LAST), form=FORMS[1]))
    if planning.thorough:
        found.append(Workflow("", form=FORMS[1], names=names(4), indices=(2, 4, 1, 3), reask=0))
        found.append(replace(only_checked(*names(999), LAST), form=FORMS[4]))
    return [replace(work, key=f"BatchCheckDeviceNames.DeviceName.N#{n + 1}") for n, work in enumerate(found)]


@verifies("BatchCheckDeviceNames.DeviceName.N")
@plans(beyond_nine)
def test_every_name_counts_whatever_its_index(trace: Trace) -> CheckResult:
    """As many devices come of a call as it names, beyond index 9, 99 and 999, and out of order."""
    if LAST in trace.work.names:
        return does_not_pass(trace, f"a call whose name {len(trace.work.names)} is illegal")
    judged = passes(trace, f"{len(trace.work.names)} names")
    application = trace.application
    if application is None or not isinstance(judged, Holds):
        return judged
    wanted = len(application.unique_names())
    pages = [page for page in application.pages_after_success() if page.devices and page.total is not None]
    if not pages:
        return Unclear("no devices were shown", (application.created.number,))
    if wanted not in {page.total for page in pages}:
        numbers = (application.created.number, pages[-1].exchange.number)
        return Breaks("not every name counted", f"{wanted} devices", f"{pages[-1].total} devices", numbers, wanted)
    return Holds(pages[-1].exchange.number)


@verifies("BatchCheckDeviceNames.DeviceName.N.gaps")
@plans(
    lambda planning: [
        replace(
            only_checked(*names(2), LAST),
            key="BatchCheckDeviceNames.DeviceName.N.gaps#1",
            form=FORMS[2],
            indices=(1, 2, 4),
        )
    ]
)
def test_what_follows_a_missing_index_is_observed(trace: Trace) -> Observation | None:
    """Whether a name counts whose index is not the next one: no document says so. The name is illegal, so it shows."""
    created, application = trace.created, trace.application
    if created is None:
        return None
    if created.refused:
        counts = (created.answer is not None and created.answer.code in FOR_ITS_FORM) or bool(listed(trace))
        return Observation("every name counts" if counts else "the call is refused", created.number)
    status = application.status if application is not None else None
    observations = {"CHECK_FAILED": "every name counts", "CHECK_SUCCESS": "names end at the gap"}
    return Observation(observations[status], created.number) if status in observations else None


def taken(planning: Planning) -> Sequence[Workflow]:
    """A name that an earlier application of the run gave to a device, alone and among new ones."""
    found = [
        Workflow("", names=names(3), taken_from="random.4", taken=3, register=False, reask=0),
        Workflow("", names=names(110), taken_from="checked.1", register=False, reask=0),
        Workflow("", names=names(1), registered_before=True, register=False, reask=0),
        Workflow("", product=1, taken_from="random.other", register=False, reask=0),
    ]
    if planning.thorough:
        found.append(Workflow("", taken_from="random.1", register=False, reask=0))
        found.append(Workflow("", names=names(1), taken_from="checked.1", register=False, reask=0))
        found.append(Workflow("", names=names(110), taken_from="random.1", register=False, reask=0))
    return numbered(
        "BatchCheckDeviceNames.DeviceName.taken", [work for work in found if work.product < planning.products]
    )


@verifies("BatchCheckDeviceNames.DeviceName.taken")
@plans(taken)
def test_a_taken_name_does_not_pass(trace: Trace) -> CheckResult | None:
    """The name of a device of the product is not free."""
    created = trace.created
    if created is None and trace.work.registered_before:
        return None  # RegisterDevice is not offered
    if created is not None and len(names_asked(created.request.params)) <= len(trace.work.names):
        return Unclear("no device was registered whose name could be taken")
    return does_not_pass(trace, "a taken name")


TWIN, OTHER_TWIN = Name("twin-" + DOT * 8, twin="a"), Name("twin_" + DOT * 8, twin="b")


def repeated(planning: Planning) -> Sequence[Workflow]:
    """Two names twice among others, and one alone."""
    return numbered(
        "BatchCheckDeviceNames.DeviceName.repeated",
        [
            Workflow("", names=(PLAIN, TWIN, *names(2), OTHER_TWIN, TWIN, OTHER_TWIN), page_sizes=(10,), reask=0),
            Workflow("", names=(TWIN, TWIN), page_sizes=(10,), reask=0),
        ][: 2 if planning.thorough else 1],
    )


@verifies("BatchCheckDeviceNames.DeviceName.repeated")
@plans(repeated)
def test_a_repeated_name_never_becomes_two_devices(trace: Trace) -> CheckResult:
    """Refused, failed or merged: whatever becomes of it, no two devices have that name."""
    return never_two_devices(trace)


@verifies("BatchCheckDeviceNames.DeviceName.letter_case")
@plans(
    lambda planning: numbered(
        "BatchCheckDeviceNames.DeviceName.letter_case",
        [Workflow("", taken_from="checked.1", other_case=True, register=False, reask=0)],
    )
)
def test_a_taken_name_in_the_other_letter_case_is_observed(trace: Trace) -> Observation | None:
    """Whether names that differ in letter case only are one name: no document says so."""
    created, application = trace.created, trace.application
    if created is None or ((asked := names_asked(created.request.params)) and asked[0].swapcase() == asked[0]):
        return None
    status = application.status if application is not None else None
    if created.refused or status == "CHECK_FAILED":
        return Observation("the same name", created.number)
    return Observation("another name", created.number) if status == "CHECK_SUCCESS" else None

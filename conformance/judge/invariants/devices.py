"""Invariants of the devices: how many, which names, secrets and ids, and that applications keep to themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from conformance.judge.followed_applications import CREATE_FAILED, CREATE_SUCCESS, LEGAL_NAME, FollowedApplication
from conformance.judge.invariant import invariant
from conformance.judge.invariants.paging import expected_devices, settled
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Holds


def _whole(stream: Stream, application: FollowedApplication) -> dict[str, int] | None:
    """Device name → exchange that shows it, once all pages of some size were seen; else None."""
    by_size: dict[int, dict[int, int]] = {}
    names: dict[int, dict[str, int]] = {}
    last: dict[int, int] = {}
    for page in settled(application):
        if page.size is None or page.size != page.asked_size or not page.asked_page:
            continue
        by_size.setdefault(page.size, {})[page.asked_page] = len(page.devices)
        names.setdefault(page.size, {}).update({device.name: page.exchange.number for device in page.devices})
        if page.count:
            last[page.size] = page.count
    for size, pages in by_size.items():
        if size in last and all(number in pages for number in range(1, last[size] + 1)):
            return names[size]
    return None


@invariant("Workflow.Count")
def exactly_count_devices_are_registered(stream: Stream) -> Iterator[CheckResult]:
    """An application of BatchRegisterDevice has as many devices as Count says."""
    for application in stream.distinct:
        expected = expected_devices(stream, application)
        if not application.random or expected is None:
            continue
        shown = _whole(stream, application)
        if shown is None:
            continue
        totals = {page.total for page in settled(application) if page.devices}
        number = max(shown.values(), default=application.created.number)
        if len(shown) == expected or expected in totals:
            yield Holds(number)
        else:
            seen = f"{len(shown)} devices"
            yield Breaks(
                "another number of devices was registered",
                f"{expected} devices",
                seen,
                (application.created.number, number),
                expected,
            )


@invariant("Workflow.DeviceName")
def exactly_the_checked_names_are_registered(stream: Stream) -> Iterator[CheckResult]:
    """An application of BatchCheckDeviceNames has the devices whose names were checked, and no other."""
    for application in stream.distinct:
        if application.random or not application.names:
            continue
        asked = set(application.names)
        for page in settled(application):
            strange = {device.name for device in page.devices} - asked - {""}
            strange -= stream.names_of_neighbours(application, strange)
            numbers = (application.created.number, page.exchange.number)
            if strange:
                yield Breaks(
                    "a device has a name that nobody asked for",
                    "names asked for",
                    sorted(strange)[0][:40],
                    numbers,
                    len(asked),
                )
            elif page.devices:
                yield Holds(page.exchange.number)
        shown = _whole(stream, application)
        if shown is not None and stream.is_clean(application) and (missing := asked - set(shown)):
            totals = {page.total for page in settled(application) if page.devices}
            if len(asked) not in totals:
                numbers = (application.created.number, max(shown.values(), default=application.created.number))
                yield Breaks(
                    "a checked name was not registered",
                    sorted(missing)[0][:40],
                    f"{len(shown)} devices",
                    numbers,
                    len(asked),
                )


def _shown(stream: Stream) -> Iterator[tuple[FollowedApplication, int, str, str, str]]:
    for application in stream.distinct:
        for page in application.pages():
            for device in page.devices:
                yield application, page.exchange.number, device.name, device.secret, device.iot_id


@invariant("QueryPageByApplyId.DeviceName")
def every_device_has_a_name(stream: Stream) -> Iterator[CheckResult]:
    """DeviceName is never empty."""
    for _, number, name, _, _ in _shown(stream):
        yield Holds(number) if name else Breaks("a device has no DeviceName", "a name", "none", (number,))


def _end(application: FollowedApplication) -> int:
    """The exchange that first shows that creation has ended; after all others where no answer shows it."""
    ends = (application.first(CREATE_SUCCESS), application.first(CREATE_FAILED))
    return min((each.number for each in ends if each is not None), default=10**9)


def _steady(stream: Stream, field: str) -> Iterator[CheckResult]:
    first: dict[tuple[int, str], tuple[str, int]] = {}
    for one, number, name, secret, iot_id in _shown(stream):
        value = secret if field == "DeviceSecret" else iot_id
        if not value:
            # Who never asks for the status, as in recordings, may still see a device lose what it had.
            if number > _end(one) or (one.apply_id, name) in first:
                yield Breaks(f"a device has no {field}", f"a {field}", "none", (number,))
            continue  # what is still being created need not have one
        before = first.setdefault((one.apply_id, name), (value, number))
        if before[0] != value:
            yield Breaks(f"a device changed its {field}", "the same each time", "another one", (before[1], number))
        else:
            yield Holds(number)


@invariant("QueryPageByApplyId.DeviceSecret")
def every_device_keeps_its_secret(stream: Stream) -> Iterator[CheckResult]:
    """DeviceSecret is never empty, and the same in every answer."""
    return _steady(stream, "DeviceSecret")


@invariant("QueryPageByApplyId.IotId")
def every_device_keeps_its_iot_id(stream: Stream) -> Iterator[CheckResult]:
    """IotId is never empty, and the same in every answer."""
    return _steady(stream, "IotId")


def _alone(stream: Stream, field: str) -> Iterator[CheckResult]:
    owner: dict[str, tuple[tuple[str, str], int]] = {}
    for one, number, name, secret, iot_id in _shown(stream):
        value = secret if field == "DeviceSecret" else iot_id
        if not value or not name:
            continue
        before = owner.setdefault(value, ((one.product, name), number))
        if before[0] != (one.product, name):
            yield Breaks(f"two devices have the same {field}", "one of its own", "the same", (before[1], number))
        else:
            yield Holds(number)


@invariant("Workflow.DeviceSecret.unique")
def no_two_devices_share_a_secret(stream: Stream) -> Iterator[CheckResult]:
    """Each device has a DeviceSecret of its own."""
    return _alone(stream, "DeviceSecret")


@invariant("Workflow.IotId.unique")
def no_two_devices_share_an_iot_id(stream: Stream) -> Iterator[CheckResult]:
    """Each device has an IotId of its own."""
    return _alone(stream, "IotId")


@invariant("Workflow.DeviceName.unique")
def no_two_devices_of_a_product_share_a_name(stream: Stream) -> Iterator[CheckResult]:
    """A generated DeviceName appears in one application of its product only, and once in it."""
    owner: dict[tuple[str, str], tuple[int, int, str]] = {}
    for one, number, name, secret, iot_id in _shown(stream):
        if not name or not one.random:
            continue
        before = owner.setdefault((one.product, name), (one.apply_id, number, iot_id or secret))
        if before[0] != one.apply_id and before[2] != (iot_id or secret):
            yield Breaks("two devices of a product have one name", "one of its own", name[:40], (before[1], number))
        else:
            yield Holds(number)


@invariant("Workflow.DeviceName.legal")
def a_generated_name_is_legal(stream: Stream) -> Iterator[CheckResult]:
    """A generated DeviceName has 4 to 32 of the documented characters."""
    for one, number, name, _, _ in _shown(stream):
        if one.random and name:
            legal = LEGAL_NAME.fullmatch(name)
            yield (
                Holds(number)
                if legal
                else Breaks(
                    "a generated name is not legal", "4 to 32 of A-Z a-z 0-9 - _ @ . :", repr(name)[:60], (number,)
                )
            )


@invariant("Workflow.DeviceName.random")
def generated_names_are_made_up_at_random(stream: Stream) -> Iterator[CheckResult]:
    """The names of one application are no counted series, and none appears in two products."""
    product_of: dict[str, tuple[str, int]] = {}
    for application in stream.distinct:
        for page in settled(application) if application.random else ():
            names = [device.name for device in page.devices if device.name]
            number = page.exchange.number
            before = [product_of.setdefault(name, (application.product, number)) for name in names]
            again = [name for name, (product, _) in zip(names, before, strict=True) if product != application.product]
            if again:
                yield Breaks("two products have one generated name", "made up at random", again[0][:40], (number,))
            elif len(names) >= COUNTABLE:
                shown = ", ".join(names[:3])[:80]
                counted = Breaks("generated names are counted", "made up at random", shown, (number,))
                yield counted if _is_series(names) else Holds(number)


COUNTABLE = 9
"""Names on a page from which on a series is no accident."""


def _is_series(names: list[str]) -> bool:
    """Whether the names are one text with a number at its end that grows by the same step."""
    parts = [re.fullmatch(r"(.*?)([0-9]+)", name) for name in sorted(names, key=lambda name: (len(name), name))]
    if not all(parts) or len({part[1] for part in parts if part}) > 1:
        return False
    numbers = sorted(int(part[2]) for part in parts if part)
    return len({after - before for before, after in pairwise(numbers)}) == 1


def _asked_anywhere(
    asked: dict[tuple[str, str], FollowedApplication], stream: Stream, application: FollowedApplication, name: str
) -> bool:
    """Whether a checked application shows a name that only another one asked for."""
    return not application.random and any((product, name) in asked for product in stream.products)


@invariant("Workflow.isolation")
def applications_keep_to_themselves(stream: Stream) -> Iterator[CheckResult]:
    """No answer about one application shows a name or a device of another."""
    owner: dict[str, FollowedApplication] = {}
    asked: dict[tuple[str, str], FollowedApplication] = {}
    for one in stream.distinct:
        for name in one.names:
            asked.setdefault((one.product, name), one)
    shared = {key for key, ids in stream.seen_elsewhere.items() if len(ids) > 1}
    for one in stream.distinct:
        for page in one.pages():
            strange = None
            for device in page.devices:
                other = owner.setdefault(device.iot_id or device.secret or f"{one.apply_id} {device.name}", one)
                key = (one.product, device.name)
                named = key not in shared and asked.get(key, one) is not one
                if device.name not in one.names and (
                    other is not one or named or _asked_anywhere(asked, stream, one, device.name)
                ):
                    strange = device.name
            if strange is not None:
                numbers = (one.created.number, page.exchange.number)
                yield Breaks(
                    "a device of another application is shown",
                    "its own devices",
                    strange[:40],
                    numbers,
                    len(page.devices),
                )
            elif page.devices:
                yield Holds(page.exchange.number)
        if one.random:
            continue
        for exchange, _ in one.statuses():
            listed = set()
            if exchange.answer is not None:
                listed = set(exchange.answer.strings("ValidList", "Name")) | set(
                    exchange.answer.strings("InvalidList", "Name")
                )
            with_another_product = stream.names_of_neighbours(one, listed - set(one.names))
            if with_another_product:
                numbers = (one.created.number, exchange.number)
                yield Breaks(
                    "a name of another application is listed",
                    "its own names",
                    sorted(with_another_product)[0][:40],
                    numbers,
                )
            elif listed:
                yield Holds(exchange.number)

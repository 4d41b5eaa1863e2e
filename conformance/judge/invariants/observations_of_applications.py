"""Observations of applications: which of the legal ways a target takes from the first call to the last page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from conformance.contract.actions import Action
from conformance.judge.followed_applications import (
    CHECK,
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE,
    CREATE_FAILED,
    CREATE_SUCCESS,
    FollowedApplication,
)
from conformance.judge.invariant import Observation, invariant
from conformance.judge.invariants.paging import certain, expected_devices, settled
from conformance.judge.invariants.refusals import declined
from conformance.judge.invariants.registration import attempts
from conformance.judge.stream import Stream
from conformance.wire.message import Exchange


@invariant("BatchRegisterDevice.path", timed=True)
def whether_generated_names_are_seen_checked(stream: Stream) -> Iterator[Observation]:
    """Whether any application of BatchRegisterDevice was seen in CHECK or CHECK_SUCCESS."""
    for application in stream.distinct:
        if application.random and application.status is not None:
            said = {status for _, status in application.statuses()}
            yield Observation("seen" if said & {CHECK, CHECK_SUCCESS} else "not seen", application.created.number)


@invariant("BatchRegisterDevice.DeviceName.characters")
def characters_of_generated_names(stream: Stream) -> Iterator[Observation]:
    """The kind of characters of the names that one page shows."""
    for names, number in _generated(stream):
        yield Observation(_kind("".join(names)), number)


def _kind(letters: str) -> str:
    if re.fullmatch(r"[0-9]+", letters):
        return "digits"
    if re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", letters):
        return "hexadecimal digits"
    if re.fullmatch(r"[A-Za-z]+", letters):
        return "letters"
    return "letters and digits" if re.fullmatch(r"[A-Za-z0-9]+", letters) else "signs too"


@invariant("BatchRegisterDevice.DeviceName.length")
def length_of_generated_names(stream: Stream) -> Iterator[Observation]:
    """The length of each generated name."""
    for names, number in _generated(stream):
        for length in sorted({len(name) for name in names}):
            yield Observation(str(length), number)


def _generated(stream: Stream) -> Iterator[tuple[list[str], int]]:
    for application in stream.distinct:
        for page in settled(application) if application.random else ():
            names = [device.name for device in page.devices if device.name]
            if names:
                yield names, page.exchange.number


@invariant("BatchRegisterDeviceWithApplyId.unchecked.seen", timed=True)
def what_an_early_registration_gets(stream: Stream) -> Iterator[Observation]:
    """Refused or queued, for each registration sent while CHECK had not been seen to end."""
    for application in stream.distinct:
        for exchange, status, accepted in attempts(application) if not application.random else ():
            if not accepted and status in {None, CHECK} and (exchange.accepted or declined(exchange)):
                yield Observation("refused" if declined(exchange) else "queued", exchange.number)


@invariant("BatchRegisterDeviceWithApplyId.twice.seen")
def what_a_second_registration_gets(stream: Stream) -> Iterator[Observation]:
    """Refused or answered again, for each registration after an accepted one."""
    for application in stream.distinct:
        for exchange, _, accepted in attempts(application) if not application.random else ():
            if accepted and (exchange.accepted or declined(exchange)):
                yield Observation("refused" if declined(exchange) else "answered again", exchange.number)


def _valid_list(exchange: Exchange, application: FollowedApplication) -> str:
    listed = set(exchange.answer.strings("ValidList", "Name")) if exchange.answer is not None else set()
    whole = len(listed) >= (application.count or 1) if application.random else listed >= set(application.names)
    return "no name" if not listed else "every name" if whole else "some names"


@invariant("QueryBatchRegisterDeviceStatus.ValidList.on_success")
def what_valid_list_holds_on_success(stream: Stream) -> Iterator[Observation]:
    """No name or every name, on each *_SUCCESS."""
    for application in stream.distinct:
        for exchange, said in application.statuses():
            if said in {CHECK_SUCCESS, CREATE_SUCCESS} and stream.is_clean(application):
                yield Observation(_valid_list(exchange, application), exchange.number)


@invariant("QueryBatchRegisterDeviceStatus.ValidList.on_failure")
def what_valid_list_holds_on_failure(stream: Stream) -> Iterator[Observation]:
    """No name or the good ones, on each CHECK_FAILED with good names among bad ones."""
    for application in stream.distinct:
        if application.random or not any(stream.is_good(application, name) for name in application.names):
            continue
        for exchange, said in application.statuses():
            if said == CHECK_FAILED:
                listed = exchange.answer.strings("ValidList", "Name") if exchange.answer is not None else ()
                yield Observation("the good names" if listed else "no name", exchange.number)


@invariant("QueryBatchRegisterDeviceStatus.ValidList.running", timed=True)
def what_valid_list_holds_meanwhile(stream: Stream) -> Iterator[Observation]:
    """What it holds on each CHECK and CREATE."""
    for application in stream.distinct:
        for exchange, said in application.statuses():
            if said in {CHECK, CREATE}:
                yield Observation(_valid_list(exchange, application), exchange.number)


@invariant("QueryBatchRegisterDeviceStatus.CREATE_FAILED.seen")
def what_a_failed_creation_leaves(stream: Stream) -> Iterator[Observation]:
    """Whether ValidList or a page shows devices after CREATE_FAILED."""
    for application in stream.distinct:
        failed = application.first(CREATE_FAILED)
        if failed is not None:
            listed = failed.answer.strings("ValidList", "Name") if failed.answer is not None else ()
            shown = any(page.devices for page in application.pages() if page.exchange.number > failed.number)
            yield Observation("the rest" if listed or shown else "nothing", failed.number)


@invariant("QueryBatchRegisterDeviceStatus.details.seen")
def whether_failed_checks_are_explained(stream: Stream) -> Iterator[Observation]:
    """Whether InvalidDetailList stands on each CHECK_FAILED."""
    for application in stream.distinct:
        for exchange, said in application.statuses():
            if said == CHECK_FAILED and exchange.answer is not None:
                explained = exchange.answer.data.get("InvalidDetailList")
                yield Observation("explained" if explained else "not explained", exchange.number)


@invariant("QueryPageByApplyId.past_the_end.seen")
def what_a_page_past_the_end_is(stream: Stream) -> Iterator[Observation]:
    """Empty or refused, for each page after the last one."""
    for application in stream.distinct:
        devices, success = expected_devices(stream, application), application.first(CREATE_SUCCESS)
        for exchange in (
            application.own(Action.QueryPageByApplyId) if devices is not None and success is not None else ()
        ):
            size, number = (exchange.request.get(name) or "" for name in ("PageSize", "CurrentPage"))
            plain = all(re.fullmatch(r"[1-9][0-9]{0,4}", text) for text in (size, number))
            past = plain and int(size) <= certain(stream.edition) and (int(number) - 1) * int(size) >= (devices or 0)
            if past and (declined(exchange) or exchange.accepted):
                yield Observation("refused" if declined(exchange) else "empty", exchange.number)


def _paged(exchange: Exchange, application: FollowedApplication) -> str | None:
    if declined(exchange):
        return "refused"
    shown = next((len(page.devices) for page in application.pages() if page.exchange is exchange), None)
    if shown is None:
        return None
    most = min(10, application.count or len(application.unique_names()))
    return "an empty page" if not shown else "every device" if shown >= most else "some devices"


@invariant("QueryPageByApplyId.unregistered.seen")
def what_paging_says_before_a_registration(stream: Stream) -> Iterator[Observation]:
    """An empty page or a refusal, for each page before the first registration."""
    for application in stream.distinct:
        first = next((exchange.number for exchange, _, _ in attempts(application)), None)
        for exchange in application.own(Action.QueryPageByApplyId) if not application.random else ():
            if (first is None or exchange.number < first) and (said := _paged(exchange, application)) is not None:
                yield Observation(said, exchange.number)


@invariant("QueryPageByApplyId.creating.seen", timed=True)
def what_paging_says_during_creation(stream: Stream) -> Iterator[Observation]:
    """What each page shows that was asked for between two answers that say CREATE, or right after one."""
    for application in stream.distinct:
        status = None
        for exchange in application.trace:
            if (
                exchange.operation == Action.QueryBatchRegisterDeviceStatus
                and exchange.accepted
                and exchange.answer is not None
            ):
                status = exchange.answer.data.get("Status")
            elif (
                exchange.operation == Action.QueryPageByApplyId
                and status == CREATE
                and (said := _paged(exchange, application)) is not None
            ):
                yield Observation(said, exchange.number)


@invariant("QueryPageByApplyId.order.seen")
def in_which_order_devices_stand(stream: Stream) -> Iterator[Observation]:
    """As asked, by name, or otherwise, for each first page of several checked names."""
    for application in stream.distinct:
        for page in settled(application) if not application.random and stream.is_clean(application) else ():
            shown = [device.name for device in page.devices]
            if len(shown) < 2 or page.asked_page != 1:
                continue
            asked = [name for name in application.names if name in shown]
            order = "as asked" if shown == asked else "by name" if shown == sorted(shown) else "another order"
            yield Observation(order, page.exchange.number)


def items_of(exchange: Exchange) -> list[dict[str, Any]]:
    """The entries of ApplyDeviceInfo, as far as they can be read."""
    listed = ((exchange.answer.value if exchange.answer else None) or {}).get("ApplyDeviceList")
    items = listed.get("ApplyDeviceInfo") if isinstance(listed, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _members(stream: Stream, field: str) -> Iterator[tuple[str, int]]:
    for application in stream.distinct:
        for page in settled(application):
            for item in items_of(page.exchange):
                yield str(item.get(field) or ""), page.exchange.number


@invariant("QueryPageByApplyId.IotId.seen")
def whether_iot_ids_are_shown(stream: Stream) -> Iterator[Observation]:
    """Whether each device has an IotId."""
    for value, number in _members(stream, "IotId"):
        yield Observation("shown" if value else "not shown", number)


@invariant("QueryPageByApplyId.DeviceId.seen")
def whether_device_ids_are_shown(stream: Stream) -> Iterator[Observation]:
    """Whether each device has a DeviceId."""
    for value, number in _members(stream, "DeviceId"):
        yield Observation("shown" if value else "not shown", number)


@invariant("QueryPageByApplyId.IotId.form")
def how_iot_ids_are_made(stream: Stream) -> Iterator[Observation]:
    """Whether each IotId is the DeviceId and 000100, as in the samples."""
    for application in stream.distinct:
        for page in settled(application):
            for item in items_of(page.exchange):
                device, iot = (str(item.get(name) or "") for name in ("DeviceId", "IotId"))
                if iot:
                    alike = device and iot == f"{device}000100"
                    yield Observation("DeviceId and 000100" if alike else "another one", page.exchange.number)


@invariant("QueryPageByApplyId.DeviceSecret.length")
def how_long_secrets_are(stream: Stream) -> Iterator[Observation]:
    """The length of each DeviceSecret; pseudonyms keep it."""
    for value, number in _members(stream, "DeviceSecret"):
        if value:
            yield Observation(str(len(value)), number)


@invariant("Workflow.ApplyId.growing")
def whether_apply_ids_grow(stream: Stream) -> Iterator[Observation]:
    """Whether each ApplyId is larger than the one before it."""
    ids = [(application.apply_id, application.created.number) for application in stream.distinct]
    for (before, _), (after, number) in pairwise(ids):
        yield Observation("growing" if after > before else "not growing", number)

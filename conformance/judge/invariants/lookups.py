"""Invariants of single devices: what QueryDeviceDetail knows of them, and what DeleteDevice leaves."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.actions import Action
from conformance.judge.followed_applications import FollowedApplication, FollowedDevice
from conformance.judge.invariant import Observation, invariant
from conformance.judge.reasons_of_codes import Fit, fit
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, CheckResult, Exempt, Holds, Unclear
from conformance.wire.message import Exchange, as_integer

DETAIL, DELETE = Action.QueryDeviceDetail, Action.DeleteDevice


def _sent(stream: Stream, operation: str) -> list[Exchange]:
    """The calls of a support operation. Raises Exempt where the target does not offer it, or none was sent."""
    sent = [exchange for exchange in stream.exchanges if exchange.operation == operation]
    if not sent:
        raise Exempt(f"{operation} was never sent")
    if not any(one.accepted or _is_about_devices(one) for one in sent):
        raise Exempt(f"the target does not offer {operation}")
    return sent


def _is_about_devices(exchange: Exchange) -> bool:
    """Whether a refusal says something of a device or product, so that the operation is there."""
    return (
        exchange.refused
        and exchange.answer is not None
        and exchange.answer.code.startswith(("iot.device.", "iot.prod."))
    )


def _shown(stream: Stream, exchange: Exchange) -> tuple[FollowedApplication, FollowedDevice, int] | None:
    """The device that a call names, as the last page before the call showed it."""
    product, name = exchange.request.get("ProductKey"), exchange.request.get("DeviceName")
    for application in reversed(stream.distinct):
        for page in reversed(application.pages() if application.product == product else []):
            for device in page.devices:
                if device.name == name and page.exchange.number < exchange.number:
                    return application, device, page.exchange.number
    return None


@invariant("Workflow.QueryDeviceDetail")
def each_device_can_be_looked_up(stream: Stream) -> Iterator[CheckResult]:
    """QueryDeviceDetail of a device that a page showed is accepted, with the same DeviceSecret and IotId."""
    for one in _sent(stream, DETAIL):
        found = _shown(stream, one)
        if found is None or _was_deleted(stream, one):
            continue
        _, device, page = found
        code = one.answer.code if one.answer is not None else ""
        if one.refused and fit(code, "product") is Fit.NOT_GRADED:
            yield Unclear(f"refused with {code}", (one.number,))
        elif one.refused:
            yield Breaks("a registered device is not known", "Success true", code, (page, one.number))
        elif one.accepted and one.answer is not None:
            data = one.answer.data
            pairs = [(name, data.get(name), getattr(device, field)) for name, field in FIELDS.items()]
            wrong = [name for name, said, shown in pairs if said and shown and said != shown]
            if wrong:
                yield Breaks(f"another {wrong[0]} than on its page", "the same", "another one", (page, one.number))
            else:
                yield Holds(one.number)


def _was_deleted(stream: Stream, exchange: Exchange) -> bool:
    """Whether that device was deleted before the call, or may have been."""
    key = (exchange.request.get("ProductKey") or "", exchange.request.get("DeviceName") or "")
    return stream.deleted.get(key, exchange.number) < exchange.number


FIELDS = {"DeviceName": "name", "DeviceSecret": "secret", "IotId": "iot_id"}


@invariant("Workflow.DeleteDevice")
def a_deleted_device_cannot_be_looked_up(stream: Stream) -> Iterator[CheckResult]:
    """QueryDeviceDetail of a device is refused once DeleteDevice has accepted to delete it."""
    gone: dict[tuple[str | None, str | None], int] = {}
    _sent(stream, DELETE)
    for exchange in stream.exchanges:
        key = (exchange.request.get("ProductKey"), exchange.request.get("DeviceName"))
        if exchange.operation == DELETE and exchange.accepted:
            gone[key] = exchange.number
        elif exchange.operation == DETAIL and key in gone:
            if exchange.refused:
                yield Holds(exchange.number)
            elif exchange.accepted:
                yield Breaks(
                    "a deleted device is still known", "a refusal", "Success true", (gone[key], exchange.number)
                )


@invariant("BatchCheckDeviceNames.DeviceNickname.shown")
def the_nickname_of_a_check_is_the_devices_nickname(stream: Stream) -> Iterator[CheckResult]:
    """Nickname in QueryDeviceDetail, where it is told, is the DeviceNickname that was sent with the name."""
    for exchange in stream.exchanges:
        found = _shown(stream, exchange) if exchange.operation == DETAIL and exchange.accepted else None
        if found is None or exchange.answer is None or "Nickname" not in exchange.answer.data:
            continue
        sent = _nickname(found[0].created, found[1].name)
        if sent is None:
            continue
        said = str(exchange.answer.data["Nickname"] or "")
        if said == sent:
            yield Holds(exchange.number)
        else:
            numbers = (found[0].created.number, exchange.number)
            yield Breaks("the device has another Nickname", sent[:40], said[:40] or "none", numbers)


def _nickname(check: Exchange, name: str) -> str | None:
    index = next((key[: -len("DeviceName")] for key, value in check.request.params if _names(key, value, name)), None)
    return check.request.get(f"{index}DeviceNickname") if index is not None else None


def _names(key: str, value: str, name: str) -> bool:
    return value == name and key.startswith("DeviceNameList.") and key.endswith(".DeviceName")


@invariant("Workflow.deleted.seen")
def whether_deleted_devices_stay_on_their_page(stream: Stream) -> Iterator[Observation]:
    """Whether the pages after a deletion still show the device, or count it."""
    for application in stream.distinct:
        before = max((page.total or 0 for page in application.pages()), default=0)
        for exchange in application.after_deletion:
            total = as_integer(((exchange.answer.value if exchange.answer else None) or {}).get("Total"))
            if exchange.accepted and total is not None:
                yield Observation("stays" if total >= before else "vanishes", exchange.number)

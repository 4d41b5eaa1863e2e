"""The valid requests of the five operations, as values."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.contract.actions import Action
from conformance.wire.message import Request


def register_request(product_key: str, count: int) -> Request:
    """BatchRegisterDevice."""
    return Request(Action.BatchRegisterDevice, (("ProductKey", product_key), ("Count", str(count))))


def apply_request(operation: str, product_key: str, apply_id: int) -> Request:
    """BatchRegisterDeviceWithApplyId or QueryBatchRegisterDeviceStatus."""
    return Request(operation, (("ProductKey", product_key), ("ApplyId", str(apply_id))))


def page_request(apply_id: int, size: int | None, page: int | None) -> Request:
    """QueryPageByApplyId; None leaves a parameter out."""
    params = [("ApplyId", str(apply_id))]
    if size is not None:
        params.append(("PageSize", str(size)))
    if page is not None:
        params.append(("CurrentPage", str(page)))
    return Request(Action.QueryPageByApplyId, tuple(params))


def names_request(product_key: str, names: Sequence[str]) -> Request:
    """BatchCheckDeviceNames with DeviceName.1, DeviceName.2 …"""
    listed = tuple((f"DeviceName.{n}", name) for n, name in enumerate(names, 1))
    return Request(Action.BatchCheckDeviceNames, (("ProductKey", product_key), *listed))


def names_of_request(request: Request) -> list[str]:
    """The names that a BatchCheckDeviceNames asks for, in the order sent; a DeviceNameList goes before all others."""
    spelt = [(name, value) for name, value in request.params if name.startswith("DeviceNameList.")]
    listed = [value for name, value in spelt if name.endswith(".DeviceName")]
    return listed or [value for name, value in request.params if name.startswith("DeviceName.")]

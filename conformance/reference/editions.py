"""What differs from edition to edition, as the reference server knows it.

These values are written down here a second time on purpose: the contract, the suite and this server each have
their own copy, and tests hold them against each other. So one slip of the pen cannot hide itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance.contract.actions import Action


class UnknownEdition(ValueError):
    """An edition that the reference server does not know."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The limits, defaults and fields of one edition."""

    name: str
    most_devices: int
    """How many devices one BatchRegisterDevice may register."""
    most_names: int
    """How many names one BatchCheckDeviceNames may check."""
    discards_surplus_names: bool
    """Whether names over the limit are dropped silently; otherwise the call is refused."""
    knows_device_name_list: bool
    """Whether DeviceNameList.N.DeviceName and its DeviceNickname are parameters."""
    lists_invalid_names: bool
    """Whether a refused check lists the invalid names at once."""
    has_details: bool
    """Whether InvalidDetailList and RepeatedDeviceNameList exist."""
    paging_required: bool
    """Whether PageSize and CurrentPage must be sent."""
    default_page_size: int
    most_per_page: int | None
    """The largest PageSize; None where the edition names none."""
    has_iot_id: bool
    """Whether devices of a page carry IotId."""
    has_code: bool
    """Whether a business refusal carries Code."""
    conflict_fails_all: bool
    """Whether one name taken since the check keeps all others of the application from being created."""
    malformed: str
    """The code for a Count that is no integer."""
    out_of_range: str
    """The code for a Count of zero or less."""
    xml_prolog: bool
    self_closing: bool
    """Whether an empty XML element is written ``<X/>``, as the oldest samples do."""
    envelope_first: bool
    """Whether RequestId and Success stand before the data."""
    needs_version: bool
    """Whether a signed RPC request must say Version and SignatureVersion."""
    versions: tuple[str, ...] = ("2018-01-20",)


_2018 = Edition(
    name="alibaba-2018",
    most_devices=1_000,
    most_names=1_000,
    discards_surplus_names=False,
    knows_device_name_list=False,
    lists_invalid_names=False,
    has_details=False,
    paging_required=True,
    default_page_size=10,
    most_per_page=None,
    has_iot_id=False,
    has_code=False,
    conflict_fails_all=True,
    malformed="InvalidCount",
    out_of_range="InvalidCount",
    xml_prolog=True,
    self_closing=True,
    envelope_first=True,
    needs_version=True,
)
_2019 = replace(_2018, name="alibaba-2019", lists_invalid_names=True, has_code=True)
_2021 = replace(
    _2019,
    name="alibaba-2021",
    knows_device_name_list=True,
    paging_required=False,
    most_per_page=50,
    has_iot_id=True,
    conflict_fails_all=False,
    malformed="iot.common.InvalidFormattedParameter",
    out_of_range="iot.system.IllegalRequest",
    xml_prolog=False,
    self_closing=False,
    envelope_first=False,
)
_2023 = replace(
    _2021,
    name="alibaba-2023",
    most_devices=10_000,
    most_names=10_000,
    discards_surplus_names=True,
    has_details=True,
    versions=("2018-01-20", "2022-01-01"),
)
_TUYA = replace(_2023, name="tuya-2025", needs_version=False)

EDITIONS: dict[str, Edition] = {edition.name: edition for edition in (_2018, _2019, _2021, _2023, _TUYA)}

OPERATIONS: dict[str, str] = {
    Action.BatchRegisterDevice: "BatchRegisterDeviceResponse",
    Action.BatchCheckDeviceNames: "BatchCheckDeviceNamesResponse",
    Action.BatchRegisterDeviceWithApplyId: "BatchRegisterDeviceWithApplyIdResponse",
    Action.QueryBatchRegisterDeviceStatus: "QueryBatchRegisterDeviceStatusResponse",
    Action.QueryPageByApplyId: "QueryPageByApplyIdResponse",
    Action.RegisterDevice: "RegisterDeviceResponse",
    Action.QueryDevice: "QueryDeviceResponse",
    Action.QueryDeviceDetail: "QueryDeviceDetailResponse",
    Action.DeleteDevice: "DeleteDeviceResponse",
    Action.CreateProduct: "CreateProductResponse",
    Action.DeleteProduct: "DeleteProductResponse",
}
"""Every operation and the root element of its XML answer."""


def edition_of(edition: str) -> Edition:
    """The rules of an edition."""
    try:
        return EDITIONS[edition]
    except KeyError:
        raise UnknownEdition(f"no edition {edition!r}; there are {', '.join(EDITIONS)}") from None

"""A refusal of the reference server gives its reason, in every form, and leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest
from reference_walker import DELAY, A, Walker, value_of

from conformance.reference import Reference
from conformance.reference.editions import EDITIONS
from conformance.wire.message import FORMS

EDITIONS = tuple(EDITIONS)
NEWER = ("alibaba-2021", "alibaba-2023", "tuya-2025")


def walker(edition: str = "alibaba-2023") -> Walker:
    return Walker(Reference(edition=edition, delay=DELAY))


REFUSALS = [
    ("BatchRegisterDevice", {"ProductKey": None, "Count": 1}, "iot.prod.NullProductKey"),
    ("BatchRegisterDevice", {"ProductKey": "", "Count": 1}, "iot.prod.NullProductKey"),
    ("BatchRegisterDevice", {"ProductKey": "a1Nowhere", "Count": 1}, "iot.prod.NotExistedProduct"),
    ("BatchRegisterDevice", {"ProductKey": A}, "MissingCount"),
    ("BatchRegisterDevice", {"ProductKey": A, "Count": ""}, "MissingCount"),
    ("BatchRegisterDevice", {"ProductKey": A, "Count": "3.0"}, "iot.common.InvalidFormattedParameter"),
    ("BatchRegisterDevice", {"ProductKey": A, "Count": "３"}, "iot.common.InvalidFormattedParameter"),
    ("BatchRegisterDevice", {"ProductKey": A, "Count": 0}, "iot.system.IllegalRequest"),
    ("BatchRegisterDevice", {"ProductKey": A, "Count": -1}, "iot.system.IllegalRequest"),
    ("BatchRegisterDevice", {"ProductKey": A, "Count": 10_001}, "iot.device.DeviceCountExceeded"),
    ("BatchRegisterDevice", {"ProductKey": A, "Count": 2**32 + 1}, "iot.device.DeviceCountExceeded"),
    ("BatchCheckDeviceNames", {"ProductKey": A}, "iot.device.NoneDeviceNameElement"),
    ("BatchCheckDeviceNames", {"ProductKey": A, "DeviceName__1": ""}, "iot.device.NullDeviceName"),
    (
        "BatchCheckDeviceNames",
        {"ProductKey": A, "DeviceName__1": "abc"},
        "iot.device.InvalidDeviceNameExisted",
    ),
    ("QueryBatchRegisterDeviceStatus", {"ProductKey": A}, "iot.device.NullApplyId"),
    (
        "QueryBatchRegisterDeviceStatus",
        {"ProductKey": A, "ApplyId": "x"},
        "iot.device.InvalidFormattedApplyId",
    ),
    (
        "QueryBatchRegisterDeviceStatus",
        {"ProductKey": A, "ApplyId": 2**63},
        "iot.device.InvalidFormattedApplyId",
    ),
    ("QueryBatchRegisterDeviceStatus", {"ProductKey": A, "ApplyId": 7}, "iot.device.DeviceApplyIsNotFound"),
    ("BatchRegisterDeviceWithApplyId", {"ProductKey": A, "ApplyId": 7}, "iot.device.DeviceApplyIsNotFound"),
    ("QueryPageByApplyId", {"ApplyId": 7}, "iot.device.DeviceApplyIsNotFound"),
    ("QueryPageByApplyId", {}, "iot.device.NullApplyId"),
    ("Nothing", {}, "InvalidAction.NotFound"),
    ("QueryDevice", {"ProductKey": A, "Format": "YAML"}, "InvalidParameter.Format"),
    ("QueryDevice", {"ProductKey": A, "Version": "2001-01-01"}, "InvalidVersion"),
]


@pytest.mark.parametrize(("operation", "params", "expected"), REFUSALS)
def test_a_refusal_gives_its_reason(operation: str, params: dict[str, Any], expected: str):
    walk = walker()

    for form in FORMS:
        answer = walk.ask(operation, form, **params)
        assert value_of(answer)["Code"] == expected
        assert (answer.status == 200) == expected.startswith("iot.")
    assert walk.value("QueryDevice", ProductKey=A)["Total"] == 0


@pytest.mark.parametrize("edition", EDITIONS)
def test_page_parameters_are_required_or_have_defaults(edition: str):
    walk = walker(edition)
    apply_id = walk.random(60)
    walk.now += DELAY
    bare = walk.value("QueryPageByApplyId", ApplyId=apply_id)

    if edition in NEWER:
        assert (bare["Page"], bare["PageSize"], len(bare["ApplyDeviceList"]["ApplyDeviceInfo"])) == (
            1,
            10,
            10,
        )
        assert value_of(walk.page(apply_id, 1, 50))["PageCount"] == 2
        assert value_of(walk.page(apply_id, 1, 51))["Code"] == "iot.common.InvalidPageParams"
    else:
        assert bare["Success"] is False
        assert len(value_of(walk.page(apply_id, 1, 60))["ApplyDeviceList"]["ApplyDeviceInfo"]) == 60
    for bad in ("0", "-1", "x", "1.0", "+1", " 1"):
        assert value_of(walk.page(apply_id, size=bad))["Success"] is False  # type: ignore[arg-type]
        assert value_of(walk.page(apply_id, number=bad))["Success"] is False  # type: ignore[arg-type]

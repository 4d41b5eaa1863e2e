"""The reference server keeps every edition's rules, and takes every legal freedom that it is told to take."""

from __future__ import annotations

from typing import Any

import pytest
from reference_walker import DELAY, XML, A, B, Walker, request, value_of

from conformance.reference import Reference
from conformance.reference.choices import UnknownVariant
from conformance.reference.editions import EDITIONS, UnknownEdition
from conformance.wire.message import FORMS, HttpRequest

EDITIONS = tuple(EDITIONS)
NEWER = ("alibaba-2021", "alibaba-2023", "tuya-2025")


def walker(edition: str = "alibaba-2023", *variants: str, **options: Any) -> Walker:
    return Walker(Reference(edition=edition, variants=variants, delay=DELAY, **options))


def state(walk: Walker, apply_id: int, product: str = A, wait: float = 0.0) -> str:
    walk.now += wait
    return str(value_of(walk.status(apply_id, product))["Data"]["Status"])


def code(walk: Walker, operation: str, **params: Any) -> str | None:
    """The code of a refusal; in alibaba-2018 the message stands for it."""
    said = walk.value(operation, **params)
    assert said.get("Success") is not True, said
    return said.get("Code") or said["ErrorMessage"]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_generated_devices_are_registered_and_paged(edition: str, form: Any):
    walk = walker(edition)
    apply_id = walk.random(12, form=form)

    assert state(walk, apply_id) == "CREATE"
    assert value_of(walk.page(apply_id))["Total"] == 0
    assert state(walk, apply_id, wait=DELAY) == "CREATE_SUCCESS"
    first = walk.value("QueryPageByApplyId", form, ApplyId=apply_id, CurrentPage=1, PageSize=10)
    last = walk.value("QueryPageByApplyId", form, ApplyId=apply_id, CurrentPage=2, PageSize=10)
    assert [int(last[name]) for name in ("Page", "PageSize", "PageCount", "Total")] == [2, 10, 2, 12]
    devices = first["ApplyDeviceList"]["ApplyDeviceInfo"] + last["ApplyDeviceList"]["ApplyDeviceInfo"]
    assert len({device["DeviceName"] for device in devices}) == 12
    assert len({device["DeviceSecret"] for device in devices}) == 12
    assert ("IotId" in devices[0]) == (edition in NEWER)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_checked_names_are_registered_when_asked(edition: str, form: Any):
    walk = walker(edition)
    apply_id = walk.check("lamp-1", "lamp_2", "lamp@3.x:y", form=form)

    assert state(walk, apply_id) == "CHECK"
    assert state(walk, apply_id, wait=DELAY) == "CHECK_SUCCESS"
    assert state(walk, apply_id, wait=100 * DELAY) == "CHECK_SUCCESS"
    assert str(value_of(walk.register(apply_id, form=form))["Data"]["ApplyId"]) == str(apply_id)
    assert state(walk, apply_id) == "CREATE"
    assert state(walk, apply_id, wait=DELAY) == "CREATE_SUCCESS"
    listed = value_of(walk.page(apply_id))["ApplyDeviceList"]["ApplyDeviceInfo"]
    assert [device["DeviceName"] for device in listed] == ["lamp-1", "lamp_2", "lamp@3.x:y"]
    assert [device["DeviceName"] for device in listed][::-1] == [
        device["DeviceName"] for device in walk.value("QueryDevice", ProductKey=A)["Data"]["DeviceInfo"]
    ]


@pytest.mark.parametrize("edition", EDITIONS)
def test_invalid_names_are_refused_or_fail_the_check(edition: str):
    walk = walker(edition)
    answer = walk.value("BatchCheckDeviceNames", ProductKey=A, DeviceName__1="good-one", DeviceName__2="bad/two")

    if edition == "alibaba-2018":
        apply_id = answer["Data"]["ApplyId"]
        walk.now += DELAY
        data = value_of(walk.status(apply_id))["Data"]
        assert data["Status"] == "CHECK_FAILED"
        assert data["InvalidList"]["Name"] == ["bad/two"]
        assert data["ValidList"]["Name"] == ["good-one"]
        assert "application" in str(code(walk, "BatchRegisterDeviceWithApplyId", ProductKey=A, ApplyId=apply_id))
    else:
        assert answer["Code"] == "iot.device.InvalidDeviceNameExisted"
        assert answer["Data"]["InvalidDeviceNameList"] == {"InvalidDeviceName": ["bad/two"]}
        assert "ApplyId" not in answer["Data"]


def test_a_name_taken_by_a_device_fails_the_check():
    walk = walker()
    walk.ask("RegisterDevice", ProductKey=A, DeviceName="single-1")

    apply_id = walk.check("single-1", "single-2")
    walk.now += DELAY
    data = value_of(walk.status(apply_id))["Data"]

    assert (data["Status"], data["InvalidList"]["Name"]) == ("CHECK_FAILED", ["single-1"])
    assert state(walk, walk.check("single-1", product=B), B, DELAY) == "CHECK_SUCCESS"


@pytest.mark.parametrize(("edition", "created"), [("alibaba-2019", 0), ("alibaba-2021", 1)])
def test_a_name_taken_since_the_check_fails_the_creation(edition: str, created: int):
    walk = walker(edition)
    apply_id = walk.check("single-1", "single-2")
    walk.now += DELAY
    walk.ask("RegisterDevice", ProductKey=A, DeviceName="single-1")
    walk.register(apply_id)
    walk.now += DELAY

    data = value_of(walk.status(apply_id))["Data"]
    assert data["Status"] == "CREATE_FAILED"
    assert "single-1" in data["InvalidList"]["Name"]
    assert value_of(walk.page(apply_id))["Total"] == created


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_limits_are_those_of_the_edition(edition: str):
    walk = walker(edition)
    limit = 10_000 if edition in ("alibaba-2023", "tuya-2025") else 1_000
    names = {f"DeviceName__{number}": f"name-{number}" for number in range(1, limit + 2)}
    at_the_limit = {key: names[key] for key in list(names)[:-1]}

    assert walk.value("BatchRegisterDevice", ProductKey=A, Count=limit)["Success"] is True
    assert walk.value("BatchRegisterDevice", ProductKey=A, Count=limit + 1)["Success"] is False
    assert walk.value("BatchCheckDeviceNames", ProductKey=A, **at_the_limit)["Success"] is True
    answer = walk.value("BatchCheckDeviceNames", ProductKey=A, **names)
    if limit == 1_000:
        assert answer["Success"] is False
    else:
        apply_id = answer["Data"]["ApplyId"]
        walk.now += DELAY
        walk.register(apply_id)
        walk.now += DELAY
        assert value_of(walk.page(apply_id))["Total"] == limit


def test_every_index_counts_in_the_order_of_the_indices():
    walk = walker()
    names = {f"DeviceName__{number}": f"name-{number}" for number in (120, 1, 10, 2, 100)}
    apply_id = walk.open("BatchCheckDeviceNames", ProductKey=A, **names)
    walk.now += DELAY
    walk.register(apply_id)
    walk.now += DELAY

    listed = value_of(walk.page(apply_id))["ApplyDeviceList"]["ApplyDeviceInfo"]
    assert [device["DeviceName"][5:] for device in listed] == ["1", "2", "10", "100", "120"]


@pytest.mark.parametrize(
    ("nickname", "legal"),
    [
        ("灯泡", True),
        ("ランプ_1", True),
        ("灯" * 32, True),
        ("x" * 64, True),
        ("灯" * 33, False),
        ("x" * 65, False),
        ("abc", False),
        ("a-bcd", False),
    ],
)
def test_nicknames_count_chinese_and_japanese_twice(nickname: str, legal: bool):
    listed = {"DeviceNameList__1__DeviceName": "name-1", "DeviceNameList__1__DeviceNickname": nickname}

    answer = walker().value("BatchCheckDeviceNames", ProductKey=A, **listed, DeviceName__1="bad/name")

    assert answer["Success"] is legal
    if not legal:
        assert answer["Data"]["InvalidDeviceNicknameList"] == {"InvalidDeviceNickname": [nickname]}


def test_a_registration_waits_for_its_check_and_happens_once():
    walk = walker()
    apply_id = walk.check("only-once")

    assert value_of(walk.register(apply_id))["Code"] == "iot.device.IncorrentDeviceApplyInfo"
    walk.now += DELAY
    assert value_of(walk.register(apply_id, B))["Code"] == "iot.device.DeviceApplyIsNotFound"
    assert value_of(walk.register(apply_id))["Success"] is True
    assert value_of(walk.register(apply_id))["Code"] == "iot.device.CreateDeviceTaskIsRunning"
    walk.now += DELAY
    assert value_of(walk.register(apply_id))["Code"] == "iot.device.IncorrentDeviceApplyInfo"
    assert value_of(walk.page(apply_id))["Total"] == 1
    random = walk.random(1)
    assert value_of(walk.register(random))["Code"] == "iot.device.IncorrentDeviceApplyInfo"


def test_the_same_walk_gives_the_same_answers():
    one, other = (walker(seed=3) for _ in range(2))
    foreign = walker(seed=4)

    assert one.random(3) == other.random(3)
    assert one.ask("QueryDevice", ProductKey=A) == other.ask("QueryDevice", ProductKey=A)
    assert one.ask("QueryDevice", ProductKey=A) != foreign.ask("QueryDevice", ProductKey=A)


def test_products_and_devices_come_and_go():
    walk = walker(products=("mine-alone",))
    made = walk.value("CreateProduct", ProductName="a product", NodeType=0)
    key = made["ProductKey"]

    assert made["Data"]["ProductKey"] == key
    assert code(walk, "CreateProduct", ProductName="a product", NodeType=0) == "iot.prod.AlreadyExistedProductName"
    device = walk.value("RegisterDevice", ProductKey=key, DeviceName="dev-1")["Data"]
    assert code(walk, "RegisterDevice", ProductKey=key, DeviceName="dev-1") == "iot.device.AlreadyExistedDeviceName"
    assert walk.value("QueryDeviceDetail", IotId=device["IotId"])["Data"]["DeviceSecret"] == device["DeviceSecret"]
    assert walk.value("DeleteDevice", ProductKey=key, DeviceName="dev-1")["Success"] is True
    assert code(walk, "QueryDeviceDetail", ProductKey=key, DeviceName="dev-1") == "iot.device.NotExistedDevice"
    assert walk.value("DeleteProduct", ProductKey=key)["Success"] is True
    assert code(walk, "QueryDevice", ProductKey=key) == "iot.prod.NotExistedProduct"


def test_without_format_the_answer_is_xml():
    walk = walker()

    assert walk.send({"Action": "QueryDevice", "ProductKey": A}).body.startswith(b"<QueryDeviceResponse>")
    assert walk.send({"Action": "QueryDevice", "ProductKey": A, "Format": "json"}).body.startswith(b"{")
    assert walk.send({"Format": "json"}).body.startswith(b"{")


def test_what_xml_cannot_carry_is_replaced():
    walk = walker()
    for name in ("a<&>\x07b", "tail\r\n"):
        params = {"Action": "BatchCheckDeviceNames", "ProductKey": A, "DeviceName.1": name}
        exact = value_of(walk.send({**params, "Format": "JSON"}))["Data"]["InvalidDeviceNameList"]
        shown = value_of(walk.send(params, XML))["Data"]["InvalidDeviceNameList"]
        assert exact == {"InvalidDeviceName": [name]}
        assert shown == {"InvalidDeviceName": name.replace("\x07", "\ufffd")}


def test_an_unknown_edition_or_variant_is_named():
    with pytest.raises(UnknownEdition, match="alibaba-2023"):
        Reference(edition="alibaba-2024")
    with pytest.raises(UnknownVariant, match="pretty_xml"):
        Reference(variants=["prety_xml"])


def test_other_methods_are_refused():
    answer = Reference().answer(HttpRequest("DELETE", request({"Format": "JSON"}, FORMS[0]).target, ()), 0.0)

    assert (answer.status, value_of(answer)["Code"]) == (403, "UnsupportedHTTPMethod")

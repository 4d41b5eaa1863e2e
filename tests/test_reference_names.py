"""The reference's choices about names where no document decides, and how it reads nicknames and indices."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.reference.server import Reference
from tests.reference_walk import DELAY, A
from tests.reference_walker import Walker, value_of


def heard(*variants: str, edition: str = "alibaba-2023") -> Walker:
    return Walker(Reference(edition=edition, delay=DELAY, variants=variants))


def asked(walker: Walker, **params: str) -> Any:
    return walker.value("BatchCheckDeviceNames", **{"ProductKey": A, **params})


def ended(walker: Walker, *names: str) -> Any:
    """Data of the status after the check of these names."""
    apply_id = walker.check(*names)
    walker.now += DELAY
    return value_of(walker.status(apply_id))["Data"]


@pytest.mark.parametrize(("variants", "accepted"), [((), False), (("product_keys_in_any_letter_case",), True)])
def test_letter_case_of_a_product_key_may_matter(variants: tuple[str, ...], accepted: bool) -> None:
    assert asked(heard(*variants), ProductKey=A.swapcase(), DeviceName__1="name-1")["Success"] is accepted


@pytest.mark.parametrize(
    ("variants", "status"), [((), "CHECK_SUCCESS"), (("names_in_any_letter_case",), "CHECK_FAILED")]
)
def test_letter_case_of_a_name_may_matter(variants: tuple[str, ...], status: str) -> None:
    walker = heard(*variants)
    walker.ask("RegisterDevice", ProductKey=A, DeviceName="lamp-1")

    assert ended(walker, "LAMP-1")["Status"] == status


@pytest.mark.parametrize(("variant", "told"), [("", ["bad one"]), ("names_end_at_a_gap", []), ("gaps_refused", None)])
def test_names_after_a_gap_may_count(variant: str, told: list[str] | None) -> None:
    answer = asked(heard(*filter(None, [variant])), DeviceName__1="good-1", DeviceName__3="bad one")

    data = answer.get("Data") or {}
    assert data.get("InvalidDeviceNameList", {}).get("InvalidDeviceName", []) == (told or [])
    assert answer["Success"] is (told == [])


@pytest.mark.parametrize(
    ("variants", "status"), [((), "CHECK_SUCCESS"), (("deleted_names_stay_taken",), "CHECK_FAILED")]
)
def test_the_name_of_a_deleted_device_may_be_free(variants: tuple[str, ...], status: str) -> None:
    walker = heard(*variants)
    walker.ask("RegisterDevice", ProductKey=A, DeviceName="lamp-1")
    walker.ask("DeleteDevice", ProductKey=A, DeviceName="lamp-1")

    assert ended(walker, "lamp-1")["Status"] == status


@pytest.mark.parametrize(("variants", "status"), [((), "CHECK_SUCCESS"), (("checks_reserve_names",), "CHECK_FAILED")])
def test_a_check_may_keep_its_names(variants: tuple[str, ...], status: str) -> None:
    walker = heard(*variants)
    ended(walker, "lamp-1")

    assert ended(walker, "lamp-1", "lamp-2")["Status"] == status


@pytest.mark.parametrize(("variant", "parts"), [("", 2), ("first_fault_told", 1)])
def test_two_faults_of_one_name_are_told_together_or_the_first(variant: str, parts: int) -> None:
    name, nickname = "DeviceNameList__1__DeviceName", "DeviceNameList__1__DeviceNickname"
    answer = asked(heard(*filter(None, [variant])), **{name: "bad one", nickname: "a lamp"})

    (entry,) = answer["Data"]["InvalidDetailList"]["InvalidDetailList"]
    assert (entry["DeviceName"], entry["NickName"]) == ("bad one", "a lamp")
    assert len(entry["ErrorMsg"].split("|")) == parts


def test_every_name_may_fail_with_one() -> None:
    one, every = (
        ended(heard("invalid_names_later", *variants), "bad one", "good-1")
        for variants in ((), ("every_name_fails_with_one",))
    )

    assert (one["InvalidList"], one["ValidList"]) == ({"Name": ["bad one"]}, {"Name": ["good-1"]})
    assert (every["InvalidList"], every["ValidList"]) == ({"Name": ["bad one", "good-1"]}, {"Name": []})


def test_a_product_with_certificates_takes_a_thousand_names() -> None:
    names = [f"name-{number}" for number in range(1_001)]
    plain, other = heard(), heard("x509_products")

    for walker, most in ((plain, 1_001), (other, 1_000)):
        for number in (1_000, 1_001):
            named = {f"DeviceName__{n}": name for n, name in enumerate(names[:number], 1)}
            assert asked(walker, **named)["Success"] is (number <= most)


def test_a_conflict_may_be_refused_at_the_registration() -> None:
    walker = heard("conflicts_refused_at_registration")
    apply_id = walker.check("lamp-1")
    walker.now += DELAY
    walker.ask("RegisterDevice", ProductKey=A, DeviceName="lamp-1")

    assert value_of(walker.register(apply_id))["Code"] == "iot.device.AlreadyExistedDeviceName"


def test_a_nickname_needs_its_name() -> None:
    first = {"DeviceNameList__1__DeviceName": "lamp-1"}

    assert asked(heard(), **first, DeviceNameList__1__DeviceNickname="lamp_1")["Success"] is True
    assert asked(heard(), **first, DeviceNameList__2__DeviceNickname="lamp_1")["Success"] is False

"""Every tested clause can be broken, every fault is a real one, and a fault acts where its scopes say."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reference_signed_walk import signed_walk
from reference_walk import walk
from reference_walker import DELAY, JSON, XML, A, B, Differs, Walker, value_of

from conformance.reference import Reference
from conformance.reference.faults import BASES, FAULTS
from conformance.reference.faults.fault import CHANGES, Fault, UnknownFault
from conformance.reference.scope import SCOPES
from conformance.selfproof.collateral import collateral
from conformance.wire.message import FORMS, Form, HttpAnswer, Place

CONTRACT = Path(__file__).parent.parent / "fixtures" / "contract"
CLAUSES: dict[str, dict[str, Any]] = {
    clause["id"]: clause
    for path in sorted(CONTRACT.glob("*.toml"))
    for clause in tomllib.loads(path.read_text("utf-8")).get("clause", ())
}
PREFERRED = ("alibaba-2021", "alibaba-2019", "alibaba-2018", "alibaba-2023")
"""The editions with small limits come first: a walk there takes a tenth of the time."""


def test_every_tested_clause_has_a_fault():
    scored = {name: clause for name, clause in CLAUSES.items() if clause["level"] in ("MUST", "SHOULD")}
    tested = {name for name, clause in scored.items() if not clause.get("untested")}

    assert tested == {fault.clause for fault in FAULTS}


def test_faults_are_told_apart_and_described():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    for fault in FAULTS:
        assert fault.says.endswith(".")
        assert set(collateral(fault.name)) <= CLAUSES.keys() - {fault.clause}
        assert set(fault.scopes) <= SCOPES.keys()
        assert set(fault.editions) <= set(CLAUSES[fault.clause]["editions"])


def test_what_is_changed_belongs_to_a_fault():
    assert CHANGES.keys() <= BASES


def edition_of(fault: Fault) -> str:
    editions = fault.editions or CLAUSES[fault.clause]["editions"]
    return next(edition for edition in PREFERRED if edition in editions)


SIGNED = ("Signature.", "Common.Format.accept")
"""Clauses that only signed requests can show."""

_FAITHFUL: dict[tuple[str, bool], list[HttpAnswer]] = {}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_changes_an_answer(fault: Fault):
    edition, signed = edition_of(fault), fault.clause.startswith(SIGNED)
    steps, auth = (signed_walk, "both") if signed else (walk, "any")
    if (edition, signed) not in _FAITHFUL:
        _FAITHFUL[edition, signed] = steps(Reference(edition=edition, delay=DELAY, auth=auth))

    with pytest.raises(Differs):
        steps(Reference(edition=edition, delay=DELAY, auth=auth, faults=[fault.name]), _FAITHFUL[edition, signed])


def test_an_unknown_fault_names_the_nearest():
    with pytest.raises(UnknownFault, match=r"BatchRegisterDevice\.Count\.max"):
        Reference(faults=["BatchRegisterDevice.Count.maximum"])
    with pytest.raises(UnknownFault, match="@JSON"):
        Reference(faults=["BatchRegisterDevice.Count.max@json"])
    assert "Common.Format.unknown" not in BASES


def asked(*faults: str, edition: str = "alibaba-2023") -> Walker:
    return Walker(Reference(edition=edition, delay=DELAY, faults=faults))


def accepts_zero(walker: Walker, form: Form, product: str = A) -> bool:
    answer = walker.ask("BatchRegisterDevice", form, ProductKey=product, Count=0)
    return b"ApplyId" in answer.body


SCOPED: dict[str, Callable[[Form], bool]] = {
    "": lambda form: True,
    "@JSON": lambda form: form.format == "JSON",
    "@XML": lambda form: form.format == "XML",
    "@GET": lambda form: form.method == "GET",
    "@POST": lambda form: form.method == "POST",
    "@FORM": lambda form: form.place is Place.FORM,
    "@QUERY": lambda form: form.place is Place.QUERY,
    "@GET@XML": lambda form: form.method == "GET" and form.format == "XML",
    "@B": lambda form: False,
    "@20th": lambda form: False,
}


@pytest.mark.parametrize("scope", SCOPED)
def test_a_scope_narrows_a_fault(scope: str):
    walker = asked("BatchRegisterDevice.Count.zero" + scope)

    assert [accepts_zero(walker, form) for form in FORMS] == [SCOPED[scope](form) for form in FORMS]


def test_the_second_product_has_a_scope():
    walker = asked("BatchRegisterDevice.Count.zero@B")
    made = [walker.value("CreateProduct", ProductName=f"made {n}", NodeType=0)["ProductKey"] for n in (1, 2)]

    assert [accepts_zero(walker, JSON, product) for product in (A, B, *made)] == [False, True, False, True]


def test_every_twentieth_request_has_a_scope():
    walker = asked("BatchRegisterDevice.Count.zero@20th")

    assert [number for number in range(1, 61) if accepts_zero(walker, JSON)] == [20, 40, 60]


def test_two_scoped_faults_of_one_rule_act_both():
    walker = asked("BatchRegisterDevice.Count.zero@GET", "BatchRegisterDevice.Count.zero@FORM@JSON")

    assert [accepts_zero(walker, form) for form in FORMS] == [
        form.method == "GET" or (form.place is Place.FORM and form.format == "JSON") for form in FORMS
    ]


def lived(walker: Walker, *names: str, product: str = A) -> int:
    """An application of these names, checked, registered and created."""
    apply_id = walker.check(*names, product=product)
    walker.now += 1.1 * DELAY
    walker.status(apply_id, product)
    walker.register(apply_id, product)
    walker.now += 1.1 * DELAY
    return apply_id


def shown(walker: Walker, apply_id: int, size: int = 10, number: int = 1) -> list[str]:
    devices = value_of(walker.page(apply_id, number, size))["ApplyDeviceList"]["ApplyDeviceInfo"]
    return [device["DeviceName"] for device in devices]


def states(walker: Walker, apply_id: int, form: Form = JSON, times: int = 3) -> list[str]:
    return [value_of(walker.status(apply_id, form=form))["Data"]["Status"] for _ in range(times)]


def test_the_status_goes_back():
    walker = asked("Workflow.transitions/back_to_CHECK")
    apply_id = walker.random(2)
    walker.now += 0.6 * DELAY
    assert states(walker, apply_id, times=1) == ["CHECK"]
    walker.now += DELAY
    assert states(walker, apply_id, times=1) == ["CREATE_SUCCESS"]


def test_the_end_flips_when_asked_in_xml():
    walker = asked("Workflow.terminal/flips_when_asked_in_XML")
    apply_id = lived(walker, "name-1")

    assert states(walker, apply_id) == ["CREATE_SUCCESS"] * 3
    assert states(walker, apply_id, XML) == ["CREATE_FAILED"] * 3


def test_devices_are_lost_or_shown_twice():
    names = tuple(f"name-{number}" for number in range(1, 13))
    lost, twice = asked("QueryPageByApplyId.complete/last_device_lost"), asked("QueryPageByApplyId.complete")

    apply_id = lived(lost, *names)
    assert shown(lost, apply_id) + shown(lost, apply_id, number=2) == [*names[:-1]]
    apply_id = lived(twice, *names)
    assert shown(twice, apply_id, 5, 2) == [names[4], *names[6:10]]


def test_a_name_given_twice_becomes_two_devices():
    walker = asked("BatchCheckDeviceNames.DeviceName.repeated")

    assert shown(walker, lived(walker, "twin-1", "twin-1")) == ["twin-1", "twin-1"]
    assert walker.value("QueryDevice", ProductKey=A)["Total"] == 2


def test_generated_names_repeat():
    walker = asked("Workflow.DeviceName.unique")
    first, second = walker.random(2), walker.random(3)
    walker.now += 2 * DELAY

    assert states(walker, first) == states(walker, second)
    assert shown(walker, second)[:2] == shown(walker, first)


def test_count_wraps():
    walker = asked("BatchRegisterDevice.Count.max/wraps_at_2_32")

    assert value_of(walker.ask("BatchRegisterDevice", ProductKey=A, Count=10_001))["Success"] is False
    apply_id = walker.random(2**32 + 3)
    walker.now += DELAY
    assert len(shown(walker, apply_id)) == 3


def test_an_apply_id_is_rounded():
    walker = asked("Workflow.ApplyId.exact/rounded_through_a_float")
    opened = [walker.random(1) for _ in range(4)]

    found = [value_of(walker.status(apply_id))["Success"] for apply_id in opened]
    assert all(apply_id % 2 == 0 for apply_id in opened)
    assert False in found or len(set(opened)) < 4


def test_paging_rounds_an_apply_id():
    walker = asked("Workflow.ApplyId.exact/paged_through_a_float")
    opened = [walker.random(1) for _ in range(4)]
    walker.now += DELAY

    assert [value_of(walker.status(each))["Success"] for each in opened] == [True] * 4
    assert sorted(value_of(walker.page(each))["Success"] for each in opened) == [False, False, True, True]


def test_a_refused_call_leaves_something_behind():
    walker = asked("Workflow.refusal")
    walker.ask("BatchRegisterDevice", ProductKey=A, Count=10_001)
    assert walker.value("QueryDevice", ProductKey=A)["Total"] == 1

    walker = asked("Workflow.refused_names")
    walker.check("good-1", "bad/one")
    apply_id = walker.check("good-1")
    walker.now += DELAY
    assert states(walker, apply_id, times=1) == ["CHECK_FAILED"]


def test_nothing_unchecked_would_be_created_but_for_a_fault():
    walker = asked("BatchRegisterDeviceWithApplyId.unchecked", edition="alibaba-2018")
    apply_id = walker.check("good-1", "bad/one")
    walker.register(apply_id)
    walker.now += DELAY

    page = walker.value("QueryPageByApplyId", ApplyId=apply_id, CurrentPage=1, PageSize=10)
    assert [device["DeviceName"] for device in page["ApplyDeviceList"]["ApplyDeviceInfo"]] == [
        "good-1",
        "bad/one",
    ]


def test_a_server_error_is_a_page_of_html():
    walker = asked("BatchRegisterDevice.answers")
    answer = walker.ask("BatchRegisterDevice", ProductKey=A, Count="many")

    assert (answer.status, answer.header("content-type")) == (500, "text/html")
    assert walker.ask("BatchRegisterDevice", ProductKey=A, Count=1).status == 200


def test_an_unasked_registration_happens():
    walker = asked("Workflow.unasked")
    apply_id = walker.check("name-1")
    walker.now += 1.5 * DELAY
    assert states(walker, apply_id, times=1) == ["CHECK_SUCCESS"]
    walker.now += DELAY
    assert states(walker, apply_id, times=1) == ["CREATE"]
    walker.now += DELAY
    assert shown(walker, apply_id) == ["name-1"]

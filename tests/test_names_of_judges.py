"""What judges know of names and nicknames; and that the limit of X.509 products is no excuse for others."""

from __future__ import annotations

import pytest

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.judge.followed_applications import has_gaps
from conformance.judge.names import is_nickname, travels
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Runner
from conformance.selfproof.measure import measure

LIMIT = "BatchCheckDeviceNames.DeviceName.limit"

NICKNAMES: dict[str, bool | None] = {
    "abc": False,
    "abcd": True,
    "n" * 64: True,
    "n" * 65: False,
    "灯a": False,
    "灯灯": True,
    "灯" * 32: True,
    "灯" * 32 + "a": False,
    "かな_1": True,
    "カタカナ": True,
    "a lamp": False,
    "lamp-1": False,
    "램프_1": None,
    "é" * 5: None,
}
"""Nickname → whether it is legal; None where no document decides about its characters."""


@pytest.mark.parametrize(("nickname", "legal"), NICKNAMES.items())
def test_a_nickname_is_legal_illegal_or_beyond_what_is_known(nickname: str, legal: bool | None) -> None:
    assert is_nickname(nickname) is legal


@pytest.mark.parametrize(("indices", "gaps"), [((1, 2, 3), False), ((3, 1, 2), False), ((1, 2, 4), True), ((2,), True)])
def test_an_index_that_is_missing_leaves_a_gap(indices: tuple[int, ...], gaps: bool) -> None:
    for spelling in ("DeviceName.{}", "DeviceNameList.{}.DeviceName"):
        assert has_gaps([(spelling.format(n), f"name-{n}") for n in indices]) is gaps


@pytest.mark.parametrize("name", ["", " name", "name\n", "na\x01me", "\uffff"])
def test_some_names_do_not_travel_in_every_form(name: str) -> None:
    assert not travels(name)


def test_a_thousand_names_may_be_all_for_a_product_that_the_user_brings() -> None:
    result = measure("alibaba-2023", "quick", variants=["x509_products"], only=[LIMIT])

    assert {one.clause: one.outcome for one in result.verdicts}[LIMIT] is Outcome.PASS


def test_a_thousand_names_are_too_few_for_a_product_that_the_run_made() -> None:
    clock = VirtualClock()
    transport = InProcess(Reference(edition="alibaba-2023", variants=["x509_products"]), clock)
    settings = Settings(Target("reference", "http://127.0.0.1"), "alibaba-2023", profile="quick", only=(LIMIT,))
    result = Runner(settings, clock=clock, transport=transport).drive()

    assert {one.clause: one.outcome for one in result.verdicts}[LIMIT] is Outcome.FAIL


def test_a_limit_between_the_documented_ones_is_no_limit_of_either() -> None:
    result = measure("alibaba-2023", "quick", faults=[f"{LIMIT}/two_thousand"], only=[LIMIT])

    assert {one.clause: one.outcome for one in result.verdicts}[LIMIT] is Outcome.FAIL

"""Coverage from the wire, and the plan: what was touched is counted, what was not has its reason."""

from __future__ import annotations

from conformance.contract import load
from conformance.judge.coverage import coverage
from conformance.judge.stream import Stream
from conformance.options import settings_from
from conformance.rehearsal import EVERY_RUN, rehearse
from conformance.selfproof import measure

CONTRACT = load()


def test_a_full_run_touches_all_but_what_the_target_keeps_from_it() -> None:
    result = measure("alibaba-2023", "full")

    areas = {name: (area["exercised"], area["of"]) for name, area in result.summary["coverage"].items()}
    holes = {part for area in result.summary["coverage"].values() for part in area["holes"]}

    assert {name: areas[name] for name in ("parameters", "boundaries", "forms", "statuses")} == {
        "parameters": (33, 33),
        "boundaries": (25, 25),
        "forms": (30, 30),
        "statuses": (6, 6),
    }
    assert "CHECK \u2192 CHECK_FAILED" in holes  # invalid names are refused at once there


def test_an_empty_stream_touches_nothing_and_says_why() -> None:
    areas = coverage(Stream((), CONTRACT, "alibaba-2023"))

    assert all(not area.exercised and area.holes for area in areas)
    assert all(why for area in areas for why in area.holes.values())


def test_a_plan_knows_requests_and_devices_beforehand() -> None:
    settings = settings_from("embedded", edition="alibaba-2021", profile="quick")

    plan = rehearse(settings)

    assert plan.requests == sum(cost.requests for cost in plan.costs.values())
    assert plan.costs[EVERY_RUN].requests > 0
    assert plan.costs["BatchRegisterDevice.Count.limit"].devices == 1_000
    assert plan.costs["BatchRegisterDevice.Count.max"].devices == 0
    assert plan.costs["BatchRegisterDevice.Count.max"].at_worst > 1_000


def test_a_plan_of_few_clauses_costs_less() -> None:
    all_of_it = rehearse(settings_from("embedded", edition="alibaba-2021", profile="quick"))
    one = rehearse(
        settings_from("embedded", edition="alibaba-2021", profile="quick", only=["BatchRegisterDevice.Count.zero"])
    )

    assert set(one.costs) == {EVERY_RUN, "BatchRegisterDevice.Count.zero"}
    assert one.requests < all_of_it.requests

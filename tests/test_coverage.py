"""Coverage from the wire, and the plan: what was touched is counted, what was not has its reason."""

from __future__ import annotations

from conformance.config.options import settings_from
from conformance.contract import load
from conformance.judge.coverage import coverage
from conformance.judge.stream import Stream
from conformance.plan.dry_run import dry_run
from conformance.selfproof.measure import measure

CONTRACT = load()


def test_a_full_run_touches_all_but_what_the_target_keeps_from_it() -> None:
    result = measure("alibaba-2023", "full")

    areas = {name: (area["exercised"], area["of"]) for name, area in result.summary["coverage"].items()}
    holes = {part for area in result.summary["coverage"].values() for part in area["holes"]}

    assert {name: areas[name] for name in ("parameters", "boundaries", "forms", "statuses", "transitions")} == {
        "parameters": (33, 33),
        "boundaries": (25, 25),
        "forms": (30, 30),
        "statuses": (6, 6),
        "transitions": (5, 5),
    }
    assert "ServiceUnavailable" in holes  # no request can provoke it


def test_an_empty_stream_touches_nothing_and_says_why() -> None:
    areas = coverage(Stream((), CONTRACT, "alibaba-2023"))

    assert all(not area.exercised and area.holes for area in areas)
    assert all(why for area in areas for why in area.holes.values())


def test_a_plan_knows_requests_and_devices_beforehand() -> None:
    settings = settings_from("embedded", edition="alibaba-2021", profile="quick")

    plan = dry_run(settings, None, waits=False)

    assert 600 < plan.requests < 750  # the dearest of the legal ways to answer
    assert plan.accounts["random.1"].devices == 22  # it is registered a second time, which might be let pass
    assert plan.accounts["BatchRegisterDevice.Count.limit"].devices == 1_000
    assert plan.accounts["BatchRegisterDevice.Count.max"].devices > 1_000  # where they are not refused


def test_a_plan_of_few_clauses_costs_less() -> None:
    settings = settings_from(
        "embedded", edition="alibaba-2021", profile="quick", only=["BatchRegisterDevice.Count.zero"]
    )

    plan = dry_run(settings, None, waits=False)

    assert plan.clauses == {"BatchRegisterDevice.Count.zero"}
    assert plan.accounts["BatchRegisterDevice.Count.zero"].requests > 0
    assert "BatchRegisterDevice.Count.max" not in plan.accounts
    assert plan.requests < 400

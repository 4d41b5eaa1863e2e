"""Budgets hold: what a run may spend is planned beforehand, and the server's own counters prove it."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from conformance.client.budget import Budget, BudgetError, Cost, Limits, Overdrawn
from conformance.client.clock import VirtualClock
from conformance.config.options import settings_from
from conformance.config.settings import Settings
from conformance.contract import Level, load
from conformance.judge.verdict import Outcome
from conformance.plan.fit_budget import TOO_LARGE, fit_to_budget
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.exit_status import Exit
from conformance.runner.run import Result, Runner
from conformance.runner.selection import BudgetPlan
from conformance.wire.message import Request

KEYS = {"product_key": PRODUCTS[0], "other_product_key": PRODUCTS[1]}


class RefusesNothing(httpx.BaseTransport):
    """A server that knows no limit, says yes to everything, and counts what it is asked for."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.requests = 0
        self.devices = 0
        self.sizes: dict[str, int] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.clock.tick()
        self.requests += 1
        query = urlsplit(request.extensions["target"].decode()).query
        params = dict(parse_qsl(query + "&" + request.read().decode()))
        apply_id = params.get("ApplyId", "")
        match params.get("Action") or request.headers.get("x-acs-action"):
            case "BatchRegisterDevice":
                count = params.get("Count", "1")
                size = max(int(count) if count.lstrip("-").isdecimal() else 1, 0)
                self.devices += size
                apply_id = self.opened(size)
            case "BatchCheckDeviceNames":
                apply_id = self.opened(sum("DeviceName" in name for name in params))
            case "BatchRegisterDeviceWithApplyId":
                self.devices += self.sizes.get(apply_id, 1)
            case "RegisterDevice":
                self.devices += 1
        data = {"ApplyId": int(apply_id) if apply_id.isdecimal() else 1, "Status": "CREATE_SUCCESS"}
        body = {"RequestId": "1", "Success": True, "Code": "", "Data": data}
        return httpx.Response(200, json=body)

    def opened(self, size: int) -> str:
        apply_id = str(1000 + len(self.sizes))
        self.sizes[apply_id] = size
        return apply_id


class Counted(InProcess):
    """A reference whose devices can be counted."""

    @property
    def devices(self) -> int:
        return sum(len(product.devices) for product in self.reference.state.store.products.values())


def measured(settings: Settings, budget_plan: BudgetPlan | None, transport: Counted | RefusesNothing) -> Result:
    return Runner(settings, clock=transport.clock, transport=transport, budget_plan=budget_plan).drive()


@pytest.fixture(scope="module")
def settings() -> Settings:
    return settings_from("http://127.0.0.1:1", profile="quick", max_requests=300, max_devices=20, **KEYS)


@pytest.fixture(scope="module")
def budget_plan(settings: Settings) -> BudgetPlan:
    found = fit_to_budget(settings)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def faithful(settings: Settings, budget_plan: BudgetPlan) -> tuple[Result, Counted]:
    clock = VirtualClock()
    transport = Counted(Reference(edition=settings.edition, delay=0.05, auth="both"), clock)
    return measured(settings, budget_plan, transport), transport


def test_a_budget_holds_against_the_faithful_server(faithful: tuple[Result, Counted]) -> None:
    _, server = faithful

    assert 100 < server.requests <= 300
    assert 11 <= server.devices <= 20


def test_what_was_admitted_is_decided_and_the_rest_says_why_not(
    faithful: tuple[Result, Counted], budget_plan: BudgetPlan
) -> None:
    result, _ = faithful

    open_ones = [one for one in result.verdicts if one.outcome not in {Outcome.PASS, Outcome.EXEMPT}]
    clauses = load().clauses
    must = [one for one in result.verdicts if clauses[one.clause].level is Level.MUST and one.outcome is Outcome.PASS]
    assert {one.clause: one.reason for one in open_ones if not clauses[one.clause].untested} == budget_plan.left_out
    assert all("--max-requests 300 and --max-devices 20" in one for one in budget_plan.left_out.values())
    assert len(must) >= 100


def test_what_the_users_limits_leave_out_is_no_conformance(faithful: tuple[Result, Counted]) -> None:
    result, _ = faithful

    assert result.exit is Exit.INCONCLUSIVE
    assert "left out by --max-requests 300 and --max-devices 20" in result.why


def test_what_a_default_leaves_out_is_none_of_the_targets_business(settings: Settings, budget_plan: BudgetPlan) -> None:
    clock = VirtualClock()
    transport = Counted(Reference(edition=settings.edition, delay=0.05, auth="both"), clock)

    result = measured(settings, replace(budget_plan, by_user=False), transport)

    assert (result.exit, result.why) == (Exit.CONFORMANT, "every gated clause that was looked at passed")


def test_a_budget_holds_against_a_server_as_slow_as_patience_allows(
    settings: Settings, budget_plan: BudgetPlan
) -> None:
    clock = VirtualClock()
    transport = Counted(Reference(edition=settings.edition, delay=50, auth="both"), clock)

    result = measured(settings, budget_plan, transport)

    assert transport.requests <= 300
    assert [one for one in result.verdicts if one.outcome is Outcome.INCONCLUSIVE] == []


def test_a_budget_holds_against_a_server_that_refuses_nothing(settings: Settings, budget_plan: BudgetPlan) -> None:
    server = RefusesNothing(VirtualClock())

    result = measured(settings, budget_plan, server)

    assert server.requests <= 300
    assert 11 <= server.devices <= 20
    assert result.exit is Exit.VIOLATIONS


def test_smoke_holds_its_devices_against_a_server_that_refuses_nothing() -> None:
    settings = settings_from("http://127.0.0.1:1", profile="smoke", **KEYS)
    server = RefusesNothing(VirtualClock())

    measured(settings, fit_to_budget(settings), server)

    assert 20 <= server.devices <= 60


def test_beyond_this_machine_a_limit_is_passed_by_one_only_and_once() -> None:
    settings = settings_from("http://mock.example:1", profile="quick", **KEYS)
    clock = VirtualClock()
    transport = Counted(Reference(edition=settings.edition, delay=0.05, auth="both"), clock)

    result = measured(settings, fit_to_budget(settings), transport)

    counts = [one.request.get("Count") or "" for one in result.exchanges if one.operation == "BatchRegisterDevice"]
    outcomes = {one.clause: (one.outcome, one.reason) for one in result.verdicts}
    assert [count for count in counts if count.isdecimal() and int(count) > 100] == ["10001"]
    assert outcomes["BatchRegisterDevice.Count.max"] == (Outcome.PASS, "")
    assert outcomes["BatchRegisterDevice.Count.limit"] == (Outcome.UNTESTED, TOO_LARGE)


@pytest.mark.parametrize(
    ("count", "devices"),
    [("7", 7), ("10001", 10001), ("", 1), ("abc", 1), ("-5", 5), ("+3", 3), ("3e2", 300), ("0x10", 16), ("3,0", 30),
     ("\uff13", 3), (" 4 ", 4), (str(2**64), 2**64)],
)  # fmt: skip
def test_a_registration_costs_what_the_most_lenient_reader_makes_of_its_count(count: str, devices: int) -> None:
    budget = Budget()

    budget.charge("x", Request("BatchRegisterDevice", (("ProductKey", "a"), ("Count", count))))

    assert budget.spent == Cost(1, devices)


def test_the_last_guard_lets_nothing_pass() -> None:
    budget = Budget(Limits(requests=2, devices=5))
    question, call = Request("QueryDevice"), Request("BatchRegisterDevice", (("Count", "6"),))

    with pytest.raises(BudgetError, match="may send no more: --max-requests 2 and --max-devices 5 would be passed"):
        budget.charge("x", call)
    budget.charge("x", question)
    budget.charge("x", question)
    with pytest.raises(BudgetError):
        budget.charge("x", question)
    assert budget.spent == Cost(2, 0)


def test_one_clause_does_not_spend_what_others_need() -> None:
    budget = Budget(Limits(requests=10), {"one": Cost(2), "other": Cost(6)})
    question = Request("QueryDevice")

    for _ in range(4):  # two that were planned, two that nobody needs
        budget.charge("one#1", question)
    with pytest.raises(Overdrawn):
        budget.charge("one#2", question)
    for _ in range(6):
        budget.charge("other", question)
    assert budget.spent == Cost(10, 0)


def test_reaching_the_last_guard_is_a_fault_of_ours() -> None:
    settings = settings_from("http://127.0.0.1:1", profile="quick", max_requests=150, **KEYS)
    clock = VirtualClock()
    transport = Counted(Reference(edition=settings.edition, delay=0.05, auth="both"), clock)

    result = measured(settings, None, transport)

    assert (transport.requests, result.exit) == (150, Exit.ERROR)


def test_a_budget_too_small_for_the_first_look_says_so() -> None:
    settings = settings_from("http://127.0.0.1:1", max_requests=2, **KEYS)
    clock = VirtualClock()
    transport = Counted(Reference(edition=settings.edition, delay=0.05, auth="both"), clock)

    with pytest.raises(Exception, match="the budget does not even hold the first look at the target"):
        measured(settings, None, transport)
    assert json.dumps(transport.requests) == "2"

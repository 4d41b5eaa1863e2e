"""Any calls in any order, found by Hypothesis, against a reference in this process: invariants judge what was recorded.

The suite plans its workflows before anything is sent. This machine does not: it goes on from what it was answered, so
it finds orders of which nobody thought. What it finds to be worth a request belongs into conformance/suite/plan.py.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, rule, run_state_machine_as_test

from conformance.client.clock import VirtualClock
from conformance.client.session import Session
from conformance.contract import load
from conformance.generate.requests import apply_request, names_request, page_request, register_request
from conformance.judge.invariant import all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Breaks, Exempt, Inconclusive
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.wire.message import FORMS, Exchange, Request, Scheme
from conformance.wire.signer import Signer
from tests.independent_runs import InProcess as Independent

Server = tuple[VirtualClock, httpx.BaseTransport]
CONTRACT = load()
DELAY = 0.05
STATUS, REGISTRATION = "QueryBatchRegisterDeviceStatus", "BatchRegisterDeviceWithApplyId"

products = st.sampled_from(PRODUCTS)
forms = st.integers(0, len(FORMS) - 1)
shapes = st.lists(
    st.sampled_from(("dev-" + "\u2022" * 8, "\u2022" * 12, "x y " + "\u2022" * 6)), min_size=1, max_size=12
)


class Interleavings(RuleBasedStateMachine):
    """One server, whatever is asked of it; ``findings`` holds the clauses that its answers broke."""

    edition: str
    serve: Callable[[], Server]
    findings: dict[str, str]

    applications = Bundle("applications")
    """(ProductKey, ApplyId) of what was opened."""
    devices = Bundle("devices")
    """(ProductKey, DeviceName) of what pages showed."""

    def __init__(self) -> None:
        super().__init__()
        self.clock, transport = type(self).serve()
        self.exchanges: list[Exchange] = []
        self.session = Session(
            "http://127.0.0.1", CONTRACT, self.clock, Signer(Scheme.NONE), self.exchanges.append, transport=transport
        )

    def ask(self, request: Request, form: int) -> Exchange:
        return self.session.ask(request, FORMS[form], "interleaving")

    def opened(self, exchange: Exchange, product: str) -> object:
        apply_id = exchange.answer.apply_id if exchange.accepted and exchange.answer is not None else None
        return (product, apply_id) if apply_id is not None else multiple()

    @rule(target=applications, product=products, count=st.sampled_from((1, 2, 11)), form=forms)
    def register_devices(self, product: str, count: int, form: int) -> object:
        return self.opened(self.ask(register_request(product, count), form), product)

    @rule(target=applications, product=products, wanted=shapes, form=forms)
    def check(self, product: str, wanted: list[str], form: int) -> object:
        names = [self.session.generate_name(shape) for shape in wanted]
        return self.opened(self.ask(names_request(product, names), form), product)

    @rule(target=applications, device=devices, product=products, form=forms)
    def check_a_name_of_a_device(self, device: tuple[str, str], product: str, form: int) -> object:
        return self.opened(self.ask(names_request(product, [device[1]]), form), product)

    @rule(one=applications, form=forms)
    def register(self, one: tuple[str, int], form: int) -> None:
        self.ask(apply_request(REGISTRATION, *one), form)

    @rule(one=applications, product=products, form=forms)
    def register_for_some_product(self, one: tuple[str, int], product: str, form: int) -> None:
        self.ask(apply_request(REGISTRATION, product, one[1]), form)

    @rule(target=devices, one=applications, form=forms)
    def see_it_through(self, one: tuple[str, int], form: int) -> object:
        """The ordinary way from wherever it stands, so that unusual calls meet applications at their end, too."""
        for request in (apply_request(STATUS, *one), apply_request(REGISTRATION, *one), apply_request(STATUS, *one)):
            self.clock.sleep(1.1 * DELAY)
            self.ask(request, form)
        self.clock.sleep(1.1 * DELAY)
        self.status(one, form)
        return self.page(one, 10, 1)

    @rule(one=applications, form=forms)
    def status(self, one: tuple[str, int], form: int) -> None:
        self.ask(apply_request(STATUS, *one), form)

    @rule(one=applications, product=products, off=st.sampled_from((0, 1, 10**6, 2**32)), form=forms)
    def status_of_something_else(self, one: tuple[str, int], product: str, off: int, form: int) -> None:
        self.ask(apply_request(STATUS, product, one[1] + off), form)

    @rule(target=devices, one=applications, size=st.sampled_from((1, 3, 10, 50)), number=st.integers(1, 3))
    def page(self, one: tuple[str, int], size: int, number: int) -> object:
        exchange = self.ask(page_request(one[1], size, number), size % 6)
        listed = ((exchange.answer.value if exchange.answer else None) or {}).get("ApplyDeviceList")
        items = listed.get("ApplyDeviceInfo") if isinstance(listed, dict) else None
        return multiple(*((one[0], str(item.get("DeviceName"))) for item in items or []))

    @rule(device=consumes(devices))
    def delete(self, device: tuple[str, str]) -> None:
        self.ask(Request("DeleteDevice", (("ProductKey", device[0]), ("DeviceName", device[1]))), 0)

    @rule(times=st.sampled_from((0.3, 1.1, 2.5)))
    def wait(self, times: float) -> None:
        self.clock.sleep(times * DELAY)

    def teardown(self) -> None:
        self.session.close()
        stream = Stream(tuple(self.exchanges), CONTRACT, self.edition, 60.0, True, PRODUCTS)
        for invariant in all_invariants().values():
            if self.edition not in CONTRACT.clauses[invariant.clause].editions:
                continue
            with contextlib.suppress(Exempt, Inconclusive):
                for judged in invariant.judge(stream):
                    if isinstance(judged, Breaks):
                        self.findings.setdefault(invariant.clause, judged.reason)


def reference(edition: str, *, faults: Sequence[str] = (), variants: Sequence[str] = ()) -> Server:
    """The reference with these faults and freedoms."""
    clock = VirtualClock()
    made = Reference(edition=edition, delay=DELAY, auth="none", faults=faults, variants=variants)
    return clock, InProcess(made, clock)


def independent(edition: str, *, choices: Sequence[str] = (), faults: Sequence[str] = ()) -> Server:
    """The second server with these choices and faults."""
    transport = Independent(edition, choices, faults, DELAY)
    return transport.clock, transport


def search(edition: str, serve: Callable[[], Server], examples: int = 15) -> dict[str, str]:
    """Clause → how some order of calls breaks it, among so many orders of forty calls; the same each time."""
    about = {"edition": edition, "serve": staticmethod(serve), "findings": {}}
    machine = type("Searched", (Interleavings,), about)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return dict(about["findings"])

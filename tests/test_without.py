"""What the user says that a target does not offer is not sent, and what depends on it is exempt, not open."""

from __future__ import annotations

import pytest

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.exit_status import Exit
from conformance.runner.run import Result, Runner

CLAUSES = load().clauses


def measured(*without: str) -> Result:
    clock = VirtualClock()
    settings = Settings(
        Target("reference", "http://127.0.0.1"),
        "alibaba-2021",
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        without=frozenset(without),
    )
    return Runner(settings, clock=clock, transport=InProcess(Reference(edition="alibaba-2021"), clock)).drive()


OPERATIONS = [
    "BatchRegisterDevice", "BatchCheckDeviceNames", "BatchRegisterDeviceWithApplyId", "QueryPageByApplyId",
    "QueryDeviceDetail", "DeleteDevice", "QueryDevice", "RegisterDevice",
]  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_not_offered_is_not_sent_and_leaves_nothing_open(operation: str) -> None:
    result = measured(operation)

    sent = {one.operation for one in result.exchanges if one.purpose != "preflight"}
    outcomes = {one.clause: one.outcome for one in result.verdicts}
    assert operation not in sent
    assert {outcomes[clause.id] for clause in CLAUSES.values() if clause.operation == operation} <= {Outcome.EXEMPT}
    assert set(outcomes.values()) <= {Outcome.PASS, Outcome.EXEMPT, Outcome.UNTESTED}
    assert result.exit is Exit.CONFORMANT

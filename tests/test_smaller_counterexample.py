"""Findings become smaller by a few questions more, and keep the one difference to a request that was accepted."""

from __future__ import annotations

import pytest

from conformance.generate.simpler import simpler
from conformance.judge.verdict import Breaks, Outcome
from conformance.runner.run import Result
from conformance.selfproof.measure import measure
from conformance.suite.smaller_counterexample import MOST_REQUESTS
from conformance.wire.message import Exchange


@pytest.mark.parametrize(
    ("valid", "wrong", "expected"),
    [
        ("10", "10abc", ["10a", "10b", "10c"]),
        ("10", "10.5", ["10."]),
        ("10", "1\u200b\ufeff0", ["1\u200b0", "1\ufeff0"]),
        ("1295", "１２９５", ["129５"]),
        ("a1Product", "a1Product; --", ["a1Product;", "a1Product ", "a1Product-"]),
        ("10", "10a", []),
        ("10", "4294967306", []),
        ("10", "-1", []),
        ("10", "abc", []),
    ],
)
def test_a_simpler_value_is_wrong_in_the_same_way(valid: str, wrong: str, expected: list[str]) -> None:
    assert simpler(valid, wrong) == expected


def finding(result: Result, clause: str) -> tuple[Breaks, Exchange]:
    verdict = next(one for one in result.verdicts if one.clause == clause)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.finding is not None
    return verdict.finding, next(one for one in result.exchanges if one.number == verdict.finding.exchanges[-1])


def sent_for(result: Result, clause: str) -> int:
    return sum(one.purpose == clause for one in result.exchanges)


LENIENT = "QueryPageByApplyId.ApplyId.integer"


def test_the_smallest_counterexample_is_shown() -> None:
    result = measure("alibaba-2023", "quick", faults=[f"{LENIENT}/letters"], only=[LENIENT])
    found, exchange = finding(result, LENIENT)
    (name, value), *others = exchange.request.params
    real, letter = int(value[:-1]), value[-1]

    assert (name, letter, others) == ("ApplyId", "a", [])
    assert real in {one.answer.apply_id for one in result.exchanges if one.answer is not None}
    assert found.reason.startswith(f"ApplyId='{value}' was accepted (made smaller by 3 more requests)")


def test_where_pages_must_be_named_the_question_keeps_them() -> None:
    result = measure("alibaba-2018", "quick", faults=[f"{LENIENT}/letters"], only=[LENIENT])
    _, exchange = finding(result, LENIENT)

    assert [name for name, _ in exchange.request.params] == ["ApplyId", "PageSize", "CurrentPage"]


@pytest.mark.parametrize("fault", [LENIENT, f"{LENIENT}/letters", "QueryBatchRegisterDeviceStatus.ApplyId.integer"])
def test_it_costs_few_requests(fault: str) -> None:
    clause = fault.partition("/")[0]
    faithful = measure("alibaba-2023", "quick", only=[clause])
    faulty = measure("alibaba-2023", "quick", faults=[fault], only=[clause])

    assert sent_for(faulty, clause) <= sent_for(faithful, clause) + MOST_REQUESTS


@pytest.mark.parametrize("clause", ["BatchRegisterDevice.Count.integer", "BatchCheckDeviceNames.ProductKey.unknown"])
def test_what_creates_is_never_made_smaller(clause: str) -> None:
    faithful = measure("alibaba-2023", "full", only=[clause])
    faulty = measure("alibaba-2023", "full", faults=[clause], only=[clause])
    found, _ = finding(faulty, clause)

    assert sent_for(faulty, clause) < sent_for(faithful, clause)
    assert "made smaller" not in found.reason

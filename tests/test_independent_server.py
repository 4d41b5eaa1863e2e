"""Another server, written from the documents alone: its legal choices are not blamed, its planted faults are caught."""

from __future__ import annotations

import pytest

from conformance.contract import Level, load
from conformance.judge.verdict import Outcome
from conformance.runner.exit_status import Exit
from conformance.runner.run import Result
from tests.independent_runs import measure

CONTRACT = load()


def not_green(result: Result) -> dict[str, tuple[str, str]]:
    """Clauses that neither passed nor are exempt, but for those whose condition is the target's choice."""
    return {
        one.clause: (str(one.outcome), one.reason)
        for one in result.verdicts
        if one.outcome not in {Outcome.PASS, Outcome.EXEMPT}
        and not (one.outcome is Outcome.UNTESTED and _need_not_be_seen(one.clause))
    }


def _need_not_be_seen(clause_id: str) -> bool:
    clause = CONTRACT.clauses[clause_id]
    return bool(clause.when or clause.untested or clause.level is Level.OBSERVED)


@pytest.mark.parametrize("edition", ["alibaba-2018", "alibaba-2019", "alibaba-2021", "tuya-2025"])
def test_its_default_choices_are_not_blamed(edition: str) -> None:
    result = measure(edition)

    assert not_green(result) == {}
    assert result.exit is Exit.CONFORMANT


@pytest.mark.parametrize("edition", ["alibaba-2018", "alibaba-2023", "tuya-2025"])
@pytest.mark.parametrize("choices", [[], ["window-15", "gateway-older-lists"]], ids=["default", "other"])
def test_its_signatures_are_not_blamed(edition: str, choices: list[str]) -> None:
    result = measure(edition, choices, auth="rpc")

    assert not_green(result) == {}
    outcomes = {one.clause: one.outcome for one in result.verdicts}
    assert outcomes["Signature.secret"] is outcomes["Signature.SignatureNonce.later"] is Outcome.PASS


CHOICES = [
    ["invalid-names-later", "refusals-400", "lists-empty-on-success", "xml-comments", "extra-fields"],
    ["invalid-names-at-once", "early-refused", "again-refused", "page-past-end-empty", "cdata"],
    ["duplicates-merged", "lists-partial-while-running", "missing-business", "gzip", "ids-small"],
    ["instant", "page-size-over-refused", "unknown-id-empty-page", "keys-shuffled", "code-null"],
    ["random-check-success", "paging-early-partial", "gateway-older-lists", "self-closing", "code-200"],
]


@pytest.mark.parametrize("choices", CHOICES, ids=lambda choices: choices[0])
def test_its_other_legal_choices_are_not_blamed(choices: list[str]) -> None:
    assert not_green(measure("alibaba-2021", choices)) == {}


FAULTS = [
    "query-unread-beside-form",
    "form-plus-kept",
    "get-names-beyond-20-lost",
    "request-id-repeated-every-20th",
    "success-text-in-refusals-json",
    "xml-devices-merged",
    "xml-control-characters-raw",
    "list-of-one-collapsed-json",
    "numbers-as-text-json",
    "product-made-on-demand",
    "taken-in-any-product",
    "count-over-limit-by-get",
    "count-refused-but-registered",
    "random-names-repeat",
    "names-text-order-gap",
    "name-line-end-accepted",
    "name-unchecked-beyond-100",
    "taken-passes-beyond-100",
    "invalid-list-neighbour",
    "apply-id-rounded",
    "apply-id-missing-by-get",
    "created-without-registration",
    "race-called-success",
    "again-restarts",
    "success-told-early",
    "status-back-on-fifth-poll",
    "two-at-once-mixed",
    "page-parameters-in-form-ignored",
    "page-past-end-wraps",
    "total-off-on-later-pages",
    "order-flips-after-refusal",
    "secret-empty-on-later-pages",
    "iot-id-shared-beyond-10",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_planted_by_others_is_caught(fault: str) -> None:
    result = measure("alibaba-2021", faults=[fault])

    assert result.exit is Exit.VIOLATIONS, result.why

"""The suite bites: the faithful reference passes, each sampled fault is caught, no freedom is blamed."""

from __future__ import annotations

import pytest

from conformance.contract import EDITIONS, Level, load
from conformance.judge.verdict import Outcome
from conformance.reference.choices import VARIANTS
from conformance.reference.faults import FAULTS
from conformance.runner.exit_status import Exit
from conformance.runner.run import Result
from conformance.selfproof.measure import Proof, ProofJob, applicable, is_false_alarm, killed, measure, undeclared, work

CONTRACT = load()
BY_NAME = {fault.name: fault for fault in FAULTS}


def outcomes(result: Result) -> dict[str, Outcome]:
    return {verdict.clause: verdict.outcome for verdict in result.verdicts}


def expected(edition: str) -> dict[str, Outcome]:
    """The whole map of outcomes of a faithful server."""
    found = {}
    for clause in CONTRACT.clauses.values():
        measured = Outcome.UNTESTED if clause.untested else Outcome.PASS
        found[clause.id] = measured if edition in clause.editions else Outcome.EXEMPT
    return found


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_faithful_reference_passes_every_clause_of_the_edition(edition: str) -> None:
    result = measure(edition, "quick")

    assert outcomes(result) == expected(edition)
    assert result.exit is Exit.CONFORMANT


def test_the_full_profile_passes_every_clause_too() -> None:
    result = measure("alibaba-2021", "full")

    assert outcomes(result) == expected("alibaba-2021")
    assert len(result.exchanges) <= 3_500


def test_pages_are_compared_within_one_application_also_where_another_ends_meanwhile() -> None:
    found = outcomes(measure("alibaba-2023", "quick", faults=["Workflow.terminal"]))

    assert found["Workflow.terminal"] is Outcome.FAIL
    assert found["QueryPageByApplyId.CurrentPage.default"] is Outcome.PASS
    assert found["QueryPageByApplyId.PageSize.default"] is Outcome.PASS


SAMPLE = [
    "BatchRegisterDevice.Count.max",
    "BatchRegisterDevice.Count.max@GET",
    "BatchRegisterDevice.Count.required@POST",
    "BatchRegisterDevice.JSON",
    "BatchRegisterDevice.XML",
    "BatchCheckDeviceNames.DeviceName.N/only_nine",
    "BatchCheckDeviceNames.DeviceName.too_long",
    "BatchCheckDeviceNames.DeviceName.illegal/space",
    "BatchCheckDeviceNames.DeviceName.taken",
    "BatchRegisterDeviceWithApplyId.ApplyId.echo@XML",
    "BatchRegisterDeviceWithApplyId.twice",
    "QueryBatchRegisterDeviceStatus.ApplyId.blank@JSON",
    "QueryBatchRegisterDeviceStatus.ValidList",
    "QueryPageByApplyId.PageSize.default",
    "QueryPageByApplyId.complete",
    "QueryPageByApplyId.past_the_end",
    "QueryPageByApplyId.Total@XML",
    "Common.Success.JSON",
    "Common.RequestId.unique",
    "Common.ErrorMessage@XML",
    "Signature.secret@POST",
    "Signature.secret.empty",
    "Signature.parameters.changed",
    "Signature.parameters.added/in_the_form",
    "Signature.exact/letter_case",
    "Signature.Timestamp.expired/a_day",
    "Signature.SignatureNonce.later",
    "Signature.late",
    "Signature.effect/generated_names",
    "Signature.Message",
    "Workflow.transitions",
    "Workflow.terminal",
    "Workflow.ApplyId.fresh",
    "Workflow.terminates",
    "Workflow.isolation",
    "Workflow.refusal",
]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_fault_is_caught_by_its_own_clause(name: str) -> None:
    proof = work(ProofJob("fault", name, "alibaba-2021", "quick"))

    assert proof.error == ""
    assert killed(proof), proof
    fault = next(one for one in FAULTS if one.base == name.partition("@")[0])
    # What is wrong in one form only differs between forms, whatever it is.
    unavoidable = {"Common.forms_agree"} if "@" in name else set()
    assert set(undeclared(proof, BY_NAME.get(name, fault))) <= unavoidable
    assert proof.exit == Exit.VIOLATIONS or CONTRACT.clauses[fault.clause].level != "MUST"


@pytest.mark.parametrize("name", list(VARIANTS)[::4])
def test_a_legal_freedom_is_never_blamed(name: str) -> None:
    proof = work(ProofJob("variant", name, "alibaba-2023", "quick"))

    assert not is_false_alarm(proof), proof


def test_what_was_throttled_is_asked_again_and_decided() -> None:
    result = measure("alibaba-2023", "quick", variants=["throttled_now_and_then"])

    exchanges = result.exchanges
    later = {(one.request, one.form, one.at) for one in exchanges if not one.throttled}
    throttled = [one for one in exchanges if one.throttled and one.tampering is None]
    assert {one.answer.status for one in throttled if one.answer is not None} == {400, 429, 503}
    assert all(any(pair[:2] == (one.request, one.form) and pair[2] > one.at for pair in later) for one in throttled)
    assert outcomes(result) == expected("alibaba-2023")


def test_a_clause_that_depends_on_a_freedom_may_stay_untested() -> None:
    result = measure("alibaba-2021", "quick", variants=["invalid_names_later"])

    clause = "BatchCheckDeviceNames.InvalidDeviceNameList"
    assert outcomes(result)[clause] is Outcome.UNTESTED
    assert result.exit is Exit.CONFORMANT


def test_every_tested_clause_has_a_fault() -> None:
    broken = {fault.clause for fault in FAULTS}

    assert {one.id for one in CONTRACT.clauses.values() if one.level != "OBSERVED" and not one.untested} <= broken


def test_a_target_that_refuses_everything_never_looks_green() -> None:
    proof: Proof = work(ProofJob("fault", "BatchRegisterDevice.accepts", "alibaba-2021", "quick"))

    assert proof.exit == Exit.VIOLATIONS


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_clause_that_can_fail_has_a_fault_that_shows_in_the_edition(edition: str) -> None:
    broken = {fault.clause for fault in applicable(edition)}
    scored = {one.id for one in CONTRACT.of(edition) if one.level is not Level.OBSERVED and not one.untested}

    assert scored - broken == set()

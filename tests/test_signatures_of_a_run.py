"""Signatures in a run: tried where the target verifies them or the user demands it, and never more than allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.options import settings_from
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.verdict import Outcome, Verdict
from conformance.reference.access import Auth
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Exit, Result, Runner
from conformance.selfproof.measure import measure
from conformance.wire.flaw import Flaw

CONTRACT = load()
CLAUSES = [clause.id for clause in CONTRACT.clauses.values() if clause.operation == "Signature"]
WITHOUT_SIGNATURES = {"Signature.verified", "Signature.HTTPMethod", "Signature.RegionId"}
"""What can be told of a target that verifies nothing, beside what its messages show."""


def verdicts(result: Result) -> dict[str, Verdict]:
    return {one.clause: one for one in result.verdicts if one.clause in CLAUSES}


def with_outcome(result: Result, outcome: Outcome) -> set[str]:
    return {clause for clause, one in verdicts(result).items() if one.outcome is outcome}


def wrong(result: Result) -> set[str]:
    """Whatever is neither kept nor out of the question."""
    return {
        one.clause
        for one in result.verdicts
        if one.outcome not in {Outcome.PASS, Outcome.EXEMPT, Outcome.UNTESTED}
        or (one.outcome is Outcome.UNTESTED and one.clause in CLAUSES)
    }


@pytest.mark.parametrize("faults", [(), ("Signature.secret",)], ids=["unsigned", "any signature"])
def test_a_target_that_verifies_nothing_is_exempt(faults: Sequence[str]) -> None:
    result = measure("alibaba-2023", "quick", auth="both" if faults else "none", faults=faults)

    exempt = with_outcome(result, Outcome.EXEMPT)
    assert result.exit is Exit.CONFORMANT
    assert with_outcome(result, Outcome.FAIL) == set()
    assert exempt == set(CLAUSES) - WITHOUT_SIGNATURES - {
        "Signature.envelope",
        "Signature.Message",
        "Signature.Message.AccessKeyId",
    }
    assert "accepts any signature" in verdicts(result)["Signature.secret"].reason
    assert set(verdicts(result)["Signature.verified"].observations) == {"rpc not verified", "acs3 not verified"}


def test_a_target_whose_xml_nobody_can_read_and_that_verifies_nothing_is_exempt() -> None:
    result = measure("alibaba-2023", "quick", auth="none", faults=["Common.XML/unclosed"])

    assert with_outcome(result, Outcome.FAIL) == set()
    assert verdicts(result)["Signature.secret"].outcome is Outcome.EXEMPT


def test_whoever_demands_signatures_sees_that_nothing_is_verified() -> None:
    result = measure("alibaba-2023", "quick", auth="none", demand="rpc")

    assert result.exit is Exit.VIOLATIONS
    assert {"Signature.secret", "Signature.unsigned", "Signature.missing", "Signature.SignatureNonce"} <= with_outcome(
        result, Outcome.FAIL
    )


def test_a_run_that_signs_nothing_tries_nothing() -> None:
    result = measure("alibaba-2021", "quick", auth="none", demand="none")

    assert result.exit is Exit.CONFORMANT
    assert verdicts(result)["Signature.secret"].reason == "the run signs nothing"
    assert verdicts(result)["Signature.verified"].observations == {"nothing signed": 1}


def outcomes_of_what_is_tested(result: Result) -> set[str]:
    return {str(one.outcome) for one in result.verdicts if not CONTRACT.clauses[one.clause].untested}


@pytest.mark.parametrize("edition", ["alibaba-2018", "alibaba-2023"])
@pytest.mark.parametrize(("auth", "demand"), [("acs3", "auto"), ("both", "acs3"), ("rpc", "auto"), ("both", "rpc")])
def test_a_target_of_one_scheme_passes(auth: Auth, demand: str, edition: str) -> None:
    result = measure(edition, "quick", auth=auth, demand=demand)

    assert result.exit is Exit.CONFORMANT, result.why
    assert outcomes_of_what_is_tested(result) == {"pass", "exempt"}
    assert verdicts(result)["Signature.secret"].outcome is Outcome.PASS
    reason = f"the run signs by {'ACS3' if 'acs3' in (auth, demand) else 'RPC'}"
    other = "Signature.SignatureMethod" if "acs3" in (auth, demand) else "Signature.ACS3.body"
    assert verdicts(result)[other].reason in {reason, f"not in {edition}"}


def test_both_schemes_are_tried_where_both_are_taken_and_documented() -> None:
    for edition, schemes in (("alibaba-2023", {"rpc", "acs3"}), ("alibaba-2021", {"rpc"})):
        result = measure(edition, "quick")
        assert {str(one.scheme) for one in result.exchanges if one.tampering is not None} == schemes


def test_a_target_that_openly_takes_unsigned_requests_is_exempt_from_that_clause_alone() -> None:
    result = measure("alibaba-2023", "quick", auth="any")

    assert result.exit is Exit.CONFORMANT
    assert with_outcome(result, Outcome.EXEMPT) == {"Signature.unsigned"}
    assert verdicts(result)["Signature.verified"].observations["unsigned taken"]


@pytest.mark.parametrize("auth", ["any", "both"])
def test_whoever_demands_signatures_sees_that_unsigned_requests_are_taken(auth: Auth) -> None:
    result = measure("alibaba-2021", "quick", auth=auth, demand="rpc", faults=["Signature.unsigned"])

    assert with_outcome(result, Outcome.FAIL) == {"Signature.unsigned"}


VARIANTS = [
    "window_of_31_minutes",
    "signature_before_time",
    "string_to_sign_kept_back",
    "signature_version_unread",
    "region_id_required",
    "other_methods_unheard_of",
    "gateway_errors_of_the_older_lists",
    "gateway_errors_always_400",
]


@pytest.mark.parametrize("demand", ["rpc", "acs3"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_other_gateways_are_not_blamed(variant: str, demand: str) -> None:
    result = measure("alibaba-2023", "quick", variants=[variant], demand=demand)

    assert result.exit is Exit.CONFORMANT, result.why
    assert outcomes_of_what_is_tested(result) == {"pass", "exempt"}


def test_readings_tell_the_windows_and_the_regions_apart() -> None:
    plain, other = (
        verdicts(measure("alibaba-2021", "quick", variants=variants))
        for variants in ([], ["window_of_31_minutes", "region_id_required"])
    )

    assert plain["Signature.Timestamp.window"].observations == {"15 minutes": 1}
    assert other["Signature.Timestamp.window"].observations == {"31 minutes": 1}
    assert plain["Signature.RegionId"].observations == {"not required": 1}
    assert other["Signature.RegionId"].observations == {"required": 1}


def limited(profile: str, edition: str, **changes: Any) -> Result:
    clock = VirtualClock()
    settings = Settings(
        Target("reference", "http://127.0.0.1"),
        edition,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile=profile,
        max_tampered=20,
        **changes,
    )
    return Runner(settings, clock=clock, transport=InProcess(Reference(edition=edition, auth="both"), clock)).drive()


@pytest.mark.parametrize("profile", ["quick", "full"])
@pytest.mark.parametrize("edition", ["alibaba-2018", "alibaba-2023"])
def test_a_region_is_sent_few_wrong_signatures_and_every_must_clause_all_the_same(profile: str, edition: str) -> None:
    result = limited(profile, edition)

    refused = [one for one in result.exchanges if one.tampering is not None and not one.accepted]
    assert len(refused) <= 20
    assert result.exit is Exit.CONFORMANT
    musts = {clause.id for clause in CONTRACT.of(edition) if clause.id in CLAUSES and clause.level == "MUST"}
    assert musts <= with_outcome(result, Outcome.PASS)
    assert all(one.tampering.flaw is not Flaw.LETTER_CASE for one in refused if one.tampering)


def test_only_regions_have_such_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "nothing")

    assert settings_from("region:cn-shanghai", edition="alibaba-2023", product_key="a1").max_tampered == 20
    assert settings_from("embedded", edition="alibaba-2023").max_tampered is None


def test_nothing_but_questions_is_sent_at_the_very_end() -> None:
    result = measure("alibaba-2021", "quick")

    last_count = max(one.number for one in result.exchanges if one.purpose == "books")
    after = [one for one in result.exchanges if one.number > last_count]
    assert {one.purpose for one in after} == {"Signature.late", "Signature.SignatureNonce.later"}
    assert {one.operation for one in after} == {"QueryBatchRegisterDeviceStatus"}

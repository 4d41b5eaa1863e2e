"""Requests with one thing changed: what is derived from the contract, what Schemathesis drew, and what that catches."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest
import schemathesis

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import EDITIONS, load
from conformance.contract.actions import UNDER_TEST
from conformance.contract.cases import cases, path_of, text_of
from conformance.contract.model import Parameter
from conformance.generate.changes import derived, drawn, kind_of
from conformance.generate.requests import page_request
from conformance.judge.reasons_of_codes import reason_of
from conformance.openapi.draw_cases import drawn as draw
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Runner
from conformance.selfproof.measure import ProofJob, killed, work
from conformance.suite.one_thing_changed import of_parameters

CONTRACT = load()
EDITION = "alibaba-2023"
STATUS, PAGE, REGISTER = "QueryBatchRegisterDeviceStatus", "QueryPageByApplyId", "BatchRegisterDevice"


def kind(edition: str, operation: str, parameter: str, *values: str) -> str:
    """The kind of clause that demands a refusal of these values."""
    found = next(one for one in CONTRACT.operations[operation].parameters if one.name == parameter)
    change = replace(next(derived(CONTRACT.operations[operation], edition)), values=lambda valid: values)
    return kind_of(CONTRACT, edition, replace(change, parameter=found.name))


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_committed_cases_are_what_schemathesis_draws(edition: str) -> None:
    assert path_of(edition).read_text(encoding="utf-8") == text_of(draw(CONTRACT, edition), schemathesis.__version__)


def test_one_change_leaves_everything_else_as_it_was() -> None:
    valid = page_request(1295006, 10, 1)
    changed = {change.says: change.of(valid).params for change in derived(CONTRACT.operations[PAGE], EDITION)}

    assert changed["left out"] == (("ApplyId", "1295006"), ("PageSize", "10"))
    assert changed["a capital exponent"] == (("ApplyId", "1295006"), ("PageSize", "10"), ("CurrentPage", "1E0"))
    assert changed["sent twice"] == (
        ("ApplyId", "1295006"),
        ("PageSize", "10"),
        ("CurrentPage", "1"),
        ("CurrentPage", "1"),
    )
    assert changed["51"] == (("ApplyId", "1295006"), ("PageSize", "51"), ("CurrentPage", "1"))


@pytest.mark.parametrize(
    ("operation", "parameter", "values", "expected"),
    [
        (REGISTER, "Count", (), "required"),
        (REGISTER, "Count", ("",), "blank"),
        (REGISTER, "Count", ("1d",), "integer"),
        (REGISTER, "Count", ("0",), "zero"),
        (REGISTER, "Count", ("-1",), "negative"),
        (REGISTER, "Count", ("10001",), "max"),
        (REGISTER, "Count", ("10000",), ""),
        (REGISTER, "Count", ("0007",), ""),
        (REGISTER, "Count", ("1", "1"), ""),
        (REGISTER, "ProductKey", ("a1RefProdA",), "unknown"),
        (STATUS, "ApplyId", ("9223372036854775808",), "integer"),
        (STATUS, "ApplyId", ("0",), "unknown"),
        (STATUS, "ApplyId", ("9223372036854775807",), ""),
        (PAGE, "PageSize", (), ""),
        (PAGE, "PageSize", ("0",), "integer"),
        (PAGE, "PageSize", ("51",), "max"),
        (PAGE, "CurrentPage", ("2147483648",), ""),
    ],
)
def test_a_change_belongs_to_the_nearest_clause_that_demands_a_refusal(
    operation: str, parameter: str, values: tuple[str, ...], expected: str
) -> None:
    assert kind(EDITION, operation, parameter, *values) == expected


def test_where_pages_must_be_named_leaving_one_out_is_refused() -> None:
    assert kind("alibaba-2018", PAGE, "PageSize") == "required"
    assert kind("alibaba-2018", PAGE, "PageSize", "51") == ""


SINGLE = {one.name for name in UNDER_TEST for one in CONTRACT.operations[name].parameters if "." not in one.name}
"""The parameters of the five operations that are no lists."""
NOT_OURS = {("PageSize", ("2147483648",)), ("CurrentPage", ("2147483648",)), ("PageSize", ()), ("CurrentPage", ())}
"""Legal for us: a page far past the end may be empty, the oldest editions know no largest page, and of two documents of
one time only one requires both."""


@pytest.mark.parametrize("edition", EDITIONS)
def test_schemathesis_and_the_clauses_agree_on_what_is_to_be_refused(edition: str) -> None:
    others = []
    for case in cases(edition):
        single = case.parameter in SINGLE and len(case.values) < 2
        # A key of the right form is valid for Schemathesis, and belongs to nobody.
        if single and not (case.parameter == "ProductKey" and case.values not in ((), ("",))):
            demanded = kind_of(CONTRACT, edition, drawn(case))
            if bool(demanded) == case.valid:
                others.append((case.parameter, case.values))

    assert set(others) - NOT_OURS == set()


def test_every_parameter_is_refused_for_a_reason() -> None:
    assert {name: reason_of(name) for name in SINGLE} == {
        "ProductKey": "product",
        "Count": "count",
        "ApplyId": "apply",
        "PageSize": "page",
        "CurrentPage": "page",
    }
    with pytest.raises(LookupError, match="names the parameter 'Batch'"):
        reason_of("Batch")


def test_a_new_parameter_is_attacked_without_a_new_test() -> None:
    """A row and its clauses are enough."""
    new = Parameter("Batch", "Integer", frozenset(EDITIONS), frozenset(), {"maximum": dict.fromkeys(EDITIONS, 9)})
    operation = replace(CONTRACT.operations[REGISTER], parameters=(*CONTRACT.operations[REGISTER].parameters, new))
    known = CONTRACT.clauses[f"{REGISTER}.Count.max"]
    clauses = {f"{REGISTER}.Batch.{kind}": known for kind in ("required", "integer", "max")}
    contract = replace(
        CONTRACT,
        operations=MappingProxyType({**CONTRACT.operations, REGISTER: operation}),
        clauses=MappingProxyType({**CONTRACT.clauses, **clauses}),
    )
    attacks = [change for change in derived(operation, EDITION) if change.parameter == "Batch"]
    kinds = {change.says: kind_of(contract, EDITION, change) for change in attacks}

    assert set(clauses) <= set(of_parameters(contract))
    assert kinds["left out"] == "required"
    assert kinds["superscript digits"] == kinds["the suffix of a Long"] == "integer"
    assert kinds["10"] == kinds["4294967298"] == "max"


CAUGHT = [
    "QueryPageByApplyId.answers/superscript",
    "QueryPageByApplyId.PageSize.integer/quotes",
    "QueryPageByApplyId.past_the_end/modulo_2_32",
    "QueryBatchRegisterDeviceStatus.answers/twice",
    "QueryBatchRegisterDeviceStatus.ApplyId.integer/invisible",
    "BatchRegisterDevice.ProductKey.unknown/shorter",
    "BatchRegisterDevice.Count.integer/suffix",
    "BatchRegisterDeviceWithApplyId.ProductKey.unknown/longer",
    "BatchCheckDeviceNames.ProductKey.unknown/wildcard",
]


SEEN_BESIDE_OTHERS = {"QueryPageByApplyId.answers/superscript", "QueryPageByApplyId.past_the_end/modulo_2_32"}
"""Faults that requests of other clauses show."""


@pytest.mark.parametrize("fault", CAUGHT)
def test_what_only_a_derived_request_shows_is_caught(fault: str) -> None:
    proof = work(ProofJob("fault", fault, EDITION, "full", alone=fault not in SEEN_BESIDE_OTHERS))

    assert proof.error == ""
    assert killed(proof), proof


def test_the_server_counts_as_many_requests_as_the_run_records(tmp_path: Path) -> None:
    clock = VirtualClock()
    transport = Counting(Reference(edition=EDITION, delay=0.05, auth="both"), clock)
    settings = Settings(
        Target("reference", "http://127.0.0.1"),
        EDITION,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        reports=tmp_path / "run",
    )
    result = Runner(settings, clock=clock, transport=transport).drive()
    lines = [json.loads(line) for line in (tmp_path / "run" / "run.ndjson").read_text().splitlines()]
    sent = [line["request"]["target"] for line in lines if line["type"] == "exchange"]

    assert len(transport.targets) == len(sent) == result.summary["requests"] <= 3_500
    assert sum("CurrentPage=2147483647" in target for target in transport.targets) > 0


class Counting(InProcess):
    """Also writes down what arrives."""

    def __init__(self, reference: Reference, clock: VirtualClock) -> None:
        super().__init__(reference, clock)
        self.targets: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.targets.append(request.extensions["target"].decode() + request.read().decode())
        return super().handle_request(request)

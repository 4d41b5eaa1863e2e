"""A run: the same seed sends the same requests, and what is recorded can be read again and judged alike."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.options import settings_from
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.invariant import all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import Holds, Outcome, add_up
from conformance.record.codec import exchange_from_dict, exchange_to_dict
from conformance.record.run_ndjson import RecordError, read
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Runner
from conformance.selfproof.measure import measure
from conformance.wire.message import Exchange

CONTRACT = load()
EDITION = "alibaba-2021"


def shape(one: Exchange) -> tuple[object, ...]:
    """An exchange without what a run mints: names become their length."""
    params = tuple((name, len(value) if "DeviceName" in name else value) for name, value in one.request.params)
    return one.purpose, one.request.operation, params, one.request.common, str(one.form)


def test_the_same_seed_sends_the_same_requests() -> None:
    first, second = (measure(EDITION, "quick", seed=7) for _ in range(2))

    assert [shape(one) for one in first.exchanges] == [shape(one) for one in second.exchanges]


def test_another_seed_sends_other_requests() -> None:
    first, second = (measure(EDITION, "full", seed=seed) for seed in (1, 2))

    assert {shape(one) for one in first.exchanges} != {shape(one) for one in second.exchanges}


def test_no_name_is_sent_twice_in_two_runs() -> None:
    runs = [measure(EDITION, "quick", seed=7) for _ in range(2)]

    names = [
        {
            value
            for one in run.exchanges
            for _, value in one.request.params
            if value.startswith(("dev-", "probe-", "twin-"))
        }
        for run in runs
    ]
    repeated = names[0] & names[1]
    assert names[0]
    assert repeated == set()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of one run in process."""
    where = tmp_path_factory.mktemp("run")
    clock = VirtualClock()
    settings = Settings(
        Target("reference", "http://127.0.0.1"),
        EDITION,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        reports=where,
    )
    Runner(settings, clock=clock, transport=InProcess(Reference(edition=EDITION), clock)).drive()
    return where


def test_a_record_holds_a_header_every_exchange_every_verdict_and_a_footer(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "run.ndjson").read_text().splitlines()]
    kinds = [line["type"] for line in lines]

    assert kinds[0] == "header"
    assert kinds[-1] == "footer"
    assert kinds.count("exchange") == lines[-1]["requests"]
    assert [line["clause"] for line in lines if line["type"] == "verdict"] == list(CONTRACT.clauses)


def test_a_recorded_exchange_reads_as_it_was_written(folder: Path) -> None:
    record = read(folder / "run.ndjson", CONTRACT)

    for one in record.exchanges.values():
        assert exchange_from_dict(json.loads(json.dumps(exchange_to_dict(one))), CONTRACT) == one


def test_the_invariants_judge_a_record_as_they_judged_the_run(folder: Path) -> None:
    record = read(folder / "run.ndjson", CONTRACT)
    stream = Stream(tuple(record.exchanges.values()), CONTRACT, EDITION, known_products=PRODUCTS)
    invariants = all_invariants()
    live = {one.clause: one for one in record.verdicts}

    for clause, invariant in invariants.items():
        if EDITION in CONTRACT.clauses[clause].editions and CONTRACT.clauses[clause].level != "OBSERVED":
            again = add_up(clause, [one for one in invariant.judge(stream) if not hasattr(one, "value")])  # type: ignore[misc]
            assert again.finding is None
            assert 0 < again.exercised <= live[clause].exercised, clause


def test_no_secret_reaches_the_record(folder: Path) -> None:
    text = (folder / "run.ndjson").read_text()

    assert "testsecret" not in text
    assert "testid" not in text
    assert not re.search(r"Signature=(?!redacted)[^&\"]", text)
    reference = Reference(edition=EDITION)
    assert reference.answer  # secrets of the reference are derived from its seed, so they can be looked for
    shown = set(re.findall(r'\\"DeviceSecret\\":\s*\\"([^\\]+)\\"', text))
    assert shown
    assert all(len(secret) == 32 for secret in shown)


def test_a_record_cut_short_is_read_and_says_so(folder: Path, tmp_path: Path) -> None:
    text = (folder / "run.ndjson").read_text()
    cut = tmp_path / "run.ndjson"
    cut.write_text(text[: len(text) // 2])

    record = read(cut, CONTRACT)

    assert record.footer is None
    assert record.exchanges


@pytest.mark.parametrize("text", ["", "hello\n", '{"type": "header", "format": 99}\n', '{"type": "exchange"}\n'])
def test_what_is_no_record_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    path.write_text(text)

    with pytest.raises(RecordError):
        read(path, CONTRACT)


def test_holding_once_is_a_pass() -> None:
    assert add_up("x", [Holds(1)]).outcome == "pass"
    assert add_up("x", []).outcome == "untested"


def test_a_faithful_target_with_one_product_is_conformant() -> None:
    clock = VirtualClock()
    settings = settings_from("http://127.0.0.1:1", product_key=PRODUCTS[0], profile="quick")
    transport = InProcess(Reference(edition=settings.edition, delay=0.05, auth="both"), clock)

    result = Runner(settings, clock=clock, transport=transport).drive()

    assert result.exit == 0
    assert [one.clause for one in result.verdicts if one.outcome is Outcome.INCONCLUSIVE] == []

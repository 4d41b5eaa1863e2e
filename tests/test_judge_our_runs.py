"""A run judged again from its record reaches the same verdicts, as far as its invariants go."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import Level
from conformance.judge.invariant import ONE_EXCHANGE, all_invariants
from conformance.judge.stream import Stream
from conformance.offline.recordings.tally import Tally
from conformance.reference import faults
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Result, Runner
from conformance.runner.selection import suite_tests
from tests.judging import CONTRACT, EDITION, offline

FAULTS = ("QueryPageByApplyId.Total", "Common.RequestId", "Workflow.terminal", "BatchRegisterDevice.JSON")


@pytest.fixture(scope="module", params=[(), FAULTS], ids=["faithful", "broken"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A run, and its record."""
    folder = tmp_path_factory.mktemp("run")
    known = [fault.name for fault in faults.FAULTS]
    names = [next(name for name in known if name.split("@")[0] == wanted) for wanted in request.param]
    clock = VirtualClock()
    settings = Settings(
        Target("reference", "http://127.0.0.1"),
        EDITION,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        reports=folder,
    )
    transport = InProcess(Reference(edition=EDITION, faults=names), clock)
    return Runner(settings, clock=clock, transport=transport).drive(), folder / "run.ndjson"


def also_tested() -> frozenset[str]:
    """Clauses that an invariant judges and a test verifies as well: a recording shows only what the invariant sees."""
    return frozenset(test.marks.clause for test in suite_tests()) & frozenset(all_invariants())


def test_a_run_judged_again_reaches_the_verdicts_of_its_invariants(run: tuple[Result, Path]) -> None:
    result, path = run
    lawful = set(all_invariants()) - also_tested()

    again = {one.clause: one for one in offline(path).verdicts if one.clause in lawful}

    assert again == {one.clause: replace(one, breaks=()) for one in result.verdicts if one.clause in lawful}


def test_what_needs_requests_of_its_own_says_so(run: tuple[Result, Path]) -> None:
    found = {one.clause: one for one in offline(run[1]).verdicts}

    assert found["BatchRegisterDevice.Count.max"].outcome == "untested"
    assert "requests of its own" in found["BatchRegisterDevice.Count.max"].reason


def test_invariants_of_one_exchange_judge_alike_one_by_one(run: tuple[Result, Path]) -> None:
    exchanges = run[0].exchanges
    whole = Stream(exchanges, CONTRACT, EDITION)

    of_one = [invariant for invariant in all_invariants().values() if invariant.of is ONE_EXCHANGE]
    assert len(of_one) > 40
    for invariant in of_one:
        together, single = (Tally(CONTRACT.clauses[invariant.clause]) for _ in range(2))
        by_number = {one.number: one for one in exchanges}
        together.take(lambda: invariant.judge(whole), by_number)  # noqa: B023
        for one in exchanges:
            single.take(lambda: invariant.judge(Stream((one,), CONTRACT, EDITION)), by_number)  # noqa: B023
        assert single.verdict() == together.verdict()


def test_only_an_observation_depends_on_when_was_asked() -> None:
    timed = [invariant.clause for invariant in all_invariants().values() if invariant.timed]

    assert "BatchRegisterDevice.path" in timed
    assert {CONTRACT.clauses[clause].level for clause in timed} == {Level.OBSERVED}


def test_a_long_recording_is_judged_in_parts_and_says_so(
    run: tuple[Result, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.offline.recordings.offline.MOST_HELD", 100)

    found = offline(run[1])

    assert len(found.stream.exchanges) == 100
    assert found.read == len(run[0].exchanges)
    assert "saw the first 100 of" in found.notes[0]
    assert found.verdicts[0].clause in CONTRACT.clauses


def test_nothing_is_taken_in_after_a_gap_not_even_what_has_no_size(
    run: tuple[Result, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last hundred exchanges got no answer; an invariant that saw them would miss what was before."""
    lines = [json.loads(text) for text in run[1].read_text().splitlines()]
    for line in [line for line in lines if line["type"] == "exchange"][-100:]:
        line.pop("answer", None)
    path = tmp_path / "run.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    monkeypatch.setattr("conformance.offline.recordings.offline.MOST_BYTES", 20_000)
    monkeypatch.setattr("conformance.offline.recordings.offline.AT_ONCE", 100)

    held = offline(path).stream.exchanges

    assert 0 < len(held) < len(run[0].exchanges)
    assert [one.number for one in held] == [one.number for one in run[0].exchanges[: len(held)]]


def test_a_run_cut_short_is_judged_and_says_so(run: tuple[Result, Path], tmp_path: Path) -> None:
    text = run[1].read_bytes()
    cut = tmp_path / "run.ndjson"
    cut.write_bytes(text[: len(text) // 3])

    found = offline(cut)

    assert 0 < found.read < len(run[0].exchanges)
    assert found.notes == ("the run was cut short: it has no footer",)

"""Two targets that were asked the same: their differences, and which of them the contract contradicts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.offline.drift.pair import Breaker, Pair, pair
from conformance.reference.in_process import PRODUCTS
from conformance.report.measured import Measured, of_run
from conformance.runner.run import Runner
from tests import independent_runs
from tests.drift_lab import EDITION, Weather, snapshot

ROOT = Path(__file__).resolve().parent.parent
TOTAL = ("QueryPageByApplyId.Total",)


@cache
def reference(*faults: str) -> Measured:
    return snapshot(Weather(faults=faults))[1]


@cache
def independent() -> Measured:
    """A run against the server that somebody else wrote."""
    transport = independent_runs.InProcess(EDITION, (), ())
    settings = Settings(
        Target("independent", "http://127.0.0.1"), EDITION, product_key=PRODUCTS[0], other_product_key=PRODUCTS[1],
        profile="quick",
    )  # fmt: skip
    runner = Runner(settings, clock=transport.clock, transport=transport)
    return of_run(runner.drive())


def breakers(found: Pair) -> set[Breaker]:
    return {one.breaker for one in found.differences}


def test_a_target_does_not_differ_from_itself() -> None:
    found = pair(reference(), snapshot(Weather(jitter=0.002), 7)[1])

    assert found.differences == ()
    assert found.compared > 300


def test_two_servers_by_two_hands_differ_only_where_the_documents_leave_it_open() -> None:
    found = pair(reference(), independent())

    assert found.status == 0
    assert breakers(found) == {Breaker.SILENT}
    assert "Common.Code.on_success.seen" in {one.what for one in found.differences}


@pytest.mark.parametrize("swapped", [False, True], ids=["A", "B"])
def test_the_one_that_breaks_a_clause_is_blamed(swapped: bool) -> None:
    broken, legal = reference(*TOTAL), independent()

    found = pair(legal, broken) if swapped else pair(broken, legal)

    blamed = {one.what: one for one in found.differences if one.breaker is (Breaker.B if swapped else Breaker.A)}
    assert found.status == 1
    assert breakers(found) == {Breaker.B if swapped else Breaker.A, Breaker.SILENT}
    assert blamed["QueryPageByApplyId.Total"].kind == "clause"
    assert blamed["QueryPageByApplyId Total"].clause == "QueryPageByApplyId.Total"


def test_what_both_break_is_blamed_on_both() -> None:
    found = pair(reference(*TOTAL), reference(*TOTAL))

    assert breakers(found) == {Breaker.BOTH}


def test_two_targets_are_asked_the_same_and_compared(tmp_path: Path) -> None:
    serve = f"cmd:{sys.executable} -m conformance serve --port {{port}}"
    broken = f"{serve} --fault BatchRegisterDevice.Count.max"
    words = ("compare", "--live", serve, broken, "--only", "BatchRegisterDevice", "--json", "pair.json")

    done = subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip

    found = json.loads((tmp_path / "pair.json").read_text())
    blamed = {one["what"] for one in found["differences"] if one["breaker"] == "B breaks it"}
    assert done.returncode == 1, done
    assert "## B breaks it" in done.stdout
    assert "BatchRegisterDevice.Count.max" in blamed
    assert [path.name for path in tmp_path.iterdir()] == ["pair.json"]

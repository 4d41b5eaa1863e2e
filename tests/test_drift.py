"""Drift: what changed between nights is found, blamed on whoever changed it, and nothing else is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from conformance.cli.main import main
from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.offline.drift.change import Attribution, Change
from conformance.offline.drift.compare import Incomparable, compare
from conformance.offline.drift.counts import by_chance
from conformance.offline.drift.render import markdown
from conformance.offline.drift.snapshot import Snapshot, SnapshotError, Snapshots, from_dict
from conformance.offline.drift.take_snapshot import recorded
from conformance.offline.drift.times import beyond
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.report.measured import Measured
from conformance.runner.run import Runner
from tests.drift_changes import CHANGES, Made
from tests.drift_lab import EDITION, Weather, beside, snapshot

CALM = Weather()
SAMPLE = {
    "a field vanishes", "another HTTP status", "another Code on success", "a clause is judged more strictly",
    "suite and target change", "a fault of one answer in five", "a key that is refused now and then",
}  # fmt: skip
"""Those that take no confirmation; bench/drift.py makes all of them."""


@cache
def snapshots(weather: Weather) -> list[tuple[Snapshot, Measured]]:
    """Two nights in that weather."""
    return [snapshot(weather, number) for number in range(2)]


@pytest.mark.parametrize("made", [made for made in CHANGES if made.name in SAMPLE], ids=lambda made: made.name)
def test_a_change_is_found_and_blamed_on_whoever_made_it(made: Made) -> None:
    before = [(made.edited(one), run) for one, run in snapshots(made.before)]

    found = beside(before, made.tonight)

    assert found.status == made.status, found.changes
    if made.kind:
        named = [one for one in found.changes if one.kind == made.kind and made.what in one.what]
        assert made.attribution in {one.attribution for one in named}, found.changes


def test_a_snapshot_like_the_others_shows_nothing() -> None:
    found = beside(snapshots(CALM), Weather(jitter=0.01), number=7)

    assert (found.status, found.changes) == (0, ())


def test_what_confirmations_do_not_show_is_a_flake() -> None:
    broken = Weather(faults=("QueryPageByApplyId.Total",))

    found = beside(snapshots(CALM), broken, confirm=1, again=CALM)

    assert found.status == 3
    assert {one.attribution for one in found.changes} == {Attribution.FLAKE}


def test_a_change_keeps_its_fingerprint_and_leaves_out_numbers() -> None:
    change = Change("code", "refused before", "iot.a.B", "iot.c.D", ("somewhere",), 3, 9, 27)

    again = replace(change, seen=4, of=12, earlier=40, places=("elsewhere",), why="because", before="iot.x.Y")

    assert change.fingerprint == again.fingerprint == "0ef16cc6a36f"
    assert replace(change, after="iot.e.F").fingerprint != change.fingerprint


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("newly failed", "A.b", "passed", "failed", ()), ("newly failing", "A.b", "broken")),
        (Change("newly passed", "A.b", "failed", "passed", ()), ("newly passing", "A.b", "kept")),
        (Change("newly inconclusive", "A.b", "decided", "not tested", ()), ("could not be told", "A.b", "untested")),
        (Change("observation", "A.b", "x", "failed", ()), ("reading", "A.b", "failed")),
    ],
)
def test_fingerprints_are_those_of_version_0_1(change: Change, words: tuple[str, ...]) -> None:
    """What somebody has accepted stays accepted, whatever the words of the day."""
    assert change.fingerprint == hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


def test_an_accepted_change_is_shown_and_counts_no_more() -> None:
    before, (tonight, run) = snapshots(CALM), snapshot(Weather(variants=("code_200_on_success",)))
    every = Snapshots([one for one, _ in before], tonight)
    found = compare(every, load(), stream=run.stream)
    reasons = {one.fingerprint: "told us so" for one in found.changes}

    again = compare(every, load(), stream=run.stream, accepted=reasons)

    assert (found.status, again.status) == (1, 0)
    assert "## Accepted" in markdown(again, "old", "new")


def test_a_snapshot_can_be_kept_and_read_again() -> None:
    one = snapshots(CALM)[0][0]

    assert from_dict(json.loads(json.dumps(one.to_dict()))) == one


@pytest.mark.parametrize("text", ["{}", '{"format": 2}', '{"format": 1}', "[]", '{"format": 1, "shown": 7}'])
def test_a_snapshot_that_cannot_be_read_is_one_problem(text: str) -> None:
    with pytest.raises(SnapshotError):
        from_dict(json.loads(text))


def test_snapshots_of_two_editions_are_not_compared() -> None:
    one = snapshots(CALM)[0][0]
    other = replace(one, about={**one.about, "edition": "alibaba-2018"})

    with pytest.raises(Incomparable, match="run it again by --edition alibaba-2018"):
        compare(Snapshots([other], one), load())


@pytest.mark.parametrize(
    ("earlier", "seen", "of", "chance"), [(1, 1, 1, 0.5), (2, 2, 2, 1 / 6), (0, 5, 9, 1.0), (14, 1, 1, 1 / 15)]
)
def test_how_likely_a_value_comes_up_late_by_chance(earlier: int, seen: int, of: int, chance: float) -> None:
    assert by_chance(earlier, seen, of) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("before", "now", "below", "changed"),
    [
        ([1.0, 1.1, 0.9, 9.0], 2.0, False, True),
        ([1.0, 1.1, 0.9, 9.0], 1.2, False, False),
        ([1.0, 2.0, 3.0, 4.0], 5.0, False, False),
        ([1.0, 1.0, 1.0], 0.5, True, True),
        ([0.01, 0.01, 0.01], 0.02, False, False),
    ],
)
def test_a_few_odd_snapshots_do_not_move_the_statistic_of_times(
    before: list[float], now: float, below: bool, changed: bool
) -> None:
    assert beyond(before, now, below=below) is changed


# Recorded runs, and the command --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of a faithful run and of a broken one."""
    folders = {}
    for name, faults in (("faithful", ()), ("broken", ("QueryPageByApplyId.Total",))):
        folders[name] = tmp_path_factory.mktemp(name)
        clock = VirtualClock()
        settings = Settings(
            Target("lab", "http://127.0.0.1"), EDITION, product_key=PRODUCTS[0], other_product_key=PRODUCTS[1],
            profile="quick", reports=folders[name],
        )  # fmt: skip
        transport = InProcess(Reference(edition=EDITION, faults=faults), clock)
        Runner(settings, clock=clock, transport=transport).drive()
    return folders


def leaves(*words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit status of a command."""
    monkeypatch.setattr("sys.argv", ["iot-conformance", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_a_recorded_run_is_the_snapshot_that_it_was(runs: dict[str, Path]) -> None:
    found, run = recorded(runs["faithful"])

    assert found.about["digest"] == load().digest
    assert found.shown.keys() == load().clauses.keys()
    assert len(run.exchanges) == len(run.stream.exchanges) > 500


def test_the_command_says_what_changed_and_leaves_with_its_status(
    runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, value = tmp_path / "drift.md", tmp_path / "drift.json"
    words = ["compare", str(runs["faithful"]), str(runs["broken"]), "--markdown", str(page), "--json", str(value)]

    status = leaves(*words, monkeypatch=monkeypatch)

    shown = capsys.readouterr()
    found = json.loads(value.read_text())
    assert status == 1
    assert shown.out == page.read_text()
    assert shown.err.startswith("iot-conformance: the target changed: newly failed")
    assert found["outcome"] == "changed"
    assert "QueryPageByApplyId.Total" in {one["what"] for one in found["changes"]}


def test_the_same_run_twice_leaves_with_0(runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    same = str(runs["faithful"])

    assert leaves("compare", same, same, "--quiet", monkeypatch=monkeypatch) == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name two"),
        (("a",), "name two"),
        (("nowhere", "nowhere"), "cannot be read"),
        (("nowhere", "nowhere", "--edition", "alibaba-2018"), "belongs to --live"),
        (("nowhere", "nowhere", "--json", "/nowhere/at/all"), "its folder does not exist"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_exit_2(
    words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leaves("compare", *words, monkeypatch=monkeypatch) == 2

    shown = capsys.readouterr()
    assert says in shown.err
    assert len(shown.err.strip().splitlines()) == 1
    assert shown.out == ""

"""The history: nights are added and never changed, what shows no change widens the baseline, and people move it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from conformance.contract import load
from conformance.offline.drift.compare import Comparison, compare
from conformance.offline.drift.history import History
from conformance.offline.drift.plots import plots
from conformance.offline.drift.snapshot import Snapshot, Snapshots
from conformance.offline.drift.store import Folder, StoreError, store_at
from tests.drift_lab import snapshot

ROOT = Path(__file__).resolve().parent.parent


@cache
def faithful() -> Snapshot:
    return snapshot()[0]


@cache
def changed() -> Snapshot:
    """A night on which every success has a Code."""
    one = faithful()
    return replace(one, observations={**one.observations, "Common.Code.on_success.seen": {"200": 300}})


def beside(history: History, tonight: Snapshot) -> Comparison | None:
    """The comparison with the baseline that the history has now."""
    baseline = history.baseline("lab", "alibaba-2023")
    if not baseline.snapshots:
        return None
    return compare(Snapshots([one.snapshot for one in baseline.snapshots], tonight), load(), accepted=baseline.accepted)


def added(at: Path | str, tonight: Snapshot) -> str:
    """Keep a night, compared as ``run --history --against baseline`` does."""
    history = History(store_at(str(at)))
    return history.add(tonight, b'{"type": "header"}\n', beside(history, tonight))


def baseline(at: Path | str) -> list[str]:
    return [one.run for one in History(store_at(str(at))).baseline("lab", "alibaba-2023").snapshots]


@pytest.fixture(params=["a folder", "a URL"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nights are kept."""
    return str(tmp_path / "nights") if request.param == "a folder" else f"memory:/{tmp_path}"


def test_the_first_snapshot_begins_the_baseline_and_quiet_ones_widen_it(place: str) -> None:
    runs = [added(place, one) for one in (faithful(), faithful(), changed(), faithful())]

    assert baseline(place) == [runs[0], runs[1], runs[3]]


def test_a_change_stays_open_until_it_is_accepted(place: str) -> None:
    added(place, faithful())
    first, second = (added(place, changed()) for _ in range(2))
    shown = [History(store_at(place)).find(run).comparison for run in (first, second)]
    (fingerprint,) = {change["fingerprint"] for one in shown for change in one["changes"]}

    History(store_at(place)).accept(second, fingerprint, "told so")
    third = History(store_at(place)).find(added(place, changed())).comparison

    assert [one["outcome"] for one in (*shown, third)] == ["changed", "changed", "unchanged"]
    assert [change["accepted"] for change in third["changes"]] == ["told so"]


def test_an_accepted_snapshot_begins_a_new_baseline(place: str) -> None:
    added(place, faithful())
    moved = added(place, changed())

    History(store_at(place)).accept(moved, "", "the new release")
    later = added(place, changed())

    assert baseline(place) == [moved, later]


def test_snapshots_of_other_targets_and_editions_are_apart(place: str) -> None:
    one = faithful()
    own = added(place, one)
    history = History(store_at(place))
    history.add(replace(one, about={**one.about, "target": "other"}), b"", None)
    history.add(replace(one, about={**one.about, "edition": "alibaba-2018"}), b"", None)

    assert baseline(place) == [own]


def test_two_writers_lose_nothing(place: str) -> None:
    one, other = History(store_at(place)), History(store_at(place))

    runs = {writer.add(faithful(), b"", None) for writer in (one, other) for _ in range(3)}

    assert {kept.run for kept in History(store_at(place)).snapshots} == runs
    assert len(runs) == 6


def test_pruning_keeps_the_newest_and_where_the_baseline_begins(place: str) -> None:
    runs = [added(place, faithful()) for _ in range(5)]

    gone = History(store_at(place)).prune(2)

    history = History(store_at(place))
    assert gone == runs[1:3]
    assert [one.run for one in history.snapshots] == [runs[0], *runs[3:]]
    assert history.record(history.snapshots[0]) == b'{"type": "header"}\n'


def test_a_file_is_never_written_twice(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    store.add("a/b", b"one")

    with pytest.raises(StoreError, match="cannot be written: File exists"):
        store.add("a/b", b"two")

    assert store.read("a/b") == b"one"
    assert store.names("a") == ["a/b"]


def _nowhere(path: Path) -> str:
    (path / "file").write_text("")
    return str(path / "file" / "nights")


def _corrupted(path: Path) -> str:
    (path / "nights").mkdir()
    (path / "nights" / "20260101.json.gz").write_bytes(b"no gzip")
    return str(path)


@pytest.mark.parametrize(
    ("place", "act", "says"),
    [
        (_nowhere, History.check, "cannot be written: Not a directory"),
        (_corrupted, lambda history: history.snapshots, "corrupted"),
        (lambda path: "nothing://here", History.check, "no location that can be reached"),
        (lambda path: " ", History.check, "name a location"),
        (str, lambda history: history.find("x"), "no runs are called 'x'"),
        (str, lambda history: history.find(""), "no runs are called ''"),
    ],
)
def test_a_history_that_cannot_be_used_is_one_problem(
    place: Callable[[Path], str], act: Callable[[History], object], says: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=says) as caught:
        act(History(store_at(place(tmp_path))))

    assert len(str(caught.value).splitlines()) == 1


def as_version_0_1(kept: Snapshot) -> dict[str, object]:
    """A snapshot in the words of version 0.1."""
    written = json.loads(json.dumps(kept.to_dict()))
    written["readings"] = written.pop("observations")
    for clause in written["shown"].values():
        clause["signatures"] = clause.pop("fingerprints")
    return written


def test_a_history_of_version_0_1_goes_on(tmp_path: Path) -> None:
    change = {"fingerprint": "0ef16cc6a36f", "whose": "target", "kind": "reading", "what": "Common.JSON"}
    comparison = {"format": 1, "outcome": "changed", "sentence": "the target changed", "changes": [change]}
    old = {"format": 1, "joins": True, "night": as_version_0_1(faithful()), "comparison": comparison}
    store = Folder(tmp_path)
    store.add("nights/20260101-000000-000000-abcdef.json.gz", gzip.compress(json.dumps(old).encode()))
    store.add("traces/20260101-000000-000000-abcdef.ndjson.gz", gzip.compress(b"record"))
    store.add("accepted/20260102.json", json.dumps(
        {"run": "20260101-000000-000000-abcdef", "fingerprint": "0ef16cc6a36f", "reason": "told so"}
    ).encode())  # fmt: skip

    new = added(tmp_path, faithful())

    history = History(store)
    (first, second) = history.snapshots
    assert (first.snapshot, second.run) == (faithful(), new)
    assert history.baseline("lab", "alibaba-2023").accepted == {"0ef16cc6a36f": "told so"}
    assert [change["attribution"] for change in first.comparison["changes"]] == ["target"]
    assert history.record(first) == b"record"
    assert second.joins


def test_a_snapshot_that_is_too_large_is_not_called_corrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added(tmp_path, faithful())
    monkeypatch.setattr("conformance.offline.drift.history.LARGEST", 1 << 10)

    with pytest.raises(StoreError, match=r"nights/.*: larger than 0 MiB, unpacked"):
        History(store_at(str(tmp_path))).snapshots  # noqa: B018 -- reading is what raises


@pytest.mark.parametrize("number", [1, 3])
def test_trends_are_pictures_of_every_snapshot(number: int, tmp_path: Path) -> None:
    for _ in range(number):
        added(tmp_path, faithful())
    kept = History(store_at(str(tmp_path))).snapshots

    (page,) = plots(kept).values()

    measured = [clause for clause in faithful().shown.values() if clause.outcome == "pass"]
    assert all(f"{night.run}: {len(measured)} passed" in page for night in kept)
    assert page.count('class="band random"') == page.count('class="band checked"') == number


def test_trends_show_each_clause_that_ever_failed_with_a_square_for_each_run(tmp_path: Path) -> None:
    name = "BatchRegisterDevice.Count.max"
    failing = replace(faithful().shown[name], outcome="fail")
    for night in (faithful(), replace(faithful(), shown={**faithful().shown, name: failing})):
        added(tmp_path, night)
    first, second = History(store_at(str(tmp_path))).snapshots

    (page,) = plots([first, second]).values()

    assert page.count("<tr>") == 1
    assert f'<i class="pass" title="{first.run}: passed"></i><i class="fail" title="{second.run}: failed"></i>' in page


# The commands --------------------------------------------------------------------------------------------------


def iot(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160"}
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_snapshot_is_kept_compared_and_confirmed(tmp_path: Path) -> None:
    serve = f"{sys.executable} -m conformance serve --port {{port}}"
    targets = tmp_path / "targets.toml"
    words = ("run", "mock", "--profile", "quick", "--only", "BatchRegisterDevice", "--quiet", "--history", "nights")

    targets.write_text(f"[targets.mock]\ncommand = '{serve}'\n")
    first = iot(*words, "--against", "baseline", cwd=tmp_path)
    targets.write_text(f"[targets.mock]\ncommand = '{serve} --fault BatchRegisterDevice.Count.max'\n")
    second = iot(*words, "--against", "baseline", "--confirm", "1", "--reports", "tonight", cwd=tmp_path)
    shown = iot("history", "list", "nights", cwd=tmp_path)

    assert (first.returncode, first.stderr) == (0, "")
    assert second.returncode == 1, second
    assert "the target changed: " in second.stderr
    found = json.loads((tmp_path / "tonight" / "drift.json").read_text())
    assert "BatchRegisterDevice.Count.max" in {one["what"] for one in found["changes"]}
    assert ", confirmed once" in (tmp_path / "tonight" / "drift.md").read_text()
    assert shown.stdout.count("mock") == 2
    assert "baseline begins" in shown.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "embedded", "--against", "baseline"), "need --history"),
        (("run", "embedded", "--history", "/dev/null/nights"), "cannot be written"),
        (("run", "embedded", "--history", "nights", "--confirm", "1"), "--confirm needs --against"),
        (("history", "show", "nights"), "no runs are called 'latest'"),
        (("history", "accept", "nights", "x", "--reason", " "), "say why"),
        (("history", "prune", "nights", "--keep", "0"), "is not in the range"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_exit_2(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = iot(*words, cwd=tmp_path)

    assert done.returncode == 2, done
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1

"""Faults of our own side — disk, descriptors, clock, children — are one line that does not blame the target."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.kills import MARK, marked
from conformance.cli.main import cli
from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.invariant import Invariant
from conformance.judge.stream import Stream
from conformance.judge.verdict import CheckResult, Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.report import cut_short
from conformance.report.measured import of_record
from conformance.runner.run import Runner
from conformance.runner.selection import Choice
from tests.zoo.keeper import caged
from tests.zoo.sockets import closes_after_each_answer

ROOT = Path(__file__).resolve().parent.parent
SERVE = f"cmd:{sys.executable} -m conformance serve --port {{port}} --delay 3"
OPTIONS = ("--profile", "quick", "--quiet", "--reports", "here")
WITH_PRODUCTS = ("--product-key", PRODUCTS[0], "--other-product-key", PRODUCTS[1])


def begun(*words: str, cwd: Path, mark: str, limits: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", "run", *words, *OPTIONS],
        cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT), MARK: mark}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=limits,  # noqa: PLW1509 -- this test has no threads when it starts something with limits
    )  # fmt: skip


def ended(process: subprocess.Popen[str], mark: str) -> tuple[int, str]:
    """Exit status and the line on stderr of a run, after which nothing is left running."""
    _, said = process.communicate(timeout=90)
    deadline = time.monotonic() + 10
    while marked(mark) and time.monotonic() < deadline:  # what was killed is about to end
        time.sleep(0.05)
    assert marked(mark) == []
    assert said.count("\n") == 1, said
    return process.returncode, said


def wait_for(process: subprocess.Popen[str], record: Path, size: int = 50_000) -> None:
    """Until the run has written that much."""
    deadline = time.monotonic() + 60
    while not record.exists() or record.stat().st_size < size:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def started_by(process: subprocess.Popen[str], mark: str, command: str, holds: str = "") -> list[int]:
    """The processes of a command of ours that a run has started."""
    found = {one: Path(f"/proc/{one}/cmdline").read_text().split("\0") for one in marked(mark) if one != process.pid}
    return [one for one, words in found.items() if words[3:4] == [command] and holds in " ".join(words)]


def is_readable_and_cut_short(folder: Path) -> bool:
    done = CliRunner().invoke(cli, ["report", str(folder)])
    assert done.exit_code == 0, done.output
    return "cut short" in done.output and of_record(folder).cut_short


def test_a_full_disk_ends_the_run_at_once_and_what_was_written_is_read(tmp_path: Path) -> None:
    mark = f"full-{os.getpid()}"

    process = begun(
        SERVE, cwd=tmp_path, mark=mark, limits=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    )
    status, said = ended(process, mark)

    assert status == 4
    assert "the target is not to blame: here/run.ndjson: File too large; files may not become that large here" in said
    assert re.search("; what was recorded until then: .*conformance report here\n$", said)
    assert is_readable_and_cut_short(tmp_path / "here")


@pytest.mark.parametrize("where", ["/proc/reports", "occupied/reports"])
def test_a_folder_that_cannot_be_written_is_known_before_anything_is_sent(where: str, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")

    with caged(lambda call: call.answered()) as cage:
        words = [cage.url, *WITH_PRODUCTS, "--quiet", "--reports", where]
        done = subprocess.run(
            [sys.executable, "-m", "conformance", "run", *words],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert done.returncode == 2
    assert re.fullmatch(
        rf"iot-conformance: cannot write reports to {where}: .*choose another .* --reports\n", done.stderr
    )
    assert cage.calls == 0


def test_without_descriptors_the_target_is_not_blamed(tmp_path: Path) -> None:
    """Every request needs a new connection, and from some moment on there are none to be had."""
    mark = f"descriptors-{os.getpid()}"

    with caged(closes_after_each_answer) as cage:
        process = begun(cage.url, *WITH_PRODUCTS, cwd=tmp_path, mark=mark)
        wait_for(process, tmp_path / "here" / "run.ndjson")
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, 3))
        status, said = ended(process, mark)

    assert status == 4
    assert "the target is not to blame: a connection to the target: Too many open files" in said
    assert re.search("; to delete what it has created: .*conformance sweep here\n$", said)
    assert is_readable_and_cut_short(tmp_path / "here")


def test_a_target_that_is_killed_in_mid_run_is_gone_and_not_wrong(tmp_path: Path) -> None:
    mark = f"target-{os.getpid()}"
    process = begun(SERVE, "--only", "BatchCheckDeviceNames.*", cwd=tmp_path, mark=mark)
    wait_for(process, tmp_path / "here" / "run.ndjson")

    (server,) = started_by(process, mark, "serve")
    os.kill(server, signal.SIGKILL)
    status, said = ended(process, mark)

    assert status == 3
    assert "nobody listens at http://127.0.0.1:" in said
    assert of_record(tmp_path / "here").findings() == []


def test_a_killed_worker_of_several_leaves_the_others_alone(tmp_path: Path) -> None:
    """Its target ends with it; what it had written is a column of the page."""
    mark = f"several-{os.getpid()}"
    process = begun(f"{SERVE} --auth rpc", SERVE, "--only", "Workflow.terminal", cwd=tmp_path, mark=mark)
    deadline = time.monotonic() + 60
    while len(records := sorted((tmp_path / "here").glob("*/run.ndjson"))) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)

    (worker,) = started_by(process, mark, "run", "--auth rpc")
    os.kill(worker, signal.SIGKILL)
    status, said = ended(process, mark)

    assert status == 3
    assert "ended with status -9" in said
    assert sorted(of_record(path).cut_short for path in records) == [False, True]
    assert (tmp_path / "here" / "matrix.html").exists()


class Outside:
    """The time of the target, which nobody sets."""

    def now(self) -> float:
        return BEFORE + time.monotonic() - BEGAN

    def tick(self) -> None:
        """Time goes by itself."""


BEFORE, BEGAN = time.time(), time.monotonic()


@pytest.mark.parametrize("seconds", [7200.0, -7200.0])
def test_a_clock_that_is_set_in_mid_run_makes_no_target_guilty(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests would be signed for another time, and refused."""
    transport = InProcess(Reference(edition="alibaba-2023", auth="both", delay=0.0), Outside())  # type: ignore[arg-type]
    monkeypatch.setattr(time, "time", lambda: Outside().now() + (seconds if transport.requests > 100 else 0.0))
    settings = Settings(
        Target("reference", "http://127.0.0.1"), "alibaba-2023", product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1], profile="quick",
    )  # fmt: skip

    result = Runner(settings, transport=transport).drive()

    assert len(result.exchanges) > 400
    assert [one.clause for one in result.verdicts if one.outcome in {Outcome.FAIL, Outcome.ERROR}] == []


def test_a_signal_that_was_lost_in_a_callback_ends_the_run_with_the_next_request() -> None:
    transport = InProcess(Reference(edition="alibaba-2023"), VirtualClock())
    settings = Settings(Target("reference", "http://127.0.0.1"), "alibaba-2023", product_key=PRODUCTS[0])
    runner = Runner(settings, clock=transport.clock, transport=transport)
    runner.stopped = lambda: transport.requests == 40

    with pytest.raises(KeyboardInterrupt):
        runner.drive()

    assert (transport.requests, len(runner.run.exchanges)) == (40, 40)


def test_an_invariant_that_fails_is_an_error_of_ours_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fails(stream: Stream) -> Iterator[CheckResult]:
        asked.append(stream)
        raise KeyError("no such field")

    invariant = Invariant("Workflow.terminal", fails, "", "")
    monkeypatch.setattr(cut_short, "all_invariants", lambda: {invariant.clause: invariant})
    stream = Stream((), load(), "alibaba-2023", 60.0, True, PRODUCTS)

    (verdict,) = cut_short.by_invariants(Choice(load(), "alibaba-2023"), stream)

    assert (verdict.clause, verdict.outcome) == (invariant.clause, Outcome.ERROR)
    assert "no such field" in verdict.reason
    assert len(asked) == 1

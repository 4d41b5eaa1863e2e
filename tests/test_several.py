"""Several targets at once: each in a process of its own, one page, one summary, one exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from conformance.runner.exit_status import Exit
from conformance.runner.parallel import Done, TargetJob, all_of, status_of

ROOT = Path(__file__).resolve().parent.parent
SERVE = f"cmd:{sys.executable} -m conformance serve --port {{port}}"
HANGS = (
    f"cmd:{sys.executable} -c \"import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); "
    'k = [s.accept() for _ in range(99)]" {port}'
)
BRIEFLY = ("--only", "BatchRegisterDevice.Count.max", "--profile", "quick", "--timeout", "0.5")


def iot(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_one_that_is_broken_and_one_that_hangs_alter_nothing_of_the_third(tmp_path: Path) -> None:
    targets = (SERVE, f"{SERVE} --fault BatchRegisterDevice.Count.max", HANGS)

    done = iot("run", *targets, *BRIEFLY, "--reports", "all", "--summary", "all.json", cwd=tmp_path)

    summary = json.loads((tmp_path / "all.json").read_text())
    assert done.returncode == 1, done
    assert summary["outcome"] == "violations"
    assert [run["outcome"] for run in summary["runs"]] == ["conformant", "violations", "inconclusive"]
    assert "it gave no answer" in summary["runs"][2]["why"]
    assert summary.keys() == {"format", "outcome", "runs"}
    assert "BatchRegisterDevice.Count.max: cmd-python" in done.stdout
    assert (tmp_path / "all" / "matrix.html").exists()
    assert len(list((tmp_path / "all").glob("*/run.ndjson"))) == 2


KILLS = """
import os, pathlib, signal, subprocess, sys, time
subprocess.Popen([sys.executable, "-m", "conformance", "serve", "--delay", "2", "--port", sys.argv[1]])
while not (records := list(pathlib.Path("all").glob("cmd-*/run.ndjson"))):
    time.sleep(0.001)
os.kill(os.getppid(), signal.SIGSTOP)
records[0].write_bytes(b"")
os.kill(os.getppid(), signal.SIGKILL)
"""
"""A target that kills whoever measures it, before the first line of its record is on disk."""


def test_a_process_that_is_killed_leaves_the_table_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "kills.py").write_text(KILLS)

    done = iot("run", "embedded", f"cmd:{sys.executable} kills.py {{port}}", *BRIEFLY, "--reports", "all", cwd=tmp_path)

    runs = json.loads((tmp_path / "all" / "summary.json").read_text())["runs"]
    assert done.returncode == 3, done
    assert [run["outcome"] for run in runs] == ["conformant", "inconclusive"]
    assert runs[1]["why"] == "ended with status -9"
    assert "CONFORMANT" in done.stdout
    assert (tmp_path / "all" / "matrix.html").exists()


def test_every_target_that_a_file_names_is_measured(tmp_path: Path) -> None:
    command = SERVE.removeprefix("cmd:")
    (tmp_path / "all.toml").write_text(
        f"[defaults]\nprofile = 'quick'\nonly = ['BatchRegisterDevice.Count.max']\n"
        f"[targets.one]\ncommand = '{command}'\n[targets.two]\ncommand = '{command}'\n"
    )

    done = iot("run", "--all", "all.toml", "--quiet", "--summary", "all.json", cwd=tmp_path)

    runs = json.loads((tmp_path / "all.json").read_text())["runs"]
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [(run["target"], run["outcome"]) for run in runs] == [("one", "conformant"), ("two", "conformant")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("embedded", "nowhere"), "is no target"),
        (("http://127.0.0.1:1", "http://127.0.0.1:1/"), "are one target"),
        (("embedded", "http://127.0.0.1:1", "--seed", "x"), "expected a number"),
        (("--all", "nothing.toml"), "cannot be read"),
        (("embedded", "http://127.0.0.1:1", "--summary", "no/such/folder"), "its folder does not exist"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_begins(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = iot("run", *words, cwd=tmp_path)

    assert done.returncode == 2, done
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ([0, 0], Exit.CONFORMANT),
        ([0, 3, 1, 4], Exit.VIOLATIONS),
        ([0, 4, 3], Exit.ERROR),
        ([0, 2], Exit.INCONCLUSIVE),
        ([-9, 0], Exit.INCONCLUSIVE),
        ([], Exit.INCONCLUSIVE),
    ],
)
def test_the_worst_decides(statuses: list[int], status: Exit) -> None:
    assert status_of(statuses) is status


class AtOnce(Executor):
    """Somebody's own engine: runs every job where it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_another_executor_may_take_the_place_of_ours(tmp_path: Path) -> None:
    job = TargetJob("http://127.0.0.1:1", BRIEFLY, str(tmp_path / "run"))

    (done,) = all_of([job], AtOnce())

    assert (done.status, done.summary) == (3, None)
    assert "cannot be reached" in done.why
    assert isinstance(done, Done)

"""A run that is killed leaves records that every command reads, and no process. At random: ``bench/kills.py``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.kills import MARK, marked, problems

ROOT = Path(__file__).resolve().parent.parent
SERVE = f"cmd:{sys.executable} -m conformance serve --port {{port}} --delay 30"


def run(*words: str, cwd: Path, mark: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), MARK: mark}
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", "run", *words, "--profile", "quick", "--reports", "reports"],
        cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for_exchanges(process: subprocess.Popen[bytes], folder: Path, records: int) -> None:
    deadline = time.monotonic() + 60
    while sum(path.stat().st_size > 50_000 for path in folder.glob("reports/**/run.ndjson")) < records:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("targets", [(SERVE,), (SERVE, f"{SERVE} --auth rpc")], ids=["one", "several"])
def test_a_killed_run_leaves_readable_records_and_no_process(targets: tuple[str, ...], tmp_path: Path) -> None:
    """Nothing can be done by a process that got SIGKILL: what it has started notices by itself."""
    mark = f"killed-{os.getpid()}-{len(targets)}"
    process = run(*targets, cwd=tmp_path, mark=mark)
    assert process.stderr is not None
    wait_for_exchanges(process, tmp_path, len(targets))

    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    deadline = time.monotonic() + 40
    while left := marked(mark):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)

    records = sorted(tmp_path.glob("reports/**/run.ndjson"))
    assert len(records) == len(targets)
    assert [problem for path in records for problem in problems(path, sweeps=False)] == []


def test_an_interrupt_while_the_command_loads_is_one_line() -> None:
    """The modules of the command line are what takes time before anything is done."""
    code = (
        "import os, signal, sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'conformance.cli.run': os.kill(os.getpid(), signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from conformance.__main__ import main\n"
        "main()\n"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (130, "iot-conformance: interrupted\n")

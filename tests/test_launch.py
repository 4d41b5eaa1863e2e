"""A target that is a program: what it prints is kept, and it is always stopped, with all that it has started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.target.launch import MOST_OUTPUT, LaunchError, started
from conformance.target.target import Target
from conformance.wire.redact import Redactor

ROOT = Path(__file__).resolve().parent.parent

CHATTY = """
import sys, subprocess, threading, time
port = sys.argv[1]
print("\\033[31mstarting\\033[0m Signature=c2VjcmV0&AccessKeyId=testid")
print('{"DeviceSecret": "OfADevice0123456789"} Authorization: ACS3-HMAC-SHA256Credential=x')
print("the secret is testsecret")
sys.stdout.flush()
subprocess.run([sys.executable, "-m", "conformance", "serve", "--port", port])
"""


def test_what_a_program_prints_is_evidence_without_secrets_and_escapes(tmp_path: Path) -> None:
    (tmp_path / "chatty.py").write_text(CHATTY)
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "run", f"cmd:{sys.executable} chatty.py {{port}}", "--profile", "quick",
         "--only", "Common.Action.unknown", "--reports", "run"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    log = (tmp_path / "run" / "target.log").read_text()

    assert done.returncode == 0, done.stderr
    assert "starting" in log
    assert "Signature=redacted&AccessKeyId=redacted" in log
    assert "listening on http://127.0.0.1:" in log
    assert [each for each in ("c2VjcmV0", "OfADevice0123456789", "testsecret", "\033") if each in log] == []


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("GET /?Action=X&Signature=abc%3D&Format=JSON 200", "GET /?Action=X&Signature=redacted&Format=JSON 200"),
        ("AccessKeySecret: hunter22, next", "AccessKeySecret: redacted, next"),
        ("nothing of note", "nothing of note"),
    ],
)
def test_secrets_are_recognised_in_a_log(printed: str, kept: str) -> None:
    assert Redactor(b"key").log(printed.encode()) == kept


def test_of_a_long_output_the_end_is_kept() -> None:
    flood = "import sys; sys.stdout.write('x' * 300_000 + 'the end'); sys.stdout.flush(); import time; time.sleep(60)"
    with started(Target("flood", "", (sys.executable, "-c", flood, "{port}"))) as program:
        while not program.output().endswith(b"the end"):
            time.sleep(0.02)

        assert len(program.output()) == MOST_OUTPUT


def test_what_a_program_has_started_ends_with_it(tmp_path: Path) -> None:
    """The child of the program ignores the request to end; the group is killed."""
    child = (
        "import signal, time, os; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), flush=True);"
        " time.sleep(60)"
    )
    parent = f"import subprocess,sys,time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    with started(Target("parent", "", (sys.executable, "-c", parent, "{port}"))) as program:
        while not program.output().strip():
            time.sleep(0.02)
        pid = int(program.output())

    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "Z (" not in _state(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "S (" not in _state(pid)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text().partition("State:")[2][:20].strip()
    except OSError:
        return ""


def test_a_program_that_ends_at_once_says_its_last_line() -> None:
    words = (sys.executable, "-c", "print('no licence'); raise SystemExit(7)", "{port}")
    with started(Target("short", "", words)) as program, pytest.raises(LaunchError, match=r"status 7.*no licence"):
        program.url()

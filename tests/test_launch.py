"""A target that is a program: what it prints is kept, and it is always stopped, with all that it has started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.client.environment import environment_for
from conformance.client.launch import LaunchError, started
from conformance.client.program_output import MOST_OUTPUT
from conformance.client.target import Target
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
    """Twenty million bytes: far more than the program could print if nobody read on."""
    flood = (
        "import sys, time\nfor _ in range(200): sys.stdout.write('x' * 100_000)\n"
        "sys.stdout.write('the end'); sys.stdout.flush(); time.sleep(60)"
    )
    with started(Target("flood", "", (sys.executable, "-c", flood, "{port}"))) as program:
        while not program.output().endswith(b"the end"):
            time.sleep(0.02)

        assert len(program.output()) == MOST_OUTPUT


WITHHELD = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5t",
    "ALIBABA_CLOUD_CREDENTIALS_FILE": "/home/me/keys",
    "ALIYUN_PROFILE": "nightly",
    "AWS_SECRET_ACCESS_KEY": "x",
    "DATABASE_URL": "postgres://me:hunter22@db/mock",
    "GITHUB_TOKEN": "x",
    "MOCK_ACCESS_KEY_ID": "the key of this run",
    "MYSQL_PWD": "x",
    "PGPASSWORD": "x",
    "STRIPE_API_KEY": "x",
}
SEEN = {
    "HOME": "/home/me",
    "OLDPWD": "/",
    "PATH": "/bin",
    "PRODUCT_KEY": "a1Mock",
    "PWD": "/tmp",
    "REDIS_URL": "redis://cache:6379/0",
    "SSH_ASKPASS": "/bin/askpass",
    "TOKENIZERS_PARALLELISM": "true",
}


def test_a_program_sees_no_variable_that_may_hold_a_secret() -> None:
    seen, withheld = environment_for(WITHHELD | SEEN, (), "MOCK_")

    assert seen == SEEN
    assert withheld == tuple(WITHHELD)


def test_a_variable_that_the_user_names_is_handed_on() -> None:
    seen, withheld = environment_for(WITHHELD | SEEN, ("PGPASSWORD", "MOCK_ACCESS_KEY_ID"), "MOCK_")

    assert seen == SEEN | {"MOCK_ACCESS_KEY_ID": "the key of this run", "PGPASSWORD": "x"}
    assert "PGPASSWORD" not in withheld


def test_a_secret_that_was_handed_on_does_not_come_back_in_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_PASSWORD", "hunter22")
    words = (sys.executable, "-c", "import os; print(os.environ['MOCK_PASSWORD']); raise SystemExit(7)", "{port}")

    with started(Target("telltale", "", words, ("MOCK_PASSWORD",))) as program:
        with pytest.raises(LaunchError, match="it said: redacted"):
            program.url()
        assert program.output() == b"redacted\n"


def test_a_program_that_ends_at_once_may_have_missed_what_was_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_PASSWORD", "hunter22")
    words = (sys.executable, "-c", "import os; os.environ['MOCK_PASSWORD']", "{port}")

    with (
        started(Target("needy", "", words)) as program,
        pytest.raises(LaunchError, match=r"KeyError: 'MOCK_PASSWORD'; it did not get .*MOCK_PASSWORD.*--pass-env NAME"),
    ):
        program.url()


def test_a_program_that_never_listens_says_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.client.launch.START_SECONDS", 1.0)
    monkeypatch.setenv("MOCK_PASSWORD", "hunter22")
    words = (sys.executable, "-c", "import time; print('waits for a database', flush=True); time.sleep(60)", "{port}")

    with started(Target("deaf", "", words)) as program, pytest.raises(LaunchError) as caught:
        program.url()

    expected = (
        r"did not listen on port (\d+) within 1 s; does it listen on \1 of 127\.0\.0\.1\?"
        r"; it said: waits for a database; it did not get .*MOCK_PASSWORD.*--pass-env NAME"
    )
    assert re.search(expected, str(caught.value))


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

"""Plain pytest: the same suite inside somebody's own test run, whatever the settings there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

HOST = """
[pytest]
python_files = check_*.py
python_functions = check_*
python_classes = Check*
addopts = -q --strict-markers
testpaths = .
"""


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A foreign project with its own conventions and one test."""
    (tmp_path / "pytest.ini").write_text(HOST)
    (tmp_path / "check_host.py").write_text("def check_the_host():\n    assert True\n")
    return tmp_path


def run_pytest(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "pytest", "-p", "conformance.plugin", *words],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL,
    )  # fmt: skip


SUITE = ("--pyargs", "conformance.suite", "--iot-profile", "quick")
ONLY = ("--iot-only", "BatchRegisterDevice.Count.max", "--iot-only", "Common.RequestId")


def test_the_suite_runs_beside_the_hosts_own_tests(host: Path) -> None:
    done = run_pytest("check_host.py", *SUITE, *ONLY, "--target", "embedded", cwd=host)

    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    assert next((host / "reports").iterdir()).joinpath("matrix.html").exists()


def test_a_broken_clause_fails_with_its_evidence(host: Path) -> None:
    server = f"cmd:{sys.executable} -m conformance serve --port {{port}} --fault BatchRegisterDevice.Count.max"

    done = run_pytest(*SUITE, *ONLY, "--target", server, "--iot-product-key", "a1RefProdA1", cwd=host)

    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "BatchRegisterDevice.Count.max" in done.stdout
    assert "expected: Success false" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_target_that_cannot_be_reached_is_an_error_never_a_skip(host: Path) -> None:
    done = run_pytest(*SUITE, *ONLY, "--target", "http://127.0.0.1:1", cwd=host)

    assert done.returncode == 1
    assert "2 errors" in done.stdout
    assert "cannot be reached" in done.stdout


def test_ctrl_c_leaves_a_run_that_was_cut_short(host: Path) -> None:
    server = f"cmd:{sys.executable} -m conformance serve --port {{port}} --delay 30"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    words = (*SUITE, "--target", server, "--iot-product-key", "a1RefProdA1")
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "conformance.plugin", *words],
        cwd=host, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 -- this test has no threads
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(
        record.read_text().count('"type":"exchange"') > 100 for record in host.glob("reports/*/run.ndjson")
    ):
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == pytest.ExitCode.INTERRUPTED, out
    (record,) = host.glob("reports/*/run.ndjson")
    assert '"type":"footer"' not in record.read_text()
    assert "cut short" in (record.parent / "report.md").read_text()


def test_results_for_allure_are_ours_one_per_clause(host: Path) -> None:
    allure = ("-p", "allure_pytest.plugin", "--alluredir", "results")
    done = run_pytest("check_host.py", *SUITE, *ONLY, "--target", "embedded", *allure, cwd=host)

    assert done.returncode == 0, done.stdout + done.stderr
    results = [path.read_text() for path in (host / "results").glob("*-result.json")]
    ours = [text for text in results if '"framework", "value": "iot-conformance"' in text]
    assert len(ours) > 100
    (hosts,) = [text for text in results if text not in ours]
    assert "check_the_host" in hosts


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--target", "nowhere"), "is no target"),
        (("--target", "embedded", "--iot-only", "Nothing"), "selects no clause"),
        (("--target", "embedded", "--iot-seed", "x"), "expected a number"),
    ],
)
def test_wrong_options_are_one_line(words: tuple[str, ...], message: str, host: Path) -> None:
    done = run_pytest(*SUITE, *words, cwd=host)

    assert done.returncode == 4
    assert message in done.stderr


def test_without_a_target_the_hosts_tests_run_alone(host: Path) -> None:
    done = run_pytest(cwd=host)

    assert done.returncode == 0
    assert "1 passed" in done.stdout


WAIVER = """
[[waiver]]
clause = "BatchRegisterDevice.Count.max"
target = "*"
edition = "alibaba-2023"
fingerprint = "Count=… was accepted | answered"
profile = "quick"
reason = "no limit yet"
owner = "Wang Li"
issue = "https://issues.example.com/17"
expires = 2999-12-31
"""


def test_a_waived_failure_is_expected_and_a_waiver_that_is_stale_fails(host: Path) -> None:
    server = f"cmd:{sys.executable} -m conformance serve --port {{port}}"
    faulty = f"{server} --fault BatchRegisterDevice.Count.max"
    words = (*SUITE, *ONLY, "--iot-product-key", "a1RefProdA1", "--iot-waivers", "waivers.toml")
    (host / "waivers.toml").write_text(WAIVER, encoding="utf-8")

    waived = run_pytest(*words, "--target", faulty, cwd=host)
    stale = run_pytest(*words, "--target", server, cwd=host)

    assert waived.returncode == 0, waived.stdout
    assert "1 passed, 1 xfailed" in waived.stdout
    assert stale.returncode == 1, stale.stdout
    assert "waivers.toml:2: the waiver of BatchRegisterDevice.Count.max passes now, by profile quick" in stale.stdout

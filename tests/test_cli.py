"""The command line: one clear line and the right exit status for everything that can go wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from conformance.contract import load

ROOT = Path(__file__).resolve().parent.parent
PRODUCTS = ["--product-key", "a1RefProdA1", "--other-product-key", "a1RefProdB2"]


def iot(*words: str, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_reader_who_leaves_is_no_broken_clause(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", "contract", "list"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (128 + signal.SIGPIPE, b"")


class Page(BaseHTTPRequestHandler):
    """A server that is no such API."""

    status, body = 200, b"<html><body>hello</body></html>"

    def do_GET(self) -> None:
        self.send_response(self.status)
        if 300 <= self.status < 400:
            self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815 -- the name that http.server looks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=[(200, b"<html>hello</html>"), (302, b""), (404, b"not found"), (200, b"\x1b[31m{\x00")])
def page(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that answers everything with one page."""
    handler = type("Other", (Page,), {"status": request.param[0], "body": request.param[1]})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_target_that_is_no_such_api_is_exit_3(page: str, tmp_path: Path) -> None:
    done = iot("run", page, cwd=tmp_path)

    assert done.returncode == 3
    assert "is no such API" in done.stderr
    assert "\x1b" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


CANNOT = {
    ("run", "http://127.0.0.1:1"): "cannot be reached",
    ("check", "http://127.0.0.1:1"): "cannot be reached",
    ("run", "cmd:/nowhere/server {port}"): "cannot start",
    ("run", f"cmd:{sys.executable} -c 'print(\"no\")' {{port}}"): "before it listened; it said: no",
    ("run", "embedded", "--product-key", "a1NoSuchProd"): "knows no product 'a1NoSuchProd'",
}


@pytest.mark.parametrize("words", CANNOT, ids=lambda words: " ".join(words)[:40])
def test_a_target_that_cannot_be_measured_is_exit_3(words: tuple[str, ...], tmp_path: Path) -> None:
    done = iot(*words, cwd=tmp_path)

    assert done.returncode == 3, done
    assert CANNOT[words] in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_product_that_cannot_be_created_asks_for_an_option(tmp_path: Path) -> None:
    done = iot("run", "embedded", "--max-products", "0", cwd=tmp_path)

    assert done.returncode == 2
    assert "pass --product-key" in done.stderr


def test_refused_credentials_are_exit_3(tmp_path: Path) -> None:
    server = f"cmd:{sys.executable} -m conformance serve --auth rpc --access-key other:secret-of-others --port {{port}}"

    done = iot("run", server, *PRODUCTS, cwd=tmp_path)

    assert done.returncode == 3
    assert "refused the credentials (InvalidAccessKeyId.NotFound)" in done.stderr


def test_a_run_ends_green_and_says_where_its_reports_lie(tmp_path: Path) -> None:
    done = iot("run", "embedded", "--profile", "quick", "--summary", "s.json", "--label", "build=7", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "CONFORMANT" in done.stdout
    assert "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"reports", "s.json"}
    folder = next((tmp_path / "reports").iterdir())
    for name in ("matrix.html", "run.ndjson", "junit.xml", "allure-results"):
        assert (folder / name).exists()
        assert name in done.stdout
    summary = json.loads((tmp_path / "s.json").read_text())
    assert {
        key: summary[key] for key in ("format", "target", "edition", "seed", "profile", "gate", "outcome", "partial")
    } == {
        "format": 1,
        "target": "embedded",
        "edition": "alibaba-2023",
        "seed": 0,
        "profile": "quick",
        "gate": "must",
        "outcome": "conformant",
        "partial": False,
    }
    assert summary["labels"] == {"build": "7"}
    assert [clause["id"] for clause in summary["clauses"]] == list(load().clauses)
    assert sum(summary["counts"].values()) == len(load().clauses)
    assert summary["requests"] == (folder / "run.ndjson").read_text().count('"type":"exchange"')


def test_a_selected_run_is_partial(tmp_path: Path) -> None:
    done = iot(
        "run",
        "embedded",
        "--only",
        "BatchRegisterDevice.Count.*",
        "--quiet",
        "--profile",
        "quick",
        "--summary",
        "s.json",
        cwd=tmp_path,
    )

    summary = json.loads((tmp_path / "s.json").read_text())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert summary["partial"] is True
    assert {clause["id"] for clause in summary["clauses"] if clause["outcome"] == "pass"} == {
        clause for clause in load().clauses if clause.startswith("BatchRegisterDevice.Count.")
    }


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    words = ("run", "embedded", "--only", "Common.Action.missing", "--quiet", "--reports", "here")
    first = iot(*words, cwd=tmp_path)
    before = (tmp_path / "here" / "run.ndjson").read_bytes()

    second = iot(*words, cwd=tmp_path)

    assert (first.returncode, second.returncode) == (0, 2)
    assert "never overwritten" in second.stderr
    assert (tmp_path / "here" / "run.ndjson").read_bytes() == before


OVER_TCP = [
    "BatchRegisterDevice.Count.max",
    "BatchCheckDeviceNames.DeviceName.too_short",
    "QueryBatchRegisterDeviceStatus.Status@JSON",
    "QueryPageByApplyId.Total@XML",
    "BatchRegisterDevice.Count.required@GET",
    "BatchRegisterDeviceWithApplyId.ApplyId.blank@POST",
    "Workflow.terminal",
]


@pytest.mark.parametrize("fault", OVER_TCP)
def test_a_fault_over_tcp_is_exit_1_and_among_the_failed(fault: str, tmp_path: Path) -> None:
    server = f"cmd:{sys.executable} -m conformance serve --port {{port}} --fault {fault}"

    done = iot("run", server, *PRODUCTS, "--profile", "quick", "--summary", "s.json", cwd=tmp_path)

    summary = json.loads((tmp_path / "s.json").read_text())
    clause = fault.partition("@")[0]
    assert done.returncode == 1
    assert clause in {one["id"] for one in summary["clauses"] if one["outcome"] == "fail"}
    assert clause in done.stdout
    assert f"conformance replay {next((tmp_path / 'reports').iterdir()).relative_to(tmp_path)} {clause}" in done.stdout
    assert "curl" in done.stdout


def test_a_clause_that_only_an_invariant_judges_can_be_selected_alone(tmp_path: Path) -> None:
    done = iot("run", "embedded", "--only", "Workflow.terminal", "--profile", "quick", "--quiet", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def _hear_interrupts() -> None:
    """A shell lets what it starts in the background ignore SIGINT, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_reports_what_was_seen(sent: signal.Signals, status: int, tmp_path: Path) -> None:
    server = f"cmd:{sys.executable} -m conformance serve --port {{port}} --delay 30"
    words = [sys.executable, "-m", "conformance", "run", server, *PRODUCTS, "--reports", "here"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=_hear_interrupts,  # noqa: PLW1509  -- this test has no threads
    )  # fmt: skip
    record = tmp_path / "here" / "run.ndjson"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (record.exists() and record.read_text().count('"type":"exchange"') > 100):
        time.sleep(0.05)

    process.send_signal(sent)
    out, err = process.communicate(timeout=90)

    assert process.returncode == status, err
    assert "interrupted" in err
    assert "Traceback" not in err
    assert "BatchRegisterDevice" in out
    assert '"type":"footer"' not in record.read_text()
    assert (tmp_path / "here" / "matrix.html").exists()


def test_contract_list_counts_and_shows(tmp_path: Path) -> None:
    listed = iot("contract", "list", "--operation", "Workflow", "--level", "must", cwd=tmp_path)
    shown = iot("contract", "show", "BatchRegisterDevice.Count.max", cwd=tmp_path)
    counted = iot("contract", "list", "--counts", cwd=tmp_path)

    assert (listed.returncode, shown.returncode, counted.returncode) == (0, 0, 0)
    assert "Workflow.terminal" in listed.stdout
    assert "SHOULD" not in listed.stdout
    for word in ("SEED1", "limit 10,000", "test_a_count_over_the_limit_is_refused", "fault"):
        assert word in shown.stdout
    assert "alibaba-2018" in counted.stdout


def test_check_says_what_is_offered_and_what_comes_next(tmp_path: Path) -> None:
    done = iot("check", "embedded", cwd=tmp_path)

    assert done.returncode == 0
    assert "CreateProduct" in done.stdout
    assert "verified" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of a reference server that goes on when its clients have ended."""
    words = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--delay", "0.5"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("listening on ").strip()
        process.terminate()


def test_a_killed_run_is_swept_and_resumed_from_its_folder_alone(server: str, tmp_path: Path) -> None:
    """The process is killed in the middle; two commands that are told nothing but its folder put things in order."""
    run = subprocess.Popen(
        [sys.executable, "-m", "conformance", "run", server, "--profile", "quick", "--only", "Workflow", "--reports",
         "run", "--quiet"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ledger = tmp_path / "run" / "ledger.ndjson"
    while not ledger.exists() or len(ledger.read_text().splitlines()) < 40:
        assert run.poll() is None
        time.sleep(0.02)
    run.kill()
    run.wait()

    changed = iot("run", "--resume", "run", "--seed", "7", cwd=tmp_path)
    resumed = iot("run", "--resume", "run", "--reports", "resumed", cwd=tmp_path)
    swept = iot("sweep", "run", cwd=tmp_path)

    assert (changed.returncode, "leave out --seed" in changed.stderr) == (2, True)
    assert resumed.returncode in {0, 3}, resumed.stderr
    assert "products" in swept.stdout
    assert swept.returncode == 0, swept.stderr
    assert json.loads((tmp_path / "resumed" / "summary.json").read_text())["counts"]["fail"] == 0

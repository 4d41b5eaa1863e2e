"""The reference server over HTTP: one line when it listens, long requests, a quiet end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from conformance.reference.http import app
from conformance.reference.server import Reference

CHECKOUT = Path(__file__).parent.parent
PROGRAM = """
import sys
from conformance.reference.http import serve
serve(port=0, edition="alibaba-2023", delay=0.05, auth="any", faults=(), variants=sys.argv[1:],
      keys={"testid": "testsecret"}, products=("a1RefProdA1",))
"""


@contextmanager
def served(*variants: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of its own process, and its address; it must end without having said anything more."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *variants],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        yield process, line.split()[-1]
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        assert (out, err, process.returncode) == ("", "", 0)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as (_, url):
        yield url


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as opened:
        yield opened


def test_get_and_post_are_answered(client: httpx.Client):
    got = client.get("/", params={"Action": "QueryDevice", "ProductKey": "a1RefProdA1", "Format": "JSON"})
    posted = client.post("/", data={"Action": "QueryDevice", "ProductKey": "a1RefProdA1", "Format": "xml"})

    assert (got.status_code, got.json()["Total"]) == (200, 0)
    assert got.headers["content-type"] == "application/json;charset=utf-8"
    assert posted.text.startswith("<QueryDeviceResponse>")


def test_ten_thousand_names_pass_in_a_form(client: httpx.Client):
    names = {f"DeviceName.{number}": f"a-rather-long-name-{number:013}" for number in range(1, 10_001)}
    common = {"Action": "BatchCheckDeviceNames", "ProductKey": "a1RefProdA1", "Format": "JSON"}

    assert client.post("/", params=common, data=names, timeout=20).json()["Success"] is True


def test_a_request_line_of_sixty_four_kilobytes_passes(client: httpx.Client):
    answer = client.get("/", params={"Action": "QueryDevice", "ProductKey": "x" * 64_000, "Format": "JSON"})

    assert answer.json()["Code"] == "iot.prod.NotExistedProduct"


def test_other_methods_and_paths_are_answered_too(client: httpx.Client):
    assert client.delete("/?Format=JSON").json()["Code"] == "UnsupportedHTTPMethod"
    assert client.get("/elsewhere?Format=JSON").json()["Code"] == "MissingAction"


def test_a_status_moves_with_the_clock(client: httpx.Client):
    common = {"ProductKey": "a1RefProdA1", "Format": "JSON"}
    opened = client.get("/", params={"Action": "BatchRegisterDevice", "Count": "3", **common}).json()
    asked = {"Action": "QueryBatchRegisterDeviceStatus", "ApplyId": str(opened["Data"]["ApplyId"]), **common}

    assert client.get("/", params=asked).json()["Data"]["Status"] == "CREATE"
    time.sleep(0.06)
    assert client.get("/", params=asked).json()["Data"]["Status"] == "CREATE_SUCCESS"


def test_variants_of_the_transport():
    with served("chunked", "gzip", "connection_closed") as (_, url), httpx.Client(trust_env=False) as client:
        answer = client.get(url, params={"Action": "QueryDevice", "ProductKey": "a1RefProdA1", "Format": "JSON"})

    assert answer.json()["Success"] is True
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["connection"] == "close"


def test_a_port_in_use_is_one_line_and_wrong_usage(address: str):
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "conformance", "serve", "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, timeout=20, check=False)

    said = f"cannot listen on port {port}: Address already in use; choose another by --port, or 0 for a free one"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"iot-conformance: {said}\n")


def test_the_application_holds_one_server():
    server = Reference()

    assert app(server).router.default.reference is server  # type: ignore[attr-defined]

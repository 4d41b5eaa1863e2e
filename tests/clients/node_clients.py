"""The two clients for Node that Alibaba Cloud publishes walk both workflows against the reference server.

Run by ``make clients``, where Node is there; the name keeps it out of ``make test``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LIMITS = {"alibaba-2018": 1_000, "alibaba-2019": 1_000, "alibaba-2021": 1_000, "alibaba-2023": 10_000}
LIMITS["tuya-2025"] = 10_000
CLIENTS = ["tea", "pop GET", "pop POST"]


@pytest.fixture(scope="module", params=LIMITS)
def edition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server(edition: str) -> Iterator[str]:
    """Host and port of the reference server of that edition."""
    words = [sys.executable, "-m", "conformance", "serve", "--port", "0", "--auth", "any", "--edition", edition]
    with subprocess.Popen(words, cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("listening on http://").strip()
        process.terminate()


def walked(client: str, host: str, edition: str, secret: str = "testsecret") -> dict[str, object]:
    words = ["node", "walk.cjs", client, host, secret, "a1RefProdA1", str(LIMITS[edition] + 1)]
    done = subprocess.run(words, cwd=HERE, capture_output=True, text=True, timeout=120, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("client", CLIENTS)
def test_both_workflows_are_walked(client: str, server: str, edition: str) -> None:
    found = walked(client, server, edition)

    assert found == {"generated": 25, "sameApplyId": True, "sameNames": True, "refused": True}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_wrong_secret_is_the_clients_own_error(client: str, server: str, edition: str) -> None:
    found = walked(client, server, edition, "anothersecret")

    assert found["error"] in {"SignatureDoesNotMatch", "InvalidAccessKeySecret"}

"""Runs of the suite against the second server, in this process and on a virtual clock."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.reference.in_process import PRODUCTS
from conformance.runner.run import Result, Runner
from tests.independent import answer, new_state


class InProcess(httpx.BaseTransport):
    """Carries requests to the second server in this process."""

    def __init__(
        self, edition: str, choices: Sequence[str], faults: Sequence[str], delay: float = 0.05, auth: str = "none"
    ) -> None:
        self.clock = VirtualClock()
        self.state = new_state(
            edition=edition, delay=delay, choices=list(choices), faults=list(faults), auth=auth, seed=1
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.clock.tick()
        headers = {name.decode(): value.decode() for name, value in request.headers.raw}
        target = request.extensions["target"].decode()
        status, given, body = answer(self.state, request.method, target, headers, request.read(), self.clock.now())
        kept = [(name, value) for name, value in dict(given).items() if name.lower() != "transfer-encoding"]
        return httpx.Response(status, headers=kept, content=body)


def measure(
    edition: str,
    choices: Sequence[str] = (),
    faults: Sequence[str] = (),
    *,
    profile: str = "quick",
    seed: int = 0,
    delay: float = 0.05,
    auth: str = "none",
) -> Result:
    """One whole run of the suite against the second server."""
    transport = InProcess(edition, choices, faults, delay, auth)
    settings = Settings(
        Target("independent", "http://127.0.0.1"),
        edition,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile=profile,
        seed=seed,
    )
    return Runner(settings, clock=transport.clock, transport=transport).drive()

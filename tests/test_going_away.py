"""A target that goes away, or keeps what it should delete: the verdicts stand, and what may be left is named."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from conformance.cli.check import look
from conformance.client.clock import VirtualClock
from conformance.client.ledger_reader import read
from conformance.client.preflight import PreflightError
from conformance.config.options import settings_from
from conformance.config.settings import Settings
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.cleanup import Cleanup
from conformance.runner.exit_status import Exit
from conformance.runner.run import Runner
from conformance.text.command import command

KEYS = dict(zip(("product_key", "other_product_key"), PRODUCTS, strict=True))
ONLY = ["BatchRegisterDevice.Count.zero"]
URL = "http://127.0.0.1:1"


class Fickle(InProcess):
    """A reference that is there no more after so many requests, or from the first call of an operation on."""

    def __init__(
        self,
        *,
        after: int = 10**9,
        leaves_at: str = "",
        refuses: str = "",
        times: int = 10**9,
        start: float = 1_700_000_000.0,
    ) -> None:
        super().__init__(Reference(edition="alibaba-2023", delay=0.05, auth="both"), VirtualClock(start))
        self.after, self.leaves_at, self.refuses, self.times = after, leaves_at, refuses, times

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.after -= 1
        said = request.extensions["target"] + request.read()
        if self.leaves_at and f"Action={self.leaves_at}&".encode() in said:
            self.after = 0
        if self.after <= 0:
            raise httpx.ConnectError("nobody listens")
        if self.refuses and f"Action={self.refuses}&".encode() in said and self.times > 0:
            self.times -= 1
            body = {"RequestId": "1", "Success": False, "Code": "iot.system.SystemException", "ErrorMessage": "no"}
            return httpx.Response(200, json=body)
        return super().handle_request(request)


def settings_for(folder: Path, **more: object) -> Settings:
    """A short run that makes its own products."""
    return settings_from(URL, reports=str(folder), profile="quick", only=ONLY, **more)


def runner(target: Fickle, folder: Path, **more: object) -> Runner:
    return Runner(settings_for(folder, **more), clock=target.clock, transport=target)


@pytest.mark.parametrize("what", ["leaves_at", "refuses"])
def test_what_cannot_be_deleted_in_the_end_changes_no_verdict_and_is_named(what: str, tmp_path: Path) -> None:
    target = Fickle(**{what: "DeleteProduct"})  # type: ignore[arg-type]

    result = runner(target, tmp_path / "run").drive()

    assert result.exit is Exit.CONFORMANT
    assert f"; to delete what it has created: {command('sweep', tmp_path / 'run')}" in result.why
    assert '"type":"footer"' in (tmp_path / "run" / "run.ndjson").read_text()
    assert len(read(tmp_path / "run").own) == 2


def test_what_is_deleted_in_the_end_is_not_spoken_of(tmp_path: Path) -> None:
    assert "sweep" not in runner(Fickle(), tmp_path / "run").drive().why


def test_a_device_that_is_deleted_at_the_second_try_is_not_left(tmp_path: Path) -> None:
    target = Fickle(refuses="DeleteDevice", times=1)
    one = runner(target, tmp_path / "run")
    one.begin()
    assert one.opened is not None
    account = read(tmp_path / "run")
    product = target.reference.state.store.products[account.own[0]]

    class Full(Cleanup):
        """A product goes when it is empty."""

        def _delete_product(self, key: str) -> bool:
            return not target.reference.state.store.products[key].devices and super()._delete_product(key)

    while not product.visible(target.clock.now()):
        target.clock.sleep(1)
    found = Full(one.opened.session, account).products()
    one.close()

    assert (found.products, found.left) == (2, [])


def test_check_of_a_target_that_goes_away_is_exit_3(tmp_path: Path) -> None:
    console = Console(record=True, width=200)

    status = look(settings_for(tmp_path / "run", **KEYS), console, Fickle(after=5, start=time.time()))

    assert status == 3
    assert "nobody listens" in console.export_text()


def test_a_target_that_goes_away_at_the_first_look_is_not_blamed_on_the_budget(tmp_path: Path) -> None:
    with pytest.raises(PreflightError) as raised:
        runner(Fickle(after=3), tmp_path / "run", **KEYS).begin()

    assert "nobody listens" in str(raised.value)
    assert "budget" not in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_a_product_made_before_the_run_could_begin_is_known_to_sweep(tmp_path: Path) -> None:
    target = Fickle()
    one = runner(target, tmp_path / "run")
    served = target.handle_request

    def interrupted_after_the_first(request: httpx.Request) -> httpx.Response:
        if len(target.reference.state.store.products) > len(PRODUCTS):
            raise KeyboardInterrupt
        return served(request)

    target.handle_request = interrupted_after_the_first  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        one.begin()

    assert len(read(tmp_path / "run").own) == 1
    assert f"; to delete what it has created: {command('sweep', tmp_path / 'run')}" in one.end(interrupted=True).why

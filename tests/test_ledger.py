"""What a run has created is known whatever becomes of it: swept by its ledger, and not created again when resumed.

A process that is killed does nothing any more. So here a run is left as it is at some request, and the folder with
what is on disk by then is all that anybody has of it; ``bench/crash.py`` does the same with real processes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from conformance.client.clock import VirtualClock
from conformance.client.ledger import FILE, Ledger
from conformance.client.ledger_reader import LedgerError, read
from conformance.client.session import Session
from conformance.config.options import settings_from
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.cleanup import Cleanup, CleanupResult
from conformance.runner.exit_status import Exit
from conformance.runner.resume import ResumeError, before
from conformance.runner.run import Runner
from conformance.wire.message import Scheme
from conformance.wire.signer import Signer

KEYS = {"product_key": PRODUCTS[0], "other_product_key": PRODUCTS[1]}
SIGNER = Signer(Scheme.RPC, "testid", "testsecret")
REGISTRATIONS = (b"BatchRegisterDevice", b"RegisterDevice")


class Killed(BaseException):
    """The process is gone."""


class Mortal(InProcess):
    """A reference that outlives its client: at one request the client is killed, before or after it had its effect."""

    def __init__(self, reference: Reference, clock: VirtualClock) -> None:
        super().__init__(reference, clock)
        self.at = 0
        self.registration = 0
        """Kills between the sending of that registration and the observation of its answer."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        said = request.extensions["target"] + request.read()
        if any(b"Action=" + name in said for name in REGISTRATIONS):
            self.registration -= 1
            if self.registration == 0:
                super().handle_request(request)
                raise Killed
        self.at -= 1
        if self.at == 0:
            raise Killed
        return super().handle_request(request)

    @property
    def names(self) -> set[tuple[str, str]]:
        """(ProductKey, DeviceName) of every device that there is, or will be when it has been created."""
        products = self.reference.state.store.products
        return {(key, device.name) for key, product in products.items() for device in product.devices.values()}


def settings_for(folder: Path, **more: object) -> Settings:
    given = {"profile": "quick", "only": ["Workflow", "BatchRegisterDevice.Count.integer"], **KEYS, **more}
    return settings_from("http://127.0.0.1:1", reports=str(folder), **given)


def killed(transport: Mortal, settings: Settings, *, at: int = 0, registration: int = 0) -> None:
    """A run that ends in the middle."""
    transport.at, transport.registration = at, registration
    with pytest.raises(Killed):
        Runner(settings, clock=transport.clock, transport=transport).drive()


def swept(transport: Mortal, folder: Path) -> CleanupResult:
    """What a sweep does afterwards."""
    ledger = Ledger(folder / FILE)
    session = Session(
        "http://127.0.0.1:1", load(), transport.clock, SIGNER, lambda exchange: None, transport=transport,
        ledger=ledger,
    )  # fmt: skip
    found = Cleanup(session, read(folder)).sweep()
    ledger.close()
    return found


@pytest.fixture
def transport() -> Mortal:
    return Mortal(Reference(edition="alibaba-2023", delay=0.5, auth="both"), VirtualClock())


def moments() -> Iterator[dict[str, int]]:
    """Eight moments: four of them between the sending of a registration and the observation of its answer."""
    chosen = random.Random(5)
    for _ in range(4):
        yield {"at": chosen.randint(10, 250)}
        yield {"registration": chosen.randint(1, 40)}


@pytest.mark.parametrize("moment", list(moments()), ids=str)
def test_a_sweep_removes_what_the_ledger_proves_and_nothing_else(
    transport: Mortal, tmp_path: Path, moment: dict[str, int]
) -> None:
    """A second run is at work in the same products: none of its devices goes."""
    other = Runner(settings_for(tmp_path / "other"), clock=transport.clock, transport=transport)
    other.begin()
    theirs = transport.names
    killed(transport, settings_for(tmp_path / "run"), **moment)
    ours = transport.names - theirs
    other.run.settle()
    theirs = transport.names - ours

    found = swept(transport, tmp_path / "run")
    other.close()

    left = transport.names
    lost = [one for one in read(tmp_path / "run").calls if one.outcome == "lost"]
    doubtful = sum(one.count or 1 for one in lost if one.operation in {"BatchRegisterDevice", "RegisterDevice"})
    assert theirs <= left
    assert len(left - theirs) <= doubtful
    assert len(found.left) == len(lost) - sum(
        one.operation in {"BatchCheckDeviceNames", "BatchRegisterDeviceWithApplyId"} for one in lost
    )


@pytest.mark.parametrize("moment", [{"at": 90}, {"registration": 3}, {"registration": 12}, {"at": 180}], ids=str)
def test_a_resumed_run_registers_nothing_again(transport: Mortal, tmp_path: Path, moment: dict[str, int]) -> None:
    settings = settings_for(tmp_path / "run")
    killed(transport, settings, **moment)
    calls = {one.key: one for one in read(tmp_path / "run").calls}
    earlier = before(tmp_path / "run", load())

    resumed = replace(settings, reports=tmp_path / "resumed")
    result = Runner(resumed, clock=transport.clock, transport=transport, before=earlier).drive()

    again = [one for one in read(tmp_path / "resumed").calls if one.key in calls]
    lost = [one for one in calls.values() if one.outcome == "lost"]
    assert {one.key: one.number for one in again} == {one.key: one.number for one in calls.values()}
    assert len(result.exchanges) > len(earlier.exchanges)
    assert [one.clause for one in result.verdicts if one.outcome is Outcome.FAIL] == []
    assert result.exit is (Exit.INCONCLUSIVE if lost and result.exit else Exit.CONFORMANT)
    assert json.loads((tmp_path / "resumed" / "run.ndjson").read_text().split("\n")[0])["parent"] == "run"
    assert swept(transport, tmp_path / "resumed").devices > 0


def test_a_run_that_is_over_is_not_resumed(transport: Mortal, tmp_path: Path) -> None:
    Runner(settings_for(tmp_path / "run"), clock=transport.clock, transport=transport).drive()

    with pytest.raises(ResumeError, match="that run came to its end"):
        before(tmp_path / "run", load())


@pytest.mark.parametrize("key", ["suite", "hypothesis", "digest"])
def test_a_run_is_resumed_only_by_what_drew_its_plan(transport: Mortal, tmp_path: Path, key: str) -> None:
    killed(transport, settings_for(tmp_path / "run"), at=60)
    record = tmp_path / "run" / "run.ndjson"
    first, rest = record.read_text().split("\n", 1)
    header = json.loads(first)

    record.write_text(json.dumps({**header, key: "another one"}) + "\n" + rest)
    with pytest.raises(ResumeError) as refused:
        before(tmp_path / "run", load())

    assert "was another one, and here it is " + header[key] in str(refused.value)


def test_a_record_of_an_older_suite_that_says_less_is_resumed(transport: Mortal, tmp_path: Path) -> None:
    killed(transport, settings_for(tmp_path / "run"), at=60)
    record = tmp_path / "run" / "run.ndjson"
    first, rest = record.read_text().split("\n", 1)
    header = {key: value for key, value in json.loads(first).items() if key != "hypothesis"}

    record.write_text(json.dumps(header) + "\n" + rest)

    assert before(tmp_path / "run", load()).exchanges


def test_products_of_the_run_are_deleted_at_its_end(transport: Mortal, tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "run", product_key=None, other_product_key=None)

    result = Runner(settings, clock=transport.clock, transport=transport).drive()

    account = read(tmp_path / "run")
    assert [one.operation for one in account.calls[:2]] == ["CreateProduct", "CreateProduct"]
    assert account.own == []
    assert set(transport.reference.state.store.products) == set(PRODUCTS)
    assert result.exchanges[-1].operation != "DeleteProduct"


class KeepsDevices(Mortal):
    """A target that deletes no product that holds a device."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        said = request.extensions["target"] + request.read()
        if b"Action=DeleteProduct" in said:
            key = said.partition(b"ProductKey=")[2].partition(b"&")[0].decode()
            product = self.reference.state.store.products.get(key)
            if product is not None and product.devices:
                body = {"RequestId": "1", "Success": False, "Code": "iot.system.IllegalRequest", "ErrorMessage": "no"}
                return httpx.Response(200, json=body)
        return super().handle_request(request)


def test_a_product_of_the_run_is_emptied_where_it_must_be_empty(tmp_path: Path) -> None:
    transport = KeepsDevices(Reference(edition="alibaba-2023", delay=0.5, auth="both"), VirtualClock())
    settings = settings_for(tmp_path / "run", product_key=None, other_product_key=None)
    killed(transport, settings, at=120)

    found = swept(transport, tmp_path / "run")

    assert (found.products, found.left) == (2, [])
    assert set(transport.reference.state.store.products) == set(PRODUCTS)
    assert swept(transport, tmp_path / "run") == CleanupResult()


def test_an_application_that_shows_more_than_was_asked_for_is_not_swept(transport: Mortal, tmp_path: Path) -> None:
    killed(transport, settings_for(tmp_path / "run"), at=120)
    text = (tmp_path / "run" / FILE).read_text()
    (tmp_path / "run" / FILE).write_text(text.replace('"Count":"11"', '"Count":"7"'))

    found = swept(transport, tmp_path / "run")

    assert any("shows 11 devices in a1RefProdA1 where the run asked for 7" in one for one in found.left)
    assert len(transport.names) >= 11


HEADER = '{"type":"header","format":1,"url":"http://h","name":"n","asked":{"target":"http://h"}}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "holds no ledger.ndjson"),
        ("", "no ledger; its first line should be the header"),
        ("{}\n", "no ledger"),
        ('{"type":"header","format":9}\n', "of format 9"),
        ('{"type":"header","format":1}\n', "the header should say url, name, and what was asked"),
        (f"{HEADER}\nx\n{{}}\n", ":2: not JSON"),
        (f'{HEADER}\n{{"type":"outcome","key":"a"}}\n', "no line of a ledger"),
    ],
)
def test_what_is_no_ledger_is_one_line(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / FILE).write_text(text)

    with pytest.raises(LedgerError, match=message):
        read(tmp_path)


def test_a_line_cut_in_the_middle_was_never_written(tmp_path: Path) -> None:
    call = '{"type":"call","key":"a","number":1,"operation":"RegisterDevice","ProductKey":"p","names":["n"]}\n'
    (tmp_path / FILE).write_text(f"{HEADER}\n{call}" + '{"type":"outcome","key"')

    assert [(one.key, one.outcome) for one in read(tmp_path).calls] == [("a", "lost")]

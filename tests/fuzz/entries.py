"""The doors through which foreign bytes come in. Each takes any bytes, and raises only where we have a fault.

What an entry knows as our own named errors it takes for an answer; everything else that is raised is a finding.
"""

from __future__ import annotations

import atexit
import contextlib
import gzip
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from conformance.cli.common import settings_again
from conformance.client.ledger_reader import LedgerError
from conformance.client.ledger_reader import read as read_ledger
from conformance.config.options import UsageProblem, settings_from
from conformance.config.waivers import WaiversError, read_waivers
from conformance.contract import ContractError, load
from conformance.contract.load import fixtures
from conformance.contract.load import load as load_contract
from conformance.contract.model import EDITIONS
from conformance.contract.statements import ledgers
from conformance.offline.drift.history import History
from conformance.offline.drift.store import Folder, StoreError
from conformance.offline.recordings.problem import RecordingError
from conformance.offline.recordings.source import Recording
from conformance.record.codec import exchange_from_dict, exchange_to_dict
from conformance.record.reproducer import ReproducerError, from_dict, to_dict
from conformance.reference.server import Reference
from conformance.runner.resume import ResumeError, before
from conformance.wire.decode import decode
from conformance.wire.message import HttpAnswer, HttpRequest
from conformance.wire.redact import Redactor

Entry = Callable[[bytes], None]
CONTRACT = load()
OPERATIONS = sorted(CONTRACT.operations)
SECRET = "Zp0nKd7mQx3v"
"""Looked for in whatever leaves the redactor."""


def _folder() -> Path:
    """A folder of this process, in memory where there is such a place; gone when the process ends."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    path = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if usable else None))
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(path, ignore_errors=True) if os.getpid() == owner else None)
    return path


FOLDER = _folder()


@contextlib.contextmanager
def file(data: bytes, name: str) -> Iterator[Path]:
    """A file with these bytes."""
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    yield path


def answer(data: bytes) -> None:
    """The first byte names the operation, the rest is the body of its answer. Nothing at all may be raised."""
    shape = CONTRACT.operations[OPERATIONS[data[0] % len(OPERATIONS)] if data else "Common"].shape
    found = decode(HttpAnswer(200, (), data[1:]), shape)
    assert len(found.irregularities) <= 50
    _ = (found.success, found.code, found.message, found.apply_id, found.strings("ValidList", "Name"))
    json.dumps(found.value).encode()
    str(found.irregularities).encode("utf-8")


def recording(data: bytes) -> None:
    """HAR, VCR in JSON and YAML, run.ndjson: read, written in our own form, and read back the same."""
    with file(data, "recording") as path, contextlib.suppress(RecordingError):
        for one in Recording(path, CONTRACT).exchanges():
            line = json.dumps(exchange_to_dict(one), ensure_ascii=False)
            line.encode("utf-8")
            again = exchange_from_dict(json.loads(line), CONTRACT)
            assert again.answer == one.answer


def targets(data: bytes) -> None:
    """targets.toml, and every option that an entry may say."""
    with file(data, "targets.toml") as path, contextlib.suppress(UsageProblem):
        settings_from("mock", targets=str(path))


def waivers(data: bytes) -> None:
    """waivers.toml."""
    with file(data, "waivers.toml") as path, contextlib.suppress(WaiversError):
        read_waivers(path, CONTRACT)


def rows(data: bytes) -> None:
    """The rows of one operation."""
    shutil.copyfile(fixtures() / "contract" / "documents.toml", FOLDER / "documents.toml")
    with file(data, "rows/Some.toml") as path, contextlib.suppress(ContractError):
        shutil.copyfile(fixtures() / "contract" / "documents.toml", path.parent / "documents.toml")
        load_contract.__wrapped__(path.parent)


def statements(data: bytes) -> None:
    """The ledger of what a document says."""
    with file(data, "statements/SEED1.toml") as path, contextlib.suppress(ContractError):
        ledgers.__wrapped__(path.parent)


def books(data: bytes) -> None:
    """The ledger of a run, alone and beside a record that can be resumed."""
    with file(data, "books/ledger.ndjson") as path:
        with contextlib.suppress(LedgerError, click.UsageError):
            settings_again(read_ledger(path.parent).about, {})
        head = json.dumps({"type": "header", "format": 1, "digest": CONTRACT.digest, "products": ["a1"]})
        (path.parent / "run.ndjson").write_text(head + "\n")
        with contextlib.suppress(ResumeError):
            before(path.parent, CONTRACT)


def reproducer(data: bytes) -> None:
    """A finding to be replayed; what of it was written once is written and read the same from then on."""
    try:
        found = from_dict(json.loads(data))
    except (ReproducerError, ValueError, RecursionError):  # as the command that reads it
        return
    written = to_dict(from_dict(json.loads(json.dumps(to_dict(found)))))
    assert to_dict(from_dict(json.loads(json.dumps(written)))) == written


def snapshots(data: bytes) -> None:
    """A history in which somebody else wrote: a night, an acceptance, and bytes that are no gzip."""
    for name in ("nights", "accepted"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    kept = data if data[:1] == b"\x1f" else gzip.compress(data, 1)
    with file(kept, "nights/20261125-010203-000001-abcdef.json.gz"), file(data, "accepted/20261125-1.json"):
        with contextlib.suppress(StoreError):
            for one in History(Folder(FOLDER)).snapshots:
                History(Folder(FOLDER)).baseline(one.target, one.edition)
        with contextlib.suppress(StoreError):
            _ = History(Folder(FOLDER)).acceptances


def secrets(data: bytes) -> None:
    """What is told of a secret after redaction: nothing, in any spelling in which servers echo what they were sent."""
    redactor = Redactor(b"k" * 32, (SECRET,))
    assert SECRET.encode() not in redactor.body(data)
    assert SECRET not in redactor.text(data.decode("latin-1"))
    redactor.log(data).encode("utf-8")
    redactor.parameters(data.decode("utf-8", "replace"))


def reference(data: bytes) -> None:
    """A request to the reference: the first byte says edition, method and place, the rest is what is asked."""
    first, rest = (data[0] if data else 0), data[1:]
    server = Reference(edition=EDITIONS[first % len(EDITIONS)], auth=("none", "any", "both")[first // 5 % 3])
    for _ in range(2):
        asked = HttpRequest("GET", "/?" + rest.decode("latin-1"), (("host", "h"),))
        if first & 128:
            headers = (("host", "h"), ("content-type", "application/x-www-form-urlencoded"))
            asked = HttpRequest("POST", "/", headers, rest)
        found = server.answer(asked, 1_700_000_000.0)
        assert 200 <= found.status < 600
        assert found.body


def packed(data: bytes) -> None:
    """What another writer left in the history, whatever it unpacks to; nothing of it is unpacked without bound."""
    with contextlib.suppress(zlib.error):
        zlib.decompressobj(31).decompress(data, 1 << 16)
    snapshots(data)

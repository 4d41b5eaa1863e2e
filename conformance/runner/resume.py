"""A run that was cut short, as far as it came: its exchanges, its ledger, and what must not be sent again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.client.ledger import FILE
from conformance.client.ledger_reader import LedgerCall, LedgerError
from conformance.client.ledger_reader import read as read_ledger
from conformance.contract import Contract
from conformance.contract.actions import Action
from conformance.record.run_ndjson import RecordError
from conformance.record.run_ndjson import read as read_record
from conformance.wire.message import FORMS, Exchange, HttpRequest, NoAnswer, Request, Scheme


class ResumeError(Exception):
    """A run cannot be resumed; the message says why."""


@dataclass(frozen=True, slots=True)
class Before:
    """The run that is resumed."""

    folder: Path
    asked: Mapping[str, Any]
    """What its user said."""
    name: str
    """How its target was called."""
    products: tuple[str, ...]
    own: bool
    """Whether it created them itself."""
    exchanges: tuple[Exchange, ...]
    """All that it recorded, and where a call was lost, an exchange without an answer in its place."""
    past: Mapping[str, Exchange | None]
    """Key of each call that creates something \u2192 what it saw of it; None where that was lost."""
    ledger: str
    """The text of its ledger."""


def before(folder: Path, contract: Contract) -> Before:
    """Read a run to be resumed. Raises ResumeError for a run that is over, or was made by another contract."""
    try:
        account = read_ledger(folder)
        record = read_record(folder / "run.ndjson", contract)
        text = (folder / FILE).read_text(encoding="utf-8")
    except (LedgerError, RecordError, OSError) as error:
        raise ResumeError(f"--resume {folder}: {error}") from None
    if record.footer is not None:
        raise ResumeError(f"--resume {folder}: that run came to its end; there is nothing to resume")
    if record.header.get("digest") != contract.digest:
        raise ResumeError(f"--resume {folder}: made by another contract, its plan cannot be drawn again")
    exchanges = dict(record.exchanges)
    past: dict[str, Exchange | None] = {}
    last = max((one.at for one in exchanges.values()), default=0.0)
    for call in account.calls:
        past[call.key] = exchanges.get(call.number)
        if call.number not in exchanges:
            exchanges[call.number] = _lost(call, last)
    said = record.header.get("products")
    products = tuple(map(str, said)) if isinstance(said, list) else ()
    return Before(
        folder, account.about["asked"], str(account.about["name"]), products, set(products) <= set(account.own),
        tuple(exchanges[number] for number in sorted(exchanges)), past,
        text if text.endswith("\n") else text.rpartition("\n")[0] + "\n",
    )  # fmt: skip


def _lost(call: LedgerCall, at: float) -> Exchange:
    """A call of which nobody knows whether it arrived."""
    params = [("ProductKey", call.product)] if call.product else []
    if call.operation == Action.BatchRegisterDevice:
        params.append(("Count", str(call.count)))
    elif call.operation == Action.BatchRegisterDeviceWithApplyId:
        params.append(("ApplyId", call.apply_id))
    params += [(f"DeviceName.{n}", name) for n, name in enumerate(call.names, 1)]
    return Exchange(
        call.number, Request(call.operation, tuple(params)), FORMS[0], Scheme.NONE, HttpRequest("GET", "/", ()),
        at, 0.0, None, None, NoAnswer.RESET, call.key.split("/", 1)[0], ("lost with the run before",),
    )  # fmt: skip

"""A run that was cut short, as far as it came: its exchanges, its ledger, and what must not be sent again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from conformance.client.ledger import FILE
from conformance.client.ledger_reader import LedgerCall, LedgerError
from conformance.client.ledger_reader import read as read_ledger
from conformance.contract import Contract
from conformance.contract.actions import Action
from conformance.record.run_ndjson import RecordError
from conformance.record.run_ndjson import read as read_record
from conformance.runner.summary import SUITE_VERSION
from conformance.text.safe import line
from conformance.wire.message import FORMS, Exchange, HttpRequest, NoAnswer, Request, Scheme

HYPOTHESIS = metadata.version("hypothesis")
"""The version by which values are drawn: another one may draw others by the same seed."""


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
    """Read a run to be resumed. Raises ResumeError for a run that is over, or whose plan cannot be drawn again."""
    try:
        account = read_ledger(folder)
        record = read_record(folder / "run.ndjson", contract)
        text = (folder / FILE).read_text(encoding="utf-8")
    except (LedgerError, RecordError, OSError) as error:
        raise ResumeError(f"--resume {folder}: {error}") from None
    if record.footer is not None:
        raise ResumeError(f"--resume {folder}: that run came to its end; there is nothing to resume")
    _check_same_plan(folder, record.header, contract)
    exchanges = dict(record.exchanges)
    past: dict[str, Exchange | None] = {}
    last = max((exchange.at for exchange in exchanges.values()), default=0.0)
    for call in account.calls:
        past[call.key] = exchanges.get(call.number)
        if call.number not in exchanges:
            exchanges[call.number] = _lost(call, last)
    listed = record.header.get("products")
    products = tuple(map(str, listed)) if isinstance(listed, list) else ()
    return Before(
        folder, account.about["asked"], str(account.about["name"]), products, set(products) <= set(account.own),
        tuple(exchanges[number] for number in sorted(exchanges)), past,
        text if text.endswith("\n") else text.rpartition("\n")[0] + "\n",
    )  # fmt: skip


def _check_same_plan(folder: Path, header: Mapping[str, Any], contract: Contract) -> None:
    """The plan is drawn again only by what drew it. Older records say less, and are not refused for that.

    Raises ResumeError that names what made the run and what is here.
    """
    here = {
        "suite": ("the suite", SUITE_VERSION),
        "hypothesis": ("Hypothesis", HYPOTHESIS),
        "digest": ("the contract", contract.digest),
    }
    for key, (name, now) in here.items():
        then = header.get(key)
        if then != now and (then is not None or key == "digest"):
            raise ResumeError(
                f"--resume {folder}: {name} of that run was {line(str(then), 60)}, and here it is {now}; "
                "its plan cannot be drawn again"
            )


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

"""Reads the ledger of a run: the calls that created something, and what has been deleted since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.client.ledger import FILE, FORMAT
from conformance.contract.actions import Action


class LedgerError(Exception):
    """A folder holds no ledger, or one that this version cannot read."""


@dataclass(slots=True)
class LedgerCall:
    """One call that creates something, and what became of it."""

    key: str
    number: int
    operation: str
    product: str = ""
    count: int = 0
    apply_id: str = ""
    """The ApplyId of the request, or that of the answer."""
    names: tuple[str, ...] = ()
    product_name: str = ""
    outcome: str = "lost"
    """``accepted``, ``refused``, or ``lost`` where nobody knows."""


@dataclass(slots=True)
class LedgerContents:
    """A ledger as it was read."""

    about: Mapping[str, Any]
    """The header: the target and the options of the run."""
    calls: list[LedgerCall] = field(default_factory=list)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    """(ProductKey, DeviceName) of what is gone; an empty name is a whole product."""

    @property
    def own(self) -> list[str]:
        """The products that the run created and that are still there."""
        accepted = (call for call in self.calls if call.outcome == "accepted")
        created = (call.product for call in accepted if call.operation == Action.CreateProduct)
        return [key for key in created if key and (key, "") not in self.deleted]


def read(folder: Path) -> LedgerContents:
    """The ledger of a run; a last line cut in the middle is left out. Raises LedgerError."""
    path = folder / FILE
    contents: LedgerContents | None = None
    calls: dict[str, LedgerCall] = {}
    for number, line in _lines(path):
        try:
            kind = line.get("type")
            if kind == "header":
                if line["format"] != FORMAT:
                    raise LedgerError(f"{path}: of format {line['format']}; this version reads {FORMAT}")
                contents = contents or _header(line)
            elif contents is None:
                break
            elif kind == "call":
                calls[line["key"]] = _call(line)
            elif kind == "outcome":
                _became(calls[line["key"]], line)
            elif kind == "deleted":
                contents.deleted.add((line["ProductKey"], line.get("DeviceName", "")))
        except (KeyError, TypeError, ValueError) as error:
            raise LedgerError(f"{path}:{number}: no line of a ledger: {type(error).__name__} {error}") from None
    if contents is None:
        raise LedgerError(f"{path}: no ledger; its first line should be the header")
    contents.calls = list(calls.values())
    return contents


def _header(line: Mapping[str, Any]) -> LedgerContents:
    """What the header says of the run. Raises TypeError where it does not say who was measured, and how."""
    asked = line.get("asked")
    texts = [line.get("url"), line.get("name"), asked.get("target") if isinstance(asked, dict) else None]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("the header should say url, name, and what was asked")
    return LedgerContents(line)


def _call(line: Mapping[str, Any]) -> LedgerCall:
    count = str(line.get("Count", ""))
    return LedgerCall(
        str(line["key"]),
        int(line["number"]),
        str(line["operation"]),
        str(line.get("ProductKey", "")),
        int(count) if count.isascii() and count.isdigit() and len(count) < 10 else 0,
        str(line.get("ApplyId", "")),
        tuple(map(str, line.get("names", ()))),
        str(line.get("ProductName", "")),
    )


def _became(call: LedgerCall, line: Mapping[str, Any]) -> None:
    call.outcome = str(line["outcome"])
    call.apply_id = str(line.get("ApplyId", call.apply_id))
    call.product = call.product or str(line.get("ProductKey", ""))
    if "DeviceName" in line:
        call.names = (str(line["DeviceName"]),)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        texts: Sequence[str] = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise LedgerError(
            f"{path.parent} holds no {path.name}: no run was there, or its target was a program that ended with it"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path}: cannot be read: {error}") from None
    for number, text in enumerate(texts, 1):
        try:
            line = json.loads(text) if text else None
        except (ValueError, RecursionError):
            if number == len(texts):
                return
            raise LedgerError(f"{path}:{number}: not JSON") from None
        if isinstance(line, dict):
            yield number, line

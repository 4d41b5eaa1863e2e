"""What a run creates, on disk before it is asked for: a key before the call, ApplyId and names after it.

So whatever becomes of the process, ``sweep`` knows what to delete, and ``--resume`` what must not be sent again.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from conformance.client.budget import NotSent
from conformance.contract.actions import Action
from conformance.wire.message import Exchange, NoAnswer, Request

FILE = "ledger.ndjson"
FORMAT = 1
ENTERED = frozenset(
    {
        Action.BatchRegisterDevice, Action.BatchCheckDeviceNames,
        Action.BatchRegisterDeviceWithApplyId, Action.RegisterDevice,
        Action.CreateProduct,
    }
)  # fmt: skip
"""Operations that bring something into being: devices, products, or an application that may be registered."""


class LedgerError(Exception):
    """A folder holds no ledger, or one that this version cannot read."""


class Lost(NotSent):
    """A call was sent by the run that is resumed, and nobody knows what became of it: it is not sent again."""


class Ledger:
    """The only writer of a ledger. Without a file it remembers nothing: nobody can sweep what was never on disk."""

    def __init__(self, path: Path | None = None, past: Mapping[str, Exchange | None] | None = None) -> None:
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path is not None else None
        self._path = path
        self._past = past or {}
        self._counts: dict[str, int] = {}

    def header(self, about: Mapping[str, Any]) -> None:
        """Who is measured, and what the user said: enough to come back without being told again."""
        self._write({"type": "header", "format": FORMAT, **about})

    def key(self, purpose: str, request: Request) -> str | None:
        """The key of a call that creates something, the same in every run of the same plan; else None."""
        if request.operation not in ENTERED:
            return None
        name = f"{purpose}/{request.operation}"
        self._counts[name] = self._counts.get(name, 0) + 1
        return f"{name}/{self._counts[name]}"

    def known(self, key: str) -> Exchange | None:
        """What the run that is resumed saw of that call; None where it never sent it. Raises Lost."""
        if key not in self._past:
            return None
        found = self._past[key]
        if found is None:
            raise Lost(f"what became of {key} was lost with the run before, and it is not sent again")
        return found

    def before(self, key: str, number: int, request: Request) -> None:
        """On disk when this returns: the call is about to be sent."""
        said = dict(request.params)
        names = [value for name, value in request.params if _is_name(name)]
        line: dict[str, Any] = {"type": "call", "key": key, "number": number, "operation": request.operation}
        line |= {name: said[name] for name in ("ProductKey", "Count", "ApplyId", "ProductName") if name in said}
        self._write(line | ({"names": names} if names else {}), durable=True)

    def after(self, key: str, exchange: Exchange) -> None:
        """On disk when this returns: what became of the call."""
        line: dict[str, Any] = {"type": "outcome", "key": key, "outcome": _outcome(exchange)}
        answer = exchange.answer
        if exchange.accepted and answer is not None:
            if answer.apply_id is not None:
                line["ApplyId"] = str(answer.apply_id)
            value = answer.value or {}
            for name in ("ProductKey", "DeviceName"):
                if isinstance(found := answer.data.get(name) or value.get(name), str):
                    line[name] = found
        self._write(line, durable=True)

    def deleted(self, product: str, name: str = "") -> None:
        """A device, or where no name is given a whole product, is gone."""
        self._write({"type": "deleted", "ProductKey": product, **({"DeviceName": name} if name else {})})

    def discard(self) -> None:
        """Close the file, and delete it where nothing was created."""
        self.close()
        if self._path is not None and not self._counts:
            self._path.unlink()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # what could not be written has been told of already
                self._file.close()

    def _write(self, line: Mapping[str, Any], *, durable: bool = False) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            self._file.flush()
            if durable:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from None


def _is_name(parameter: str) -> bool:
    return (
        parameter == "DeviceName"
        or parameter.startswith("DeviceName.")
        or (parameter.startswith("DeviceNameList.") and parameter.endswith(".DeviceName"))
    )


def _outcome(exchange: Exchange) -> str:
    if exchange.accepted:
        return "accepted"
    # Throttled, refused in so many words, or never connected: nothing came of it. All else may have had an effect.
    nothing = exchange.refused or exchange.throttled or exchange.no_answer is NoAnswer.REFUSED
    return "refused" if nothing else "lost"


@dataclass(slots=True)
class LedgerCall:
    """One call that creates something, and what became of it."""

    key: str
    number: int
    operation: str
    product: str = ""
    count: int = 0
    apply_id: str = ""
    """The one it was sent with, or the one it was answered with."""
    names: tuple[str, ...] = ()
    product_name: str = ""
    outcome: str = "lost"


@dataclass(slots=True)
class Account:
    """A ledger as it was read."""

    about: Mapping[str, Any]
    calls: list[LedgerCall] = field(default_factory=list)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    """(ProductKey, DeviceName) of what is gone; an empty name is a whole product."""

    @property
    def own(self) -> list[str]:
        """The products that the run created and that are still there."""
        created = [
            one.product for one in self.calls if one.operation == Action.CreateProduct and one.outcome == "accepted"
        ]
        return [key for key in created if key and (key, "") not in self.deleted]


def read(folder: Path) -> Account:
    """The ledger of a run; a last line cut in the middle is left out. Raises LedgerError."""
    path = folder / FILE
    account: Account | None = None
    calls: dict[str, LedgerCall] = {}
    for number, line in _lines(path):
        try:
            kind = line.get("type")
            if kind == "header":
                if line["format"] != FORMAT:
                    raise LedgerError(f"{path}: of format {line['format']}; this version reads {FORMAT}")
                account = account or _account(line)
            elif account is None:
                break
            elif kind == "call":
                calls[line["key"]] = _call(line)
            elif kind == "outcome":
                _became(calls[line["key"]], line)
            elif kind == "deleted":
                account.deleted.add((line["ProductKey"], line.get("DeviceName", "")))
        except (KeyError, TypeError, ValueError) as error:
            raise LedgerError(f"{path}:{number}: no line of a ledger: {type(error).__name__} {error}") from None
    if account is None:
        raise LedgerError(f"{path}: no ledger; its first line should be the header")
    account.calls = list(calls.values())
    return account


def _account(line: Mapping[str, Any]) -> Account:
    """What the header says of the run. Raises TypeError where it does not say who was measured, and how."""
    asked = line.get("asked")
    said = [line.get("url"), line.get("name"), asked.get("target") if isinstance(asked, dict) else None]
    if not all(isinstance(one, str) for one in said):
        raise TypeError("the header should say url, name, and what was asked")
    return Account(line)


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
            found = json.loads(text) if text else None
        except (ValueError, RecursionError):
            if number == len(texts):
                return
            raise LedgerError(f"{path}:{number}: not JSON") from None
        if isinstance(found, dict):
            yield number, found

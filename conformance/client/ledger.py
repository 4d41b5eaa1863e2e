"""Writes down what a run creates: a key before each call, ApplyId and names after it, each on disk at once.

Whatever becomes of the process, ``sweep`` knows what to delete, and ``--resume`` what must not be sent again.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
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


class Lost(NotSent):
    """A call was sent by the run that is resumed, and nobody knows what became of it: it is not sent again."""


class Ledger:
    """The only writer of a ledger. Without a file it writes nothing, and ``sweep`` cannot be used."""

    def __init__(self, path: Path | None = None, past: Mapping[str, Exchange | None] | None = None) -> None:
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path is not None else None
        self._path = path
        self._past = past or {}
        self._counts: dict[str, int] = {}

    def header(self, about: Mapping[str, Any]) -> None:
        """Write the first line: the target and the options of the run, so that ``sweep`` needs no other."""
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
        exchange = self._past[key]
        if exchange is None:
            raise Lost(f"what became of {key} was lost with the run before, and it is not sent again")
        return exchange

    def before(self, key: str, number: int, request: Request) -> None:
        """On disk when this returns: the call is about to be sent."""
        values = dict(request.params)
        names = [value for name, value in request.params if _is_name(name)]
        line: dict[str, Any] = {"type": "call", "key": key, "number": number, "operation": request.operation}
        line |= {name: values[name] for name in ("ProductKey", "Count", "ApplyId", "ProductName") if name in values}
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
                if isinstance(text := answer.data.get(name) or value.get(name), str):
                    line[name] = text
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

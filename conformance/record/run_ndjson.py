"""run.ndjson: a header, one line per exchange and verdict, a footer. No footer: the run was cut short."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TextIO

from conformance.contract import Contract
from conformance.judge.verdict import Verdict
from conformance.record.codec import exchange_from_dict, exchange_to_dict, verdict_from_dict, verdict_to_dict
from conformance.wire.decode_common import encodable
from conformance.wire.message import Exchange

FORMAT = 1
LARGEST_LINE = 64 * 1024 * 1024
"""Bytes; the line of the largest answer that is kept stays below."""
NO_HEADER = "no run.ndjson: its first line should be the header"


class RecordError(Exception):
    """A file is no run.ndjson, or one that this version cannot read."""


class Recorder:
    """The only writer of a run.ndjson; every line is on disk before the next request is sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO = path.open("x", encoding="utf-8")

    def header(self, about: dict[str, Any]) -> None:
        """What was measured, by what."""
        self._write({"type": "header", "format": FORMAT, **about})

    def exchange(self, exchange: Exchange) -> None:
        """One exchange."""
        self._write({"type": "exchange", **exchange_to_dict(exchange)})

    def verdict(self, verdict: Verdict) -> None:
        """One verdict."""
        self._write({"type": "verdict", **verdict_to_dict(verdict)})

    def footer(self, counts: dict[str, Any]) -> None:
        """The end: without it the run was cut short."""
        self._write({"type": "footer", **counts})

    def _write(self, line: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            self._file.flush()
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # what could not be written has been told of already
            self._file.close()


@dataclass(frozen=True, slots=True)
class Record:
    """A run as it was recorded."""

    header: dict[str, Any]
    exchanges: dict[int, Exchange]
    verdicts: tuple[Verdict, ...]
    footer: dict[str, Any] | None
    """None where the run was cut short."""


def read(path: Path, contract: Contract) -> Record:
    """The record in a run.ndjson. Raises RecordError; a last line cut in the middle is left out."""
    try:
        with path.open("rb") as file:
            return _record(file, path, contract)
    except OSError as error:
        raise RecordError(f"{path}: cannot be read: {error.strerror}") from None


def _record(file: BinaryIO, path: Path, contract: Contract) -> Record:
    header: dict[str, Any] | None = None
    footer: dict[str, Any] | None = None
    exchanges: dict[int, Exchange] = {}
    verdicts: list[Verdict] = []
    for where, line in lines(file, path):
        if header is None:
            header = line
            continue
        try:
            match line.get("type"):
                case "exchange":
                    exchanges[int(line["number"])] = exchange_from_dict(line, contract)
                case "verdict":
                    verdicts.append(verdict_from_dict(line))
                case "footer":
                    footer = line
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise RecordError(f"{where}: no line of a run: {type(error).__name__} {error}") from None
    if header is None:
        raise RecordError(f"{path}: {NO_HEADER}")
    return Record(header, exchanges, tuple(verdicts), footer)


def lines(file: BinaryIO, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each line of a run.ndjson stands, and its object: first the header, of a format that we know.

    Raises RecordError; a last line cut in the middle is left out.
    """
    for number, line in enumerate(iter(lambda: file.readline(LARGEST_LINE), b""), 1):
        where = f"{path}:{number}"
        if len(line) == LARGEST_LINE:
            raise RecordError(f"{where}: one line is larger than {LARGEST_LINE >> 20} MiB; that is no run.ndjson")
        try:
            value = encodable(json.loads(line), line.decode("utf-8"))
        except (ValueError, RecursionError):
            if not line.endswith(b"\n"):
                return
            raise RecordError(f"{where}: corrupted: not JSON; the run has to be recorded again") from None
        if not isinstance(value, dict):
            raise RecordError(f"{where}: corrupted: expected an object; the run has to be recorded again")
        if number == 1 and value.get("type") != "header":
            raise RecordError(f"{where}: {NO_HEADER}")
        if number == 1 and value.get("format") != FORMAT:
            raise RecordError(
                f"{where}: found format {value.get('format')!r:.20}, expected {FORMAT}; update iot-conformance"
            )
        yield where, value

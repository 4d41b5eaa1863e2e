"""run.ndjson: a header, one line per exchange and verdict, a footer. No footer: the run was cut short."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from conformance.contract import Contract
from conformance.judge.verdict import Verdict
from conformance.report.record_lines import exchange_from_dict, exchange_to_dict, verdict_from_dict, verdict_to_dict
from conformance.wire.message import Exchange
from conformance.wire.reading import encodable

FORMAT = 1


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
    header: dict[str, Any] | None = None
    footer: dict[str, Any] | None = None
    exchanges: dict[int, Exchange] = {}
    verdicts: list[Verdict] = []
    for number, line in _lines(path):
        try:
            kind = line.get("type")
            if kind == "header":
                header = line
            elif kind == "exchange":
                exchanges[int(line["number"])] = exchange_from_dict(line, contract)
            elif kind == "verdict":
                verdicts.append(verdict_from_dict(line))
            elif kind == "footer":
                footer = line
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise RecordError(f"{path}:{number}: no line of a run: {type(error).__name__} {error}") from None
    if header is None or header.get("format") != FORMAT:
        raise RecordError(f"{path}: no run.ndjson of format {FORMAT}; its first line should be the header")
    return Record(header, exchanges, tuple(verdicts), footer)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                try:
                    found = encodable(json.loads(text), text)
                except (ValueError, RecursionError):
                    if not text.endswith("\n"):
                        return
                    raise RecordError(f"{path}:{number}: not JSON") from None
                if isinstance(found, dict):
                    yield number, found
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: cannot be read: {error}") from None

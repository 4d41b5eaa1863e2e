"""What a recording is, seen from its first bytes, and its exchanges one by one, whichever kind it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from conformance.contract import Contract
from conformance.judge.verdict import Verdict
from conformance.offline.recordings import har, vcr
from conformance.offline.recordings.items import CutOff
from conformance.offline.recordings.message import Recorded
from conformance.offline.recordings.problem import RecordingError
from conformance.offline.recordings.third_party import ThirdParty
from conformance.record.codec import exchange_from_dict, verdict_from_dict
from conformance.record.run_ndjson import RecordError, lines
from conformance.wire.message import Exchange

HEAD = 4_096
"""Bytes from which the kind is told."""
KINDS = "a run.ndjson of ours, a HAR file, or a VCR cassette (JSON or YAML)"


@dataclass(slots=True)
class Recording:
    """A recording that is read once, from front to back; what it says of itself grows while ``exchanges`` is read."""

    path: Path
    contract: Contract
    kind: str = ""
    """``run``, ``HAR`` or ``VCR``."""
    header: dict[str, Any] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """The verdicts that were recorded live, in a run of ours."""
    cut_off: str = ""
    """Why its end is missing, empty where it is whole."""
    third_party: ThirdParty | None = None
    """Reads a recording that is none of our runs, and counts what it leaves out; None for a run of ours."""

    def exchanges(self) -> Iterator[Exchange]:
        """Every exchange of this API. Raises RecordingError."""
        try:
            with self.path.open("rb") as file:
                yield from self._read(file)
        except OSError as error:
            raise RecordingError(f"{self.path}: cannot be read: {error.strerror}") from None

    def _read(self, file: BinaryIO) -> Iterator[Exchange]:
        head = file.read(HEAD)
        file.seek(0)
        name = str(self.path)
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start:
            raise RecordingError(f"{name}: empty; expected {KINDS}")
        if start[:1] == b"{" and b'"type"' in head.split(b"\n", 1)[0] and b'"header"' in head:
            self.kind = "run"
            yield from self._lines(file)
            return
        self.third_party = ThirdParty(self.contract)
        if start[:1] == b"{":
            recorded = self._in_json(file, _first_name(start), name)
        elif start[:1] in b"[<" or b"\0" in start:
            raise RecordingError(f"{name}: no recording; expected {KINDS}")
        else:
            self.kind = "VCR"
            whole = _is_whole(file)
            self.cut_off = "" if whole else "the file ends in the middle of a line"
            recorded = vcr.yaml_interactions(file, name, whole=whole)
        try:
            for message in recorded:
                if (exchange := self.third_party.exchange(message)) is not None:
                    yield exchange
        except CutOff:
            self.cut_off = "the file ends in the middle"

    def _in_json(self, file: BinaryIO, first: str, name: str) -> Iterator[Recorded | None]:
        """A HAR file has one member called log; a cassette says what its list is called, before or after a version."""
        if first == "log":
            self.kind = "HAR"
            return har.entries(file, name)
        self.kind = "VCR"
        head = file.read(HEAD).decode("utf-8", "replace")
        file.seek(0)
        wanted = next((name for name in reversed(vcr.LISTS) if f'"{name}"' in head), None)
        if wanted is None:
            raise RecordingError(f"{name}: JSON, but no recording; expected {KINDS}")
        return vcr.json_interactions(file, name, wanted)

    def _lines(self, file: BinaryIO) -> Iterator[Exchange]:
        try:
            yield from self._recorded(lines(file, self.path))
        except RecordError as error:
            raise RecordingError(str(error)) from None

    def _recorded(self, checked: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[Exchange]:
        ended = False
        for where, line in checked:
            if not self.header:
                self._begin(line, where)
                continue
            try:
                match line.get("type"):
                    case "exchange":
                        yield exchange_from_dict(line, self.contract)
                    case "verdict":
                        verdict = verdict_from_dict(line)
                        self.verdicts[verdict.clause] = verdict
                    case "footer":
                        ended = True
            except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
                problem = f"{type(error).__name__} {error}"[:80]
                raise RecordingError(f"{where}: corrupted, or written by a newer version: {problem}") from None
        if not ended:
            self.cut_off = "the run was cut short: it has no footer"

    def _begin(self, header: dict[str, Any], where: str) -> None:
        lists, patience = ("products", "without", "only"), header.get("patience")
        texts = all(isinstance(name, str) for member in lists for name in _list(header.get(member)))
        number = patience is None or (isinstance(patience, int | float) and patience > 0)
        if not texts or not number or not all(isinstance(header.get(member, []), list) for member in lists):
            raise RecordingError(f"{where}: corrupted header: expected lists of texts, and a patience in seconds")
        self.header = header


def _is_whole(file: BinaryIO) -> bool:
    """Whether a text ends with its line: any beginning of YAML is YAML as well. Leaves the file at its beginning."""
    file.seek(-1, 2)
    last = file.read(1)
    file.seek(0)
    return last == b"\n"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _first_name(start: bytes) -> str:
    """The name of the first member of a JSON object, empty where there is none."""
    try:
        name = json.JSONDecoder().raw_decode(start[1:].lstrip().decode("utf-8", "ignore"))[0]
    except ValueError:
        return ""
    return name if isinstance(name, str) else ""

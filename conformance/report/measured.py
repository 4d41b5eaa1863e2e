"""One run as every report reads it, whether it has just ended or was recorded."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.client.target import is_loopback
from conformance.contract import EDITIONS, Contract, Level, load
from conformance.judge.coverage import coverage
from conformance.judge.stream import Stream
from conformance.judge.verdict import Outcome, Verdict
from conformance.record.run_ndjson import Record, RecordError, read
from conformance.report.cut_short import by_invariants
from conformance.runner.exit_status import OUTCOMES, exit_of
from conformance.runner.gate import Gate
from conformance.runner.run import Result
from conformance.runner.selection import Choice
from conformance.runner.summary import SUITE_VERSION, summary_of
from conformance.text.language import in_language
from conformance.wire.message import Exchange

RECORD = "run.ndjson"
CUT_SHORT = "the run was cut short before it was decided"
ABOUT: dict[str, Any] = {
    "suite": "", "target": "", "edition": "", "revision": 0, "seed": 0, "profile": "full", "gate": "must",
    "labels": {}, "partial": False, "start": "",
}  # fmt: skip
"""What the header says of a run, and what it is where an older suite did not say it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One target, measured once by one edition."""

    contract: Contract
    summary: Mapping[str, Any]
    """What summary.json holds."""
    verdicts: tuple[Verdict, ...]
    """One for every clause of the contract, in its order."""
    exchanges: Mapping[int, Exchange]
    stream: Stream
    url: str
    """Where the target was; empty where the record does not say."""
    folder: Path | None
    cut_short: bool
    remarks: tuple[str, ...] = ()
    """What a reader has to know of the record itself, such as that another version of the suite made it."""
    lang: str = "en"
    """In which language people read it."""
    digest: str = ""
    """Of the contract files by which it was measured; empty where the record does not say."""

    @property
    def target(self) -> str:
        return str(self.summary["target"])

    @property
    def edition(self) -> str:
        return str(self.summary["edition"])

    @property
    def start(self) -> datetime.datetime | None:
        """When it began; None where the record does not say."""
        try:
            return datetime.datetime.fromisoformat(str(self.summary["start"])).astimezone(datetime.UTC)
        except (ValueError, OverflowError):
            return None

    @property
    def waived(self) -> Mapping[str, Mapping[str, str]]:
        """Broken clauses that somebody answers for → reason, owner, issue and last day of the waiver."""
        return self.summary["waivers"]["waived"]  # type: ignore[no-any-return]

    def findings(self) -> list[Verdict]:
        """The failed clauses, MUST before SHOULD before what was pinned."""
        order = list(Level)
        failed = [one for one in self.verdicts if one.outcome is Outcome.FAIL]
        return sorted(failed, key=lambda one: order.index(self.contract.clauses[one.clause].level))


def of_run(result: Result, lang: str = "en") -> Measured:
    """The run that has just ended."""
    return Measured(
        in_language(result.contract, lang),
        result.summary,
        result.verdicts,
        {exchange.number: exchange for exchange in result.exchanges},
        result.stream,
        result.url,
        result.folder,
        result.interrupted,
        lang=lang,
        digest=result.contract.digest,
    )


def of_record(path: Path, lang: str = "en") -> Measured:
    """The run that a run.ndjson holds, or the folder of a run. Raises RecordError.

    What it came to is taken from its footer. Without one the run was cut short: where it holds no verdict either,
    invariants judge what was recorded, and clauses of which nothing can be told are UNTESTED.
    """
    contract = load()
    file = path / RECORD if path.is_dir() else path
    record = read(file, contract)
    about = {name: record.header.get(name, default) for name, default in ABOUT.items()}
    if about["edition"] not in EDITIONS:
        raise RecordError(f"{file}: the run is of edition {about['edition']!r}; known are {', '.join(EDITIONS)}")
    if not isinstance(about["labels"], dict):
        raise RecordError(f"{file}: the labels of the run are no table")
    exchanges = tuple(record.exchanges.values())
    url = str(record.header.get("url") or "")
    stream = Stream(
        exchanges,
        contract,
        about["edition"],
        _seconds(record.header.get("patience"), 60.0),
        exclusive if isinstance(exclusive := record.header.get("exclusive"), bool) else is_loopback(url),
        tuple(map(str, products)) if isinstance(products := record.header.get("products"), list) else (),
    )
    gate = Level.SHOULD if about["gate"] == "should" else Level.MUST
    choice = Choice(contract, about["edition"], gate=gate)
    found = record.verdicts
    if record.footer is None and not found:
        found = tuple(by_invariants(choice, stream))
    decided = {one.clause: one for one in found}
    left_over = CUT_SHORT if record.footer is None else "not known to the suite that made this run"
    verdicts = tuple(
        decided.get(name) or Verdict(name, Outcome.UNTESTED, left_over) for name in contract.clauses
    )  # fmt: skip
    footer = record.footer or {}
    summary = summary_of(
        about,
        contract,
        verdicts,
        _outcome(choice, verdicts, footer),
        exchanges,
        _seconds(footer.get("seconds"), max((exchange.at + exchange.seconds for exchange in exchanges), default=0.0)),
        coverage(stream),
        _waivers(footer),
    )
    return Measured(
        in_language(contract, lang), summary, verdicts, record.exchanges, stream, url, file.parent,
        record.footer is None, tuple(_remarks(contract, record)), lang,
        str(record.header.get("digest") or ""),
    )  # fmt: skip


def _outcome(choice: Choice, verdicts: tuple[Verdict, ...], footer: Mapping[str, Any]) -> str:
    if (said := footer.get("outcome")) in OUTCOMES.values():
        return str(said)
    return OUTCOMES[exit_of(choice, verdicts, Gate())[0]]


def _waivers(footer: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the footer says of the waivers of the run; nothing where it says nothing that can be read."""
    empty, said = Gate().to_dict(), footer.get("waivers")
    if not isinstance(said, dict) or said.keys() != empty.keys() or not isinstance(said["elsewhere"], int):
        return empty
    waived, notes = said["waived"], [said[name] for name in ("red", "warnings", "untouched")]
    if not isinstance(waived, dict) or not all(isinstance(each, list) for each in notes):
        return empty
    right = all(_texts(one, "reason", "owner", "issue", "expires") for one in waived.values())
    right = right and all(_texts(one, "kind", "clause", "where", "says") for note in notes for one in note)
    return said if right else empty


def _texts(found: Any, *names: str) -> bool:
    """Whether that is a table with these texts."""
    return isinstance(found, dict) and all(isinstance(found.get(name), str) for name in names)


def _remarks(contract: Contract, record: Record) -> list[str]:
    found = []
    if (suite := record.header.get("suite")) != SUITE_VERSION:
        found.append(f"Recorded by {suite}, shown by {SUITE_VERSION}.")
    if record.header.get("digest") not in (None, contract.digest):
        found.append("Recorded with other contract files than these: what clauses say is the text of today.")
    unknown = [verdict.clause for verdict in record.verdicts if verdict.clause not in contract.clauses]
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        found.append(f"Left out, since no clause has that name any more: {', '.join(unknown[:3])}{more}.")
    return found


def _seconds(said: Any, default: float) -> float:
    return float(said) if isinstance(said, int | float) and 0 <= said < 1e9 else default

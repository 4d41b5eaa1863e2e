"""Records in which any one thing is of another kind: each becomes reports or one clear line, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_report_command import BROKEN, record_of

from conformance.record.run_ndjson import RecordError
from conformance.report.all import WRITERS
from conformance.report.measured import of_record

JUNK: tuple[Any, ...] = (None, -7, "\u202ex", [[1]], {"a": None}, True, 1e300)
"""Two of these take the place of each thing, in turn."""


def a_small_record() -> list[dict[str, Any]]:
    """Header, the exchanges of one finding and a few others, all verdicts, and a footer with a waiver."""
    lines = [json.loads(text) for text in record_of(BROKEN, "mock").splitlines()]
    finding = next(one for one in lines if "finding" in one)["finding"]["exchanges"]
    kept = [one for one in lines if one["type"] != "exchange" or one["number"] < 12 or one["number"] in finding]
    note = {"kind": "stale", "clause": BROKEN[1], "where": "waivers.toml:3", "says": "passed"}
    waived = {BROKEN[1]: {"reason": "known", "owner": "us", "issue": "1", "expires": "2027-01-01"}}
    kept[-1]["waivers"] = {"waived": waived, "red": [note], "warnings": [], "untouched": [], "elsewhere": 0}
    return kept


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to everything inside a value; of a list, only its first item."""
    if isinstance(value, dict):
        for key in value:
            yield (*path, key)
            yield from places(value[key], (*path, key))
    elif isinstance(value, list) and value:
        yield (*path, 0)
        yield from places(value[0], (*path, 0))


def changed(line: dict[str, Any], path: tuple[Any, ...], junk: Any) -> str:
    """The line as text with one thing in it replaced."""
    copy = json.loads(json.dumps(line))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = junk
    return json.dumps(copy)


LINES = ("header", "footer", "verdict", "exchange")


@pytest.mark.parametrize("kind", LINES)
def test_whatever_stands_in_a_line_is_reported_or_refused(kind: str, tmp_path: Path) -> None:
    lines = a_small_record()
    number = next(n for n, one in enumerate(lines) if one["type"] == kind and (kind != "verdict" or "finding" in one))
    texts = [json.dumps(one) for one in lines]
    refused: list[str] = []
    reported = 0

    for turn, path in enumerate(places(lines[number])):
        if path == ("type",):
            continue
        for junk in (JUNK[turn % len(JUNK)], JUNK[(turn + 3) % len(JUNK)]):
            changes = [*texts[:number], changed(lines[number], path, junk), *texts[number + 1 :]]
            (tmp_path / "run.ndjson").write_text("\n".join(changes) + "\n")
            try:
                run = of_record(tmp_path)
            except RecordError as error:
                refused.append(str(error))
                continue
            reported += 1
            for name, (file, write) in WRITERS.items():
                try:
                    write(tmp_path / file, [run])
                except Exception as error:
                    raise AssertionError(f"{name} of {path} = {junk!r}: {error!r}") from error

    assert not [text for text in refused if "\n" in text]
    assert reported

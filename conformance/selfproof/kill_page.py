"""The kill matrix as a page: which faults were noticed by their own clause, and which legal servers were blamed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.contract import Contract
from conformance.report.matrix import PAGES
from conformance.text.language import Say, saying
from conformance.text.safe import line

DOT = 3
"""How large a clause and a fault are in the picture."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One broken or legal server, measured by one edition."""

    name: str
    says: str
    clause: str
    """The clause that it breaks; empty for a legal server."""
    edition: str
    profile: str
    noticed: bool
    """Whether its own clause failed; of a legal server, whether it was blamed."""
    failed: tuple[str, ...]
    """Every clause that failed, or stayed open where it should not."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Faults from top to bottom, clauses from left to right, as three paths."""

    width: int
    height: int
    own: str
    others: str
    missed: str


def write_kill_page(
    path: Path, contract: Contract, tried: Sequence[Tried], requests: int, seconds: float, lang: str = "en"
) -> None:
    """Write the page of a self-proof over some editions."""
    say = saying(lang)
    editions = list(dict.fromkeys(one.edition for one in tried))
    broken = [one for one in tried if one.clause]
    legal = [one for one in tried if not one.clause]
    page = PAGES.get_template("kill_matrix.html").render(
        editions=editions,
        scores=[_score(edition, broken, legal) for edition in editions],
        picture=picture(contract, [one for one in broken if one.edition == editions[-1]]) if editions else None,
        operations=_by_operation(contract, broken, editions, say),
        legal=_rows(legal, editions, say),
        facts=say("{requests:,} requests in {seconds:.0f} s", requests=requests, seconds=seconds)
        + f", {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        say=say,
        lang=lang,
        good=all(one.noticed for one in broken) and not any(one.noticed for one in legal),
    )
    path.write_text(page, encoding="utf-8")


def _score(edition: str, broken: Sequence[Tried], legal: Sequence[Tried]) -> dict[str, Any]:
    mine = [one for one in broken if one.edition == edition]
    killed = [one for one in mine if one.noticed]
    return {
        "edition": edition,
        "faults": len(mine),
        "killed": len(killed),
        "quickly": sum(one.profile == "quick" for one in killed),
        "legal": sum(one.edition == edition for one in legal),
        "blamed": sum(one.edition == edition and one.noticed for one in legal),
    }


def _by_operation(
    contract: Contract, broken: Sequence[Tried], editions: Sequence[str], say: Say
) -> list[dict[str, Any]]:
    found: dict[str, list[Tried]] = {}
    for one in broken:
        clause = contract.clauses.get(one.clause)
        found.setdefault(clause.operation if clause else one.clause.split(".")[0], []).append(one)
    return [{"name": name, "rows": _rows(each, editions, say)} for name, each in found.items()]


def _rows(tried: Sequence[Tried], editions: Sequence[str], say: Say) -> list[dict[str, Any]]:
    """One row per server, with a cell per edition."""
    by_name: dict[str, dict[str, Tried]] = {}
    for one in tried:
        by_name.setdefault(one.name, {})[one.edition] = one
    return [_row(name, each, editions, say) for name, each in by_name.items()]


def _row(name: str, each: Mapping[str, Tried], editions: Sequence[str], say: Say) -> dict[str, Any]:
    first = next(iter(each.values()))
    others = dict.fromkeys(clause for one in each.values() for clause in one.failed if clause != one.clause)
    wrong = [one for one in each.values() if one.noticed is not bool(one.clause)]
    return {
        "name": name,
        "clause": first.clause,
        "says": line(first.says, 300),
        "cells": [_cell(each.get(edition), say) for edition in editions],
        "others": list(others)[:12],
        "more": max(len(others) - 12, 0),
        "wrong": bool(wrong),
        "error": line(next((one.error for one in each.values() if one.error), ""), 300),
    }


def _cell(one: Tried | None, say: Say) -> tuple[str, str]:
    """The class of a cell, and what it says."""
    if one is None:
        return "exempt", "\u00b7"
    if one.clause:
        return ("pass", f"\u2713 {one.profile}") if one.noticed else ("fail", f"\u2717 {say('survived')}")
    return ("fail", f"\u2717 {say('blamed')}") if one.noticed else ("pass", "\u2713")


def picture(contract: Contract, broken: Sequence[Tried]) -> Picture:
    """Which clauses fell with which fault: its own, others, and its own where it stood although it should not."""
    column = {clause: number for number, clause in enumerate(contract.clauses)}
    own: list[str] = []
    others: list[str] = []
    missed: list[str] = []
    for row, one in enumerate(sorted(broken, key=lambda one: column.get(one.clause, 0))):
        if one.clause in column:
            (own if one.noticed else missed).append(_dot(column[one.clause], row))
        others += [_dot(column[clause], row) for clause in one.failed if clause != one.clause and clause in column]
    return Picture(len(column) * DOT, max(len(broken), 1) * DOT, "".join(own), "".join(others), "".join(missed))


def _dot(column: int, row: int) -> str:
    return f"M{column * DOT} {row * DOT}h{DOT}v{DOT}h-{DOT}z"

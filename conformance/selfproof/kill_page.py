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
    editions = list(dict.fromkeys(server.edition for server in tried))
    broken = [server for server in tried if server.clause]
    legal = [server for server in tried if not server.clause]
    page = PAGES.get_template("kill_matrix.html").render(
        editions=editions,
        scores=[_score(edition, broken, legal) for edition in editions],
        picture=picture(contract, [server for server in broken if server.edition == editions[-1]])
        if editions
        else None,
        operations=_by_operation(contract, broken, editions, say),
        legal=_rows(legal, editions, say),
        facts=say("{requests:,} requests in {seconds:.0f} s", requests=requests, seconds=seconds)
        + f", {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        say=say,
        lang=lang,
        good=all(server.noticed for server in broken) and not any(server.noticed for server in legal),
    )
    path.write_text(page, encoding="utf-8")


def _score(edition: str, broken: Sequence[Tried], legal: Sequence[Tried]) -> dict[str, Any]:
    mine = [server for server in broken if server.edition == edition]
    killed = [server for server in mine if server.noticed]
    return {
        "edition": edition,
        "faults": len(mine),
        "killed": len(killed),
        "quickly": sum(server.profile == "quick" for server in killed),
        "legal": sum(server.edition == edition for server in legal),
        "blamed": sum(server.edition == edition and server.noticed for server in legal),
    }


def _by_operation(
    contract: Contract, broken: Sequence[Tried], editions: Sequence[str], say: Say
) -> list[dict[str, Any]]:
    by_operation: dict[str, list[Tried]] = {}
    for server in broken:
        clause = contract.clauses.get(server.clause)
        operation = clause.operation if clause else server.clause.split(".")[0]
        by_operation.setdefault(operation, []).append(server)
    return [{"name": name, "rows": _rows(servers, editions, say)} for name, servers in by_operation.items()]


def _rows(tried: Sequence[Tried], editions: Sequence[str], say: Say) -> list[dict[str, Any]]:
    """One row per server, with a cell per edition."""
    by_name: dict[str, dict[str, Tried]] = {}
    for server in tried:
        by_name.setdefault(server.name, {})[server.edition] = server
    return [_row(name, by_edition, editions, say) for name, by_edition in by_name.items()]


def _row(name: str, by_edition: Mapping[str, Tried], editions: Sequence[str], say: Say) -> dict[str, Any]:
    servers = list(by_edition.values())
    first = servers[0]
    others = dict.fromkeys(clause for server in servers for clause in server.failed if clause != server.clause)
    return {
        "name": name,
        "clause": first.clause,
        "says": line(first.says, 300),
        "cells": [_cell(by_edition.get(edition), say) for edition in editions],
        "others": list(others)[:12],
        "more": max(len(others) - 12, 0),
        "wrong": any(server.noticed is not bool(server.clause) for server in servers),
        "error": line(next((server.error for server in servers if server.error), ""), 300),
    }


def _cell(server: Tried | None, say: Say) -> tuple[str, str]:
    """The class of a cell, and what it says."""
    if server is None:
        return "exempt", "\u00b7"
    if server.clause:
        return ("pass", f"\u2713 {server.profile}") if server.noticed else ("fail", f"\u2717 {say('survived')}")
    return ("fail", f"\u2717 {say('blamed')}") if server.noticed else ("pass", "\u2713")


def picture(contract: Contract, broken: Sequence[Tried]) -> Picture:
    """Which clauses fell with which fault: its own, others, and its own where it stood although it should not."""
    column = {clause: number for number, clause in enumerate(contract.clauses)}
    own: list[str] = []
    others: list[str] = []
    missed: list[str] = []
    for row, server in enumerate(sorted(broken, key=lambda server: column.get(server.clause, 0))):
        if server.clause in column:
            (own if server.noticed else missed).append(_dot(column[server.clause], row))
        others += [
            _dot(column[clause], row) for clause in server.failed if clause != server.clause and clause in column
        ]
    return Picture(len(column) * DOT, max(len(broken), 1) * DOT, "".join(own), "".join(others), "".join(missed))


def _dot(column: int, row: int) -> str:
    return f"M{column * DOT} {row * DOT}h{DOT}v{DOT}h-{DOT}z"

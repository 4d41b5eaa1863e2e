"""matrix.html: the page that a person opens first; static, self-contained, safe against what targets send."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from conformance.contract import Contract, Level
from conformance.judge.verdict import Outcome, Verdict
from conformance.report.curl import curl
from conformance.report.safe import block, line
from conformance.wire.message import Exchange

PAGES = Environment(loader=PackageLoader("conformance.report"), autoescape=True, undefined=StrictUndefined)


def write_matrix(
    path: Path,
    contract: Contract,
    summary: dict[str, Any],
    verdicts: list[Verdict],
    exchanges: dict[int, Exchange],
    url: str,
    sentence: str,
    *,
    cut_short: bool,
) -> None:
    """Write the page of one run."""
    operations: dict[str, list[dict[str, Any]]] = {}
    for verdict in verdicts:
        row = _row(contract, summary["edition"], verdict, exchanges, url)
        operations.setdefault(contract.clauses[verdict.clause].operation, []).append(row)
    counts = ", ".join(f"{number} {name}" for name, number in summary["counts"].items() if number)
    facts = [
        ("edition", f"{summary['edition']}, revision {summary['revision']}"),
        ("suite", summary["suite"]),
        ("profile, seed", f"{summary['profile']}, {summary['seed']}"),
        ("requests", f"{summary['requests']:,} in {summary['seconds']:.1f} s, {summary['devices']:,} devices"),
        ("clauses", counts),
        *((f"label {name}", value) for name, value in summary["labels"].items()),
    ]
    readings = [
        (name, ", ".join(f"{line(value, 80)} \u00d7 {count}" for value, count in seen.items()))
        for name, seen in summary["readings"].items()
    ]
    page = PAGES.get_template("matrix.html").render(
        summary=summary,
        target=line(str(summary["target"])),
        sentence=sentence,
        cut_short=cut_short,
        facts=[(name, line(str(value))) for name, value in facts],
        broken=[row for rows in operations.values() for row in rows if row["outcome"] == Outcome.FAIL],
        operations=list(operations.items()),
        readings=readings,
        areas=[
            (name, area["exercised"], area["of"], _holes(area["holes"])) for name, area in summary["coverage"].items()
        ],
    )
    path.write_text(page, encoding="utf-8")


def _holes(holes: dict[str, str]) -> list[tuple[str, str]]:
    """The holes of an area by reason."""
    by_reason: dict[str, list[str]] = {}
    for part, why in holes.items():
        by_reason.setdefault(why, []).append(line(part, 80))
    return [(why, ", ".join(parts)) for why, parts in by_reason.items()]


def _row(
    contract: Contract, edition: str, verdict: Verdict, exchanges: dict[int, Exchange], url: str
) -> dict[str, Any]:
    clause = contract.clauses[verdict.clause]
    observed = clause.level is Level.OBSERVED and verdict.outcome is Outcome.PASS
    row: dict[str, Any] = {
        "id": clause.id,
        "short": clause.id.removeprefix(clause.operation + "."),
        "level": str(clause.level),
        "outcome": "observed" if observed else str(verdict.outcome),
        "kind": "observed" if observed else str(verdict.outcome),
        "exercised": f"{verdict.exercised:,}" if verdict.exercised else "",
        "says": clause.says(edition if edition in clause.editions else None),
        "source": clause.sources.get(edition, ""),
        "reason": line(verdict.reason, 300),
        "evidence": [],
    }
    if (finding := verdict.finding) is not None:
        shown = [exchanges[number] for number in finding.exchanges[-3:] if number in exchanges]
        row |= {
            "expected": block(finding.expected, 500),
            "seen": block(finding.seen, 500),
            "evidence": [_evidence(one) for one in shown],
            "curl": curl(shown[-1], url) if shown else "",
        }
    return row


def _evidence(one: Exchange) -> dict[str, str]:
    params = "\n".join(f"{name} = {value}" for name, value in one.request.params[:40])
    if len(one.request.params) > 40:
        params += f"\n\u2026 and {len(one.request.params) - 40} more parameters"
    answer = f"no answer: {one.fault}"
    if one.received is not None:
        answer = f"HTTP {one.received.status}\n" + one.received.body.decode("utf-8", "replace")
    return {
        "head": f"#{one.number} at {one.at:.3f} s, {one.form}",
        "request": block(f"{one.request.operation}\n{params}", 3_000),
        "answer": block(answer, 3_000),
    }

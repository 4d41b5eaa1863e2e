"""Trends over the snapshots of one target as a page: the time to register, outcomes, and the clauses that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from conformance.judge.verdict import Outcome
from conformance.offline.drift.history import Kept
from conformance.report.matrix import PAGES
from conformance.text.safe import line

COUNTED = (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.UNTESTED, Outcome.ERROR)
"""What is exempt is no part of the whole."""
MOST_CLAUSES = 300


def plots(snapshots: Sequence[Kept]) -> dict[str, str]:
    """File name → page, for the snapshots of one target, oldest first; a column of each picture is one run."""
    spans = [span for kept in snapshots for span in kept.snapshot.register.values()]
    failed = {
        name for kept in snapshots for name, clause in kept.snapshot.shown.items() if clause.outcome == Outcome.FAIL
    }
    longest = max((most for _, most in spans), default=0.0) or 1.0
    clauses = [(name, [_square(kept, name) for kept in snapshots]) for name in sorted(failed)[:MOST_CLAUSES]]
    columns = [_column(kept, longest) for kept in snapshots]
    page = PAGES.get_template("trends.html").render(
        columns=columns, clauses=clauses, longest=longest, outcomes=COUNTED, hidden=max(len(failed) - MOST_CLAUSES, 0)
    )
    return {"trends.html": page}


def _column(kept: Kept, longest: float) -> dict[str, Any]:
    """One run: how many clauses have each outcome, and in which part of the longest time registering lies."""
    counts = Counter(clause.outcome for clause in kept.snapshot.shown.values())
    bands = [
        (way, 100 * least / longest, 100 * (most - least) / longest, f"{way}: {least:.2f} to {most:.2f} s")
        for way, (least, most) in kept.snapshot.register.items()
    ]
    return {"run": kept.run, "target": line(kept.target, 80), "edition": kept.edition, "bands": bands,
            "counts": [(outcome, counts[outcome]) for outcome in COUNTED if counts[outcome]]}  # fmt: skip


def _square(kept: Kept, clause: str) -> tuple[str, str]:
    """Class and title of a square: how a clause did in one run."""
    summary = kept.snapshot.shown.get(clause)
    outcome = next((known for known in Outcome if summary is not None and known == summary.outcome), None)
    return outcome or "exempt", f"{kept.run}: {outcome.word if outcome else 'no such clause'}"

"""The matrix page beside the clauses: each run's card, observations, coverage, and what was not tested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.contract import Level
from conformance.judge.verdict import Outcome
from conformance.report.history import Past
from conformance.report.measured import Measured
from conformance.report.pictures import graph, timeline
from conformance.report.score import effort, score, sentence
from conformance.text.language import saying, text
from conformance.text.safe import line

OF_RUN = {"conformant": "p", "violations": "f", "inconclusive": "q", "error": "q"}
"""The colour of the small square of an earlier run."""


def column(run: Measured, letter: str, past: Sequence[Past]) -> dict[str, Any]:
    """A run's card, pictures and coverage."""
    summary = run.summary
    facts = [
        ("edition", text("{edition}, revision {n}", run.lang, edition=run.edition, n=summary["revision"])),
        ("address", run.url),
        ("when", f"{run.start:%Y-%m-%d %H:%M} UTC" if run.start else ""),
        ("profile", text("{profile}, gate {gate}", run.lang, profile=summary["profile"], gate=summary["gate"])),
        ("effort", effort(run)),
        ("suite", summary["suite"]),
        *((text("label {name}", run.lang, name=name), value) for name, value in summary["labels"].items()),
    ]
    scores = [(str(level), score(run, level)) for level in (Level.MUST, Level.SHOULD)]
    return {
        "target": line(run.target),
        "letter": letter,
        "outcome": str(summary["outcome"]),
        "word": (f"{letter}: " if letter else "") + text(str(summary["outcome"]), run.lang).capitalize(),
        "sentence": sentence(run),
        "cut_short": run.cut_short,
        "remarks": [*(line(remark, 300) for remark in run.remarks), *_of_waivers(run)],
        "scores": [each for each in scores if each[1].of],
        "facts": [(line(str(name), 60), line(str(value))) for name, value in facts if value],
        "past": [
            {"kind": OF_RUN.get(one.outcome, ""), "start": line(one.start[:16].replace("T", " "))} for one in past
        ],
        "graph": graph(run.stream),
        "timeline": timeline(run.stream, saying(run.lang)),
        "areas": [
            {"name": name, "exercised": area["exercised"], "of": area["of"], "holes": _holes(area["holes"])}
            for name, area in summary["coverage"].items()
        ],
    }


def _of_waivers(run: Measured) -> list[str]:
    """What is to be said of waivers beside the failures that they cover."""
    said = run.summary["waivers"]
    notes = [*said["red"], *said["warnings"], *said["untouched"]]
    return [line(f"{note['where']}: the waiver of {note['clause']} {note['says']}", 300) for note in notes]


def overview(runs: Sequence[Measured], operation: str) -> dict[str, Any]:
    """The scores of one operation in each run."""
    return {
        "name": operation,
        "cells": [
            {
                "scores": [score(run, level, operation) for level in (Level.MUST, Level.SHOULD)],
                "seen": score(run, Level.OBSERVED, operation).passed,
            }
            for run in runs
        ],
    }


def observations(runs: Sequence[Measured]) -> list[tuple[str, list[str]]]:
    """Clause → what each run read."""
    clauses = [name for name in runs[0].contract.clauses if any(name in run.summary["observations"] for run in runs)]
    return [
        (
            name,
            [
                ", ".join(
                    f"{line(str(value), 80)} \u00d7 {count:,}"
                    for value, count in run.summary["observations"].get(name, {}).items()
                )
                for run in runs
            ],
        )
        for name in clauses
    ]


def _holes(holes: dict[str, str]) -> list[tuple[str, str]]:
    """The holes of an area by reason."""
    by_reason: dict[str, list[str]] = {}
    for part, why in holes.items():
        by_reason.setdefault(why, []).append(line(part, 80))
    return [(why, ", ".join(parts)) for why, parts in by_reason.items()]


def unmeasured(runs: Sequence[Measured], labels: Sequence[str]) -> list[dict[str, Any]]:
    """What was not looked at, by reason; a clause that has no row above gets its anchor here."""
    everywhere = set.intersection(
        *({one.clause for one in run.verdicts if one.outcome is Outcome.EXEMPT} for run in runs)
    )
    groups: dict[tuple[str, str, str], list[tuple[str, bool]]] = {}
    for run, label in zip(runs, labels, strict=True):
        for verdict in run.verdicts:
            if verdict.outcome in {Outcome.EXEMPT, Outcome.UNTESTED}:
                key = (line(verdict.reason, 200), verdict.outcome.word, label)
                groups.setdefault(key, []).append((verdict.clause, verdict.clause in everywhere))
                everywhere.discard(verdict.clause)
    return [
        {"reason": reason, "outcome": outcome, "target": target, "ids": ids}
        for (reason, outcome, target), ids in groups.items()
    ]

"""matrix.html: the page that a person opens first; static, self-contained, safe against what targets send."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.contract import Level
from conformance.judge.verdict import Outcome, Verdict
from conformance.report.columns import column, observations, overview, unmeasured
from conformance.report.evidence import evidence_of, share
from conformance.report.history import Past, past_runs
from conformance.report.ids import ALLURE_PAGE, anchor
from conformance.report.measured import Measured
from conformance.report.score import reason_of
from conformance.text.language import Say, saying
from conformance.text.safe import line

PAGES = Environment(
    loader=PackageLoader("conformance.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def breakable(name: str) -> Markup:
    """The name of a clause or fault, with the places where a line may end."""
    return Markup(re.sub(r"([._/@])", r"\1<wbr>", str(escape(name))))


PAGES.filters["breakable"] = breakable
MARK = {
    Outcome.PASS: "\u2713",
    Outcome.FAIL: "\u2717",
    Outcome.INCONCLUSIVE: "?",
    Outcome.UNTESTED: "\u2013",
    Outcome.EXEMPT: "\u00b7",
    Outcome.ERROR: "!",
}
SQUARE = {Outcome.PASS: "p", Outcome.FAIL: "f", Outcome.INCONCLUSIVE: "q", Outcome.ERROR: "q"}
"""The colour of a small square; the others stay grey."""
FEW = 3
"""Findings that are open from the start."""


def write_matrix(path: Path, runs: Sequence[Measured]) -> None:
    """Write the page of one run, or of several as columns; it leads to Allure's page where that lies beside it."""
    allure = ALLURE_PAGE if (path.parent / ALLURE_PAGE).exists() else ""
    path.write_text(matrix(runs, allure=allure), encoding="utf-8")


def matrix(runs: Sequence[Measured], *, allure: str = "") -> str:
    """The page as text; ``allure`` is where Allure's page lies, seen from it."""
    several = len(runs) > 1
    letters = [_letter(number) if several else "" for number in range(len(runs))]
    labels = [f"{letter}: {line(run.target, 60)}" if several else "" for run, letter in zip(runs, letters, strict=True)]
    past = [past_runs(run) for run in runs]
    clauses = list(runs[0].contract.clauses.values())
    verdicts = [{verdict.clause: verdict for verdict in run.verdicts} for run in runs]
    findings = sum(len(run.findings()) for run in runs)
    allowance = share(findings)
    operations: dict[str, list[dict[str, Any]]] = {}
    for clause in clauses:
        each = [by_clause[clause.id] for by_clause in verdicts]
        if all(one.outcome is Outcome.EXEMPT for one in each):
            continue
        evidence = [
            evidence_of(
                run,
                one,
                allowance,
                label=label,
                link=f"{allure}#{anchor(run, clause.id)}" if allure else "",
            )
            for run, one, label in zip(runs, each, labels, strict=True)
            if one.finding is not None
        ]
        row = {
            "id": clause.id,
            "short": clause.id.removeprefix(clause.operation + "."),
            "level": str(clause.level),
            "says": _says(runs, clause),
            "cells": [
                _cell(clause.level, one, letter, before, waived=clause.id in run.waived)
                for run, one, letter, before in zip(runs, each, letters, past, strict=True)
            ],
            "kinds": _kinds(each),
            "why": _why(each, saying(runs[0].lang)),
            "evidence": evidence,
        }
        operations.setdefault(clause.operation, []).append(row)
    names = [run.target for run in runs]
    heading = line(", ".join(dict.fromkeys(names)), 160)
    page = PAGES.get_template("matrix.html")
    return page.render(
        lang=runs[0].lang,
        say=saying(runs[0].lang),
        title=f"{heading}: {', '.join(dict.fromkeys(str(run.summary['outcome']) for run in runs))}",
        heading=heading,
        columns=[column(*each) for each in zip(runs, letters, past, strict=True)],
        failed=sorted(
            (row for rows in operations.values() for row in rows if row["evidence"]),
            key=lambda row: list(Level).index(row["level"]),
        ),
        few=findings <= FEW,
        overview=[overview(runs, name) for name in operations],
        operations=[
            {"name": name, "says": getattr(runs[0].contract.operations.get(name), "says", ""), "rows": rows}
            for name, rows in operations.items()
        ],
        observations=observations(runs),
        unmeasured=unmeasured(runs, labels),
        suites=", ".join(dict.fromkeys(line(str(run.summary["suite"]), 60) for run in runs)),
    )


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _says(runs: Sequence[Measured], clause: Any) -> str:
    editions = {run.edition for run in runs if run.edition in clause.editions}
    return str(clause.says(editions.pop() if len(editions) == 1 else None))


def _kind(level: Level, verdict: Verdict) -> str:
    return "observed" if level is Level.OBSERVED and verdict.outcome is Outcome.PASS else str(verdict.outcome)


def _word(level: Level, verdict: Verdict) -> str:
    """The outcome as people read it."""
    return "observed" if level is Level.OBSERVED and verdict.outcome is Outcome.PASS else verdict.outcome.word


def _kinds(verdicts: Iterable[Verdict]) -> str:
    """Classes by which rows are filtered."""
    outcomes = {verdict.outcome for verdict in verdicts}
    left = outcomes & {Outcome.INCONCLUSIVE, Outcome.UNTESTED, Outcome.ERROR}
    return (" is-failed" if Outcome.FAIL in outcomes else "") + (" is-undecided" if left else "")


def _cell(level: Level, verdict: Verdict, letter: str, past: Sequence[Past], *, waived: bool) -> dict[str, Any]:
    squares = [SQUARE.get(run.clauses.get(verdict.clause, Outcome.UNTESTED), "") for run in past]
    observed = ["o" if level is Level.OBSERVED and square == "p" else square for square in squares]
    return {
        "letter": letter,
        "kind": "waived" if waived else _kind(level, verdict),
        "word": "waived" if waived else _word(level, verdict),
        "mark": "\u25cf" if _kind(level, verdict) == "observed" else MARK[verdict.outcome],
        "times": f"{verdict.exercised:,}" if verdict.exercised else "",
        "past": observed,
        "change": _change(verdict, past),
    }


def _change(verdict: Verdict, past: Sequence[Past]) -> str:
    """``failed`` or ``passed`` where the last run before saw the opposite."""
    before = past[-1].clauses.get(verdict.clause) if past else None
    if (before, verdict.outcome) == (Outcome.PASS, Outcome.FAIL):
        return "failed"
    return "passed" if (before, verdict.outcome) == (Outcome.FAIL, Outcome.PASS) else ""


def _why(verdicts: Iterable[Verdict], say: Say) -> list[str]:
    """Why a clause did not simply pass, where no evidence below says it."""
    return list(
        dict.fromkeys(
            line(reason_of(verdict, say), 300) for verdict in verdicts if verdict.reason and verdict.finding is None
        )
    )

"""Allure results from a run: one result per clause with what it says, its source and its decisive exchange."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allure_commons.model2 import (
    Attachment,
    Label,
    Link,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from attr import asdict

from conformance.contract import Clause, Level
from conformance.judge.verdict import Breaks, Outcome, Verdict
from conformance.report.allure_http import HTTP, http, started
from conformance.report.curl import curl
from conformance.report.evidence import MOST, evidence_of
from conformance.report.ids import SPACE, case_id, full_name, history_id, result_id
from conformance.report.measured import Measured
from conformance.report.score import effort, reason_of, sentence
from conformance.text.language import saying
from conformance.text.safe import block, line
from conformance.wire.message import Exchange

STATUS = {
    Outcome.PASS: Status.PASSED,
    Outcome.FAIL: Status.FAILED,
    Outcome.INCONCLUSIVE: Status.BROKEN,
    Outcome.ERROR: Status.BROKEN,
    Outcome.EXEMPT: Status.SKIPPED,
    Outcome.UNTESTED: Status.SKIPPED,
}
SEVERITY = {Level.MUST: "critical", Level.SHOULD: "normal", Level.OBSERVED: "trivial"}
GROUPS = {"Common": "Every operation", "Signature": "Every operation", "Workflow": "Applications"}
LONGEST_BODY = 20_000
LONGEST_EXAMPLE = 2_000
"""Characters of a body that merely bears a clause out."""
TEXT = "text/plain"
MINE = "iot-conformance"
"""The label by which results of ours are known; the plugin marks its items with it."""


def write_allure(folder: Path, run: Measured) -> None:
    """Write one result per clause, environment and executor; what of ours lies there already is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*-result.json"):
        _remove_ours(old)
    for verdict in run.verdicts:
        _write_result(folder, run, verdict)
    _write_globals(folder, run)
    environment = {
        "target": run.target,
        "edition": f"{run.edition}, revision {run.summary['revision']}",
        "suite": run.summary["suite"],
        "seed": run.summary["seed"],
        "profile": run.summary["profile"],
        **{f"label.{name}": value for name, value in run.summary["labels"].items()},
    }
    text = "\n".join(f"{line(str(name), 60)}={line(str(value))}" for name, value in environment.items())
    (folder / "environment.properties").write_text(text + "\n", encoding="utf-8")
    (folder / "executor.json").write_text(
        json.dumps(
            {
                "name": line(str(run.summary["suite"])),
                "type": "iot-conformance",
                "buildName": f"{line(run.target)}, seed {line(str(run.summary['seed']))}",
                "reportName": line(sentence(run), 300),
            }
        ),
        encoding="utf-8",
    )


def _remove_ours(path: Path) -> None:
    """Remove a result with its attachments if it is one of ours, or one that Allure's plugin made of our items.

    They would count twice. Results of the host's own tests stay.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        ours = any(MINE in (label["name"], label.get("value")) for label in found["labels"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    if ours:
        path.unlink()
        for source in _sources(found):
            (path.parent / Path(source).name).unlink(missing_ok=True)


def _sources(step: dict[str, Any]) -> Iterator[str]:
    """The files attached to a result or step, and to the steps in it."""
    yield from (str(one["source"]) for one in step.get("attachments", []))
    for inner in step.get("steps", []):
        yield from _sources(inner)


def _write_result(folder: Path, run: Measured, verdict: Verdict) -> None:
    clause = run.contract.clauses[verdict.clause]
    shown = _shown(run, verdict)
    start = started(run) + round(1000 * min((one.at for one in shown), default=0.0))
    stop = started(run) + round(1000 * max((one.at + one.seconds for one in shown), default=0.0))
    result = TestResult(
        uuid=result_id(run, clause.id),
        name=clause.says(run.edition if run.edition in clause.editions else None),
        fullName=full_name(clause.id),
        testCaseId=case_id(clause.id),
        historyId=history_id(run, clause.id),
        status=STATUS[verdict.outcome],
        start=start,
        stop=max(start, stop),
        description=f"{clause.id}: {clause.sources.get(run.edition, 'not in this edition')}",
        labels=_labels(run, clause, verdict),
        # History ignores the environment: only a parameter keeps two targets apart.
        parameters=[Parameter("target", line(run.target)), Parameter("edition", run.edition)],
        links=[Link("link", f"matrix.html#{clause.id}", "matrix")],
    )
    result.steps = [_act(folder, run, result.uuid, exchange, short=verdict.finding is None) for exchange in shown]
    result.steps.append(_assert(folder, run, clause, verdict))
    found = _plain(result)
    found["statusDetails"] = _details(run, verdict)
    (folder / f"{result.uuid}-result.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def _labels(run: Measured, clause: Clause, verdict: Verdict) -> list[Label]:
    found = {
        "epic": saying(run.lang)(GROUPS.get(clause.operation, "Operations")),
        "feature": clause.operation,
        "story": clause.id,
        "severity": SEVERITY[clause.level],
        "target": line(run.target),
        "edition": run.edition,
        "level": str(clause.level),
        "outcome": "waived" if clause.id in run.waived else str(verdict.outcome),
        "framework": MINE,
    }
    return [Label(name, value) for name, value in found.items()]


def _details(run: Measured, verdict: Verdict) -> dict[str, Any]:
    """Message, and what was expected and seen: these Allure shows as a difference."""
    say = saying(run.lang)
    details = StatusDetails(message=block(reason_of(verdict, say), 500) or say("held {n} times", n=verdict.exercised))
    found = _plain(details)
    if verdict.finding is not None:
        # Attachments open by a click each; this stands on the page of the clause itself.
        exchanges = evidence_of(run, verdict, MOST).exchanges
        told = [f"{exchange.head}\n{exchange.request}\n{exchange.answer}\n" for exchange in exchanges]
        found["trace"] = block("\n".join((_expected_and_seen(run, verdict.finding), *told)), MOST)
        found["expected"] = block(verdict.finding.expected, 2_000)
        found["actual"] = block(verdict.finding.seen, 2_000)
    return found


def _expected_and_seen(run: Measured, finding: Breaks) -> str:
    say = saying(run.lang)
    return f"{say('expected')}: {finding.expected}\n{say('seen')}: {finding.seen}\n"


def _shown(run: Measured, verdict: Verdict) -> list[Exchange]:
    """The exchanges that show a finding, else one that bears the clause out."""
    numbers = verdict.finding.exchanges[-3:] if verdict.finding is not None else (verdict.example,)
    return [run.exchanges[number] for number in numbers if number in run.exchanges]


def _act(folder: Path, run: Measured, owner: str, exchange: Exchange, *, short: bool) -> TestStepResult:
    start = started(run) + round(exchange.at * 1000)
    shown = json.dumps(http(run, exchange, LONGEST_EXAMPLE if short else LONGEST_BODY), ensure_ascii=False)
    words = line(curl(exchange, run.url or "TARGET"), 4_000)
    say = saying(run.lang)
    name = say(
        "act: {operation} by {form}, exchange {n}", operation=exchange.operation, form=exchange.form, n=exchange.number
    )
    return TestStepResult(
        name=name,
        status=Status.PASSED,
        start=start,
        stop=start + round(exchange.seconds * 1000),
        attachments=[
            _attach(
                folder,
                owner,
                f"exchange {exchange.number}",
                say("exchange {n}", n=exchange.number),
                HTTP,
                "httpexchange",
                shown,
            ),
            _attach(folder, owner, f"curl {exchange.number}", f"curl {exchange.number}", TEXT, "txt", words),
        ],
    )


def _assert(folder: Path, run: Measured, clause: Clause, verdict: Verdict) -> TestStepResult:
    at, owner, say = started(run), result_id(run, clause.id), saying(run.lang)
    name = line(say("assert: {what}", what=reason_of(verdict, say) or clause.id), 300)
    step = TestStepResult(name=name, status=STATUS[verdict.outcome], start=at, stop=at)
    if (finding := verdict.finding) is not None:
        text = block(_expected_and_seen(run, finding))
        step.attachments = [_attach(folder, owner, "expected and seen", say("expected and seen"), TEXT, "txt", text)]
    if verdict.observations:
        text = "\n".join(f"{count:>6} \u00d7 {line(value)}" for value, count in verdict.observations.items())
        step.attachments = [
            *step.attachments,
            _attach(folder, owner, "observations", say("observations"), TEXT, "txt", text),
        ]
    return step


def _write_globals(folder: Path, run: Measured) -> None:
    """What belongs to the run and to no clause: the verdict in one sentence, and what the requests touched."""
    owner = f"{run.target}|{run.edition}".encode("utf-8", "replace").decode()
    say = saying(run.lang)
    lines = [sentence(run), effort(run), ""]
    for name, area in run.summary["coverage"].items():
        lines.append(f"{say(name)}: {say('{n} of {all}', n=area['exercised'], all=area['of'])}")
        lines += [f"    {line(part, 80)}: {say(why)}" for part, why in area["holes"].items()]
    title = say("coverage of {target}", target=line(run.target))
    attached = _attach(folder, owner, "coverage", title, TEXT, "txt", "\n".join(lines))
    found = {"attachments": [{**_plain(attached), "timestamp": started(run)}], "errors": []}
    name = uuid.uuid5(SPACE, f"globals of {owner}")
    (folder / f"{name}-globals.json").write_text(json.dumps(found), encoding="utf-8")


def _attach(folder: Path, owner: str, key: str, name: str, kind: str, extension: str, text: str) -> Attachment:
    """Write an attachment; its file is called the same whenever the reports are made again, in whatever language."""
    source = f"{uuid.uuid5(SPACE, f'{owner}|{key}')}-attachment.{extension}"
    (folder / source).write_text(text, encoding="utf-8", errors="replace")
    return Attachment(name=name, source=source, type=kind)


def _plain(model: Any) -> dict[str, Any]:
    return asdict(model, filter=lambda _, value: value not in (None, []))

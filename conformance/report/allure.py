"""Allure results from a run: one result per clause with what it says, its source and its decisive exchange."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from allure_commons.model2 import (
    Attachment,
    Label,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from attr import asdict

from conformance.contract import Level
from conformance.judge.verdict import Outcome, Verdict
from conformance.report.curl import curl
from conformance.report.ids import case_id, full_name, history_id, result_id
from conformance.report.measured import Measured
from conformance.report.safe import block, line
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
HTTP = "application/vnd.allure.http+json"


def write_allure(folder: Path, run: Measured) -> None:
    """Write one result per clause, environment and executor into a fresh folder."""
    folder.mkdir(parents=True, exist_ok=True)
    # Results of an earlier hand, such as per-item ones, would count twice.
    for old in (*folder.glob("*-result.json"), *folder.glob("*-container.json")):
        old.unlink()
    for verdict in run.verdicts:
        _write_result(folder, run, verdict)
    environment = {
        "target": run.summary["target"],
        "edition": run.summary["edition"],
        "suite": run.summary["suite"],
        "seed": run.summary["seed"],
        "profile": run.summary["profile"],
    }
    text = "\n".join(f"{name}={line(str(value))}" for name, value in environment.items())
    (folder / "environment.properties").write_text(text + "\n", encoding="utf-8")
    (folder / "executor.json").write_text(
        json.dumps({"name": "iot-conformance", "type": "iot-conformance", "buildName": f"seed {run.summary['seed']}"}),
        encoding="utf-8",
    )


def _write_result(folder: Path, run: Measured, verdict: Verdict) -> None:
    clause = run.contract.clauses[verdict.clause]
    target, edition = str(run.summary["target"]), str(run.summary["edition"])
    result = TestResult(
        uuid=result_id(run, clause.id),
        name=clause.says(edition if edition in clause.editions else None),
        fullName=full_name(clause.id),
        testCaseId=case_id(clause.id),
        historyId=history_id(run, clause.id),
        status=STATUS[verdict.outcome],
        statusDetails=_details(verdict),
        start=_start(run),
        stop=_start(run),
        description=clause.sources.get(edition, "not in this edition"),
    )
    result.labels = [
        Label("epic", GROUPS.get(clause.operation, "Operations")),
        Label("feature", clause.operation),
        Label("story", clause.id),
        Label("severity", SEVERITY[clause.level]),
        Label("target", target),
        Label("edition", edition),
        Label("outcome", str(verdict.outcome)),
        Label("framework", "iot-conformance"),
    ]
    # History ignores the environment: only a parameter keeps two targets apart.
    result.parameters = [Parameter("target", target), Parameter("edition", edition)]
    if verdict.finding is not None:
        _evidence(folder, run, verdict, result)
    (folder / f"{result.uuid}-result.json").write_text(_json(result), encoding="utf-8")


def _details(verdict: Verdict) -> StatusDetails:
    message = block(verdict.reason, 500) or f"held {verdict.exercised} times"
    trace = None
    if verdict.finding is not None:
        trace = block(f"expected: {verdict.finding.expected}\nseen: {verdict.finding.seen}")
    return StatusDetails(message=message, trace=trace)


def _evidence(folder: Path, run: Measured, verdict: Verdict, result: TestResult) -> None:
    finding = verdict.finding
    if finding is None:
        return
    for number in finding.exchanges[-3:]:
        exchange = run.exchanges.get(number)
        if exchange is None:
            continue
        step = TestStepResult(
            name=f"#{number} {exchange.form} {exchange.request.operation}",
            status=Status.PASSED,
            start=_start(run),
            stop=_start(run),
        )
        step.attachments = [
            _attach(folder, f"exchange {number}", HTTP, "httpexchange", json.dumps(_http(run, exchange))),
            _attach(folder, f"curl {number}", "text/plain", "txt", curl(exchange, run.url)),
        ]
        result.steps.append(step)
    judged = TestStepResult(name=line(verdict.reason), status=Status.FAILED, start=_start(run), stop=_start(run))
    text = f"expected: {finding.expected}\nseen:     {finding.seen}\n"
    judged.attachments = [_attach(folder, "expected and seen", "text/plain", "txt", block(text))]
    result.steps.append(judged)


def _attach(folder: Path, name: str, kind: str, extension: str, text: str) -> Attachment:
    source = f"{uuid.uuid4()}-attachment.{extension}"
    (folder / source).write_text(text, encoding="utf-8")
    return Attachment(name=name, source=source, type=kind)


def _http(run: Measured, one: Exchange) -> dict[str, Any]:
    """An exchange as Allure's HTTP viewer reads it."""
    start = _start(run) + round(one.at * 1000)
    found: dict[str, Any] = {
        "schemaVersion": 1,
        "start": start,
        "stop": start + round(one.seconds * 1000),
        "request": {
            "method": one.sent.method,
            "url": run.url + one.sent.target[:LONGEST_BODY],
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in one.sent.headers],
            "body": _content(one.sent.body, "application/x-www-form-urlencoded"),
        },
    }
    if one.received is not None:
        found["response"] = {
            "status": one.received.status,
            "statusText": "",
            "headers": [{"name": name, "value": value} for name, value in one.received.headers],
            "body": _content(one.received.body, one.received.header("content-type") or ""),
        }
    return found


def _content(body: bytes, kind: str) -> dict[str, Any]:
    text = body.decode("utf-8", "replace")
    return {
        "contentType": kind,
        "encoding": "utf8",
        "value": block(text, LONGEST_BODY),
        "size": len(body),
        "truncated": len(text) > LONGEST_BODY,
    }


def _json(result: TestResult) -> str:
    return json.dumps(asdict(result, filter=lambda _, value: value not in (None, [])), ensure_ascii=False)


def _start(run: Measured) -> int:
    """When the run began, in milliseconds since 1970."""
    return round(run.start.timestamp() * 1000) if run.start else 0

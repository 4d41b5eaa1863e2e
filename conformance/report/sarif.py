"""SARIF 2.1.0: each clause a rule, each finding a result at its row, each inconclusive clause a notification."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance import __version__
from conformance.contract import Clause, Level
from conformance.judge.verdict import Breaks, Outcome, Verdict
from conformance.report.ids import history_id
from conformance.report.measured import Measured
from conformance.text.language import saying
from conformance.text.safe import block, line
from conformance.wire.message import Exchange, Headers

LEVEL = {Level.MUST: "error", Level.SHOULD: "warning", Level.OBSERVED: "note"}
LONGEST = 4_000
"""Characters of a body that are kept."""


def write_sarif(path: Path, runs: Sequence[Measured]) -> None:
    """Write one SARIF log of some runs."""
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(run) for run in runs],
    }
    path.write_text(json.dumps(log, ensure_ascii=False, indent=1), encoding="utf-8")


def _run(run: Measured) -> dict[str, Any]:
    clauses = [clause for clause in run.contract.clauses.values() if run.edition in clause.editions]
    index = {clause.id: number for number, clause in enumerate(clauses)}
    unclear = [verdict for verdict in run.verdicts if verdict.outcome in {Outcome.INCONCLUSIVE, Outcome.ERROR}]
    say = saying(run.lang)
    invocation: dict[str, Any] = {
        "executionSuccessful": not run.cut_short and run.summary["outcome"] != "error",
        "toolExecutionNotifications": [
            {
                "level": "error" if one.outcome is Outcome.ERROR else "warning",
                "message": {"text": line(f"{one.clause} {say('inconclusive')}: {one.reason}", 500)},
                "associatedRule": {"id": one.clause},
            }
            for one in unclear
        ],
    }
    if run.start is not None:
        invocation["startTimeUtc"] = f"{run.start:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "tool": {
            "driver": {
                "name": "iot-conformance",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(clause, run.edition) for clause in clauses],
            }
        },
        "automationDetails": {"id": f"iot-conformance/{quote(line(run.target), safe='')}/{run.edition}/"},
        "invocations": [invocation],
        "results": [
            _result(run, finding, finding.finding, index.get(finding.clause, -1))
            for finding in run.findings()
            if finding.finding is not None
        ],
        "columnKind": "unicodeCodePoints",
        "properties": {
            name: line(str(run.summary[name])) for name in ("target", "edition", "revision", "seed", "profile")
        },
    }


def _rule(clause: Clause, edition: str) -> dict[str, Any]:
    return {
        "id": clause.id,
        "shortDescription": {"text": clause.says(edition)},
        "defaultConfiguration": {"level": LEVEL[clause.level]},
        "help": {"text": f"{clause.says(edition)} ({clause.level}; {clause.sources[edition]})"},
        "properties": {"level": str(clause.level), "operation": clause.operation, "source": clause.sources[edition]},
    }


def _result(run: Measured, verdict: Verdict, finding: Breaks, index: int) -> dict[str, Any]:
    clause = run.contract.clauses[verdict.clause]
    place = {"uri": f"fixtures/contract/{clause.file}"}
    say = saying(run.lang)
    text = (
        f"{clause.says(run.edition)}\n{verdict.reason}\n"
        f"{say('expected')}: {finding.expected}\n{say('seen')}: {finding.seen}"
    )
    result: dict[str, Any] = {
        "ruleId": clause.id,
        "level": LEVEL[clause.level],
        "kind": "fail",
        "message": {"text": block(text, 2_000)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": place, "region": {"startLine": clause.line}},
                "logicalLocations": [{"name": clause.operation, "fullyQualifiedName": clause.id, "kind": "function"}],
            }
        ],
        "partialFingerprints": {"clause/v1": history_id(run, clause.id)},
        "occurrenceCount": max(verdict.broken, 1),
        "properties": {
            "target": line(run.target),
            "exercised": verdict.exercised,
            "exchanges": list(finding.exchanges),
        },
    }
    if (said := run.waived.get(clause.id)) is not None:
        by = say("until {day} by {owner}: ", day=said["expires"], owner=said["owner"])
        why = f"{by}{said['reason']} ({said['issue']})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": block(why, 1_000)}]
    if index >= 0:
        result["ruleIndex"] = index
    decisive = run.exchanges.get(finding.exchanges[-1]) if finding.exchanges else None
    if decisive is not None:
        result |= _wire(run, decisive)
    return result


def _wire(run: Measured, exchange: Exchange) -> dict[str, Any]:
    """An exchange as SARIF knows it."""
    found: dict[str, Any] = {
        "webRequest": {
            "protocol": "HTTP",
            "version": "1.1",
            "method": exchange.sent.method,
            "target": line(run.url + exchange.sent.target, LONGEST),
            "headers": _headers(exchange.sent.headers),
            "parameters": {line(name): line(value, LONGEST) for name, value in exchange.request.params[:40]},
        }
    }
    if exchange.received is None:
        found["webResponse"] = {"noResponseReceived": True, "reasonPhrase": str(exchange.no_answer)}
    else:
        found["webResponse"] = {
            "statusCode": exchange.received.status,
            "headers": _headers(exchange.received.headers),
            "body": {"text": block(exchange.received.body[: 4 * LONGEST].decode("utf-8", "replace"), LONGEST)},
        }
    return found


def _headers(headers: Headers) -> dict[str, str]:
    return {line(name): line(value, 500) for name, value in headers[:60]}

"""JUnit XML: one case per clause, and one per waiver that is wrong.

failure: the clause failed; error: inconclusive, or an error of the suite; skipped: waived, not tested or exempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from conformance.judge.verdict import Outcome
from conformance.report.measured import Measured
from conformance.text.safe import block, line


def write_junit(path: Path, runs: Sequence[Measured]) -> None:
    """Write the report of some runs, each a test suite."""
    root = ElementTree.Element("testsuites")
    root.extend(_suite(run) for run in runs)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _suite(run: Measured) -> ElementTree.Element:
    verdicts, waived, red = run.verdicts, run.waived, run.summary["waivers"]["red"]
    suite = ElementTree.Element(
        "testsuite",
        name=line(f"iot-conformance {run.target} {run.edition}"),
        tests=str(len(verdicts) + len(red)),
        failures=str(sum(one.outcome is Outcome.FAIL and one.clause not in waived for one in verdicts) + len(red)),
        errors=str(sum(verdict.outcome in {Outcome.ERROR, Outcome.INCONCLUSIVE} for verdict in verdicts)),
        skipped=str(sum(one.outcome in {Outcome.UNTESTED, Outcome.EXEMPT} or one.clause in waived for one in verdicts)),
        time=str(run.summary["seconds"]),
    )
    if run.start is not None:
        suite.set("timestamp", f"{run.start:%Y-%m-%dT%H:%M:%S}")
    for one in verdicts:
        clause = run.contract.clauses[one.clause]
        case = ElementTree.SubElement(suite, "testcase", classname=clause.operation, name=clause.id, time="0")
        reason = block(one.reason, 500)
        if (said := waived.get(one.clause)) is not None:
            why = f"waived until {said['expires']} by {said['owner']}: {said['reason']} ({said['issue']}); {one.reason}"
            ElementTree.SubElement(case, "skipped", message=block(why, 1_000))
        elif one.outcome is Outcome.FAIL and one.finding is not None:
            failure = ElementTree.SubElement(case, "failure", message=reason, type=str(clause.level))
            failure.text = block(
                f"{clause.says(run.edition)}\nexpected: {one.finding.expected}\nseen: {one.finding.seen}\n"
                f"exchanges: {', '.join(map(str, one.finding.exchanges))}"
            )
        elif one.outcome in {Outcome.ERROR, Outcome.INCONCLUSIVE}:
            ElementTree.SubElement(case, "error", message=reason, type=one.outcome.word)
        elif one.outcome is not Outcome.PASS:
            ElementTree.SubElement(case, "skipped", message=f"{one.outcome.word}: {reason}")
    for note in red:
        case = ElementTree.SubElement(suite, "testcase", classname="waivers", name=line(note["where"]), time="0")
        ElementTree.SubElement(
            case, "failure", message=block(f"{note['clause']} {note['says']}", 1_000), type=note["kind"]
        )
    return suite

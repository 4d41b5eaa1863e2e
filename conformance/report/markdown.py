"""Markdown for the comment on a pull request: short, failed clauses first, bounded, inert whatever a target says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from conformance.contract import Level
from conformance.judge.verdict import Outcome, Verdict
from conformance.report.curl import curl
from conformance.report.measured import Measured
from conformance.report.score import effort, score, sentence
from conformance.text.language import Say, saying
from conformance.text.safe import block, line

SHOWN = 10
"""Findings with their evidence."""
LISTED = 25
"""Findings that are named."""
HARMLESS = " ,()-='\uff0c\u3002\uff1a\uff1b\uff08\uff09\u3001"
"""Marks that mean nothing to Markdown; the last ones are those of Chinese."""
SIGN = {"conformant": "\u2705", "violations": "\u274c"}


def write_markdown(path: Path, runs: Sequence[Measured]) -> None:
    """Write the comment on some runs; at most some 30,000 characters for each."""
    path.write_text("\n".join(_section(run) for run in runs), encoding="utf-8")


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no markup, link, mention or reference comes of it."""
    spelt = "".join(
        letter if letter.isalnum() or letter in HARMLESS else letter if letter == "." else f"&#{ord(letter)};"
        for letter in line(text, 300)
    )
    return re.sub(r"www\.", "www&#46;", spelt, flags=re.IGNORECASE)


def fenced(text: str, limit: int = 600) -> str:
    """Text in a fence that nothing in it can close."""
    shown = block(text, limit)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{shown}\n{fence}"


def _section(run: Measured) -> str:
    outcome = str(run.summary["outcome"])
    say = saying(run.lang)
    lines = [f"### {SIGN.get(outcome, chr(0x2753))} {say(outcome).capitalize()}: {plain(sentence(run))}", ""]
    if run.cut_short:
        lines += [f"**{say('This run was cut short: what stands here is what had been seen until then.')}**", ""]
    lines += [f"{plain(remark)}\n" for remark in run.remarks]
    heads = [say("passed"), say("failed"), say("inconclusive"), say("not tested"), say("all clauses")]
    lines += [f"| | {' | '.join(heads)} |", "| --- | --: | --: | --: | --: | --: |"]
    for level in (Level.MUST, Level.SHOULD):
        found = score(run, level)
        lines.append(
            f"| {level} | {found.passed} | {found.failed} | {found.inconclusive} |"
            f" {found.not_tested + found.exempt} | {found.of} |"
        )
    lines.append("")
    findings = [finding for finding in run.findings() if finding.clause not in run.waived]
    lines += [_finding(run, one) for one in findings[:SHOWN]]
    lines += [f"- {_title(run, one)}" for one in findings[SHOWN : SHOWN + LISTED]]
    if len(findings) > SHOWN + LISTED:
        lines.append(f"- {say('and {n} more', n=len(findings) - SHOWN - LISTED)}")
    lines += [_waived(clause, said, say) for clause, said in run.waived.items()]
    lines += [
        f"- **{say('waived')}: {say(note['kind'])}** `{note['clause']}` {plain(note['says'])}"
        for note in run.summary["waivers"]["red"]
    ]
    unclear = [verdict for verdict in run.verdicts if verdict.outcome in {Outcome.INCONCLUSIVE, Outcome.ERROR}]
    if unclear:
        names = ", ".join(f"`{one.clause}`" for one in unclear[:LISTED])
        more = f" {say('and {n} more', n=len(unclear) - LISTED)}" if len(unclear) > LISTED else ""
        lines += ["", f"{say('inconclusive')}: {names}{more} ({plain(unclear[0].reason)})"]
    by = say("{edition}, revision {n}", edition=run.edition, n=run.summary["revision"])
    lines += ["", f"<sub>{plain(effort(run))}, {by}</sub>", ""]
    return "\n".join(lines)


def _waived(clause: str, said: Mapping[str, str], say: Say) -> str:
    by = say("until {day} by {owner}: ", day=said["expires"], owner=plain(said["owner"]))
    return f"- {say('waived')} `{clause}` {by}{plain(said['reason'])}"


def _title(run: Measured, verdict: Verdict) -> str:
    return f"`{verdict.clause}` {run.contract.clauses[verdict.clause].level}: {plain(verdict.reason)}"


def _finding(run: Measured, verdict: Verdict) -> str:
    clause = run.contract.clauses[verdict.clause]
    title = f"<code>{verdict.clause}</code> {clause.level}: {plain(verdict.reason)}"
    lines = ["<details><summary>" + title + "</summary>", ""]
    lines += [f"{plain(clause.says(run.edition))} <sub>{plain(clause.sources.get(run.edition, ''))}</sub>", ""]
    if verdict.finding is not None:
        say = saying(run.lang)
        shown = f"{say('expected')}  {line(verdict.finding.expected)}\n{say('seen')}  {line(verdict.finding.seen)}"
        lines += [fenced(shown), ""]
        decisive = run.exchanges.get(verdict.finding.exchanges[-1]) if verdict.finding.exchanges else None
        if decisive is not None:
            lines += [fenced(line(curl(decisive, run.url or "TARGET"), 500)), ""]
            if decisive.received is not None:
                body = decisive.received.body[:2_000].decode("utf-8", "replace")
                lines += [fenced(f"HTTP {decisive.received.status} {line(body, 400)}"), ""]
    lines += ["</details>", ""]
    return "\n".join(lines)

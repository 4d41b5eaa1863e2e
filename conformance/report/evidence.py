"""The evidence of a finding as a page shows it, within an allowance of characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from conformance.judge.verdict import Verdict
from conformance.report.curl import curl
from conformance.report.measured import Measured
from conformance.report.replay_command import replay_command
from conformance.text.language import Say, saying, text
from conformance.text.safe import block, line
from conformance.wire.message import Exchange

ALLOWANCE = 130_000
"""Characters of markup that all evidence of a page may take together."""
LEAST, MOST = 300, 16_000
"""Characters that one finding gets in any case, and at most."""
PARAMETERS = 40
"""Parameters of a request that are listed."""


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """One exchange of a finding."""

    head: str
    request: str
    answer: str
    decisive: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What opens below a failed clause."""

    label: str
    """Whose it is, where a page shows several runs."""
    reason: str
    source: str
    expected: str
    seen: str
    exchanges: tuple[ShownExchange, ...]
    curl: str
    again: str
    """The command that sends the decisive exchange again; empty where there is none."""
    link: str
    """Where the Allure page shows it; empty where there is none."""


def share(findings: int) -> int:
    """How many characters of markup each of so many findings may take."""
    return max(LEAST, min(MOST, ALLOWANCE // max(findings, 1)))


def evidence_of(run: Measured, verdict: Verdict, allowance: int, *, label: str = "", link: str = "") -> Evidence:
    """The evidence of a verdict that has a finding; the decisive exchange last."""
    finding = verdict.finding
    if finding is None:
        raise ValueError(f"{verdict.clause} has no finding")
    say = saying(run.lang)
    small = allowance < MOST // 4
    shown = [run.exchanges[number] for number in finding.exchanges if number in run.exchanges]
    shown = shown[-1:] if small else shown[-3:]
    each = allowance // (2 * len(shown) + 2)
    return Evidence(
        label,
        _reason(run, verdict),
        run.contract.clauses[verdict.clause].sources.get(run.edition, ""),
        fitting(block(finding.expected, 1_000), each // 2),
        fitting(block(finding.seen, 1_000), each // 2),
        tuple(_shown(exchange, each, say, decisive=exchange is shown[-1]) for exchange in shown),
        fitting(line(curl(shown[-1], run.url or "TARGET"), 3_000), each) if shown else "",
        replay_command(run, verdict.clause),
        link,
    )


def _reason(run: Measured, verdict: Verdict) -> str:
    """What is wrong, and who answers for it where it is waived."""
    said = run.waived.get(verdict.clause)
    if said is None:
        return line(verdict.reason, 300)
    until = text(
        "waived until {day} by {owner}: {why} ({issue})",
        run.lang,
        day=said["expires"],
        owner=said["owner"],
        why=said["reason"],
        issue=said["issue"],
    )
    return line(f"{verdict.reason} \u2014 {until}", 700)


def fitting(text: str, most: int) -> str:
    """The text, cut so that its markup takes at most ``most`` characters."""
    if len(escape(text)) <= most:
        return text
    cut = text[:most]
    while len(escape(cut)) >= most:
        cut = cut[: len(cut) * 7 // 8]
    return cut + "\u2026"


def _shown(exchange: Exchange, most: int, say: Say, *, decisive: bool) -> ShownExchange:
    status = (
        f"{say('no answer')}: {exchange.no_answer}" if exchange.received is None else f"HTTP {exchange.received.status}"
    )
    body = b"" if exchange.received is None else exchange.received.body[: 4 * MOST]
    return ShownExchange(
        say(
            "#{n} at {at:.3f} s · {form} · answered in {ms:.0f} ms",
            n=exchange.number,
            at=exchange.at,
            form=exchange.form,
            ms=exchange.seconds * 1000,
        ),
        fitting(block(f"{exchange.request.operation}\n{parameters(exchange.request.params, say)}", MOST), most),
        fitting(block(f"{status}\n{body.decode('utf-8', 'replace')}", MOST), most),
        decisive,
    )


def parameters(params: Sequence[tuple[str, str]], say: Say) -> str:
    """Parameters, one on each line; many are counted."""
    lines = [f"{name} = {value[:MOST]}" for name, value in params[:PARAMETERS]]
    if len(params) > PARAMETERS:
        lines.append(say("and {n} more", n=len(params) - PARAMETERS))
    return "\n".join(lines)

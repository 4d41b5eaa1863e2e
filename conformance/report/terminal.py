"""What a person reads in the terminal when a run is over: a table, and each failed clause with its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from conformance.contract import Contract, Level
from conformance.judge.verdict import Outcome, Verdict
from conformance.report.curl import curl
from conformance.report.ids import ALLURE_PAGE
from conformance.report.measured import Measured
from conformance.report.replay_command import replay_command
from conformance.report.score import effort, reason_of, sentence
from conformance.text.command import command
from conformance.text.language import Say, saying, text
from conformance.text.safe import block, line
from conformance.wire.message import Exchange

MARK = {
    Outcome.PASS: ("\u2713", "green"),
    Outcome.FAIL: ("\u2717", "bold red"),
    Outcome.INCONCLUSIVE: ("?", "yellow"),
    Outcome.UNTESTED: ("-", "dim"),
    Outcome.EXEMPT: ("\u00b7", "dim"),
    Outcome.ERROR: ("!", "bold magenta"),
}
SHOWN_FINDINGS = 12
"""Findings shown in full; the others are listed by id."""
SHOWN_OTHERS = 5
"""Clauses of one other outcome that are listed."""


def show(
    console: Console,
    run: Measured,
    files: Mapping[str, Path],
    *,
    verbose: bool = False,
) -> None:
    """The whole report."""
    summary, found, say = run.summary, list(run.verdicts), saying(run.lang)
    for remark in (*([say("This run was cut short.")] if run.cut_short else []), *run.remarks):
        console.print(Text(f"  {line(remark, 300)}", style="yellow"))
    console.print(_table(run.contract, found, say))
    console.print(_legend(say))
    failed = [finding for finding in run.findings() if finding.clause not in run.waived]
    for verdict in failed[:SHOWN_FINDINGS]:
        console.print(_finding(run, verdict))
        if again := replay_command(run, verdict.clause):
            # Outside of the panel and on one line, so that it can be copied.
            console.print(Text.assemble((_label(say("again"), 8), "dim"), again), soft_wrap=True)
    for verdict in failed[SHOWN_FINDINGS:]:
        console.print(Text(f"  {MARK[Outcome.FAIL][0]} {verdict.clause}: {line(verdict.reason)}", style="red"))
    for note in _waivers(summary, say):
        console.print(note)
    for outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.UNTESTED, *([Outcome.EXEMPT] if verbose else [])):
        mark, style = MARK[outcome]
        those = [one for one in found if one.outcome is outcome]
        for verdict in those if verbose else those[:SHOWN_OTHERS]:
            console.print(
                Text.assemble(
                    (f"  {mark} {say(outcome.word)} ", style),
                    f"{verdict.clause}: ",
                    (line(reason_of(verdict, say)), "dim"),
                )
            )
        if len(those) > SHOWN_OTHERS and not verbose:
            left = len(those) - SHOWN_OTHERS
            more = say("and {n} more {outcome}; see them by --verbose", n=left, outcome=say(outcome.word))
            console.print(Text(f"  {mark} {more}", style=style))
    if verbose:
        for name, observations in run.summary["observations"].items():
            seen = ", ".join(f"{line(value, 60)} \u00d7 {count}" for value, count in observations.items())
            console.print(Text.assemble((f"  {say('observed')} ", "cyan"), f"{name}: ", (seen, "dim")))
    console.print(_sentence(run))
    console.print(Text(f"  {scored(summary, say)}", style="dim"))
    _places(console, files, say)


def _places(console: Console, files: Mapping[str, Path], say: Say) -> None:
    """The page to open and the record, each on a line; what else lies beside them, on one."""
    first = [name for name in ("matrix", "record") if name in files]
    for name in first:
        console.print(Text.assemble((_label(say(name), 8), "dim"), str(files[name])), soft_wrap=True)
    others = [path for name, path in files.items() if name not in first]
    beside = [path.name for path in others if path.parent == files.get("record", Path()).parent]
    if beside:
        console.print(Text.assemble((_label(say("beside"), 8), "dim"), ", ".join(beside)), soft_wrap=True)
    folder = files["record"].parent if "record" in files else None
    if folder is not None and not (folder / ALLURE_PAGE).exists():
        console.print(Text.assemble(("  allure  ", "dim"), command("report", folder, "--allure")), soft_wrap=True)
    for path in others:
        if path.name not in beside:
            console.print(Text.assemble((_label(say("also"), 8), "dim"), str(path)), soft_wrap=True)


def _sentence(run: Measured) -> Text:
    """The verdict in one sentence."""
    style = {"conformant": "bold green", "violations": "bold red"}.get(run.summary["outcome"], "bold yellow")
    word = text(str(run.summary["outcome"]), run.lang).upper()
    return Text.assemble("\n", (word, style), f"  {sentence(run)} \u00b7 {effort(run)}")


def _label(word: str, width: int) -> str:
    """Two blanks and a word, padded to as many columns as it takes: a Chinese letter takes two."""
    return f"  {word}{' ' * max(width - cell_len(word), 1)}"


def scored(summary: Mapping[str, Any], say: Say) -> str:
    """The honest score of each level, over all clauses of the edition."""
    return " \u00b7 ".join(
        say("{level} {of}: {passed} passed, {failed} failed", level=level, **one)
        + (say(" ({n} waived)", n=one["waived"]) if one["waived"] else "")
        + say(", {inconclusive} inconclusive, {not_tested} not tested", **one)
        for level, one in summary["score"].items()
    )


def _waivers(summary: Mapping[str, Any], say: Say) -> Iterator[Text]:
    """What is waived, and what is to be said of the waivers."""
    said = summary["waivers"]
    for clause, one in said["waived"].items():
        by = say("until {day} by {owner}: ", day=one["expires"], owner=line(one["owner"], 40))
        why = f"{by}{line(one['reason'])} ({line(one['issue'], 80)})"
        yield Text.assemble((f"  ~ {say('waived')} ", "bold yellow"), f"{clause}: ", (why, "dim"))
    for kind, style in ("red", "bold red"), ("warnings", "yellow"), ("untouched", "dim"):
        for note in said[kind]:
            says = (line(note["says"], 300), "dim")
            yield Text.assemble((f"  ~ {say(note['kind'])} ", style), f"{note['clause']}: ", says)
    if said["elsewhere"]:
        more = say("{n} more waivers are of other targets or editions", n=said["elsewhere"])
        yield Text(f"  ~ {more}", style="dim")


UNDECIDED = (Outcome.INCONCLUSIVE, Outcome.UNTESTED, Outcome.ERROR)


def _table(contract: Contract, verdicts: list[Verdict], say: Say) -> Table:
    """A row for each operation, marks as headings: words would not fit into 80 columns."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("", overflow="ellipsis")
    passed, failed, undecided = (MARK[outcome][0] for outcome in (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE))
    for level in (Level.MUST, Level.SHOULD):
        for heading in (f"{level} {passed}", failed, undecided):
            table.add_column(heading, justify="right", min_width=cell_len(heading))
    table.add_column(say("observed"), justify="right", min_width=cell_len(say("observed")))
    by_operation: dict[str, Counter[tuple[Level, Outcome]]] = {}
    for verdict in verdicts:
        clause = contract.clauses[verdict.clause]
        by_operation.setdefault(clause.operation, Counter())[clause.level, verdict.outcome] += 1
    for operation, counts in by_operation.items():
        cells = [Text(operation)]
        for level in (Level.MUST, Level.SHOULD):
            open_ones = sum(counts[level, outcome] for outcome in UNDECIDED)
            cells += [
                _cell(counts[level, Outcome.PASS], "green"),
                _cell(counts[level, Outcome.FAIL], "bold red"),
                _cell(open_ones, "yellow"),
            ]
        cells.append(_cell(counts[Level.OBSERVED, Outcome.PASS], "cyan"))
        table.add_row(*cells)
    return table


def _legend(say: Say) -> Text:
    """What the headings of the table mean."""
    words = (
        (Outcome.PASS, say("passed")),
        (Outcome.FAIL, say("failed")),
        (Outcome.INCONCLUSIVE, say("inconclusive or not tested")),
    )
    return Text("  ".join(f"{MARK[outcome][0]} {word}" for outcome, word in words), style="dim")


def _cell(number: int, style: str) -> Text:
    return Text(str(number), style=style) if number else Text("\u00b7", style="dim")


def _finding(run: Measured, verdict: Verdict) -> Panel:
    clause, say = run.contract.clauses[verdict.clause], saying(run.lang)
    exchanges = run.exchanges
    rows: list[Any] = [Text(clause.says(run.edition)), Text(clause.sources.get(run.edition, ""), style="dim")]
    finding = verdict.finding
    if finding is not None:
        rows.append(Text.assemble((_label(say("expected"), 10)[2:], "dim"), (line(finding.expected), "green")))
        rows.append(Text.assemble((_label(say("seen"), 10)[2:], "dim"), (line(finding.seen), "red")))
        for number in finding.exchanges[-2:]:
            if (one := exchanges.get(number)) is not None:
                rows.append(_shown(one, say))
        if finding.exchanges and (last := exchanges.get(finding.exchanges[-1])) is not None:
            rows.append(Text(line(curl(last, run.url), 600), style="cyan"))
    for fingerprint in verdict.fingerprints:
        rows.append(Text.assemble((_label(say("fingerprint"), 10)[2:], "dim"), line(fingerprint)))
    title = Text.assemble((f"{MARK[Outcome.FAIL][0]} {verdict.clause} ", "bold red"), (str(clause.level), "dim"))
    return Panel(
        Group(*rows), title=title, subtitle=Text(line(verdict.reason, 110), style="red"), title_align="left",
        subtitle_align="left", border_style="red",
    )  # fmt: skip


def _shown(exchange: Exchange, say: Say) -> Text:
    params = " ".join(f"{name}={value}" for name, value in exchange.request.params[:6])
    more = f" {say('and {n} more', n=len(exchange.request.params) - 6)}" if len(exchange.request.params) > 6 else ""
    head = f"#{exchange.number} {exchange.form} {exchange.request.operation} {line(params, 160)}{more}"
    if exchange.received is None:
        return Text.assemble((head, "bold"), "\n  ", (f"{say('no answer')}: {exchange.no_answer}", "red"))
    body = block(exchange.received.body.decode("utf-8", "replace"), 500)
    return Text.assemble((head, "bold"), f"\n  HTTP {exchange.received.status} ", (" ".join(body.split()), "dim"))

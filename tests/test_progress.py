"""Progress: what a run tells while it goes on: live on a terminal, in plain lines elsewhere, not at all if quiet."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from conformance.client.clock import VirtualClock
from conformance.client.target import Target
from conformance.config.settings import Settings
from conformance.contract import load
from conformance.judge.verdict import Outcome, Verdict
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.report.progress import plainly, progress, table
from conformance.report.run_progress import Watch, waiting, watch
from conformance.runner.execute import Observer
from conformance.runner.run import Runner
from conformance.wire.message import Exchange

EDITION = "alibaba-2023"
ECHO = "BatchRegisterDeviceWithApplyId.ApplyId.echo"


def a_watch() -> Watch:
    return watch(list(load().of(EDITION)))


def drive(observer: Observer, *, delay: float, faults: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> None:
    """A quick run against a reference whose checks and creations take ``delay`` seconds each, on a virtual clock."""
    clock = VirtualClock()
    settings = Settings(
        Target("mock", "http://127.0.0.1:9"),
        EDITION,
        product_key=PRODUCTS[0],
        other_product_key=PRODUCTS[1],
        profile="quick",
        only=only,
    )
    transport = InProcess(Reference(edition=EDITION, delay=delay, faults=faults), clock)
    runner = Runner(settings, clock=clock, transport=transport)
    runner.run.observer = observer
    runner.drive()


@pytest.fixture(scope="module")
def slow() -> tuple[list[str], list[str]]:
    """The plain lines of a run whose target takes its time and breaks a clause, and frames of its live table."""
    console, seen, frames = Console(file=io.StringIO(), width=200), a_watch(), []

    with progress(console, seen) as plain:

        def exchanged(one: Exchange) -> None:
            plain.exchanged(one)
            if seen.requests % 50 == 0:
                drawn = Console(file=io.StringIO(), width=120)
                drawn.print(table(seen))
                frames.append(drawn.file.getvalue())  # type: ignore[attr-defined]

        drive(Observer(exchanged, plain.decided), delay=30.0, faults=("BatchRegisterDevice.Count.max",))
    return console.file.getvalue().splitlines(), frames  # type: ignore[attr-defined]


def test_a_long_run_says_every_ten_seconds_what_it_waits_for(slow: tuple[list[str], list[str]]) -> None:
    lines = slow[0]

    assert 4 <= len(lines) <= 15
    assert all("requests" in line and "clauses decided" in line for line in lines)
    assert any("waiting for" in line and "in CHECK" in line for line in lines)
    assert any("in CREATE" in line and "s left" in line for line in lines)


def test_what_is_broken_so_far_is_counted(slow: tuple[list[str], list[str]]) -> None:
    assert any("1 failed so far" in line for line in slow[0])


def test_the_live_table_has_a_row_per_operation_and_what_is_waited_for(slow: tuple[list[str], list[str]]) -> None:
    frames = slow[1]

    assert all(name in frames[-1] for name in a_watch().operations)
    assert "waiting for" in "".join(frames)


def test_a_run_that_is_over_soon_prints_no_line() -> None:
    console = Console(file=io.StringIO(), width=200)

    with progress(console, a_watch()) as observer:
        drive(observer, delay=0.05, only=("Common.RequestId",))

    assert console.file.getvalue() == ""  # type: ignore[attr-defined]


def test_quiet_prints_nothing_however_long_it_takes() -> None:
    console, seen = Console(file=io.StringIO(), width=200), a_watch()

    with progress(console, seen, quiet=True) as observer:
        drive(observer, delay=30.0, only=("Common.RequestId",))

    assert console.file.getvalue() == ""  # type: ignore[attr-defined]
    assert seen.requests == 0


def test_a_worse_verdict_counts_and_a_second_one_does_not() -> None:
    seen = a_watch()

    for outcome in (Outcome.PASS, Outcome.FAIL, Outcome.FAIL):
        seen.decided(Verdict(ECHO, outcome))

    total = seen.total()
    assert (total.decided, total.failed) == (1, 1)


def test_nobody_is_waited_for_before_anything_was_sent() -> None:
    seen = a_watch()

    assert waiting(seen) == ""
    assert seen.rest() is None


@pytest.mark.parametrize(
    ("variables", "plain"),
    [({}, False), ({"CI": "true"}, True), ({"CI": "false"}, False), ({"CI": "1"}, True), ({"TERM": "dumb"}, True)],
)
def test_ci_and_dumb_terminals_get_plain_lines(
    variables: dict[str, str], plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert plainly() is plain


def test_no_color_leaves_the_words_and_takes_the_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    seen = a_watch()
    seen.decided(Verdict(ECHO, Outcome.FAIL))
    console = Console(file=io.StringIO(), force_terminal=True, width=120)

    console.print(table(seen))

    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "1 failed" in shown
    assert "\x1b[31m" not in shown
    assert "38;5" not in shown

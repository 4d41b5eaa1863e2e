"""Prints what became of the hostile targets, where ``make zoo`` asks for it."""

from __future__ import annotations

import os
import resource
from collections import Counter

import pytest

TOLD: list[tuple[str, str, float]] = []
"""Name, outcome of the test and seconds of each."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember the call of each test of the zoo."""
    if report.when == "call" and "tests/zoo/" in report.nodeid:
        TOLD.append((report.nodeid.rpartition("::")[2], report.outcome, report.duration))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line each, the slowest first, and what all of them came to."""
    if not os.environ.get("ZOO_TABLE") or not TOLD:
        return
    terminalreporter.section("the zoo")
    for name, outcome, seconds in sorted(TOLD, key=lambda one: -one[2]):
        terminalreporter.write_line(f"{seconds:7.1f} s  {outcome:<7} {name}")
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in Counter(one[1] for one in TOLD).items())
    longest = max(seconds for _, _, seconds in TOLD)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    terminalreporter.write_line(f"{len(TOLD)} runs: {outcomes}; the longest took {longest:.1f} s; peak {peak:.0f} MB")

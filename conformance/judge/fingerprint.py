"""The fingerprint of a failure: what went wrong, in words that are the same for every seed, run and name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from conformance.judge.verdict import Breaks, Outcome, Verdict
from conformance.wire.message import Exchange

MOST = 12
"""Signatures of one clause that are kept; a target that fails in more ways is not worth telling apart."""
LONGEST = 160
"""Characters of a fingerprint."""

# What differs between seeds and runs, and what stands for it. The order matters: texts in quotation marks may
# hold anything, also what the later patterns look for.
_CHANGING = (
    (re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""), "\u2026"),
    (re.compile(r"\s*\([^()]*\)| on the other product"), ""),
    (re.compile(r"\b(?:CHECK|CREATE)(?:_SUCCESS|_FAILED)?\b"), "STATUS"),
    (re.compile(r"(?<==)[^\s,]+"), "\u2026"),
    (re.compile(r"-?\d+"), "N"),
    (re.compile(r"[^\x20-\x7e\u2026]+"), "\u2026"),
)


def fingerprint_of(finding: Breaks, exchange: Exchange | None) -> str:
    """``<reason> | <kind of answer>`` without values, names and numbers: equal for equal failures."""
    reason = finding.reason
    for pattern, stands_for in _CHANGING:
        reason = pattern.sub(stands_for, reason)
    return f"{' '.join(reason.split())[:LONGEST]} | {kind_of(exchange)}"


def kind_of(exchange: Exchange | None) -> str:
    """How the decisive exchange was answered."""
    if exchange is None:
        return "nothing was sent"
    if exchange.received is None:
        return "no answer"
    if exchange.received.status >= 500:
        return "server error"
    if exchange.accepted or exchange.refused:
        return "answered"
    return "unreadable"


def signed(verdict: Verdict, exchanges: Mapping[int, Exchange]) -> Verdict:
    """The verdict with the fingerprints of all its breaks: the one that is shown first, the others in order."""
    if verdict.outcome is not Outcome.FAIL or verdict.finding is None:
        return verdict
    found = [verdict.finding, *verdict.breaks]
    each = [fingerprint_of(one, exchanges.get(one.exchanges[-1]) if one.exchanges else None) for one in found]
    return replace(verdict, fingerprints=tuple([each[0], *sorted(set(each[1:]) - {each[0]})][:MOST]))

"""A run that was ended before it judged anything: what invariants say of the exchanges that it recorded."""

from __future__ import annotations

import contextlib
from functools import partial

from conformance.judge.invariant import all_invariants
from conformance.judge.stream import Stream
from conformance.judge.verdict import SUITE_ERRORS, Verdict
from conformance.runner.selection import Choice
from conformance.runner.verdicts import ClauseEvidence


def by_invariants(choice: Choice, stream: Stream) -> list[Verdict]:
    """The verdicts of every invariant that applies; clauses with a test of their own stay undecided."""
    seen = ClauseEvidence(choice, frozenset())
    for invariant in all_invariants().values():
        if choice.applies(choice.contract.clauses[invariant.clause]):
            with contextlib.suppress(*SUITE_ERRORS):  # recorded as ERROR, and the other invariants go on
                seen.take(invariant.clause, partial(invariant.judge, stream))
    return [verdict for verdict in seen.verdicts() if verdict.clause in seen]

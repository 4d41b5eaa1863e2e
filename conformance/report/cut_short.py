"""A run that was ended from outside before it judged anything: what laws tell of the exchanges that it recorded."""

from __future__ import annotations

import contextlib
from functools import partial

from conformance.choice import Choice
from conformance.judge.law import all_laws
from conformance.judge.stream import Stream
from conformance.judge.verdict import Verdict
from conformance.seen import Seen

OUR_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What a law may raise on half a run; it is recorded as ERROR, and the other laws go on."""


def by_laws(choice: Choice, stream: Stream) -> list[Verdict]:
    """The verdicts of every law that applies; clauses with a test of their own stay undecided."""
    seen = Seen(choice, frozenset())
    for law in all_laws().values():
        if choice.applies(choice.contract.clauses[law.clause]):
            with contextlib.suppress(*OUR_FAULTS):
                seen.take(law.clause, partial(law.judge, stream))
    return [one for one in seen.verdicts() if one.clause in seen]

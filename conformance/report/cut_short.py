"""A run that was ended from outside before it judged anything: what laws tell of the exchanges that it recorded."""

from __future__ import annotations

import contextlib
from functools import partial

from conformance.judge.invariant import all_laws
from conformance.judge.stream import Stream
from conformance.judge.verdict import OUR_FAULTS, Verdict
from conformance.runner.selection import Choice
from conformance.runner.verdicts import Seen


def by_laws(choice: Choice, stream: Stream) -> list[Verdict]:
    """The verdicts of every law that applies; clauses with a test of their own stay undecided."""
    seen = Seen(choice, frozenset())
    for law in all_laws().values():
        if choice.applies(choice.contract.clauses[law.clause]):
            with contextlib.suppress(*OUR_FAULTS):  # recorded as ERROR, and the other laws go on
                seen.take(law.clause, partial(law.judge, stream))
    return [one for one in seen.verdicts() if one.clause in seen]

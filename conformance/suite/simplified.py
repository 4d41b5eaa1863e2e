"""A smaller counterexample of a refusal that did not come: a few requests more, of questions that change nothing.

What creates or waits is never sent again for that: each attempt would leave something behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.contract.actions import Action
from conformance.generate.simpler import MOST, simpler
from conformance.judge.refusal import judge_refusal
from conformance.judge.verdict import Breaks
from conformance.wire.message import Exchange, Form, Request

QUESTIONS = frozenset({Action.QueryBatchRegisterDeviceStatus, Action.QueryPageByApplyId})
DISPENSABLE = ("PageSize", "CurrentPage")
"""Parameters without which an edition may have a question, too."""
MOST_REQUESTS = MOST + 2
"""Requests that one counterexample costs at most: simpler values, and both sides of the shorter question."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that should have been refused, beside the valid one from which it differs."""

    changed: Request
    valid: Request
    form: Form
    because: str
    what: str

    @property
    def parameter(self) -> str | None:
        """The one parameter in which they differ; None where there is another number of them."""
        names = dict.fromkeys(name for name, _ in (*self.changed.params, *self.valid.params))
        found = [name for name in names if self.changed.get(name) != self.valid.get(name)]
        return found[0] if len(found) == 1 and self.changed.common == self.valid.common else None


def simplified(attempt: Attempt, send: Callable[[Request, Form], Exchange]) -> Iterator[Breaks]:
    """The same fault in smaller requests: first a simpler value, then without what the question can do without."""
    name = attempt.parameter
    if name is None or attempt.changed.operation not in QUESTIONS:
        return
    sent = 0
    smallest = attempt
    valid, wrong = attempt.valid.get(name), attempt.changed.get(name)
    for value in simpler(valid, wrong) if valid and wrong else ():
        what = attempt.what.replace(repr(wrong), repr(value))
        one = replace(attempt, changed=attempt.changed.but(**{name: value}), what=what)
        sent += 1
        if (found := _breaks(one, send, sent)) is not None:
            smallest = one
            yield found
            break
    shorter = _without(smallest, name)
    if shorter is not None:
        sent += 2
        if send(shorter.valid, shorter.form).accepted and (found := _breaks(shorter, send, sent)) is not None:
            yield found


def _without(attempt: Attempt, name: str) -> Attempt | None:
    """The same without dispensable parameters; None where it has none."""
    left_out: dict[str, None] = {one: None for one in DISPENSABLE if one != name and attempt.valid.get(one) is not None}
    if not left_out:
        return None
    return replace(attempt, changed=attempt.changed.but(**left_out), valid=attempt.valid.but(**left_out))


def _breaks(attempt: Attempt, send: Callable[[Request, Form], Exchange], sent: int) -> Breaks | None:
    judged = judge_refusal(send(attempt.changed, attempt.form), attempt.because, attempt.what)
    if not isinstance(judged, Breaks):
        return None
    return replace(judged, reason=f"{judged.reason} (made smaller by {sent} more requests)")

"""Looks for a smaller counterexample where a wrong request was accepted: a simpler value, or fewer parameters.

Only for questions: a smaller request that registers something would leave it behind.
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
"""Parameters that some editions do not require."""
MOST_REQUESTS = MOST + 2
"""Requests that one counterexample costs at most: the simpler values, and the shorter question, valid and wrong."""


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
        changed = [name for name in names if self.changed.get(name) != self.valid.get(name)]
        return changed[0] if len(changed) == 1 and self.changed.common == self.valid.common else None


def simplified(attempt: Attempt, send: Callable[[Request, Form], Exchange]) -> Iterator[Breaks]:
    """The same fault in smaller requests: first with a simpler value, then without dispensable parameters."""
    name = attempt.parameter
    if name is None or attempt.changed.operation not in QUESTIONS:
        return
    sent = 0
    smallest = attempt
    valid, wrong = attempt.valid.get(name), attempt.changed.get(name)
    for value in simpler(valid, wrong) if valid and wrong else ():
        what = attempt.what.replace(repr(wrong), repr(value))
        simpler_attempt = replace(attempt, changed=attempt.changed.but(**{name: value}), what=what)
        sent += 1
        if (counterexample := _breaks(simpler_attempt, send, sent)) is not None:
            smallest = simpler_attempt
            yield counterexample
            break
    shorter = _without(smallest, name)
    if shorter is not None:
        sent += 2
        if send(shorter.valid, shorter.form).accepted and (counterexample := _breaks(shorter, send, sent)) is not None:
            yield counterexample


def _without(attempt: Attempt, name: str) -> Attempt | None:
    """The same without dispensable parameters; None where it has none."""
    dispensable = (other for other in DISPENSABLE if other != name and attempt.valid.get(other) is not None)
    left_out: dict[str, None] = dict.fromkeys(dispensable)
    if not left_out:
        return None
    return replace(attempt, changed=attempt.changed.but(**left_out), valid=attempt.valid.but(**left_out))


def _breaks(attempt: Attempt, send: Callable[[Request, Form], Exchange], sent: int) -> Breaks | None:
    judged = judge_refusal(send(attempt.changed, attempt.form), attempt.because, attempt.what)
    if not isinstance(judged, Breaks):
        return None
    return replace(judged, reason=f"{judged.reason} (made smaller by {sent} more requests)")

"""What is known of a run while it goes on: clauses decided by operation, and applications that are waited for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from conformance.contract import Clause
from conformance.contract.actions import Action
from conformance.judge.followed_applications import CHECK, CREATE, NEXT
from conformance.judge.verdict import Outcome, Verdict
from conformance.text.language import saying
from conformance.text.safe import line
from conformance.wire.message import Exchange, as_integer

WAITS = (CHECK, CREATE)
"""The statuses in which the target works and nobody can do anything but wait."""


@dataclass(slots=True)
class Waiting:
    """One application that has been asked for its status."""

    status: str
    since: float
    """When it was first seen in that status, in seconds of the run; from its creation where that is the first one."""


@dataclass(slots=True)
class OperationProgress:
    """How far the clauses of one operation are."""

    of: int = 0
    decided: int = 0
    failed: int = 0


@dataclass(slots=True)
class Watch:
    """The state of a run as somebody sees who is told of every exchange and verdict. Never asks anything back."""

    clauses: dict[str, str]
    """Clause → its operation; verdicts on others are passed over."""
    operations: dict[str, OperationProgress] = field(default_factory=dict)
    lang: str = "en"
    """In which language people read it."""
    requests: int = 0
    now: float = 0.0
    """When the last exchange was over, in seconds of the run."""
    _decided: set[str] = field(default_factory=set)
    _failed: set[str] = field(default_factory=set)
    _open: dict[int, Waiting] = field(default_factory=dict)
    _created: dict[int, float] = field(default_factory=dict)
    _took: dict[str, float] = field(default_factory=dict)
    """Status → the longest time that an application was seen to stay in it."""

    def exchanged(self, exchange: Exchange) -> None:
        """Take in one exchange."""
        self.requests += 1
        self.now = max(self.now, exchange.at + exchange.seconds)
        if not exchange.accepted or exchange.answer is None:
            return
        if (
            exchange.operation in {Action.BatchRegisterDevice, Action.BatchCheckDeviceNames}
            and exchange.answer.apply_id is not None
        ):
            self._created.setdefault(exchange.answer.apply_id, exchange.at)
        elif exchange.operation == Action.QueryBatchRegisterDeviceStatus:
            asked = as_integer(exchange.request.get("ApplyId"))
            if asked is not None:
                self._said(asked, line(str(exchange.answer.data.get("Status")), 20), exchange.at)

    def decided(self, verdict: Verdict) -> None:
        """Take in what has been seen of a clause so far; a later verdict may be worse."""
        operation = self.operations.get(self.clauses.get(verdict.clause, ""))
        if operation is None or verdict.outcome in {Outcome.UNTESTED, Outcome.EXEMPT}:
            return
        if verdict.clause not in self._decided:
            self._decided.add(verdict.clause)
            operation.decided += 1
        if verdict.outcome is Outcome.FAIL and verdict.clause not in self._failed:
            self._failed.add(verdict.clause)
            operation.failed += 1

    def _said(self, apply_id: int, status: str, at: float) -> None:
        before = self._open.get(apply_id)
        if before is None:
            before = Waiting(status, self._created.get(apply_id, at))
        elif before.status != status:
            self._took[before.status] = max(self._took.get(before.status, 0.0), at - before.since)
            before = Waiting(status, at)
        if NEXT.get(status):
            self._open[apply_id] = before
        else:
            self._open.pop(apply_id, None)

    def waited_for(self) -> Counter[str]:
        """Status → how many applications are waited for in it."""
        return Counter(one.status for one in self._open.values() if one.status in WAITS)

    def rest(self) -> float | None:
        """How many seconds the waiting will take, by the longest that others stayed; None where none did yet."""
        waits = [one for one in self._open.values() if one.status in WAITS]
        if not waits or any(one.status not in self._took for one in waits):
            return None
        return max(self._took[one.status] - (self.now - one.since) for one in waits)

    def total(self) -> OperationProgress:
        """All operations together."""
        each = self.operations.values()
        return OperationProgress(
            sum(one.of for one in each), sum(one.decided for one in each), sum(one.failed for one in each)
        )

    def says(self) -> str:
        """One line: what was sent, what is decided, what is waited for and for how long still."""
        total, say = self.total(), saying(self.lang)
        parts = [
            say("{n:,} requests", n=self.requests),
            say("{n} of {all} clauses decided", n=total.decided, all=total.of),
        ]
        if total.failed:
            parts.append(say("{n} failed so far", n=total.failed))
        if waited := waiting(self):
            parts.append(waited)
        return ", ".join(parts)


def watch(clauses: list[Clause], lang: str = "en") -> Watch:
    """A watch on a run of these clauses."""
    operations: dict[str, OperationProgress] = {}
    for clause in clauses:
        operations.setdefault(clause.operation, OperationProgress()).of += 1
    return Watch({clause.id: clause.operation for clause in clauses}, operations, lang)


def waiting(seen: Watch) -> str:
    """Who is waited for, and how long still; empty where nobody is."""
    found = seen.waited_for()
    if not found:
        return ""
    say, number, rest = saying(seen.lang), sum(found.values()), seen.rest()
    which = ", ".join(say("{n} in {status}", n=count, status=status) for status, count in sorted(found.items()))
    if rest is not None:
        which += say(", about {seconds:.0f} s left", seconds=rest) if rest >= 0 else say(", due any moment")
    if number == 1:
        return say("waiting for 1 application ({which})", which=which)
    return say("waiting for {n} applications ({which})", n=number, which=which)

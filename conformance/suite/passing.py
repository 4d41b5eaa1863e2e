"""How the trace of a checked application is judged: its names pass, or they do not."""

from __future__ import annotations

from conformance.judge.followed import CHECK_FAILED, CHECK_SUCCESS, CREATE, CREATE_FAILED, CREATE_SUCCESS
from conformance.judge.refusal import judge_refusal
from conformance.judge.verdict import Breaks, Holds, Judged, Unclear
from conformance.suite.trace import Trace

PASSED = frozenset({CHECK_SUCCESS, CREATE, CREATE_SUCCESS, CREATE_FAILED})
TOO_LARGE = 413
"""A form body may be as large as the documented limits make it; only request lines have limits of their own."""
AT_ONCE = frozenset({"alibaba-2019", "alibaba-2021", "alibaba-2023", "tuya-2025"})
"""Editions that know lists of invalid names in the answer of BatchCheckDeviceNames, so that it may refuse at once."""


def passes(trace: Trace, what: str) -> Judged:
    """The check was accepted and reached CHECK_SUCCESS."""
    created = trace.created
    if created is None or created.answer is None:
        return Unclear(f"{what}: the check got no answer")
    size = sum(len(value) for _, value in created.request.params)
    if created.refused:
        judged = judge_refusal(created, "names")
        if isinstance(judged, Unclear):
            return judged
        return Breaks(f"{what} was refused", CHECK_SUCCESS, created.answer.code or "refused", (created.number,), size)
    if created.answer.status == TOO_LARGE and created.sent.method == "POST":
        return Breaks(f"{what} was too large for the server", CHECK_SUCCESS, "HTTP 413", (created.number,), size)
    application = trace.application
    if application is None or application.shared:
        return Unclear(f"{what}: the answer opened no application of its own", (created.number,))
    for exchange, said in application.statuses():
        if said in PASSED:
            return Holds(exchange.number)
        if said == CHECK_FAILED:
            return Breaks(
                f"{what} did not pass the check", CHECK_SUCCESS, said, (created.number, exchange.number), size
            )
    return Unclear(f"{what}: no end of the check was seen", (created.number,))


def does_not_pass(trace: Trace, edition: str, what: str, because: str = "names") -> Judged:
    """The check was refused at once, where the edition knows that, or reached CHECK_FAILED."""
    created = trace.created
    if created is None or created.answer is None:
        return Unclear(f"{what}: the check got no answer")
    size = sum(len(value) for _, value in created.request.params)
    if created.refused:
        if edition not in AT_ONCE and any(trace.work.names):
            expected = "an ApplyId, and CHECK_FAILED later"
            return Breaks(
                f"{what} was refused at once", expected, created.answer.code or "refused", (created.number,), size
            )
        return judge_refusal(created, because, what)
    application = trace.application
    if application is None or application.shared:
        return Unclear(f"{what}: the answer opened no application of its own", (created.number,))
    for exchange, said in application.statuses():
        if said == CHECK_FAILED:
            return Holds(exchange.number)
        if said in PASSED:
            return Breaks(f"{what} passed the check", CHECK_FAILED, said, (created.number, exchange.number), size)
    return Unclear(f"{what}: no end of the check was seen", (created.number,))

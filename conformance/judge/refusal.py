"""How a call that deserves refusal is judged: that it is refused, and for the right reason."""

from __future__ import annotations

from conformance.judge.reasons_of_codes import FAMILIES, Fit, fit
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.wire.message import Exchange


def judge_refusal(exchange: Exchange, because: str, what: str = "") -> CheckResult:
    """Whether ``exchange`` was refused because of ``because``, one of the keys of FAMILIES."""
    what = what or "the call"
    if exchange.received is None:
        return Unclear(f"no answer: {exchange.no_answer}", (exchange.number,))
    if exchange.received.status >= 500 or exchange.throttled:
        return Unclear(f"HTTP {exchange.received.status}", (exchange.number,))
    size = sum(len(name) + len(value) for name, value in exchange.request.params)
    expected = "Success false, or a gateway error"
    if exchange.accepted:
        return Breaks(f"{what} was accepted", expected, "Success true", (exchange.number,), size)
    if not exchange.refused:
        return Unclear("the answer does not say whether the call was refused", (exchange.number,))
    code = exchange.answer.code if exchange.answer else ""
    match fit(code, because):
        case Fit.OTHER:
            listed = ", ".join(sorted(FAMILIES[because])[:4])
            return Breaks(
                f"{what} was refused for another reason", f"one of {listed} …", code, (exchange.number,), size
            )
        case Fit.NOT_GRADED:
            return Unclear(f"refused with {code}, which says nothing of the request", (exchange.number,))
        case _:
            return Holds(exchange.number)

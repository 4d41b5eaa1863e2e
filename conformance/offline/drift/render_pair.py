"""Two targets beside each other as people read it: Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.offline.drift.pair import Breaker, Pair
from conformance.offline.drift.render import plain


def markdown(pair: Pair, a: str, b: str) -> str:
    """Every difference, those that break the contract first."""
    return "\n".join(_lines(pair, a, b)) + "\n"


def _lines(pair: Pair, a: str, b: str) -> Iterator[str]:
    yield f"# {plain(pair.sentence, 300)}"
    yield from ("", f"A is {plain(a)}, B is {plain(b)}")
    for breaker in Breaker:
        differences = [difference for difference in pair.differences if difference.breaker is breaker]
        if not differences:
            continue
        yield from ("", f"## {str(breaker)[:1].upper()}{str(breaker)[1:]} ({len(differences)})", "")
        for difference in differences:
            asked = f", {difference.questions} questions" if difference.questions else ""
            clause = f", by {difference.clause}" if difference.clause and difference.clause != difference.what else ""
            yield f"- {difference.kind} **{plain(difference.what)}**{asked}{clause}"
            yield f"  - A: {plain(difference.a)}{_numbers(difference.exchanges_a)}"
            yield f"  - B: {plain(difference.b)}{_numbers(difference.exchanges_b)}"


def _numbers(exchanges: tuple[int, ...]) -> str:
    return f" ({', '.join(f'#{number}' for number in exchanges)})" if exchanges else ""

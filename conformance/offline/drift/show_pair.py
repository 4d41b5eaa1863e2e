"""Two targets beside each other as people read it: Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.offline.drift.pair import Breaker, Pair
from conformance.offline.drift.show import plain


def markdown(found: Pair, a: str, b: str) -> str:
    """Every difference, those that break the contract first."""
    return "\n".join(_lines(found, a, b)) + "\n"


def _lines(found: Pair, a: str, b: str) -> Iterator[str]:
    yield f"# {plain(found.sentence, 300)}"
    yield from ("", f"A is {plain(a)}, B is {plain(b)}")
    for breaker in Breaker:
        those = [one for one in found.differences if one.breaker is breaker]
        if not those:
            continue
        yield from ("", f"## {str(breaker)[:1].upper()}{str(breaker)[1:]} ({len(those)})", "")
        for one in those:
            asked = f", {one.questions} questions" if one.questions else ""
            clause = f", by {one.clause}" if one.clause and one.clause != one.what else ""
            yield f"- {one.kind} **{plain(one.what)}**{asked}{clause}"
            yield f"  - A: {plain(one.a)}{_numbers(one.exchanges_a)}"
            yield f"  - B: {plain(one.b)}{_numbers(one.exchanges_b)}"


def _numbers(exchanges: tuple[int, ...]) -> str:
    return f" ({', '.join(f'#{number}' for number in exchanges)})" if exchanges else ""

"""One recorded HTTP request and its answer, as any recorder keeps them, before anybody knows what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.wire.message import Headers


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorder saw. ``status`` is 0 where there was no answer."""

    method: str
    url: str
    headers: Headers
    body: bytes
    status: int
    answer_headers: Headers
    answer: bytes
    at: float | None
    """Seconds since 1970, None where the recorder does not tell."""
    seconds: float
    """How long the answer took, 0 where the recorder does not tell."""

"""Values that are wrong in the same way as another one, and differ less from the valid value."""

from __future__ import annotations

MOST = 3
"""Values that are tried in the place of one."""


def simpler(valid: str, wrong: str) -> list[str]:
    """At most MOST values between the two, none of which is an integer: of what was put in, one character at a time.

    Where as many characters stand there as in the valid value, only the last of those that differ is kept.
    """
    start = _shared(valid, wrong)
    end = _shared(valid[start:][::-1], wrong[start:][::-1])
    values: list[str] = []
    if start + end == len(valid):
        values = [valid[:start] + character + valid[start:] for character in wrong[start : len(wrong) - end]]
    elif len(valid) == len(wrong):
        last = len(wrong) - end
        values = [valid[: last - 1] + wrong[last - 1 :]]
    return [value for value in dict.fromkeys(values) if value not in (valid, wrong) and not _integer(value)][:MOST]


def _shared(first: str, second: str) -> int:
    """How many characters both begin with."""
    return next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def _integer(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit()

"""What the user may have meant by a name that nothing bears."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(text: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)`` where something known is near, else nothing."""
    found = difflib.get_close_matches(text, list(known), 1, 0.6)
    return f" (did you mean {found[0]!r}?)" if found else ""

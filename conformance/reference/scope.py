"""Scopes: where a fault shows and nowhere else, and the change that it makes there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SCOPES: dict[str, str] = {
    "JSON": "only when the answer is JSON",
    "XML": "only when the answer is XML",
    "GET": "only for GET",
    "POST": "only for POST",
    "RPC": "only for requests signed in their parameters",
    "ACS3": "only for requests signed in their headers",
    "FORM": "only when parameters stand in the form body",
    "QUERY": "only when no parameter stands in the form body",
    "B": "only for every second product: the second one that is known from the start, or the second one made",
    "20th": "only for every 20th request",
    "50th": "only for every 50th request",
}
"""Where a fault shows, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Override:
    """What takes the place of a rule, and for which calls."""

    change: Callable[..., Any]
    """Called with the rule as it would be followed otherwise, then with the arguments of the rule."""
    scopes: tuple[str, ...] = ()
    """All of these must hold for a call."""

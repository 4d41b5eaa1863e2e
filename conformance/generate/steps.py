"""The steps of which a workflow consists; a scheduler executes them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from conformance.wire.message import Exchange, Form, Request


@dataclass(frozen=True, slots=True)
class Ask:
    """Send this now."""

    request: Request
    form: Form
    at_once: bool = False
    """Before anybody else's step: to see two answers of one moment."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Go on after this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Await:
    """Go on when the task of that key is over, or when that barrier is released."""

    key: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Release that key: every task that awaits it goes on."""

    key: str


Step = Ask | Pause | Await | Reach
Steps = Generator[Step, Exchange | None, None]
"""Yields steps; an Ask is answered with its Exchange, the others with None."""

"""Workflows that check names, in the forms and numbers that a clause needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.workflows import Name, Workflow
from conformance.wire.message import FORMS, MIXED

ALL_FORMS = (*FORMS, *MIXED)


def numbered(clause: str, workflows: Sequence[Workflow]) -> list[Workflow]:
    """The workflows under keys of their own, in rotating forms."""
    start = sum(map(ord, clause))
    return [
        replace(work, key=f"{clause}#{n + 1}", form=ALL_FORMS[(start + n) % len(ALL_FORMS)])
        for n, work in enumerate(workflows)
    ]


def only_checked(*names: Name, spelling: str = "DeviceName", nicknames: tuple[str | None, ...] = ()) -> Workflow:
    return Workflow("", names=names, register=False, reask=0, spelling=spelling, nicknames=nicknames)

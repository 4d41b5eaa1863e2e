"""The ways in which the reference breaks one clause at a time: each beside the rule that it breaks."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Sequence

from conformance.reference.answer import answer
from conformance.reference.faults.crash import crash_is_answered
from conformance.reference.faults.fault import CHANGES, DECLARED, Crash, Fault, UnknownFault
from conformance.reference.rule import rule_name
from conformance.reference.scope import SCOPES, Override

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

FAULTS: tuple[Fault, ...] = tuple(fault for fault in DECLARED.values() if fault.listed)
"""Every fault worth a run of its own: at least one for each clause that is tested."""

BASES: frozenset[str] = frozenset(fault.base for fault in DECLARED.values())
"""Every fault without scopes; any scope may be added to it."""


def overrides_of(names: Sequence[str]) -> dict[str, list[Override]]:
    """Rule → what takes its place while these faults are in force. Raises UnknownFault."""
    overrides = {rule_name(answer): [Override(crash_is_answered)]} if names else {}
    for name in names:
        base, *scopes = name.split("@")
        if base not in BASES:
            near = difflib.get_close_matches(base, BASES, n=3, cutoff=0.4)
            raise UnknownFault(f"no fault {base!r}; did you mean {' or '.join(near) or 'one of serve --fault list'}?")
        for scope in scopes:
            if scope not in SCOPES:
                known = ", ".join(f"@{scope}" for scope in SCOPES)
                raise UnknownFault(f"no scope @{scope} in {name!r}; there are {known}")
        for rule, change in CHANGES[base]:
            overrides.setdefault(rule, []).append(Override(change, tuple(scopes)))
    return overrides


__all__ = ["BASES", "FAULTS", "Crash", "Fault", "UnknownFault", "overrides_of"]

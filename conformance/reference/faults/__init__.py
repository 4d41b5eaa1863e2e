"""The ways in which the reference breaks one clause at a time: each beside the rule that it breaks."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from conformance.reference.answer import answer
from conformance.reference.faults import (
    batch_check_device_names,
    batch_register_device,
    common,
    forms,
    integers,
    parameters,
    query_batch_register_device_status,
    query_page_by_apply_id,
    signature,
    signed_requests,
    timestamp_and_nonce,
    workflow,
)
from conformance.reference.faults.crash import crash_is_answered
from conformance.reference.faults.fault import CHANGES, DECLARED, Crash, Fault, UnknownFault
from conformance.reference.rule import SCOPES, Override, rule_name

FAULTS: tuple[Fault, ...] = tuple(fault for fault in DECLARED.values() if fault.listed)
"""Every fault worth a run of its own: at least one for each clause that is tested."""

BASES: frozenset[str] = frozenset(fault.base for fault in DECLARED.values())
"""Every fault without scopes; any scope may be added to it."""


def overrides_of(names: Sequence[str]) -> dict[str, list[Override]]:
    """Rule → what takes its place while these faults are in force. Raises UnknownFault."""
    found: dict[str, list[Override]] = {rule_name(answer): [Override(crash_is_answered)]} if names else {}
    for name in names:
        base, *scopes = name.split("@")
        if base not in BASES:
            near = difflib.get_close_matches(base, BASES, n=3, cutoff=0.4)
            raise UnknownFault(f"no fault {base!r}; did you mean {' or '.join(near) or 'one of serve --fault list'}?")
        for scope in scopes:
            if scope not in SCOPES:
                raise UnknownFault(f"no scope @{scope} in {name!r}; there are {', '.join('@' + one for one in SCOPES)}")
        for rule, change in CHANGES.get(base, ()):
            found.setdefault(rule, []).append(Override(change, tuple(scopes)))
    return found


def in_force(names: Sequence[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    broken: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name in names:
        rule, *scopes = name.split("@")
        broken[rule] = (*broken.get(rule, ()), tuple(scopes))
    return broken


__all__ = [
    "BASES",
    "FAULTS",
    "Crash",
    "Fault",
    "UnknownFault",
    "batch_check_device_names",
    "batch_register_device",
    "common",
    "forms",
    "in_force",
    "integers",
    "overrides_of",
    "parameters",
    "query_batch_register_device_status",
    "query_page_by_apply_id",
    "signature",
    "signed_requests",
    "timestamp_and_nonce",
    "workflow",
]

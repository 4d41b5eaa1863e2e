"""The ways in which the reference breaks one clause at a time, and how names of faults are read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from conformance.reference.fault import SCOPES, Fault, UnknownFault
from conformance.reference.faults_of_check import CHECK
from conformance.reference.faults_of_common import COMMON
from conformance.reference.faults_of_paging import PAGING
from conformance.reference.faults_of_register import REGISTER
from conformance.reference.faults_of_signature import SIGNATURE
from conformance.reference.faults_of_status import STATUS
from conformance.reference.faults_of_workflow import WORKFLOW

FAULTS: tuple[Fault, ...] = (*COMMON, *SIGNATURE, *REGISTER, *CHECK, *STATUS, *PAGING, *WORKFLOW)
"""Every fault worth a run of its own: at least one for each clause that is tested."""

RULES: frozenset[str] = frozenset(fault.rule for fault in FAULTS)
"""Every rule that can be broken; any scope may be added to it."""


def in_force(names: Sequence[str]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Rule → the scopes in which it is broken, for these faults."""
    broken: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name in names:
        rule, *scopes = name.split("@")
        if rule not in RULES:
            near = difflib.get_close_matches(rule, RULES, n=3, cutoff=0.4)
            raise UnknownFault(f"no fault {rule!r}; did you mean {' or '.join(near) or 'one of LAPSES'}?")
        for scope in scopes:
            if scope not in SCOPES:
                raise UnknownFault(f"no scope @{scope} in {name!r}; there are {', '.join('@' + one for one in SCOPES)}")
        broken[rule] = (*broken.get(rule, ()), tuple(scopes))
    return broken

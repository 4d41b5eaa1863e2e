"""The ways in which the reference breaks one clause at a time, and how names of lapses are read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from conformance.reference.lapse import SCOPES, Lapse, UnknownLapse
from conformance.reference.lapses_of_check import CHECK
from conformance.reference.lapses_of_common import COMMON
from conformance.reference.lapses_of_paging import PAGING
from conformance.reference.lapses_of_register import REGISTER
from conformance.reference.lapses_of_signature import SIGNATURE
from conformance.reference.lapses_of_status import STATUS
from conformance.reference.lapses_of_workflow import WORKFLOW

LAPSES: tuple[Lapse, ...] = (*COMMON, *SIGNATURE, *REGISTER, *CHECK, *STATUS, *PAGING, *WORKFLOW)
"""Every lapse worth a run of its own: at least one for each clause that is tested."""

RULES: frozenset[str] = frozenset(lapse.rule for lapse in LAPSES)
"""Every rule that can be broken; any scope may be added to it."""


def in_force(names: Sequence[str]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Rule → the scopes in which it is broken, for these lapses."""
    broken: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name in names:
        rule, *scopes = name.split("@")
        if rule not in RULES:
            near = difflib.get_close_matches(rule, RULES, n=3, cutoff=0.4)
            raise UnknownLapse(f"no lapse {rule!r}; did you mean {' or '.join(near) or 'one of LAPSES'}?")
        for scope in scopes:
            if scope not in SCOPES:
                raise UnknownLapse(f"no scope @{scope} in {name!r}; there are {', '.join('@' + one for one in SCOPES)}")
        broken[rule] = (*broken.get(rule, ()), tuple(scopes))
    return broken

"""A rule: one statement of the documents as a function that the server follows, and that a fault may replace."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from conformance.reference.call import Call

P = ParamSpec("P")
R = TypeVar("R")


def rule(follow: Callable[Concatenate[Call, P], R]) -> Callable[Concatenate[Call, P], R]:
    """Make a function of a call a rule, which faults name by its module and name."""
    name = rule_name(follow)

    @wraps(follow)
    def followed(call: Call, *args: P.args, **kwargs: P.kwargs) -> R:
        if not call.server.overrides:
            return follow(call, *args, **kwargs)
        step: Callable[..., R] = follow
        for override in call.server.overrides.get(name, ()):
            if call.lies_in(override.scopes):
                step = partial(override.change, step)
        return step(call, *args, **kwargs)

    return cast(Callable[Concatenate[Call, P], R], followed)


def rule_name(follow: Callable[..., Any]) -> str:
    """How a rule is known: the name of its module, a dot, its own name."""
    return f"{follow.__module__.rpartition('.')[2]}.{follow.__name__}"

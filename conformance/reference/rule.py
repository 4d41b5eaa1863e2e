"""A rule: one statement of the documents as a function that the server follows, and that a fault may replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from conformance.reference.call import Call

P = ParamSpec("P")
R = TypeVar("R")

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


def rule(follow: Callable[Concatenate[Call, P], R]) -> Callable[Concatenate[Call, P], R]:
    """Make a function of a call a rule, which faults name by its module and name."""
    name = rule_name(follow)

    @wraps(follow)
    def followed(call: Call, *args: P.args, **kwargs: P.kwargs) -> R:
        if not call.server.overrides:
            return follow(call, *args, **kwargs)
        step: Callable[..., R] = follow
        for override in call.server.overrides.get(name, ()):
            if in_scope(call, override.scopes):
                step = partial(override.change, step)
        return step(call, *args, **kwargs)

    return cast(Callable[Concatenate["Call", P], R], followed)


def rule_name(follow: Callable[..., Any]) -> str:
    """How a rule is known: the name of its module, a dot, its own name."""
    return f"{follow.__module__.rpartition('.')[2]}.{follow.__name__}"


def in_scope(call: Call, scopes: tuple[str, ...]) -> bool:
    """Whether a call lies in all of these scopes."""
    return all(_within(call, scope) for scope in scopes)


def _within(call: Call, scope: str) -> bool:
    question = call.question
    match scope:
        case "JSON" | "XML":
            return question.format == scope
        case "GET" | "POST":
            return question.request.method == scope
        case "RPC" | "ACS3":
            return question.scheme == scope.lower()
        case "FORM":
            return bool(question.form)
        case "QUERY":
            return not question.form
        case "B":
            product = call.product or call.store.products.get(call.param("ProductKey") or "")
            return product is not None and product.number % 2 == 1
    return call.number % int(scope.removesuffix("th")) == 0

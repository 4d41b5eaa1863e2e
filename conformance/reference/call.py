"""One request while it is being answered: what it asks, when, and which rules are kept for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.reference.question import Question
from conformance.reference.rules import Rules
from conformance.reference.store import Product, Store

Scopes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServerState:
    """What all calls of one server share."""

    rules: Rules
    store: Store
    delay: float
    variants: frozenset[str]
    faults: Mapping[str, tuple[Scopes, ...]]
    """Rules that are broken, each with the scopes in which they are."""


class Call:
    """A question, the time at which it came, and the server that it came to."""

    __slots__ = ("now", "number", "operation", "product", "question", "rules", "store", "world")

    def __init__(self, world: ServerState, question: Question, now: float, number: int) -> None:
        self.world = world
        self.rules = world.rules
        self.store = world.store
        self.question = question
        self.now = now
        self.number = number
        """Counts the requests of the server from 1."""
        self.operation = question.operation or ""
        self.product: Product | None = None
        """The product that the call is about, as soon as it is known."""

    def param(self, name: str) -> str | None:
        return self.question.params.get(name)

    def keeps(self, rule: str) -> bool:
        """Whether a rule is kept for this call: True unless a fault of that name is in force and in scope."""
        broken = self.world.faults.get(rule)
        return broken is None or not any(all(map(self._within, scopes)) for scopes in broken)

    def breaks(self, rule: str) -> bool:
        """The opposite of ``keeps``: reads better where the broken way is the one spelt out."""
        return rule in self.world.faults and not self.keeps(rule)

    def chooses(self, variant: str) -> bool:
        """Whether the server takes this legal freedom."""
        return variant in self.world.variants

    def _within(self, scope: str) -> bool:
        question = self.question
        if scope == "JSON" or scope == "XML":
            return question.format == scope
        if scope == "GET" or scope == "POST":
            return question.request.method == scope
        if scope == "RPC" or scope == "ACS3":
            return question.scheme == scope.lower()
        if scope == "FORM":
            return bool(question.form)
        if scope == "QUERY":
            return not question.form
        if scope == "B":
            product = self.product or self.store.products.get(self.param("ProductKey") or "")
            return product is not None and product.number % 2 == 1
        return self.number % int(scope.removesuffix("th")) == 0

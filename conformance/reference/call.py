"""One request while it is being answered: what it asks, when, and of which server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.reference.access import Access
from conformance.reference.choices import Choices
from conformance.reference.editions import Edition
from conformance.reference.question import Question
from conformance.reference.scope import Override
from conformance.reference.store import Product, Store


@dataclass(frozen=True, slots=True)
class ServerState:
    """What all calls of one server share."""

    edition: Edition
    store: Store
    delay: float
    """Seconds that CHECK and CREATE take each."""
    choices: Choices
    access: Access
    overrides: Mapping[str, Sequence[Override]]
    """Rule → what faults make of it, in the order in which they were named; empty where the server is faithful."""
    memory: dict[str, Any]
    """What faults remember between calls; a faithful server never looks at it."""


class Call:
    """A question, the time at which it came, and the server that it came to."""

    __slots__ = ("choices", "edition", "now", "number", "operation", "product", "question", "server", "store")

    def __init__(self, server: ServerState, question: Question, now: float, number: int) -> None:
        self.server = server
        self.edition = server.edition
        self.choices = server.choices
        self.store = server.store
        self.question = question
        self.now = now
        """Seconds since 1970."""
        self.number = number
        """Counts the requests of the server from 1."""
        self.operation = question.operation or ""
        self.product: Product | None = None
        """The product that the call is about, as soon as it is known."""

    def param(self, name: str) -> str | None:
        """The value of a parameter, None where it is absent."""
        return self.question.params.get(name)

    def lies_in(self, scopes: tuple[str, ...]) -> bool:
        """Whether the call lies in all of these scopes."""
        return all(self._lies_in(scope) for scope in scopes)

    def _lies_in(self, scope: str) -> bool:
        question = self.question
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
                product = self.product or self.store.products.get(self.param("ProductKey") or "")
                return product is not None and product.number % 2 == 1
        return self.number % int(scope.removesuffix("th")) == 0

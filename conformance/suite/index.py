"""What the run has seen so far, as far as the next request depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.contract.actions import Action
from conformance.wire.message import Exchange, Form, Scheme


@dataclass(slots=True)
class Index:
    """Applications, statuses and accepted requests of the run so far, updated by every recorded exchange."""

    created: dict[str, Exchange]
    """Key of a workflow → its accepted first call."""
    status: dict[int, str]
    """ApplyId → last Status seen."""
    accepted: set[tuple[str, Form, str]]
    """(operation, form, ProductKey or "") of accepted requests."""
    issued: set[int]
    """Every ApplyId seen."""
    questions: dict[tuple[Scheme, Form], list[Exchange]]
    """Accepted questions for a status, in order, by scheme and form."""
    tampered: int = 0
    """How many requests were refused with something wrong about their signature."""

    @classmethod
    def empty(cls) -> Index:
        """That of a run that has sent nothing yet."""
        return cls({}, {}, set(), set(), {})

    def note(self, exchange: Exchange) -> None:
        """Take in one exchange. A request tampered with and accepted all the same is no example of a good request."""
        self.tampered += exchange.tampering is not None and not exchange.accepted
        if not exchange.accepted or exchange.answer is None:
            return
        apply_id = exchange.answer.apply_id
        if exchange.operation in {Action.BatchRegisterDevice, Action.BatchCheckDeviceNames} and apply_id is not None:
            self.issued.add(apply_id)
            if exchange.tampering is None:
                self.created.setdefault(exchange.purpose, exchange)
        if exchange.operation == Action.QueryBatchRegisterDeviceStatus:
            asked, status = exchange.request.get("ApplyId") or "", exchange.answer.data.get("Status")
            if asked.isascii() and asked.isdigit() and isinstance(status, str):
                self.status[int(asked)] = status
        if not exchange.request.common and exchange.tampering is None:
            if exchange.operation == Action.QueryBatchRegisterDeviceStatus:
                self.questions.setdefault((exchange.scheme, exchange.form), []).append(exchange)
            self.accepted.add((exchange.operation, exchange.form, exchange.request.get("ProductKey") or ""))

    def apply_id(self, key: str) -> int | None:
        """The ApplyId of a workflow, None as long as there is none."""
        created = self.created.get(key)
        return created.answer.apply_id if created is not None and created.answer is not None else None

"""Which nonces were used: a request passes once."""

from __future__ import annotations

from collections import deque

from conformance.reference.call import Call
from conformance.reference.refusals import gateway

FEW = 50
"""How many nonces a forgetful server remembers."""


def forgiving(call: Call) -> tuple[tuple[str, str], ...]:
    """Faults, and what must be another for them to let a used nonce pass."""
    question = call.question
    written = {**dict(question.query), **dict(question.form)}
    return (
        ("Signature.SignatureNonce.other_operation", call.operation),
        ("Signature.SignatureNonce.other_request", question.request.method),
        ("Signature.SignatureNonce.other_request/Format", written.get("Format", "")),
        (
            "Signature.SignatureNonce.other_request/Timestamp",
            written.get("Timestamp", "") or question.headers.get("x-acs-date", ""),
        ),
    )


class Nonces:
    """Nonces by key, remembered for ``life`` seconds, and up to twice as long."""

    def __init__(self, life: float) -> None:
        self.life = life
        self.newer: set[tuple[str, ...]] = set()
        self.older: set[tuple[str, ...]] = set()
        self.turned = 0.0
        self.latest: deque[tuple[str, ...]] = deque(maxlen=FEW)

    def check(self, call: Call, key_id: str, nonce: str) -> None:
        """Let a nonce pass that was never seen, or raise the gateway error of one that was."""
        if call.now - self.turned > self.life:
            self.older = self.newer if call.now - self.turned <= 2 * self.life else set()
            self.newer, self.turned = set(), call.now
        used = (key_id, nonce, *(spoken for rule, spoken in forgiving(call) if call.breaks(rule)))
        known = used in self.newer or used in self.older
        if call.breaks("Signature.SignatureNonce.later"):
            known = used in self.latest
        if known and call.keeps("Signature.SignatureNonce"):
            raise gateway("SignatureNonceUsed")
        self.newer.add(used)
        self.latest.append(used)

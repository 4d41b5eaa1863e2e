"""Who signs requests: a scheme and a key."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.wire.message import Scheme


@dataclass(frozen=True, slots=True)
class Signer:
    """A signature scheme and a key. Neither key, secret nor token appears in a repr."""

    scheme: Scheme
    key_id: str = ""
    secret: str = ""
    token: str = ""

    def __repr__(self) -> str:
        return f"Signer({self.scheme})"

"""Who may call the server: its keys, the signatures that it demands, and the nonces that were used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from conformance.reference.nonces import Nonces
from conformance.wire.message import Scheme

Auth = Literal["none", "rpc", "acs3", "both", "any"]
"""``both`` demands a signature by either scheme; ``any`` verifies what it finds and lets in what has none."""

WINDOW = 15 * 60
"""Seconds by which the time of a request may differ from the server's."""

DEMANDED = {"rpc": Scheme.RPC, "acs3": Scheme.ACS3, "both": Scheme.RPC}
"""The scheme that is missed in a request without any."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one server demands of signatures, and what it has seen of them."""

    auth: Auth
    keys: Mapping[str, str]
    """AccessKeyId → secret."""
    window: float
    """Seconds by which the time of a request may differ from the server's."""
    nonces: Nonces

    def scheme_to_verify(self, sent: Scheme) -> Scheme:
        """The scheme by which a request is verified that carries this one."""
        if self.auth == "none":
            return Scheme.NONE
        if self.auth == "any" or (self.auth == "both" and sent is not Scheme.NONE):
            return sent
        return DEMANDED[self.auth]

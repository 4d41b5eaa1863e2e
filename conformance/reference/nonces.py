"""Which nonces were used: a request passes once."""

from __future__ import annotations


class Nonces:
    """Nonces of each key, remembered for ``life`` seconds, and up to twice as long."""

    def __init__(self, life: float) -> None:
        self.life = life
        self.newer: set[tuple[str, ...]] = set()
        self.older: set[tuple[str, ...]] = set()
        self.turned = 0.0

    def used_before(self, nonce: tuple[str, ...], now: float) -> bool:
        """Whether a nonce was used before; from now on it was."""
        if now - self.turned > self.life:
            self.older = self.newer if now - self.turned <= 2 * self.life else set()
            self.newer, self.turned = set(), now
        if nonce in self.newer or nonce in self.older:
            return True
        self.newer.add(nonce)
        return False

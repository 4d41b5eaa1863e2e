"""Everything that the user can say about a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.client.target import Target
from conformance.client.transport import DIRECT, Route
from conformance.config.waivers import Waiver
from conformance.contract import Level
from conformance.wire.message import Scheme
from conformance.wire.signer import Signer

TEST_KEY, TEST_SECRET = "testid", "testsecret"
"""What every target is signed with unless a source of real credentials is named."""


def signer_for_tests(scheme: Scheme) -> Signer:
    """Who signs by that scheme where no source of real credentials is named."""
    return Signer(scheme, TEST_KEY, TEST_SECRET)


def same_signer(signer: Signer) -> Signer:
    """A signer whose keys stay good."""
    return signer


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is told, checked and complete."""

    target: Target
    edition: str
    revision: int | None = None
    """The revision of the edition, where an earlier one than the current is meant."""
    product_key: str = ""
    other_product_key: str = ""
    iot_instance_id: str = ""
    auth: str = "auto"
    without: frozenset[str] = frozenset()
    profile: str = "full"
    only: tuple[str, ...] = ()
    gate: Level = Level.MUST
    seed: int = 0
    patience: float = 60.0
    timeout: float = 30.0
    """Seconds that one answer may take."""
    max_requests: int | None = None
    max_devices: int | None = None
    """Devices that may come into being where the target refuses nothing."""
    limits_are_given: bool = False
    """Whether the user has named ``max_requests`` or ``max_devices``, so that what they leave out counts."""
    max_products: int = 2
    max_tampered: int | None = None
    """Requests refused with something wrong about their signature, at most: a region may lock out who makes many."""
    rate: float | None = None
    labels: dict[str, str] = field(default_factory=dict)
    reports: Path | None = None
    pins: dict[str, str] = field(default_factory=dict)
    """OBSERVED clause → the only observation that the target is allowed to show."""
    waivers: tuple[Waiver, ...] = ()
    """Known failures that somebody answers for."""
    signer_of: Callable[[Scheme], Signer] = signer_for_tests
    """Who signs by a scheme. Raises CredentialsError where real keys are wanted, and there are none."""
    renewed: Callable[[Signer], Signer] = same_signer
    """The same signer with the keys of this moment: temporary ones end during a long run."""
    real_keys: bool = False
    """Whether the requests are signed by keys of a real account."""
    route: Route = DIRECT
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What the user said, as ``settings_from`` takes it: so that a later command need not be told again."""
    yes: bool = False
    """Whether a run on a region begins without asking."""

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """The signature schemes that are tried, in this order; a region takes nothing unsigned."""
        if self.auth == "auto":
            return (Scheme.RPC, Scheme.ACS3) if self.target.region else (Scheme.RPC, Scheme.ACS3, Scheme.NONE)
        return (Scheme(self.auth),)

    @property
    def demands_signatures(self) -> bool:
        """Whether a target that verifies no signature breaks the clauses about them."""
        return self.auth != "auto" or bool(self.target.region)

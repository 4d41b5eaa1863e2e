"""What the server remembers: products, applications and devices, and how their identities are derived.

Nothing is random: names, secrets and ids are hashes of the seed and a counter. A device is three words; its
secret and its ids are worked out when somebody asks, so that ten thousand devices cost little.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

IOT_ID_ENDING = "000100"


class Device(NamedTuple):
    """One device; it exists from the moment ``born`` on, before that its name is only reserved."""

    name: str
    serial: int
    born: float
    nickname: str = ""


class Identity(NamedTuple):
    """Who a device is, derived from its serial number."""

    device_id: str
    iot_id: str
    """The DeviceId and the ending that the documented samples show."""
    secret: str
    """32 characters, as in the samples."""


@dataclass(slots=True, eq=False)
class Product:
    """A product and its devices, oldest first."""

    key: str
    number: int
    name: str
    devices: dict[str, Device] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)
    """Names kept from use without a device: those of deleted ones, where the server chooses so."""
    last_born: float = float("-inf")
    listing: list[Device] | None = None
    """The devices newest first, kept between questions as long as nothing changes."""

    def add(self, device: Device) -> None:
        key = device.name if device.name not in self.devices else f"{device.name}\0{device.serial}"
        self.devices[key] = device
        self.last_born = max(self.last_born, device.born)
        self.listing = None

    def remove(self, name: str) -> None:
        del self.devices[name]
        self.listing = None

    def visible(self, now: float) -> list[Device]:
        """The devices that exist now, newest first."""
        if now < self.last_born:
            return [device for device in reversed(self.devices.values()) if device.born <= now]
        if self.listing is None:
            self.listing = list(reversed(self.devices.values()))
        return self.listing


@dataclass(slots=True, eq=False)
class Application:
    """One batch registration: what was asked, what was found wrong, and when its states begin."""

    apply_id: int
    product: Product
    names: Sequence[str]
    generated: bool
    """Whether BatchRegisterDevice opened it."""
    checked_at: float
    """When CHECK ends."""
    invalid: dict[str, str] = field(default_factory=dict)
    """Names that do not pass, and why."""
    nicknames: dict[str, str] = field(default_factory=dict)
    registered_at: float | None = None
    starts_at: float = 0.0
    """When CREATE begins."""
    created_at: float = 0.0
    """When CREATE ends."""
    failed: dict[str, str] = field(default_factory=dict)
    """Names that could not be created, and why."""
    devices: list[Device] = field(default_factory=list)


class Store:
    """Everything the server remembers."""

    def __init__(self, seed: int, first_apply_id: int) -> None:
        self.seed = seed
        self.products: dict[str, Product] = {}
        self.applications: dict[int, Application] = {}
        self.next_apply_id = first_apply_id
        self.next_serial = 1
        self.next_product = 0

    def identity(self, kind: str, number: int) -> str:
        """32 hexadecimal digits, the same for the same seed, kind and number."""
        return hashlib.blake2b(f"{self.seed} {kind} {number}".encode(), digest_size=16).hexdigest()

    def serials(self, count: int) -> range:
        """The next serial numbers of devices."""
        first = self.next_serial
        self.next_serial += count
        return range(first, first + count)

    def add_product(self, name: str, key: str | None = None) -> Product:
        number = self.next_product
        self.next_product += 1
        if key is None:
            key = "a1" + self.identity("product", number)[:9]
        product = Product(key, number, name)
        self.products[key] = product
        return product

    def proof(self, device: Device) -> Identity:
        """The DeviceId, IotId and DeviceSecret of a device."""
        digits = hashlib.blake2b(f"{self.seed} device {device.serial}".encode(), digest_size=27).hexdigest()
        return Identity(digits[:22], digits[:22] + IOT_ID_ENDING, digits[22:])

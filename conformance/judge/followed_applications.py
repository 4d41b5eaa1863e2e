"""The followed model: every application of a stream of exchanges, from its first call to its last answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.actions import Action
from conformance.wire.message import Exchange, as_integer

CHECK, CHECK_SUCCESS, CHECK_FAILED = "CHECK", "CHECK_SUCCESS", "CHECK_FAILED"
CREATE, CREATE_SUCCESS, CREATE_FAILED = "CREATE", "CREATE_SUCCESS", "CREATE_FAILED"

NEXT: dict[str, frozenset[str]] = {
    CHECK: frozenset({CHECK_SUCCESS, CHECK_FAILED}),
    CHECK_SUCCESS: frozenset({CREATE}),
    CHECK_FAILED: frozenset(),
    CREATE: frozenset({CREATE_SUCCESS, CREATE_FAILED}),
    CREATE_SUCCESS: frozenset(),
    CREATE_FAILED: frozenset(),
}
"""The documented status graph. A state may be too short to be seen, so invariants use its transitive closure."""

TERMINAL = frozenset(state for state, after in NEXT.items() if not after)
UNKNOWN_INSTANCE = "iot-conformance-none"
"""An IotInstanceId that names no instance: whoever names it may be refused for that."""
LEGAL_NAME = re.compile(r"[A-Za-z0-9\-_@.:]{4,32}")
NAME_LIMIT = {
    "alibaba-2018": 1_000,
    "alibaba-2019": 1_000,
    "alibaba-2021": 1_000,
    "alibaba-2023": 10_000,
    "tuya-2025": 10_000,
}
"""Names and devices of one call; the same numbers hold for Count."""


def reachable(state: str) -> frozenset[str]:
    """All states that may be seen after ``state``, itself included."""
    found, new = {state}, {state}
    while new:
        new = {after for before in new for after in NEXT[before]} - found
        found |= new
    return frozenset(found)


REACHABLE = {state: reachable(state) for state in NEXT}


@dataclass(frozen=True, slots=True)
class FollowedDevice:
    """One entry of ApplyDeviceInfo."""

    name: str
    secret: str
    iot_id: str


@dataclass(frozen=True, slots=True)
class Page:
    """One accepted answer of QueryPageByApplyId."""

    exchange: Exchange
    asked_size: int | None
    asked_page: int | None
    size: int | None
    page: int | None
    total: int | None
    count: int | None
    devices: tuple[FollowedDevice, ...]


@dataclass(slots=True)
class FollowedApplication:
    """One batch registration: its ApplyId and the trace of its exchanges."""

    apply_id: int
    product: str
    random: bool
    created: Exchange
    count: int | None
    """Count of BatchRegisterDevice, None where it is no plain number or names were checked."""
    names: tuple[str, ...]
    """The names that count, in the order of their index."""
    trace: list[Exchange] = field(default_factory=list)
    """What was asked about it, with any ProductKey, the creating call excluded."""
    deleted: int = 0
    """The exchange that deleted one of its devices: questions after it are kept apart, since answers may lack it."""
    after_deletion: list[Exchange] = field(default_factory=list)
    """What was asked about its pages and its status since then."""
    shared: bool = False
    """Whether a second creation returned the same ApplyId: nothing can be told of either then."""
    _read: dict[str, tuple[int, Any]] = field(default_factory=dict, repr=False, compare=False)

    def _once(self, what: str, read: Callable[[], Any]) -> Any:
        """What ``read`` gives for the trace as it is; read anew only when the trace has grown."""
        found = self._read.get(what)
        if found is None or found[0] != len(self.trace):
            found = self._read[what] = (len(self.trace), read())
        return found[1]

    def own(self, operation: str) -> list[Exchange]:
        """The exchanges of that operation that name this ApplyId and its own product."""
        return [
            one
            for one in self.trace
            if one.operation == operation and one.request.get("ProductKey") in (None, self.product)
        ]

    def statuses(self) -> list[tuple[Exchange, str]]:
        """Every readable Status, in order."""
        return self._once("statuses", self._statuses)  # type: ignore[no-any-return]

    def _statuses(self) -> list[tuple[Exchange, str]]:
        return _told(self.own(Action.QueryBatchRegisterDeviceStatus))

    def statuses_after_deletion(self) -> list[tuple[Exchange, str]]:
        """The same, since one of its devices was deleted."""
        return _told(one for one in self.after_deletion if one.request.get("ProductKey") == self.product)

    @property
    def status(self) -> str | None:
        """The last Status seen."""
        seen = self.statuses()
        return seen[-1][1] if seen else None

    def registrations(self) -> list[Exchange]:
        """The accepted calls of BatchRegisterDeviceWithApplyId, whatever ProductKey they name."""
        return self._once("registrations", self._registrations)  # type: ignore[no-any-return]

    def _registrations(self) -> list[Exchange]:
        return [one for one in self.trace if one.operation == Action.BatchRegisterDeviceWithApplyId and one.accepted]

    def lost_registration(self) -> bool:
        """Whether a registration was sent whose answer nobody could read."""
        return any(
            one.operation == Action.BatchRegisterDeviceWithApplyId
            and not (one.accepted or one.refused or one.throttled)
            for one in self.trace
        )

    def first(self, status: str) -> Exchange | None:
        """The first exchange that says that status."""
        return next((one for one, said in self.statuses() if said == status), None)

    def pages(self) -> list[Page]:
        """Every accepted page, in order."""
        return self._once("pages", self._pages)  # type: ignore[no-any-return]

    def _pages(self) -> list[Page]:
        asked = (one for one in self.trace if one.operation == Action.QueryPageByApplyId and one.accepted)
        return [_page(one) for one in asked if is_readable_page(one)]

    def pages_after_success(self) -> list[Page]:
        """The accepted pages that were asked for when CREATE_SUCCESS had been seen."""
        success = self.first(CREATE_SUCCESS)
        return [page for page in self.pages() if success is not None and page.exchange.number > success.number]

    def unique_names(self) -> tuple[str, ...]:
        """The names that count, each once."""
        return tuple(dict.fromkeys(self.names))


def _told(asked: Iterable[Exchange]) -> list[tuple[Exchange, str]]:
    """The statuses that these answers tell."""
    return [
        (one, said)
        for one in asked
        if one.answer is not None and one.answer.success and isinstance(said := one.answer.data.get("Status"), str)
    ]


def _page(exchange: Exchange) -> Page:
    value = (exchange.answer.value if exchange.answer else None) or {}
    return Page(
        exchange,
        as_integer(exchange.request.get("PageSize")),
        as_integer(exchange.request.get("CurrentPage")),
        as_integer(value.get("PageSize")),
        as_integer(value.get("Page")),
        as_integer(value.get("Total")),
        as_integer(value.get("PageCount")),
        devices_of(value),
    )


PAGE_FIELDS = ("ApplyDeviceList", "Page", "Total")


def is_readable_page(exchange: Exchange) -> bool:
    """Whether the shape of a page is sound. Where it is not, the invariant of shapes says so."""
    # A list that is empty without its inner name can be read all the same.
    return exchange.answer is not None and not any(
        where.startswith(PAGE_FIELDS) for name, where in exchange.answer.irregularities if name != "no inner list"
    )


def devices_of(value: dict[str, Any]) -> tuple[FollowedDevice, ...]:
    """The devices of a page, as far as they can be read."""
    listed = value.get("ApplyDeviceList")
    items = listed.get("ApplyDeviceInfo") if isinstance(listed, dict) else None
    return tuple(
        FollowedDevice(*(str(item.get(name) or "") for name in ("DeviceName", "DeviceSecret", "IotId")))
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    )


PLAIN_NAME = re.compile(r"DeviceName\.([0-9]+)").fullmatch
LISTED_NAME = re.compile(r"DeviceNameList\.([0-9]+)\.DeviceName").fullmatch


def has_gaps(params: Sequence[tuple[str, str]]) -> bool:
    """Whether an index of a name is missing, so that nobody can say which names count."""
    indices = [int(found[1]) for name, _ in params if (found := PLAIN_NAME(name) or LISTED_NAME(name))]
    return bool(indices) and max(indices) > len(set(indices))


def names_asked(params: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The names of a BatchCheckDeviceNames call by index; DeviceNameList wins over DeviceName."""
    listed: dict[int, str] = {}
    plain: dict[int, str] = {}
    for name, value in params:
        if not name.startswith("DeviceName"):
            continue
        # Most of ten thousand names are plain ones: asked without a regular expression, which says the same.
        if (index := name[len("DeviceName.") :]).isdigit() and index.isascii() and name[len("DeviceName")] == ".":
            plain[int(index)] = value
        elif found := LISTED_NAME(name):
            listed[int(found[1])] = value
    chosen = listed or plain
    return tuple(chosen[index] for index in sorted(chosen))

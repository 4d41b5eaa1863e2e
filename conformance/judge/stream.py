"""The recorded stream of a run, and the applications that it opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from conformance.contract import Contract
from conformance.contract.actions import Action
from conformance.judge.followed_applications import (
    CREATE_SUCCESS,
    LEGAL_NAME,
    NAME_LIMIT,
    UNKNOWN_INSTANCE,
    FollowedApplication,
    names_asked,
)
from conformance.wire.message import Exchange


@dataclass(frozen=True)
class Stream:
    """All exchanges of a run in order, and what is needed to judge them."""

    exchanges: tuple[Exchange, ...]
    contract: Contract
    edition: str
    patience: float = 60.0
    """Seconds of unbroken CHECK or CREATE after which an application will not end any more."""
    exclusive: bool = True
    """Whether nobody else registers devices in the products of the run meanwhile."""
    known_products: tuple[str, ...] = ()
    """The ProductKeys with which the run was made."""

    @cached_property
    def applications(self) -> tuple[FollowedApplication, ...]:
        """Every application that the stream opened, in order."""
        found: dict[int, FollowedApplication] = {}
        every: list[FollowedApplication] = []
        for exchange in self.exchanges:
            if (
                exchange.operation in {Action.BatchRegisterDevice, Action.BatchCheckDeviceNames}
                and exchange.accepted
                and exchange.answer
            ):
                apply_id = exchange.answer.apply_id
                if apply_id is None:
                    continue
                new = _application(exchange, apply_id)
                if (old := found.get(apply_id)) is not None:
                    old.shared = new.shared = True
                found[apply_id] = new
                every.append(new)
            elif exchange.operation == Action.DeleteDevice and not exchange.refused:
                _delete(every, exchange)
            elif (
                exchange.tampering is not None or exchange.request.get("IotInstanceId") == UNKNOWN_INSTANCE
            ) and exchange.refused:
                continue  # what was refused for another reason says nothing of the application
            elif exchange.tampering is not None and not exchange.accepted:
                continue  # nor what the gateway has stopped
            elif (known := found.get(_plain_id(exchange))) is not None:
                late = known.deleted and exchange.operation in {
                    Action.QueryPageByApplyId,
                    Action.QueryBatchRegisterDeviceStatus,
                }
                (known.after_deletion if late else known.trace).append(exchange)
        return tuple(every)

    @cached_property
    def distinct(self) -> tuple[FollowedApplication, ...]:
        """The applications whose ApplyId is theirs alone."""
        return tuple(application for application in self.applications if not application.shared)

    @cached_property
    def seen_elsewhere(self) -> dict[tuple[str, str], set[int]]:
        """(ProductKey, DeviceName) → ApplyIds of the applications that asked for it or showed it."""
        found: dict[tuple[str, str], set[int]] = {}
        for application in self.applications:
            shown = {device.name for page in application.pages() for device in page.devices}
            for name in shown | set(application.names):
                found.setdefault((application.product, name), set()).add(application.apply_id)
        for exchange in self.exchanges:
            if exchange.operation == Action.RegisterDevice and exchange.accepted:
                # No application: the exchange's number stands for it, below zero where no ApplyId of ours is.
                key = (exchange.request.get("ProductKey") or "", exchange.request.get("DeviceName") or "")
                found.setdefault(key, set()).add(-exchange.number)
        return found

    def names_of_neighbours(self, application: FollowedApplication, names: Iterable[str]) -> set[str]:
        """Those of ``names`` that another application asked for or showed."""
        return {
            name
            for name in names
            for product in self.products
            if self.seen_elsewhere.get((product, name), set()) - {application.apply_id}
        }

    @cached_property
    def products(self) -> frozenset[str]:
        """The products of the run; where they were not told, those in which applications succeeded."""
        return frozenset(self.known_products) or frozenset(
            application.product for application in self.applications if application.product
        )

    def was_taken(self, application: FollowedApplication, name: str) -> bool:
        """Whether a device of the product was shown to have that name before the application was opened."""
        key = (application.product, name)
        shown = self._first_shown.get(key)
        return shown is not None and shown < application.created.number and key not in self.deleted

    def shown_before(self, product: str, number: int) -> set[str]:
        """The names of the product's devices that were shown, or registered singly, before that exchange.

        Names of devices that were ever deleted are not among them: no document says whether they are free again.
        """
        return {
            name
            for (key, name), first in self._first_shown.items()
            if key == product and first < number and (key, name) not in self.deleted
        }

    @cached_property
    def deleted(self) -> dict[tuple[str, str], int]:
        """(ProductKey, DeviceName) → the first exchange that deleted that device, or may have done so."""
        found: dict[tuple[str, str], int] = {}
        for exchange in self.exchanges:
            if exchange.operation == Action.DeleteDevice and not exchange.refused:
                key = (exchange.request.get("ProductKey") or "", exchange.request.get("DeviceName") or "")
                found.setdefault(key, exchange.number)
        return found

    def was_used(self, product: str, name: str, before: int, check: Exchange) -> bool:
        """Whether anything but the call ``check`` had to do with a name until the exchange ``before``."""
        return any(number <= before and number != check.number for number in self._uses.get((product, name), ()))

    @cached_property
    def _uses(self) -> dict[tuple[str, str], list[int]]:
        """(ProductKey, DeviceName) → the exchanges that asked for it with success, or showed it on another's page."""
        found: dict[tuple[str, str], list[int]] = {}
        for application in self.applications:
            for name in set(application.names):
                found.setdefault((application.product, name), []).append(application.created.number)
            for page in application.pages():
                for device in page.devices:
                    if device.name not in application.names:
                        found.setdefault((application.product, device.name), []).append(page.exchange.number)
        for exchange in self.exchanges:
            if exchange.operation == Action.RegisterDevice and exchange.accepted:
                key = (exchange.request.get("ProductKey") or "", exchange.request.get("DeviceName") or "")
                found.setdefault(key, []).append(exchange.number)
        return found

    def is_first_spelling(self, product: str, name: str) -> bool:
        """Whether no earlier check has spelt that name in another letter case, which may make it the same name."""
        return self._spellings.get((product, name.casefold()), name) == name

    @cached_property
    def _spellings(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for application in self.applications:
            for name in application.names:
                found.setdefault((application.product, name.casefold()), name)
        return found

    @cached_property
    def _first_shown(self) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for application in self.applications:
            for page in application.pages():
                for device in page.devices:
                    key = (application.product, device.name)
                    found[key] = min(found.get(key, page.exchange.number), page.exchange.number)
        for exchange in self.exchanges:
            if exchange.operation == Action.RegisterDevice and exchange.accepted:
                key = (exchange.request.get("ProductKey") or "", exchange.request.get("DeviceName") or "")
                found[key] = min(found.get(key, exchange.number), exchange.number)
        return found

    def is_clean(self, application: FollowedApplication) -> bool:
        """Whether nothing speaks against the application: legal, single, within the limit, names nobody else has."""
        found = self._clean.get(id(application))
        if found is None:
            found = self._clean[id(application)] = self._is_clean(application)
        return found

    @cached_property
    def _clean(self) -> dict[int, bool]:
        return {}

    def _is_clean(self, application: FollowedApplication) -> bool:
        if application.shared:
            return False
        limit = NAME_LIMIT[self.edition]
        if application.random:
            return application.count is not None and 1 <= application.count <= limit
        names = application.names
        nicknames = any(name.endswith("DeviceNickname") for name, _ in application.created.request.params)
        return (
            0 < len(names) <= limit
            and len(set(names)) == len(names)
            and not nicknames
            and all(self.is_good(application, name) for name in names)
        )

    def is_good(self, application: FollowedApplication, name: str) -> bool:
        """Whether that name is legal and no other application had to do with it before this one had succeeded."""
        others = self.seen_elsewhere.get((application.product, name), set()) - {application.apply_id}
        alone = not others or self._all_after(others, application.first(CREATE_SUCCESS))
        return alone and LEGAL_NAME.fullmatch(name) is not None and self.is_first_spelling(application.product, name)

    def _all_after(self, others: set[int], success: Exchange | None) -> bool:
        """Whether all these applications and registrations began after that exchange."""
        if success is None:
            return False
        return all(self._begun.get(other, -other if other < 0 else 0) > success.number for other in others)

    @cached_property
    def _begun(self) -> dict[int, int]:
        """ApplyId → the exchange that opened the application."""
        return {application.apply_id: application.created.number for application in self.distinct}


def _delete(applications: list[FollowedApplication], exchange: Exchange) -> None:
    product, name = exchange.request.get("ProductKey"), exchange.request.get("DeviceName")
    for application in applications:
        if application.product == product and any(
            device.name == name for page in application.pages() for device in page.devices
        ):
            application.deleted = exchange.number


ABOUT_AN_APPLICATION = frozenset({"ProductKey", "ApplyId", "PageSize", "CurrentPage", "IotInstanceId"})


def _plain_id(exchange: Exchange) -> int:
    """The ApplyId that a request names in plain digits, -1 where it names none.

    Nothing is promised of a request with a parameter twice, or with one that no document knows.
    """
    asked = exchange.request.get("ApplyId") or ""
    if not (asked.isascii() and asked.isdigit() and len(asked) < 30):
        return -1
    names = [name for name, _ in exchange.request.params]
    return int(asked) if ABOUT_AN_APPLICATION.issuperset(names) and len(set(names)) == len(names) else -1


def _application(exchange: Exchange, apply_id: int) -> FollowedApplication:
    random = exchange.operation == Action.BatchRegisterDevice
    said = exchange.request.get("Count") or ""
    count = int(said) if random and said.isascii() and said.isdigit() and len(said) < 12 else None
    return FollowedApplication(
        apply_id,
        exchange.request.get("ProductKey") or "",
        random,
        exchange,
        count,
        () if random else names_asked(exchange.request.params),
    )

"""Deletes what a run has created, by the exact names of its ledger, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from conformance.client.budget import NotSent
from conformance.client.ledger import Account, LedgerCall
from conformance.client.session import Session
from conformance.contract.actions import Action
from conformance.generate.requests import apply_request, page_request
from conformance.wire.message import FORMS, Exchange, Request, as_integer

PAGE = 50
MOST_PAGES = 400
"""Pages of one application: 10,000 devices fill half of them."""
GONE = frozenset({"iot.device.NotExistedDevice", "iot.prod.NotExistedProduct"})
PURPOSE = "sweep"
OPENING = frozenset({Action.BatchRegisterDevice, Action.BatchCheckDeviceNames})
AT_WORK: dict[str, frozenset[str]] = {
    Action.BatchRegisterDevice: frozenset({"CHECK", "CHECK_SUCCESS", "CREATE"}),
    Action.BatchCheckDeviceNames: frozenset({"CHECK", "CREATE"}),
}
"""Status in which devices are still to come; what was checked by itself stops at CHECK_SUCCESS."""
FAILED = frozenset({"CHECK_FAILED", "CREATE_FAILED", "CHECK_SUCCESS"})
"""Status in which there need not be any device."""
PAUSES = (0.0, 1.0, 5.0, 20.0)
"""Seconds after which a product that is not let go is emptied again: devices may still come into being."""
PATIENCE = 120.0
"""Seconds that a sweep waits for one application to end."""


@dataclass(slots=True)
class CleanupResult:
    """What became of the things that a run has created."""

    devices: int = 0
    products: int = 0
    gone: int = 0
    """Devices that were there no more."""
    left: list[str] = field(default_factory=list)
    """What is still there, or may be, each with the reason: nobody can prove that the run created it, or it stayed."""


class Cleanup:
    """Sweeps through one open session. ``more`` tells whether there is time to go on."""

    def __init__(self, session: Session, account: Account, more: Callable[[], bool] = lambda: True) -> None:
        self._session = session
        self._account = account
        self._more = more
        self._mine = {call.product for call in account.calls if call.operation == Action.CreateProduct and call.product}
        given = _issued(account)
        self._issued = {apply_id: calls[0] for apply_id, calls in given.items() if len(calls) == 1}
        self._shared = {apply_id: calls for apply_id, calls in given.items() if len(calls) > 1}
        self.swept = CleanupResult()

    def sweep(self) -> CleanupResult:
        """Products of the run first, with all that is in them; elsewhere only what the ledger proves."""
        self.products()
        with self._as_far_as_it_goes("all that is not named above"):
            self._what_is_elsewhere()
        return self.swept

    def _what_is_elsewhere(self) -> None:
        for call in self._account.calls:
            if self._elsewhere(call):
                self._call(call)
        for call in self._applications():
            if self._elsewhere(call):
                self._application(call)
        for apply_id, calls in self._shared.items():
            if any(map(self._elsewhere, calls)):
                keys = ", ".join(call.key for call in calls)
                self.swept.left.append(
                    f"{keys}: all were given ApplyId {apply_id}: nothing proves whose devices it has"
                )

    @contextlib.contextmanager
    def _as_far_as_it_goes(self, what: str) -> Iterator[None]:
        """Note what stays where the target goes away in the middle."""
        try:
            yield
        except NotSent as error:
            self.swept.left.append(f"{what}: {error}")

    def _elsewhere(self, call: LedgerCall) -> bool:
        return call.product not in self._mine

    def products(self) -> CleanupResult:
        """Only the products of the run."""
        for product in self._account.own:
            with self._as_far_as_it_goes(f"product {product}"):
                self._product(product)
        return self.swept

    def _product(self, key: str) -> None:
        """A product that the run created: whatever is in it was put there by the run, or after it."""
        complaints: list[str] = []
        for pause in PAUSES:
            if self._delete_product(key):
                return
            self._session.clock.sleep(pause)
            # What could not be deleted in this round may be in the next.
            complaints = [why for name in self._listed(key) if (why := self._complaint(key, name))]
            if not self._more():
                break
        if not self._delete_product(key):
            self.swept.left += complaints
            self.swept.left.append(f"product {key}: DeleteProduct was refused, see what is in it")

    def _delete_product(self, key: str) -> bool:
        exchange = self._ask(Request(Action.DeleteProduct, (("ProductKey", key),)))
        if not exchange.accepted and _code(exchange) not in GONE:
            return False
        self._session.ledger.deleted(key)
        self.swept.products += exchange.accepted
        return True

    def _listed(self, product: str) -> list[str]:
        """Every device of a product."""
        names: dict[str, None] = {}
        for page in range(1, MOST_PAGES + 1):
            listing = (("ProductKey", product), ("PageSize", str(PAGE)), ("CurrentPage", str(page)))
            exchange = self._ask(Request(Action.QueryDevice, listing))
            listed = [_text(item, "DeviceName") for item in _items(exchange, "Data", "DeviceInfo")]
            names |= dict.fromkeys(name for name in listed if name)
            if len(listed) < PAGE or not self._more():
                break
        return list(names)

    def _call(self, call: LedgerCall) -> None:
        """What one call has created, where it is not an application."""
        if call.outcome == "refused":
            return
        match call.operation:
            case Action.CreateProduct if call.outcome == "lost":
                self._doubt(call, f"a product named {call.product_name}")
            case Action.RegisterDevice if call.outcome == "accepted":
                for name in call.names:
                    self._device(call.product, name)
            case Action.RegisterDevice:
                self._doubt(call, f"the device {', '.join(call.names)} in {call.product}")
            case Action.BatchRegisterDevice if not call.apply_id:
                self._doubt(call, f"up to {call.count or 1} devices with generated names in {call.product}")
            case Action.BatchRegisterDeviceWithApplyId if call.apply_id not in {*self._issued, *self._shared}:
                self._doubt(call, f"devices under ApplyId {call.apply_id}, which no call of the run was given")

    def _applications(self) -> Iterator[LedgerCall]:
        """The call that opened each application which may have devices; one that was only checked has none."""
        registered = {
            call.apply_id
            for call in self._account.calls
            if call.operation == Action.BatchRegisterDeviceWithApplyId and call.outcome != "refused"
        }
        for apply_id, call in self._issued.items():
            if call.operation == Action.BatchRegisterDevice or apply_id in registered:
                yield call

    def _application(self, call: LedgerCall) -> None:
        """The devices that an application of the run shows: the names it asked for, or as many as it was to have."""
        status = self._last_status(call)
        if status in AT_WORK[call.operation]:
            self.swept.left.append(f"{call.key}: ApplyId {call.apply_id} is still at work; sweep again later")
            return
        listed = self._pages(call.apply_id)
        if listed is None:
            if status not in FAILED:
                self.swept.left.append(f"{call.key}: the devices of ApplyId {call.apply_id} cannot be listed")
            return
        there = [name for name in listed if (call.product, name) not in self._account.deleted]
        most = len(call.names) if call.operation == Action.BatchCheckDeviceNames else call.count
        strange = [name for name in there if call.names and name not in call.names]
        if len(there) > most or strange:
            self.swept.left.append(
                f"{call.key}: ApplyId {call.apply_id} shows {len(there)} devices in {call.product} where the run asked"
                f" for {most}: nothing proves whose they are"
            )
            return
        for name in there:
            self._device(call.product, name)

    def _last_status(self, call: LedgerCall) -> str:
        """The Status after which no more devices come, or the one in which it stays for too long."""
        clock, asked = (
            self._session.clock,
            apply_request(Action.QueryBatchRegisterDeviceStatus, call.product, int(call.apply_id)),
        )
        began = clock.now()
        while True:
            answer = self._ask(asked).answer
            status = str(answer.data.get("Status") or "") if answer is not None else ""
            waited = clock.now() - began
            if status not in AT_WORK[call.operation] or waited > PATIENCE or not self._more():
                return status
            clock.sleep(min(1.0, max(0.05, waited * 0.2)))

    def _pages(self, apply_id: str) -> list[str] | None:
        """The names that an application shows, None where it shows nothing that can be read."""
        seen: dict[str, None] = {}
        for page in range(1, MOST_PAGES + 1):
            exchange = self._ask(page_request(int(apply_id), PAGE, page))
            if page == 1 and not exchange.accepted:
                return None
            names = [_text(item, "DeviceName") for item in _items(exchange, "ApplyDeviceList", "ApplyDeviceInfo")]
            fresh = [name for name in names if name and name not in seen]
            seen |= dict.fromkeys(fresh)
            total = as_integer(_value(exchange).get("Total"))
            if not fresh or (total is not None and len(seen) >= total):
                break
        return list(seen)

    def _device(self, product: str, name: str) -> None:
        if why := self._complaint(product, name):
            self.swept.left.append(why)

    def _complaint(self, product: str, name: str) -> str:
        """Delete a device; why it stayed, or nothing."""
        if (product, name) in self._account.deleted:
            return ""
        if not self._more():
            return f"device {name} in {product}: there was no time left"
        exchange = self._ask(Request(Action.DeleteDevice, (("ProductKey", product), ("DeviceName", name))))
        if exchange.accepted or _code(exchange) in GONE:
            self._account.deleted.add((product, name))
            self.swept.devices += exchange.accepted
            self.swept.gone += not exchange.accepted
            if not exchange.accepted:
                self._session.ledger.deleted(product, name)
            return ""
        return f"device {name} in {product}: DeleteDevice gave {_code(exchange) or exchange.no_answer}"

    def _doubt(self, call: LedgerCall, what: str) -> None:
        if call.outcome == "lost":
            self.swept.left.append(f"{call.key}: {what}: the answer was lost, so nothing proves what came of it")

    def _ask(self, request: Request) -> Exchange:
        """Asked in another form where the first brings nothing that can be read."""
        exchange = self._session.ask(request, FORMS[0], PURPOSE)
        if not (exchange.accepted or exchange.refused):
            exchange = self._session.ask(request, FORMS[1], PURPOSE)
        return exchange


def _issued(account: Account) -> dict[str, list[LedgerCall]]:
    """ApplyId → the calls that were given it."""
    calls: dict[str, list[LedgerCall]] = {}
    for call in account.calls:
        if call.operation in OPENING and call.outcome == "accepted" and call.apply_id:
            calls.setdefault(call.apply_id, []).append(call)
    return calls


def _code(exchange: Exchange) -> str:
    return exchange.answer.code if exchange.answer is not None else ""


def _value(exchange: Exchange) -> dict[str, object]:
    return (exchange.answer.value if exchange.answer is not None and exchange.accepted else None) or {}


def _items(exchange: Exchange, outer: str, inner: str) -> list[object]:
    holder = _value(exchange).get(outer)
    items = holder.get(inner) if isinstance(holder, dict) else None
    return items if isinstance(items, list) else []


def _text(item: object, name: str) -> str:
    text = item.get(name) if isinstance(item, dict) else None
    return text if isinstance(text, str) else ""

"""How applications are opened and their devices registered: the only place that creates anything in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash
from conformance.reference.refusals import Refusal
from conformance.reference.store import Application, Device, Product

TAKEN = "The device name exists already."


def new_apply_id(call: Call) -> int:
    """The next ApplyId: a growing counter, as in the documented samples."""
    store = call.store
    number = store.next_apply_id
    store.next_apply_id += 1
    if call.choices.apply_ids_in_no_order:
        return int(store.identity("apply", number)[:13], 16) + 1
    if call.breaks("Workflow.ApplyId.fresh") and store.latest is not None and store.next_application % 4 == 0:
        return store.latest.apply_id
    if call.breaks("Workflow.ApplyId.range"):
        return 2**63 + number
    if call.breaks("Workflow.ApplyId.positive"):
        return -number
    if call.breaks("Workflow.ApplyId.exact/rounded_through_a_float"):
        return 2**53 + number
    if call.breaks("Workflow.ApplyId.exact/paged_through_a_float"):
        return 2**53 + 3 * number  # the neighbours of an odd one, to which it is rounded, are never issued
    return number


def open_application(
    call: Call, product: Product, names: Sequence[str], invalid: dict[str, str], generated: bool
) -> Application:
    """A new application, in CHECK from now on."""
    store, now = call.store, call.now
    checks = 0.0 if generated and not call.choices.check_visible_for_random else call.server.delay
    application = Application(
        apply_id=new_apply_id(call),
        number=store.next_application,
        product=product,
        names=names,
        generated=generated,
        asked_at=now,
        checked_at=now + checks,
        invalid=invalid,
    )
    store.next_application += 1
    store.applications[application.apply_id] = application
    store.latest = application
    return application


def register(call: Call, application: Application, at: float, starts: float) -> None:
    """Let CREATE begin at ``starts``. The names are reserved at once, the devices exist when CREATE ends."""
    application.registered_at = at
    application.starts_at = starts
    application.created_at = starts + call.server.delay
    application.registrations += 1
    call.store.registered[application.generated] += 1
    product = application.product
    names = names_to_create(call, application)
    taken = {} if application.generated else {name: TAKEN for name in names if name in product.devices}
    if application.unchecked:
        names, taken = [name for name in names if name not in taken], {}
    if not application.generated and len(names) == 2 and call.breaks("Workflow.terminates/registration_forgotten"):
        application.starts_at = application.created_at = float("inf")
    if not application.generated and call.breaks("Workflow.isolation/at_registration"):
        others = [each.devices for each in call.store.products.values() if each is not product]
        taken |= {name: TAKEN for name in names if any(name in devices for devices in others)}
    if taken and call.edition.conflict_fails_all != call.choices.conflict_decided_otherwise:
        application.failed = dict.fromkeys(application.names, TAKEN)
        return
    if taken:
        application.failed = taken
        names = [name for name in names if name not in taken]
    if fails_without_reason(call, application):
        application.failed = dict.fromkeys(application.names, "The device could not be created.")
        return
    application.devices = create(call, application, names)


def create(call: Call, application: Application, names: Sequence[str]) -> list[Device]:
    """Make the devices of these names; they exist from the end of CREATE on."""
    product = application.product
    born = application.created_at
    if call.breaks("Workflow.at_once"):
        born += 2 * call.server.delay
    if call.breaks("Workflow.at_once/one_delay"):
        born += call.server.delay
    nicknames = kept_nicknames(call, application)
    devices = [
        Device(name, serial, born, nicknames.get(name, "") if nicknames else "")
        for name, serial in zip(names, call.store.serials(len(names)), strict=True)
    ]
    for device in devices:
        product.add(device)
    return devices


def kept_nicknames(call: Call, application: Application) -> dict[str, str]:
    """The nicknames that the devices get."""
    if call.breaks("BatchCheckDeviceNames.DeviceNickname.shown"):
        return {}
    if call.breaks("BatchCheckDeviceNames.DeviceNickname.shown/ascii_only"):
        return {name: nick.encode("ascii", "replace").decode() for name, nick in application.nicknames.items()}
    return application.nicknames


def names_to_create(call: Call, application: Application) -> Sequence[str]:
    """The names of the application, less what faults lose or add."""
    names = application.names
    if application.generated:
        if call.breaks("Workflow.Count") and len(names) > 1:
            return names[:-1]
        if call.breaks("Workflow.Count/one_more"):
            return [*names, f"extra-{call.store.next_serial}"]
        return names
    if call.breaks("Workflow.DeviceName") and len(names) > 1:
        return names[:-1]
    if call.breaks("Workflow.DeviceName/lower_case"):
        return [name.lower() for name in names]
    if call.breaks("Workflow.DeviceName/one_more"):
        return [*names, f"extra-{call.store.next_serial}"]
    return names


def fails_without_reason(call: Call, application: Application) -> bool:
    """Whether a fault lets this application end in CREATE_FAILED."""
    rule = "Workflow.random" if application.generated else "Workflow.registered"
    if call.breaks(f"{rule}/over_10"):
        return len(application.names) > 10
    return call.breaks(rule) and call.store.registered[application.generated] % 2 == 0


def accepted(call: Call) -> None:
    """The last step before a valid call takes effect: where faults refuse it or fall over it."""
    operation = call.operation
    if call.breaks(f"{operation}.answers/every_7th"):
        call.store.crashes[operation] += 1
        if call.store.crashes[operation] % 7 == 0:
            raise Crash
    if call.breaks(f"{operation}.accepts"):
        raise Refusal("iot.system.SystemException")
    if call.breaks(f"{operation}.accepts/as_illegal"):
        raise Refusal("iot.system.IllegalRequest")


def told_apply_id(call: Call, application: Application) -> int:
    """The ApplyId that the caller is told for a new application."""
    if call.breaks("Workflow.ApplyId.exact") and application.number % 5 == 0:
        return application.apply_id + 1_000_000
    if call.breaks("Workflow.ApplyId.exact/rounded_through_a_float"):
        return int(float(application.apply_id))
    return application.apply_id


def with_apply_id(call: Call, apply_id: int) -> dict[str, Any]:
    """The fields of a successful answer that consists of an ApplyId."""
    early = call.edition.name in ("alibaba-2018", "alibaba-2019")
    if early and call.operation != Action.BatchRegisterDevice and call.choices.apply_id_beside_data:
        return {"ApplyId": apply_id}
    value: Any = apply_id
    if call.question.format == "JSON":
        if call.breaks(f"{call.operation}.JSON"):
            value = str(apply_id)
        if call.breaks(f"{call.operation}.JSON/number_with_a_fraction"):
            value = float(apply_id)
    else:
        if call.breaks(f"{call.operation}.XML"):
            return {"ApplyId": apply_id, "Data": {}}
        if call.breaks(f"{call.operation}.XML/twice"):
            value = [apply_id, apply_id]
    return {"Data": {"ApplyId": value}}

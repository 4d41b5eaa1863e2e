"""How applications are opened and their devices registered: the only place that creates anything in bulk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.rule import rule
from conformance.reference.store import Application, Device, Product

TAKEN = "The device name exists already."


@rule
def new_apply_id(call: Call) -> int:
    """The next ApplyId: a growing counter, as in the documented samples."""
    store = call.store
    number = store.next_apply_id
    store.next_apply_id += 1
    if call.choices.apply_ids_in_no_order:
        return int(store.identity("apply", number)[:13], 16) + 1
    return number


@rule
def open_application(
    call: Call, product: Product, names: Sequence[str], invalid: dict[str, str], generated: bool
) -> Application:
    """A new application, in CHECK from now on."""
    application = Application(
        apply_id=new_apply_id(call),
        product=product,
        names=names,
        generated=generated,
        checked_at=call.now + time_to_check(call, generated),
        invalid=invalid,
    )
    call.store.applications[application.apply_id] = application
    return application


def time_to_check(call: Call, generated: bool) -> float:
    """Seconds that CHECK takes: names of the server's own need none."""
    return 0.0 if generated and not call.choices.check_visible_for_random else call.server.delay


@rule
def register(call: Call, application: Application, starts: float) -> None:
    """Let CREATE begin at ``starts``. The names are reserved at once, the devices exist when CREATE ends."""
    application.registered_at = call.now
    application.starts_at = starts
    application.created_at = starts + call.server.delay
    names = names_to_create(call, application)
    taken = taken_since_the_check(call, application, names)
    if taken and call.edition.conflict_fails_all != call.choices.conflict_decided_otherwise:
        application.failed = dict.fromkeys(application.names, TAKEN)
        return
    if taken:
        application.failed = {name: TAKEN for name in names if name in taken}
        names = [name for name in names if name not in taken]
    application.devices = create(call, application, names)


@rule
def names_to_create(call: Call, application: Application) -> Sequence[str]:
    """Every name of an application becomes a device."""
    return application.names


@rule
def taken_since_the_check(call: Call, application: Application, names: Sequence[str]) -> Collection[str]:
    """A name that a device of the product has got since the check cannot be created again."""
    if application.generated:
        return ()
    return {name for name in names if name in application.product.devices}


@rule
def create(call: Call, application: Application, names: Sequence[str]) -> list[Device]:
    """Make the devices of these names."""
    born = devices_exist_from(call, application)
    nicknames = nicknames_to_keep(call, application)
    devices = [
        Device(name, serial, born, nicknames.get(name, ""))
        for name, serial in zip(names, call.store.serials(len(names)), strict=True)
    ]
    for device in devices:
        application.product.add(device)
    return devices


@rule
def devices_exist_from(call: Call, application: Application) -> float:
    """The devices exist as soon as the status is CREATE_SUCCESS or CREATE_FAILED."""
    return application.created_at


@rule
def nicknames_to_keep(call: Call, application: Application) -> Mapping[str, str]:
    """A device gets the nickname that was checked with its name."""
    return application.nicknames


@rule
def told_apply_id(call: Call, application: Application) -> int:
    """The caller is told the ApplyId of the new application."""
    return application.apply_id


@rule
def with_apply_id(call: Call, apply_id: int) -> dict[str, Any]:
    """The fields of a successful answer that consists of an ApplyId: it is an Integer within Data."""
    early = call.edition.name in ("alibaba-2018", "alibaba-2019")
    if early and call.operation != Action.BatchRegisterDevice and call.choices.apply_id_beside_data:
        return {"ApplyId": apply_id}
    return {"Data": {"ApplyId": apply_id}}

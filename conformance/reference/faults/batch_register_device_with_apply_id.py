"""Faults of BatchRegisterDeviceWithApplyId: what is registered unchecked, failed or twice, and what gets lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.applications import (
    create,
    names_to_create,
    nicknames_to_keep,
    register,
    with_apply_id,
)
from conformance.reference.batch_register_device_with_apply_id import (
    NOT_CHECKED,
    batch_register_device_with_apply_id,
    register_checked_names,
)
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash, also_breaks, breaks, scoped
from conformance.reference.faults.memory import marked, nth
from conformance.reference.progress import CHECK, CHECK_FAILED, CREATE, CREATE_FAILED, status
from conformance.reference.refusals import Refusal
from conformance.reference.store import Application

THIS = Action.BatchRegisterDeviceWithApplyId

RegisterCheckedNames = Callable[[Call, Application], None]


@breaks(f"{THIS}.answers", "An empty ApplyId gives HTTP 500 with a page of HTML.", batch_register_device_with_apply_id)
def falls_over_an_empty_apply_id(faithful: Callable[[Call], Any], call: Call) -> Any:
    if call.param("ApplyId") == "":
        raise Crash
    return faithful(call)


# --- the answer ---

for clause in ("required", "blank", "unknown"):
    also_breaks(f"{THIS}.ApplyId.{clause}", register_checked_names)(
        lambda faithful, call, application: (
            faithful(call, application) if application in call.store.applications.values() else None
        )
    )

breaks(f"{THIS}.ApplyId.random", "An ApplyId of BatchRegisterDevice is answered with success.", register_checked_names)(
    lambda faithful, call, application: None if application.generated else faithful(call, application)
)


@breaks(f"{THIS}.ApplyId.echo", "The answer carries the next ApplyId.", with_apply_id)
def another_apply_id_is_told(faithful: Callable[[Call, int], Any], call: Call, apply_id: int) -> Any:
    return faithful(call, apply_id + 1 if call.operation == THIS else apply_id)


scoped(f"{THIS}.ApplyId.echo@POST", "The answer to a POST carries the next ApplyId.")


# --- before and after the check ---


def during(state: str, instead: Callable[[Call, Application], object]) -> Callable[..., None]:
    """A first registration in this state has another effect."""

    def change(faithful: RegisterCheckedNames, call: Call, application: Application) -> None:
        if application.registered_at is None and status(application, call.now) == state:
            instead(call, application)
        else:
            faithful(call, application)

    return change


def forget_invalid_names(application: Application) -> None:
    """What is left of an application are its valid names."""
    application.names = [name for name in application.names if name not in application.invalid]
    application.invalid = {}


def register_unchecked(call: Call, application: Application) -> None:
    """Create every name at once, but for those that devices have already."""
    marked(call, "registered unchecked").add(application)
    application.checked_at = call.now
    application.invalid = {}
    register(call, application, call.now)


def register_valid_names(call: Call, application: Application) -> None:
    """Create at once what is valid."""
    forget_invalid_names(application)
    register_unchecked(call, application)


breaks(f"{THIS}.unchecked", "A registration during CHECK creates at once, invalid names too.", register_checked_names)(
    during(CHECK, register_unchecked)
)
breaks(
    f"{THIS}.unchecked/valid_names_only",
    "A registration during CHECK creates what is valid at once.",
    register_checked_names,
)(during(CHECK, register_valid_names))


@also_breaks(f"{THIS}.unchecked", names_to_create)
@also_breaks(f"{THIS}.unchecked/valid_names_only", names_to_create)
def taken_names_are_left_out(
    faithful: Callable[..., Sequence[str]], call: Call, application: Application
) -> Sequence[str]:
    names = faithful(call, application)
    if application not in marked(call, "registered unchecked"):
        return names
    return [name for name in names if name not in application.product.devices]


@breaks(
    f"{THIS}.after_CHECK_FAILED",
    "A registration after CHECK_FAILED creates the valid names.",
    register_checked_names,
)
def valid_names_of_a_failed_check_are_created(
    faithful: RegisterCheckedNames, call: Call, application: Application
) -> None:
    if status(application, call.now) == CHECK_FAILED:
        forget_invalid_names(application)
    faithful(call, application)


breaks(
    f"{THIS}.after_CHECK_FAILED.refused",
    "A registration after CHECK_FAILED is answered with success, and does nothing.",
    register_checked_names,
)(during(CHECK_FAILED, lambda call, application: None))


@breaks(
    f"{THIS}.accepts/not_at_once",
    "Until half a delay after CHECK_SUCCESS a registration is refused.",
    register_checked_names,
)
def a_check_is_not_known_at_once(faithful: RegisterCheckedNames, call: Call, application: Application) -> None:
    soon = application.checked_at <= call.now < application.checked_at + call.server.delay / 2
    if soon and application.registered_at is None:
        raise Refusal(NOT_CHECKED)
    faithful(call, application)


# --- a second time ---


def second_time(instead: Callable[[Call, Application], None], states: Sequence[str] = ()) -> Callable[..., None]:
    """A second registration has another effect, in these states or in every one."""

    def change(faithful: RegisterCheckedNames, call: Call, application: Application) -> None:
        again = application.registered_at is not None and not application.generated
        if again and (not states or status(application, call.now) in states):
            instead(call, application)
        else:
            faithful(call, application)

    return change


def create_as_many_more(call: Call, application: Application) -> None:
    """A further device for each name."""
    time = nth(call, f"registered again {application.apply_id}") + 1
    names = [f"{name[:28]}-{time}" for name in application.names]
    application.devices = [*application.devices, *create(call, application, names)]


def create_what_failed(call: Call, application: Application) -> None:
    """A device for each name that could not be created."""
    application.devices = [*application.devices, *create(call, application, list(application.failed))]


def check_succeeds_again(call: Call, application: Application) -> None:
    """CREATE is yet to come."""
    application.starts_at = call.now + call.server.delay / 2
    application.created_at = application.starts_at + call.server.delay


def creation_starts_again(call: Call, application: Application) -> None:
    """CREATE begins now."""
    application.starts_at = call.now
    application.created_at = call.now + call.server.delay


for name, says, change in (
    (
        f"{THIS}.twice",
        "A second registration creates as many further devices.",
        second_time(create_as_many_more),
    ),
    (
        f"{THIS}.twice/while_creating",
        "A second registration during CREATE creates as many further devices.",
        second_time(create_as_many_more, [CREATE]),
    ),
    (
        f"{THIS}.twice/after_CREATE_FAILED",
        "A registration after CREATE_FAILED creates what had failed.",
        second_time(create_what_failed, [CREATE_FAILED]),
    ),
    (
        "Workflow.transitions/registered_twice",
        "A second registration during CREATE sends it back to CHECK_SUCCESS.",
        second_time(check_succeeds_again, [CREATE]),
    ),
    (
        "Workflow.terminal/starts_again_when_registered_twice",
        "A second registration sends the status back to CREATE.",
        second_time(creation_starts_again),
    ),
):
    breaks(name, says, register_checked_names)(change)


# --- nicknames ---

breaks("BatchCheckDeviceNames.DeviceNickname.shown", "Nicknames get lost.", nicknames_to_keep)(
    lambda faithful, call, application: {}
)
scoped("BatchCheckDeviceNames.DeviceNickname.shown@B", "Nicknames of the second product get lost.")


@breaks(
    "BatchCheckDeviceNames.DeviceNickname.shown/ascii_only",
    "Nicknames lose all letters beyond ASCII.",
    nicknames_to_keep,
)
def question_marks_for_letters(
    faithful: Callable[..., Mapping[str, str]], call: Call, application: Application
) -> Mapping[str, str]:
    return {
        name: nickname.encode("ascii", "replace").decode() for name, nickname in faithful(call, application).items()
    }

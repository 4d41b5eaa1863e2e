"""Faults of how applications go through their states: where they end, and whether they end."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from conformance.reference.applications import create, register
from conformance.reference.call import Call
from conformance.reference.faults.fault import breaks, scoped
from conformance.reference.faults.memory import nth, opened_at
from conformance.reference.progress import (
    CHECK,
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE,
    CREATE_FAILED,
    CREATE_SUCCESS,
    status,
)
from conformance.reference.query_batch_register_device_status import (
    current_status,
    status_data,
)
from conformance.reference.query_page_by_apply_id import page_of
from conformance.reference.store import Application, Device

ENDED = (CREATE_SUCCESS, CREATE_FAILED)

Status = Callable[[Call, Application], str]
Where = Callable[[Call, Application], bool]


# --- registrations end in CREATE_FAILED for no reason ---


def fails_without_reason(generated: bool, where: Where) -> Callable[..., list[Device]]:
    """Nothing is created, although every name is free."""

    def change(
        faithful: Callable[..., list[Device]], call: Call, application: Application, names: Collection[str]
    ) -> list[Device]:
        if application.generated != generated or not where(call, application):
            return faithful(call, application, names)
        application.failed = dict.fromkeys(application.names, "The device could not be created.")
        return []

    return change


def every_second(call: Call, application: Application) -> bool:
    """Whether an even number of applications of this kind has been registered, this one included."""
    registered = [
        other
        for other in call.store.applications.values()
        if other.registered_at is not None and other.generated == application.generated
    ]
    return len(registered) % 2 == 0


def over_10(call: Call, application: Application) -> bool:
    return len(application.names) > 10


breaks("Workflow.random", "Every second application of BatchRegisterDevice ends in CREATE_FAILED.", create)(
    fails_without_reason(True, every_second)
)
breaks("Workflow.random/over_10", "BatchRegisterDevice of more than 10 devices ends in CREATE_FAILED.", create)(
    fails_without_reason(True, over_10)
)
breaks("Workflow.registered", "Every second registration of checked names ends in CREATE_FAILED.", create)(
    fails_without_reason(False, every_second)
)
scoped("Workflow.registered@B", "Every second registration of checked names fails, if on the second product.")
breaks(
    "Workflow.registered/over_10",
    "A registration of more than 10 checked names ends in CREATE_FAILED.",
    create,
)(fails_without_reason(False, over_10))


# --- applications go on by themselves ---


def passed_and_waits(call: Call, application: Application) -> bool:
    """Whether an application is at CHECK_SUCCESS and waits to be registered."""
    return status(application, call.now) == CHECK_SUCCESS and application.registered_at is None


def after_a_delay(call: Call, application: Application | None) -> None:
    """Register what was checked more than a delay ago."""
    if application is None or not passed_and_waits(call, application):
        return
    starts = application.checked_at + call.server.delay
    if call.now >= starts:
        register(call, application, starts)


def at_the_third_question(call: Call, application: Application) -> None:
    """Register what is asked for a third time."""
    questions = nth(call, f"questions before {application.apply_id} goes on")
    if questions >= 3 and passed_and_waits(call, application):
        register(call, application, call.now)


def before(happens: Callable[[Call, Any], None]) -> Callable[..., Any]:
    """Something happens to an application before a question about it is answered."""

    def change(faithful: Callable[..., Any], call: Call, application: Any, *args: Any) -> Any:
        happens(call, application)
        return faithful(call, application, *args)

    return change


breaks(
    "Workflow.unasked",
    "A checked application goes on to CREATE by itself after one delay.",
    status_data,
    page_of,
)(before(after_a_delay))
breaks(
    "Workflow.unasked/at_the_third_question",
    "A checked application goes on to CREATE when asked for a third time.",
    status_data,
)(before(at_the_third_question))


# --- a status that is not the true one ---


def told_as(told: str, states: Collection[str], where: Where = lambda call, application: True) -> Callable[..., str]:
    """Applications in one of these states are told to be in another."""

    def change(faithful: Status, call: Call, application: Application) -> str:
        chosen = where(call, application)
        state = faithful(call, application)
        return told if chosen and state in states else state

    return change


def third_answer(call: Call, application: Application) -> bool:
    return nth(call, f"status of {application.apply_id}") % 3 == 0


def second_half_of_creation(call: Call, application: Application) -> bool:
    return call.now > (application.starts_at + application.created_at) / 2


def unregistered_third_answer(call: Call, application: Application) -> bool:
    return third_answer(call, application) and application.registered_at is None


def two_delays_after_its_end(call: Call, application: Application) -> bool:
    return call.now > application.created_at + 2 * call.server.delay


TOLD: dict[str, tuple[str, Callable[..., str]]] = {
    "transitions": (
        "In the second half of CREATE the status is CHECK_SUCCESS.",
        told_as(CHECK_SUCCESS, [CREATE], second_half_of_creation),
    ),
    "transitions/back_to_CHECK": (
        "In the second half of CREATE the status is CHECK.",
        told_as(CHECK, [CREATE], second_half_of_creation),
    ),
    "transitions/check_again": (
        "Every third answer about a checked application is CHECK.",
        told_as(CHECK, [CHECK_SUCCESS], unregistered_third_answer),
    ),
    "unasked/told_as_CREATE_FAILED": (
        "A failed check is told as CREATE_FAILED.",
        told_as(CREATE_FAILED, [CHECK_FAILED]),
    ),
    "terminal": (
        "Every third answer about a created application is CREATE.",
        told_as(CREATE, ENDED, third_answer),
    ),
    "terminal/expires": (
        "Two delays after its end an application is at CHECK.",
        told_as(CHECK, ENDED, two_delays_after_its_end),
    ),
    "terminal/CHECK_FAILED_heals": (
        "Every third answer about a failed check is CHECK_SUCCESS.",
        told_as(CHECK_SUCCESS, [CHECK_FAILED], third_answer),
    ),
    "terminates": (
        "An application of 3 devices stays at CREATE for ever.",
        told_as(CREATE, ENDED, lambda call, application: len(application.names) == 3),
    ),
    "terminates/over_20": (
        "An application of more than 20 devices stays at CREATE for ever.",
        told_as(CREATE, ENDED, lambda call, application: len(application.names) > 20),
    ),
    "terminates/failing_checks": (
        "A check that fails stays at CHECK for ever.",
        told_as(CHECK, [CHECK_FAILED]),
    ),
}

for name, (says, change) in TOLD.items():
    breaks(f"Workflow.{name}", says, current_status)(change)


@breaks(
    "Workflow.terminal/flips_when_asked_in_XML",
    "CREATE_SUCCESS and CREATE_FAILED change places in XML.",
    current_status,
)
def success_and_failure_change_places(faithful: Status, call: Call, application: Application) -> str:
    state = faithful(call, application)
    if call.question.format != "XML":
        return state
    return {CREATE_SUCCESS: CREATE_FAILED, CREATE_FAILED: CREATE_SUCCESS}.get(state, state)


@breaks(
    "Workflow.transitions/old_snapshot_by_GET",
    "A GET for a status tells how things were half a delay ago.",
    current_status,
)
def half_a_delay_ago(faithful: Status, call: Call, application: Application) -> str:
    if call.question.request.method != "GET":
        return faithful(call, application)
    return status(application, max(opened_at(call, application), call.now - call.server.delay / 2))


# --- what ends no registration ---


@breaks(
    "Workflow.terminates/registration_forgotten",
    "A registration of two checked names is accepted, and nothing comes of it.",
    register,
)
def two_names_are_forgotten(faithful: Callable[..., None], call: Call, application: Application, starts: float) -> None:
    forgotten = not application.generated and len(application.names) == 2
    faithful(call, application, float("inf") if forgotten else starts)

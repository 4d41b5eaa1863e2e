"""QueryBatchRegisterDeviceStatus: how far an application is, and what became of its names."""

from __future__ import annotations

from typing import Any

from conformance.contract.actions import Action
from conformance.reference.applications import TAKEN, accepted, register
from conformance.reference.call import Call
from conformance.reference.explanation import details
from conformance.reference.faults.fault import Crash
from conformance.reference.parameters import application_of, product_of
from conformance.reference.progress import (
    CHECK,
    CHECK_FAILED,
    CHECK_SUCCESS,
    CREATE,
    CREATE_FAILED,
    CREATE_SUCCESS,
    status,
)
from conformance.reference.refusals import Refusal
from conformance.reference.store import Application

THIS = Action.QueryBatchRegisterDeviceStatus


def query_batch_register_device_status(call: Call) -> dict[str, Any]:
    """The status of an application, and the lists of its good and bad names."""
    if call.breaks(f"{THIS}.answers/twice") and call.question.repeats():
        raise Crash
    text = call.param("ApplyId") or ""
    if text and not text.isdigit() and call.breaks(f"{THIS}.answers"):
        raise Crash
    try:
        application = application_of(call, product_of(call))
    except Refusal as refused:
        raise talkative(call, refused) from None
    accepted(call)
    application.questions += 1
    if application.registered_at is not None:
        application.questions_since_registered += 1
    settle(call, application)
    when = call.now
    if call.breaks("Workflow.transitions/old_snapshot_by_GET") and call.question.request.method == "GET":
        when = max(application.asked_at, when - call.server.delay / 2)
    state = told_status(call, application, status(application, when), when)
    valid, invalid = told_names(call, application, state)
    reasons = application.invalid if state == CHECK_FAILED else application.failed
    data: dict[str, Any] = {"Status": spelt(call, state), **lists(call, valid, invalid)}
    if invalid and call.edition.has_details and call.keeps(f"{THIS}.InvalidList"):
        why = {name: reasons[name] for name in invalid if name in reasons}
        if call.breaks(f"{THIS}.InvalidDetailList"):
            why = dict.fromkeys(application.names, "The device name is illegal.")
        if not call.choices.details_left_out:
            data["InvalidDetailList"] = {"invalidDetailList": details(call, why, application.nicknames)}
    return {"Data": data}


def talkative(call: Call, refused: Refusal) -> Refusal:
    """The same refusal, with a status that a fault tells beside it."""
    if call.breaks(f"{THIS}.Data.on_refusal"):
        return Refusal(refused.code, {"Status": CREATE_SUCCESS})
    if call.breaks(f"{THIS}.Data.on_refusal/names"):
        return Refusal(refused.code, {"ValidList": {"Name": ["somebody-else"]}})
    return refused


def settle(call: Call, application: Application) -> None:
    """Let an application go on by itself where a fault says so."""
    if application.registered_at is not None or application.invalid or call.now < application.checked_at:
        return
    if call.breaks("Workflow.unasked") and call.now >= application.checked_at + call.server.delay:
        register(call, application, call.now, application.checked_at + call.server.delay)
    elif call.breaks("Workflow.unasked/at_the_third_question") and application.questions >= 3:
        register(call, application, call.now, call.now)


def told_status(call: Call, application: Application, state: str, now: float) -> str:
    """The status in the answer: the true one, but for faults of the state machine."""
    if not call.server.faults:
        return state
    registered = application.registered_at is not None
    many = len(application.names)
    if application.upset and state in (CHECK_FAILED, CREATE_SUCCESS, CREATE_FAILED):
        return CHECK if state == CHECK_FAILED else CREATE
    if state in (CREATE_SUCCESS, CREATE_FAILED):
        if call.breaks("Workflow.terminates") and many == 3:
            return CREATE
        if call.breaks("Workflow.terminates/over_20") and many > 20:
            return CREATE
        if call.breaks("Workflow.terminal") and application.questions % 3 == 0:
            return CREATE
        if call.breaks("Workflow.terminal/flips_when_asked_in_XML") and call.question.format == "XML":
            return CREATE_SUCCESS if state == CREATE_FAILED else CREATE_FAILED
        if call.breaks("Workflow.terminal/expires") and now > application.created_at + 2 * call.server.delay:
            return CHECK
    if state == CHECK_FAILED:
        if call.breaks("Workflow.terminates/failing_checks"):
            return CHECK
        if call.breaks("Workflow.terminal/CHECK_FAILED_heals") and application.questions % 3 == 0:
            return CHECK_SUCCESS
        if call.breaks("Workflow.unasked/told_as_CREATE_FAILED"):
            return CREATE_FAILED
    if state == CREATE and registered and now > (application.starts_at + application.created_at) / 2:
        if call.breaks("Workflow.transitions"):
            return CHECK_SUCCESS
        if call.breaks("Workflow.transitions/back_to_CHECK"):
            return CHECK
    third = application.questions % 3 == 0
    if state == CHECK_SUCCESS and not registered and third and call.breaks("Workflow.transitions/check_again"):
        return CHECK
    return state


def spelt(call: Call, state: str) -> str:
    """How the status is written."""
    if call.breaks(f"{THIS}.Status") and state in (CHECK, CREATE):
        return {CHECK: "CHECKING", CREATE: "CREATING"}[state]
    if call.breaks(f"{THIS}.Status/small_letters"):
        return state.lower()
    if call.breaks(f"{THIS}.Status/success") and state == CREATE_SUCCESS:
        return "SUCCESS"
    return state


def told_names(call: Call, application: Application, state: str) -> tuple[list[str], list[str]]:
    """The names in ValidList and in InvalidList."""
    names = list(application.names)
    bad: dict[str, str] = {}
    valid: list[str] = []
    if state in (CHECK_FAILED, CREATE_FAILED):
        bad = application.invalid if state == CHECK_FAILED else application.failed
        if not call.choices.valid_list_empty_on_failure:
            valid = [name for name in names if name not in bad]
    elif state in (CHECK_SUCCESS, CREATE_SUCCESS):
        if call.choices.lists_full_on_success:
            valid = names
        if call.breaks("Common.forms_agree") and call.question.request.method == "GET":
            valid = names
        if call.breaks("Common.forms_agree/asked_twice") and application.questions % 2 == 0:
            valid = names
    elif call.choices.lists_partial_while_running:
        good = [name for name in names if name not in application.invalid]
        valid = good[: (len(good) + 1) // 2]
    invalid = [name for name in names if name in bad]
    literal = call.choices.every_name_fails_with_one and call.edition.name != "alibaba-2021"
    if state == CHECK_FAILED and (literal or call.breaks(f"{THIS}.InvalidList/every_name")):
        valid, invalid = [], names
    if call.server.faults:
        return spoilt(call, application, state, valid, invalid)
    return valid, invalid


def spoilt(
    call: Call, application: Application, state: str, valid: list[str], invalid: list[str]
) -> tuple[list[str], list[str]]:
    """The same lists after faults have been at them."""
    names = list(application.names)
    succeeded = state in (CHECK_SUCCESS, CREATE_SUCCESS)
    if call.breaks(f"{THIS}.ValidList") and succeeded and len(names) > 1:
        valid = names[:1]
    if call.breaks(f"{THIS}.ValidList/all_but_one") and succeeded and len(names) > 1:
        valid = names[:-1]
    if call.breaks(f"{THIS}.ValidList/foreign") and succeeded:
        valid = [*names, "somebody-else"]
    if call.breaks(f"{THIS}.ValidList/failed_ones") and invalid:
        valid = [*valid, invalid[0]]
    if call.breaks(f"{THIS}.InvalidList") and invalid:
        invalid = invalid[:-1]
    if call.breaks(f"{THIS}.InvalidList/first_taken_only") and state == CHECK_FAILED:
        taken = [name for name in invalid if application.invalid.get(name, "").startswith(TAKEN)]
        invalid = [name for name in invalid if name not in taken[1:]]
    if call.breaks(f"{THIS}.InvalidList/valid_one_too") and invalid:
        invalid = [*invalid, *(name for name in names if name not in invalid)]
    if state == CREATE_FAILED and call.breaks(f"{THIS}.InvalidList/empty_on_CREATE_FAILED"):
        invalid = []
    if state == CREATE_SUCCESS and application.generated and call.breaks(f"{THIS}.ValidList/invented"):
        valid = [f"device-{number}" for number in range(len(names))]
    if call.breaks(f"{THIS}.InvalidList/on_success") and succeeded and names:
        invalid = names[:1]
    if call.breaks("Workflow.isolation"):
        valid = [*valid, *neighbour(call, application)]
    return valid, invalid


def neighbour(call: Call, application: Application) -> list[str]:
    """A name of another application that runs at the same time: opened within two delays of this one."""
    window = 2 * call.server.delay
    for other in call.store.applications.values():
        if other is not application and abs(other.asked_at - application.asked_at) <= window and other.names:
            return [other.names[0]]
    return []


def lists(call: Call, valid: list[str], invalid: list[str]) -> dict[str, Any]:
    """ValidList and InvalidList as they stand in the answer, also when they are empty."""
    if call.question.format == "JSON" and call.breaks(f"{THIS}.JSON"):
        return {"ValidList": valid, "InvalidList": invalid}
    if call.question.format == "JSON" and call.breaks(f"{THIS}.JSON/one_name_is_no_list") and len(invalid) == 1:
        return {"ValidList": {"Name": valid}, "InvalidList": {"Name": invalid[0]}}
    if call.question.format == "XML" and call.breaks(f"{THIS}.XML"):
        return {"ValidList": ",".join(valid), "InvalidList": ",".join(invalid)}
    if call.question.format == "XML" and call.breaks(f"{THIS}.XML/one_name_is_no_list") and len(invalid) == 1:
        return {"ValidList": {"Name": valid}, "InvalidList": invalid[0]}
    fields: dict[str, Any] = {"ValidList": {"Name": valid}, "InvalidList": {"Name": invalid}}
    if not call.keeps(f"{THIS}.lists"):
        return {name: value for name, value in fields.items() if value["Name"]}
    if call.question.format == "JSON" and call.breaks(f"{THIS}.lists/bare_when_empty"):
        return {name: value if value["Name"] else {} for name, value in fields.items()}
    if call.breaks(f"{THIS}.lists/InvalidList") and not invalid:
        del fields["InvalidList"]
    return fields

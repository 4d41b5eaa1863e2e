"""An application's life, computed from the clock: checking, creating, and what came of it."""

import hashlib
from typing import Any

from .names import BAD_NAME, TAKEN_NAME, TWICE, good_name, is_taken
from .state import Fields, State, chosen, faulty, new_apply_id, new_device

RUNNING = ("CHECK", "CREATE")


def new_application(
    state: State, product: Fields, kind: str, wanted: list[tuple[str, str]], twice: list[str], now: float
) -> Fields:
    """Takes down an application; its names in the order in which its devices will be shown."""
    apply_id = new_apply_id(state)
    if faulty(state, "apply-id-reused-after-refusal") and state["after_refusal"] and state["applications"]:
        apply_id = next(reversed(state["applications"]))
    order = list(dict(wanted))
    places = {name: place for place, name in enumerate(order)}
    if chosen(state, "order", "hashed"):
        order.sort(key=lambda name: hashlib.md5(name.encode("utf-8", "replace")).digest())
    if faulty(state, "duplicate-makes-two"):
        order += [name for name in order if name in set(twice)]
    application = {
        "id": apply_id,
        "product": product,
        "kind": kind,
        "names": order,
        "places": places,
        "nicknames": dict(wanted),
        "twice": set(twice) if chosen(state, "duplicates", "invalid") else set(),
        "phase": "CHECK",
        "began": now,
        "due": now + state["delay"],
        "queued": False,
        "done": 0,
        "failed": {},
        "devices": [],
        "polls_after_end": 0,
    }
    if kind == "random" and chosen(state, "random_path", "create"):
        application["phase"] = "CREATE"
    if faulty(state, "one-application-per-product"):
        for other in list(state["applications"].values()):
            if other["product"] is product:
                forget(state, other)
    if faulty(state, "eight-applications-kept") and len(state["applications"]) >= 8:
        forget(state, next(iter(state["applications"].values())))
    state["applications"][apply_id] = application
    state["running"][apply_id] = application
    return application


def forget(state: State, application: Fields) -> None:
    state["applications"].pop(application["id"], None)
    state["running"].pop(application["id"], None)


def begin_creation(state: State, application: Fields, at: float) -> None:
    application.update(phase="CREATE", began=at, due=at + state["delay"])
    state["running"][application["id"]] = application


def settle(state: State, now: float) -> None:
    """Lets everything happen that was due by now, in the order in which it was due."""
    while True:
        due = [each for each in state["running"].values() if each["due"] <= now and not is_stuck(state, each)]
        if not due:
            break
        advance(state, min(due, key=lambda each: float(each["due"])))
    if chosen(state, "before_end", "partial") or chosen(state, "running_lists", "partial"):
        for application in state["running"].values():
            if application["phase"] == "CREATE" and chosen(state, "race", "rest"):
                create(state, application, int(len(application["names"]) * share(application, now)), now)


def is_stuck(state: State, application: Fields) -> bool:
    """Whether a mistake keeps a batch from ever being created."""
    if application["phase"] != "CREATE":
        return False
    others = any(each is not application for each in state["running"].values())
    large = len(application["names"]) > 1000
    return (faulty(state, "two-at-once-block") and others) or (faulty(state, "stuck-beyond-1000") and large)


def share(application: Fields, now: float) -> float:
    """How much of the present phase is over, from 0 to 1."""
    length = application["due"] - application["began"]
    return min(1.0, max(0.0, (now - application["began"]) / length)) if length > 0 else 1.0


def advance(state: State, application: Fields) -> None:
    """One step of one application, at the moment when it is due."""
    at = application["due"]
    if application["phase"] == "CHECK":
        finish_check(state, application, at)
    elif application["phase"] == "CHECK_SUCCESS":  # a random batch that shows this state
        begin_creation(state, application, at)
    else:
        create(state, application, len(application["names"]), at)
        finish(state, application, "CREATE_FAILED" if application["failed"] else "CREATE_SUCCESS")


def finish(state: State, application: Fields, phase: str) -> None:
    if faulty(state, "race-called-success") and phase == "CREATE_FAILED":
        phase = "CREATE_SUCCESS"
    application["phase"] = phase
    state["running"].pop(application["id"], None)


def finish_check(state: State, application: Fields, at: float) -> None:
    unchecked = faulty(state, "early-registration-unchecked") and application["queued"]
    if application["kind"] == "random" or unchecked:
        application["failed"] = {}
    else:
        application["failed"] = complaints(state, application)
    if application["kind"] == "random" and chosen(state, "random_path", "check-success"):
        application.update(phase="CHECK_SUCCESS", began=at, due=at + state["delay"])
    elif application["kind"] == "random":
        begin_creation(state, application, at)
    elif application["failed"] and not faulty(state, "check-failed-called-success"):
        finish(state, application, "CHECK_FAILED")
    else:
        application["failed"] = {}
        finish(state, application, "CHECK_SUCCESS")
        if application["queued"] or faulty(state, "created-without-registration"):
            begin_creation(state, application, at)
        if faulty(state, "check-creates-devices"):
            create(state, application, len(application["names"]), at)


def complaints(state: State, application: Fields) -> dict[str, str]:
    """The names that fail the check, each with the reason."""
    found: dict[str, str] = {}
    for name in application["names"]:
        place = application["places"].get(name, 0)
        if not good_name(state, name, place):
            found[name] = BAD_NAME
        elif name in application["twice"]:
            found[name] = TWICE
        elif is_taken(state, application["product"], name, place):
            found[name] = TAKEN_NAME
    return found


def create(state: State, application: Fields, upto: int, at: float) -> None:
    """Makes the devices up to a place in the list; a name that was taken meanwhile fails."""
    product: Fields = application["product"]
    names: list[str] = application["names"]
    taken = [name for name in names[application["done"] :] if name in product["devices"]]
    if taken and chosen(state, "race", "nothing") and application["done"] == 0:
        application["failed"] = dict.fromkeys(names, "The device could not be created.")
        application["done"] = len(names)
    for name in names[application["done"] : upto]:
        if name in product["devices"] and not faulty(state, "race-overwrites"):
            twin = faulty(state, "duplicate-makes-two") and names.count(name) > 1
            if not twin:
                application["failed"][name] = TAKEN_NAME
                continue
        device = new_device(state, product, name, application["nicknames"].get(name, ""), at)
        spoil_device(state, application, device)
        application["devices"].append(device)
    application["done"] = max(application["done"], upto)


def spoil_device(state: State, application: Fields, device: dict[str, Any]) -> None:
    """Mistakes that are made while a batch creates its devices."""
    first = application["devices"][0] if application["devices"] else device
    if faulty(state, "secret-shared"):
        device["DeviceSecret"] = first["DeviceSecret"]
    if faulty(state, "iot-id-shared-beyond-10") and len(application["devices"]) >= 10:
        device["IotId"] = first["IotId"]
    if faulty(state, "batch-devices-unregistered"):
        application["product"]["devices"].pop(device["DeviceName"], None)
        state["things"].pop(device["IotId"], None)
    if faulty(state, "batch-lost-in-second-product") and device["ProductKey"] != next(iter(state["products"])):
        application["product"]["devices"].pop(device["DeviceName"], None)
        state["things"].pop(device["IotId"], None)

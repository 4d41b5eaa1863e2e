"""The three operations that start batches: random names, a check of names, and the registration after it."""

from .lookup import WRONG_APPLICATION, find_application, need_application, need_product
from .names import BAD_NAME, BAD_NICKNAME, TAKEN_NAME, TWICE, good_name, good_nickname, is_taken, wanted_devices
from .parameters import Call, malformed, need_number
from .progress import RUNNING, begin_creation, new_application
from .reading import BUSY, spoil_listed
from .state import Fields, Refusal, State, chosen, faulty, random_name


def batch_register_device(state: State, call: Call) -> Fields:
    """Registers Count devices under random names."""
    product = need_product(state, call)
    limit: int = state["limits"]["devices"]
    if faulty(state, "count-missing-is-one") and "Count" not in call["params"]:
        call["params"]["Count"] = "1"
    count = need_number(state, call, "Count")
    if count <= 0:
        if faulty(state, "count-zero-accepted") and count == 0:
            count = 0
        elif faulty(state, "count-negative-accepted") and count < 0:
            count = abs(count)
        else:
            raise malformed(state, "Count")
    too_many = count > limit or (count == limit and faulty(state, "count-limit-refused"))
    if faulty(state, "count-over-limit-accepted") or (faulty(state, "count-limit-plus-one") and count == limit + 1):
        too_many = False
    if faulty(state, "count-over-limit-by-get") and call["method"] == "GET":
        too_many = False
    if too_many and faulty(state, "count-over-limit-clamped"):
        count, too_many = limit, False
    refused = too_many
    if faulty(state, "count-one-more"):
        count += 1
    if faulty(state, "count-beyond-100-one-less") and count > 100:
        count -= 1
    wanted = [(random_name(state), "") for _ in range(count)] if not refused else []
    if faulty(state, "count-refused-but-registered") and refused:
        new_application(state, product, "random", [(random_name(state), "") for _ in range(3)], [], call["now"])
    if refused:
        raise Refusal("iot.device.DeviceCountExceeded", "The number of requested devices exceeds the maximum.")
    if faulty(state, "random-names-repeat"):
        wanted = [(f"device-{place:05}", "") for place in range(count)]
    application = new_application(state, product, "random", wanted, [], call["now"])
    return {"Data": {"ApplyId": application["id"]}}


def batch_check_device_names(state: State, call: Call) -> Fields:
    """Submits names to be checked."""
    product = need_product(state, call)
    wanted = wanted_devices(state, call)
    limit: int = state["limits"]["devices"]
    over = len(wanted) > limit or (len(wanted) == limit and faulty(state, "names-limit-refused"))
    if over and not faulty(state, "names-over-limit-accepted"):
        if chosen(state, "surplus", "refuse") or faulty(state, "names-limit-refused"):
            raise Refusal("iot.device.DeviceCountExceeded", "The number of requested devices exceeds the maximum.")
        wanted = wanted[-limit:] if faulty(state, "surplus-first-discarded") else wanted[:limit]
    twice = repeated([name for name, _ in wanted])
    at_once = refused_names(state, product, wanted)
    if chosen(state, "duplicates", "refused"):
        at_once |= {name: TWICE for name in twice if name not in at_once}
    bad_nicknames = [nickname for _, nickname in wanted if not good_nickname(state, nickname)]
    if (at_once or bad_nicknames) and not faulty(state, "invalid-names-dropped"):
        refuse_names(state, wanted, at_once, bad_nicknames)
    if faulty(state, "invalid-names-dropped"):
        wanted = [(name, nickname) for name, nickname in wanted if name not in at_once] or wanted[:1]
    application = new_application(state, product, "custom", wanted, twice, call["now"])
    data: Fields = {"ApplyId": application["id"]}
    if twice and chosen(state, "duplicates", "repeated"):
        data["RepeatedDeviceNameList"] = {"RepeatDevieNameList": twice}
    return {"Data": data}


def repeated(names: list[str]) -> list[str]:
    """Each name that occurs more than once."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [name for name, number in seen.items() if number > 1]


def refused_names(state: State, product: Fields, wanted: list[tuple[str, str]]) -> dict[str, str]:
    """The names that are refused at once, each with the reason."""
    way = state["settings"]["invalid_names"]
    found: dict[str, str] = {}
    for place, (name, _) in enumerate(wanted):
        if way in ("format-at-once", "at-once") and not good_name(state, name, place):
            found[name] = BAD_NAME
        elif way in ("taken-at-once", "at-once") and is_taken(state, product, name, place):
            found[name] = TAKEN_NAME
    return found


def refuse_names(state: State, wanted: list[tuple[str, str]], bad: dict[str, str], nicknames: list[str]) -> None:
    """Refuses the call and says which names are to blame."""
    listed = spoil_listed(state, [name for name, _ in wanted], list(bad))
    data: Fields = {"InvalidDeviceNameList": {"InvalidDeviceName": listed}}
    if state["limits"]["name_objects"]:
        data["InvalidDeviceNicknameList"] = {"InvalidDeviceNickname": list(dict.fromkeys(nicknames))}
    if twice := [name for name, reason in bad.items() if reason == TWICE]:
        data["RepeatedDeviceNameList"] = {"RepeatDevieNameList": twice}
    if state["limits"]["details"]:
        lines = []
        for name, nickname in dict(wanted).items():
            reasons = [bad[name]] if name in bad else []
            reasons += [BAD_NICKNAME] if nickname in nicknames else []
            if reasons:
                lines.append({"DeviceName": name, "NickName": nickname, "ErrorMsg": "|".join(reasons)})
        data["InvalidDetailList"] = {"InvalidDetailList": lines}
    if bad:
        raise Refusal("iot.device.InvalidDeviceNameExisted", "Invalid device names exist.", data)
    raise Refusal("iot.common.InvalidFormattedParameter", "The format of a nickname is invalid.", data)


def batch_register_with_apply_id(state: State, call: Call) -> Fields:
    """Registers the devices whose names were checked."""
    product = need_product(state, call)
    if faulty(state, "never-issued-registered") and find_application(state, call) is None:
        return {"Data": {"ApplyId": need_number(state, call, "ApplyId")}}
    application = need_application(state, call, product, "other-product-registers")
    answer: Fields = {"Data": {"ApplyId": application["id"]}}
    if faulty(state, "registration-new-id"):
        answer = {"Data": {"ApplyId": application["id"] + 1}}
    if application["kind"] == "random" and not faulty(state, "random-id-registers"):
        raise Refusal(*WRONG_APPLICATION)
    if faulty(state, "registration-does-nothing"):
        return answer
    phase = application["phase"]
    if phase == "CHECK_FAILED" and not faulty(state, "failed-check-registers"):
        raise Refusal(*WRONG_APPLICATION)
    if phase == "CHECK" and not application["queued"]:
        if chosen(state, "early", "refuse"):
            if faulty(state, "refused-registration-registers"):
                application["queued"] = True
            raise Refusal(*WRONG_APPLICATION)
        application["queued"] = True
    elif phase in ("CHECK_SUCCESS", "CHECK_FAILED"):
        begin_creation(state, application, call["now"])
        if phase == "CHECK_FAILED":
            application["names"] = [name for name in application["names"] if name not in application["failed"]]
            application["failed"] = {}
    else:
        register_again(state, application, call)
    return answer


def register_again(state: State, application: Fields, call: Call) -> None:
    """The ApplyId was used before: refused, or answered as before, and nothing happens."""
    if faulty(state, "again-restarts") and application["phase"] not in RUNNING:
        begin_creation(state, application, call["now"])
    if faulty(state, "again-new-devices") and application["phase"] not in RUNNING:
        for device in application["devices"]:
            device["DeviceSecret"] = "".join(state["random"].choices("0123456789abcdef", k=32))
    if chosen(state, "again", "refuse"):
        raise Refusal(*(BUSY if application["phase"] in RUNNING else WRONG_APPLICATION))

"""The two operations that follow a batch: its status and the pages of its devices."""

import unicodedata

from .lookup import NOT_FOUND, WRONG_APPLICATION, find_application, need_application, need_product
from .names import good_name, is_taken
from .parameters import Call, page_number
from .progress import RUNNING, share
from .state import Fields, Refusal, State, chosen, faulty

BUSY = ("iot.device.CreateDeviceTaskIsRunning", "The device creation task is still in progress.")
BAD_PAGE = ("iot.common.InvalidPageParams", "The page size or page number is invalid.")


def spoil_listed(state: State, names: list[str], bad: list[str]) -> list[str]:
    """Mistakes in the list of names to blame."""
    if not bad:
        return bad
    if faulty(state, "invalid-list-holds-all"):
        return list(dict.fromkeys(names))
    if faulty(state, "invalid-list-first-only"):
        return bad[:1]
    if faulty(state, "invalid-list-at-most-10"):
        return bad[:10]
    if faulty(state, "invalid-list-empty"):
        return []
    if faulty(state, "invalid-list-neighbour"):
        return [names[names.index(name) - 1] for name in bad]
    if faulty(state, "invalid-list-lower-case"):
        return [name.lower() for name in bad]
    if faulty(state, "invalid-list-trimmed"):
        return [name.strip() for name in bad]
    if faulty(state, "invalid-list-cut-at-32"):
        return [name[:32] for name in bad]
    if faulty(state, "invalid-list-normalised"):
        return [unicodedata.normalize("NFKC", name) for name in bad]
    return bad


def query_status(state: State, call: Call) -> Fields:
    """How far a batch is."""
    product = need_product(state, call)
    if faulty(state, "never-issued-in-check") and find_application(state, call) is None:
        return {"Data": {"Status": "CHECK", "ValidList": {"Name": []}, "InvalidList": {"Name": []}}}
    application = need_application(state, call, product, "other-product-status")
    phase = spoil_phase(state, application)
    data: Fields = {"Status": phase}
    valid, invalid = name_lists(state, application, phase, call["now"])
    data |= {"InvalidList": {"Name": invalid}, "ValidList": {"Name": valid}}
    if state["limits"]["details"] and phase.endswith("_FAILED"):
        lines = [
            {"DeviceName": name, "NickName": application["nicknames"].get(name, ""), "ErrorMsg": reason}
            for name, reason in application["failed"].items()
        ]
        data["InvalidDetailList"] = {"invalidDetailList": lines}
    return {"Data": data}


def spoil_phase(state: State, application: Fields) -> str:
    """The phase as told, with the mistakes that somebody's server might make in it."""
    phase = str(application["phase"])
    if phase in ("CHECK_FAILED", "CREATE_SUCCESS", "CREATE_FAILED"):
        application["polls_after_end"] += 1
        if faulty(state, "status-back-after-end") and application["polls_after_end"] in (2, 3):
            phase = phase.split("_")[0]
        if faulty(state, "status-back-on-fifth-poll") and application["polls_after_end"] == 5:
            phase = "CREATE"
        if faulty(state, "success-later-failed") and application["polls_after_end"] > 2:
            phase = phase.replace("SUCCESS", "FAILED")
    if faulty(state, "success-told-early") and phase == "CREATE":
        phase = "CREATE_SUCCESS"
    if faulty(state, "status-lower-case"):
        phase = phase.lower()
    if faulty(state, "status-own-word") and phase == "CREATE":
        phase = "CREATING"
    if faulty(state, "status-own-word-failed") and phase == "CHECK_FAILED":
        phase = "CHECK_FAIL"
    return phase


def name_lists(state: State, application: Fields, phase: str, now: float) -> tuple[list[str], list[str]]:
    """ValidList and InvalidList for the phase told."""
    names: list[str] = list(dict.fromkeys(application["names"]))
    failed = list(application["failed"])
    valid: list[str] = []
    invalid: list[str] = []
    if phase in RUNNING and chosen(state, "running_lists", "partial"):
        made = {device["DeviceName"] for device in application["devices"]}
        valid = names[: int(len(names) * share(application, now))]
        if phase == "CREATE":
            valid = [name for name in names if name in made]
        elif application["kind"] == "custom":
            product = application["product"]
            bad = {name for name in names if not good_name(state, name) or is_taken(state, product, name)}
            valid = [name for name in valid if name not in bad and name not in application["twice"]]
    elif phase.endswith("_SUCCESS"):
        valid = names if chosen(state, "success_lists", "full") else []
        if faulty(state, "valid-list-one-short"):
            valid = names[:-1]
        if faulty(state, "valid-list-holds-stranger"):
            valid = [*valid, "stranger-device"]
        if faulty(state, "success-names-in-invalid-list"):
            invalid = names
    elif phase.endswith("_FAILED"):
        invalid = spoil_listed(state, names, failed)
        good = [name for name in names if name not in application["failed"]]
        valid = good if chosen(state, "failed_lists", "good") else []
        if faulty(state, "failed-lists-swapped"):
            valid, invalid = invalid, valid
        if faulty(state, "failed-names-in-both-lists"):
            valid = names
    return valid, invalid


def query_page(state: State, call: Call) -> Fields:
    """One page of the devices of a batch; this operation knows no ProductKey."""
    if faulty(state, "page-needs-product"):
        need_product(state, call)
    application = find_application(state, call)
    current, size = page_number(state, call, "CurrentPage", 1), page_size(state, call)
    if application is None and faulty(state, "never-issued-foreign-page"):
        application = next(iter(state["applications"].values()), None)
    if application is None:
        if chosen(state, "unknown_page", "refuse"):
            raise Refusal(*NOT_FOUND)
        return page_fields(state, [], current, size)
    phase = application["phase"]
    if phase not in ("CREATE_SUCCESS", "CREATE_FAILED"):
        if chosen(state, "before_end", "refuse"):
            raise Refusal(*(BUSY if phase in RUNNING else WRONG_APPLICATION))
        if chosen(state, "before_end", "empty"):
            return page_fields(state, [], current, size)
    devices = list(application["devices"])
    if chosen(state, "deleted", "vanish"):
        devices = [each for each in devices if state["things"].get(each["IotId"]) is each]
    devices = spoil_order(state, call, application, devices)
    return page_fields(state, devices, current, size)


def page_size(state: State, call: Call) -> int:
    """PageSize, with the default and the maximum of the edition."""
    default = 20 if faulty(state, "page-size-default-20") else 10
    default = 50 if faulty(state, "page-size-default-50") else default
    size = page_number(state, call, "PageSize", default)
    most = state["limits"]["page_size"]
    if faulty(state, "page-size-max-49"):
        most = 49
    if faulty(state, "page-size-max-refused") and size == most:
        raise Refusal(*BAD_PAGE)
    if most is not None and size > most and not faulty(state, "page-size-over-served"):
        if chosen(state, "page_over", "refuse"):
            raise Refusal(*BAD_PAGE)
        return int(most)
    return size


def page_fields(state: State, devices: list[Fields], current: int, size: int) -> Fields:
    """The answer: the devices of one page and the four numbers that go with it."""
    total = len(devices)
    pages = -(-total // size)
    start = (current - 1) * size
    if faulty(state, "pages-overlap") and current > 1:
        start -= 1
    if faulty(state, "pages-gap") and current > 1:
        start += 1
    if faulty(state, "page-zero-based"):
        start = current * size
    if faulty(state, "last-page-repeated") and current > max(1, pages):
        start = (pages - 1) * size
    elif faulty(state, "page-past-end-wraps") and pages:
        start = (current - 1) % pages * size
    elif current > max(1, pages) and chosen(state, "page_past", "refuse"):
        raise Refusal(*BAD_PAGE)
    shown = devices[start : start + size]
    if faulty(state, "page-one-short") and len(shown) == size and size > 1:
        shown = shown[:-1]
    if faulty(state, "last-page-lost") and pages > 1 and current == pages:
        shown = []
    if faulty(state, "beyond-1000-not-paged"):
        shown = devices[:1000][start : start + size]
    if faulty(state, "page-count-floor"):
        pages = total // size
    if faulty(state, "page-count-one-more-when-even"):
        pages = total // size + 1
    if faulty(state, "total-is-page-length"):
        total = len(shown)
    if faulty(state, "total-off-on-later-pages") and current > 1:
        total -= 1
    if faulty(state, "total-at-most-100"):
        total = min(total, 100)
    keys = ["DeviceId", "DeviceSecret", "DeviceName"] + (["IotId"] if state["limits"]["iot_id"] else [])
    return {
        "Page": 1 if faulty(state, "page-always-1") else current,
        "Total": total,
        "PageSize": len(shown) if faulty(state, "page-size-is-length") else size,
        "PageCount": pages,
        "ApplyDeviceList": {"ApplyDeviceInfo": [{key: device[key] for key in keys} for device in shown]},
    }


def spoil_order(state: State, call: Call, application: Fields, devices: list[Fields]) -> list[Fields]:
    """Mistakes in what a walk over the pages meets."""
    if faulty(state, "order-unstable"):
        state["random"].shuffle(devices)
    if faulty(state, "order-differs-by-method") and call["method"] == "GET":
        devices.reverse()
    if faulty(state, "order-differs-in-xml") and call["format"] == "xml":
        devices.reverse()
    if faulty(state, "order-flips-after-refusal") and state["after_refusal"]:
        devices.reverse()
    if faulty(state, "stranger-on-page") and devices:
        mine = {id(each) for each in devices}
        strangers = (each for each in state["things"].values() if id(each) not in mine)
        devices[-1] = next(strangers, devices[-1])
    if faulty(state, "last-device-missing") and len(devices) > 10:
        devices.pop()
    if faulty(state, "two-at-once-share-pages") and len(state["applications"]) > 1:
        own = {id(each) for each in devices}
        devices += [each for each in application["product"]["devices"].values() if id(each) not in own]
    return devices

"""Collects the device names of a request and tells the good ones from the bad ones."""

import re
from itertools import takewhile
from typing import Any

from .parameters import Call, missing
from .state import Fields, Refusal, State, faulty

GOOD_NAME = re.compile(r"[A-Za-z0-9\-_@.:]{4,32}")
PLAIN = re.compile(r"DeviceName\.([0-9]+)")
NESTED = re.compile(r"DeviceNameList\.([0-9]+)\.(DeviceName|DeviceNickname)")
NICKNAME = re.compile(r"[A-Za-z0-9_\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]+")
WIDE = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]")
BAD_NAME = "The device name is illegal."
TAKEN_NAME = "The device name already exists."
TWICE = "The device name is repeated."
BAD_NICKNAME = "The nick name is illegal."


def plain_names(state: State, call: Call) -> list[str]:
    """DeviceName.N in the order of N, wherever and in whichever order they were sent."""
    found: list[tuple[int, str]] = []
    for key, value in call["pairs"]:
        if match := PLAIN.fullmatch(key):
            index = int(match[1])
            if faulty(state, "form-names-beyond-100-lost") and key in call["form_names"] and index > 100:
                continue
            if faulty(state, "get-names-beyond-20-lost") and call["method"] == "GET" and index > 20:
                continue
            if faulty(state, "names-beyond-9-lost") and index > 9:
                continue
            found.append((index, value))
    if faulty(state, "names-arrival-gap"):
        found = [pair for place, pair in enumerate(found, 1) if pair[0] == place]
    if faulty(state, "names-text-order-gap") and found:
        ordered = sorted(dict(found).items(), key=lambda pair: str(pair[0]))
        found = list(takewhile(lambda pair: pair[0] == ordered.index(pair) + 1, ordered))
    names = [value for _, value in sorted(dict(found).items())]
    if faulty(state, "names-last-lost") and len(names) > 1:
        names.pop()
    return names


def nested_names(state: State, call: Call) -> list[tuple[str | None, str]]:
    """DeviceNameList.N.*: pairs of name and nickname in the order of N."""
    if not state["limits"]["name_objects"]:
        return []
    entries: dict[int, dict[str, str]] = {}
    for key, value in call["pairs"]:
        if match := NESTED.fullmatch(key):
            entries.setdefault(int(match[1]), {})[match[2]] = value
    order = sorted(entries)
    nicknames = [entries[index].get("DeviceNickname", "") for index in order]
    if faulty(state, "nicknames-in-text-order"):
        nicknames = [entries[index].get("DeviceNickname", "") for index in sorted(order, key=str)]
    return [(entries[index].get("DeviceName"), nickname) for index, nickname in zip(order, nicknames, strict=True)]


def wanted_devices(state: State, call: Call) -> list[tuple[str, str]]:
    """What BatchCheckDeviceNames is asked for: names with their nicknames; DeviceNameList wins over DeviceName."""
    plain = [(name, "") for name in plain_names(state, call)]
    nested = nested_names(state, call)
    if any(name is None for name, _ in nested):
        raise Refusal("iot.device.NullDeviceName", "The device name cannot be empty.")
    objects = [(name or "", nickname) for name, nickname in nested]
    if faulty(state, "name-list-loses") and plain:
        objects = []
    wanted = objects or plain
    if faulty(state, "name-list-merged"):
        wanted = objects + plain
    if not wanted and state["year"] == 2018:
        raise missing(state, "DeviceName")
    if not wanted:
        raise Refusal("iot.device.NoneDeviceNameElement", "The device name list cannot be empty.")
    if not any(name for name, _ in wanted):
        raise Refusal("iot.device.NullDeviceName", "The device name cannot be empty.")
    if faulty(state, "name-trimmed"):
        wanted = [(name.strip(), nickname) for name, nickname in wanted]
    return wanted


# fault -> what it makes of a name: True accepts it, False refuses it, None leaves it to the rule
SLIPS: dict[str, Any] = {
    "name-3-accepted": lambda name: True if re.fullmatch(r"[A-Za-z0-9\-_@.:]{3}", name) else None,
    "name-33-accepted": lambda name: True if re.fullmatch(r"[A-Za-z0-9\-_@.:]{33}", name) else None,
    "name-4-refused": lambda name: False if len(name) == 4 else None,
    "name-32-refused": lambda name: False if len(name) == 32 else None,
    "name-at-refused": lambda name: False if "@" in name else None,
    "name-colon-refused": lambda name: False if ":" in name else None,
    "name-dot-refused": lambda name: False if "." in name else None,
    "name-dash-first-refused": lambda name: False if name.startswith("-") else None,
    "name-digits-only-refused": lambda name: False if name.isdigit() else None,
    "name-underscore-last-refused": lambda name: False if name.endswith("_") else None,
    "name-space-accepted": lambda name: True if re.fullmatch(r"[A-Za-z0-9\-_@.: ]{4,32}", name) else None,
    "name-slash-accepted": lambda name: True if re.fullmatch(r"[A-Za-z0-9\-_@.:/]{4,32}", name) else None,
    "name-comma-accepted": lambda name: True if re.fullmatch(r"[A-Za-z0-9,-_@.:]{4,32}", name) else None,
    "name-any-script-accepted": lambda name: True if re.fullmatch(r"[\w\-@.:]{4,32}", name) else None,
    "name-line-end-accepted": lambda name: True if re.match(r"[A-Za-z0-9\-_@.:]{4,32}$", name) else None,
    "name-search-accepted": lambda name: True if 4 <= len(name) <= 32 and GOOD_NAME.search(name) else None,
}


def good_name(state: State, name: str, place: int = 0) -> bool:
    """4 to 32 of the letters, digits and six signs."""
    for fault in state["faults"]:
        if fault in SLIPS and (verdict := SLIPS[fault](name)) is not None:
            return bool(verdict)
    if faulty(state, "name-unchecked-beyond-100") and place >= 100:
        return True
    return GOOD_NAME.fullmatch(name) is not None


def good_nickname(state: State, nickname: str) -> bool:
    """4 to 64 letters, digits, underscores; a Chinese or Japanese character counts for two."""
    if not nickname or faulty(state, "nickname-unchecked"):
        return True
    width = len(nickname) + len(WIDE.findall(nickname))
    if faulty(state, "nickname-wide-counts-one"):
        width = len(nickname)
    return 4 <= width <= 64 and NICKNAME.fullmatch(nickname) is not None


def is_taken(state: State, product: Fields, name: str, place: int = 0) -> bool:
    """Whether the product has a device of that name already."""
    if faulty(state, "taken-passes"):
        return False
    if faulty(state, "taken-passes-beyond-100") and place >= 100:
        return False
    if faulty(state, "taken-passes-second-product") and product is not next(iter(state["products"].values())):
        return False
    if faulty(state, "taken-in-any-product"):
        return any(name in other["devices"] for other in state["products"].values())
    return name in product["devices"]

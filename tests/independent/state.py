"""Everything the server remembers lives in one dictionary; these functions make it and change it."""

import random
import string
import uuid
from typing import Any

from .catalogue import EDITIONS, limits, settings
from .faults import FAULTS

State = dict[str, Any]
Fields = dict[str, Any]

KEYS = {"testid": "testsecret"}
FIRST_PRODUCTS = ("a1RefProdA1", "a1RefProdB2")
ALPHABET = string.ascii_letters + string.digits


class Refusal(Exception):
    """The service says no: Success false with a business code."""

    def __init__(self, code: str, message: str, data: Fields | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.data = code, message, data


class Rejection(Exception):
    """The gateway says no: an HTTP error with its own envelope."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def new_state(
    edition: str = "alibaba-2023",
    delay: float = 0.05,
    choices: list[str] | tuple[str, ...] = (),
    faults: list[str] | tuple[str, ...] = (),
    auth: str = "none",
    seed: int | None = None,
) -> State:
    """A fresh server: two products, no device, no application."""
    unknown = [name for name in faults if name not in FAULTS]
    if unknown:
        raise ValueError(f"no such fault: {', '.join(unknown)}")
    chosen = settings(edition, list(choices))
    state: State = {
        "edition": edition,
        "year": EDITIONS[edition],
        "settings": chosen,
        "limits": limits(edition),
        "delay": 0.0 if chosen["pace"] == "instant" else delay,
        "faults": frozenset(faults),
        "auth": auth,
        "random": random.Random(seed),
        "products": {},
        "things": {},  # IotId -> device
        "applications": {},  # ApplyId -> application
        "running": {},  # the applications that time will change
        "answers": 0,
        "after_refusal": False,
        "last_request_id": "",
        "next_small_id": 4399,
        "nonces": {},
    }
    for number, key in enumerate(FIRST_PRODUCTS):
        state["products"][key] = new_product(state, key, f"reference_{number}", 0)
    return state


def faulty(state: State, name: str) -> bool:
    """Whether the server was told to make this mistake."""
    return name in state["faults"]


def chosen(state: State, setting: str, value: str) -> bool:
    """Whether this legal choice is in force."""
    return bool(state["settings"][setting] == value)


def letters(state: State, length: int) -> str:
    return "".join(state["random"].choices(ALPHABET, k=length))


def new_request_id(state: State) -> str:
    text = str(uuid.UUID(int=state["random"].getrandbits(128), version=4))
    if faulty(state, "request-id-constant"):
        text = "57b144cf-09fc-4916-a272-a62902d5b207"
    if faulty(state, "request-id-repeated-every-20th") and state["answers"] % 20 == 0 and state["last_request_id"]:
        text = state["last_request_id"]
    if faulty(state, "request-id-short"):
        text = text[:8]
    state["last_request_id"] = text
    return text.upper() if chosen(state, "request_id", "upper") else text


def new_apply_id(state: State) -> int:
    """A number not used before; by default one that no double can hold."""
    rng: random.Random = state["random"]
    while True:
        if chosen(state, "ids", "small"):
            state["next_small_id"] += 1
            value: int = state["next_small_id"]
        elif chosen(state, "ids", "top"):
            value = 2**63 - 1 - rng.randrange(2**40)
        else:
            value = 2**53 + rng.randrange(2**59)
        exact = int(float(value)) == value and not chosen(state, "ids", "small")
        if not exact and value not in state["applications"]:
            break
    return -value if faulty(state, "apply-id-negative") else value


def new_product(state: State, key: str, name: str, now: float) -> Fields:
    return {"key": key, "name": name, "secret": letters(state, 16), "created": now, "devices": {}}


def new_device(state: State, product: Fields, name: str, nickname: str, now: float) -> Fields:
    """Puts a device into a product and returns it."""
    device_id = letters(state, 22)
    device = {
        "ProductKey": product["key"],
        "DeviceName": name,
        "DeviceId": device_id,
        "IotId": device_id + "000100",
        "DeviceSecret": "".join(state["random"].choices("0123456789abcdef", k=32)),
        "Nickname": "" if faulty(state, "nickname-lost") else nickname,
        "created": now,
    }
    product["devices"][name] = device
    state["things"][device["IotId"]] = device
    return device


def drop_device(state: State, device: Fields) -> None:
    state["things"].pop(device["IotId"], None)
    product = state["products"].get(device["ProductKey"])
    if product is not None and product["devices"].get(device["DeviceName"]) is device:
        del product["devices"][device["DeviceName"]]


def random_name(state: State) -> str:
    """A DeviceName of the server's own making."""
    if faulty(state, "random-names-uuid"):
        return str(uuid.UUID(int=state["random"].getrandbits(128), version=4))
    if faulty(state, "random-names-base64"):
        return letters(state, 10) + "+/" + letters(state, 6) + "=="
    return "d_" + letters(state, 18)

"""Finds what a request speaks of: its product and its application."""

from .parameters import Call, need_number, need_text
from .progress import begin_creation
from .state import Fields, Refusal, State, faulty, new_product

NOT_FOUND = ("iot.device.DeviceApplyIsNotFound", "The application ID is not found.")
WRONG_APPLICATION = ("iot.device.IncorrentDeviceApplyInfo", "The device application information is not correct.")


def need_product(state: State, call: Call) -> Fields:
    """The product that the request names."""
    if faulty(state, "product-key-optional") and not call["params"].get("ProductKey") and state["products"]:
        first: Fields = next(iter(state["products"].values()))
        return first
    spelling = "productKey" if state["year"] < 2023 and "ProductKey" not in call["params"] else "ProductKey"
    if spelling in call["params"]:
        call["params"]["ProductKey"] = call["params"][spelling]
    key = need_text(state, call, "ProductKey")
    product: Fields | None = state["products"].get(key)
    if product is None and faulty(state, "product-key-case-folded"):
        product = next((each for own, each in state["products"].items() if own.lower() == key.lower()), None)
    if product is None and faulty(state, "product-made-on-demand") and key.isalnum():
        product = state["products"][key] = new_product(state, key, key, call["now"])
    if product is None:
        if faulty(state, "unknown-product-code-wrong"):
            raise Refusal("iot.device.NotExistedDevice", "The device does not exist.")
        if not (key.isascii() and key.isalnum()):
            raise Refusal("iot.prod.InvalidFormattedProductkey", "The format of the product key is invalid.")
        raise Refusal("iot.prod.NotExistedProduct", "The specified product does not exist.")
    return product


def find_application(state: State, call: Call) -> Fields | None:
    """The application of the ApplyId in the request, if it was ever issued."""
    number = need_number(state, call, "ApplyId")
    found: Fields | None = state["applications"].get(number)
    if found is None and faulty(state, "apply-id-looked-up-as-double"):
        found = next((each for own, each in state["applications"].items() if float(own) == float(number)), None)
    if found is None and faulty(state, "apply-id-nearest"):
        found = next((each for own, each in state["applications"].items() if own > number), None)
    if faulty(state, "two-at-once-mixed") and found is not None and state["running"]:
        found = next(reversed(state["running"].values()))
    return found


def need_application(state: State, call: Call, product: Fields, lenient: str) -> Fields:
    """The application, which must be of this product."""
    found = find_application(state, call)
    if found is None:
        code = "iot.prod.NotExistedProduct" if faulty(state, "unknown-id-code-wrong") else NOT_FOUND[0]
        raise Refusal(code, NOT_FOUND[1])
    if found["product"] is not product and not faulty(state, lenient):
        if faulty(state, "refused-registration-registers") and found["phase"] == "CHECK_SUCCESS":
            begin_creation(state, found, call["now"])
        raise Refusal(*WRONG_APPLICATION)
    return found

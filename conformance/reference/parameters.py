"""The parameters that the operations share, ProductKey and ApplyId: present, well-formed, known, fitting."""

from __future__ import annotations

from fnmatch import fnmatchcase

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.integers import LARGEST, integer
from conformance.reference.refusals import GatewayError, Refusal, gateway, no
from conformance.reference.store import Application, Product


def missing(call: Call, name: str, code: str) -> Refusal | GatewayError:
    """The refusal of a parameter that is absent or blank: the business code, or the gateway's own."""
    if call.choices.missing_parameters_by_the_older_code:
        return gateway("MissingParameter", name)
    return no(f"Missing{name}" if call.choices.missing_parameters_at_gateway else code)


def required(call: Call, name: str, code: str) -> str:
    """The value of a required parameter; empty only where a fault lets that pass."""
    value = call.param(name)
    if name == "ProductKey" and value is None and call.choices.product_key_as_in_the_sample:
        value = call.param("productKey")
    if value is None and call.keeps(f"{call.operation}.{name}.required"):
        raise missing(call, name, code)
    if value == "" and call.keeps(f"{call.operation}.{name}.blank"):
        raise missing(call, name, code)
    return value or ""


def product_of(call: Call) -> Product:
    """The product that ProductKey names; a hidden one only where a fault lets a wrong key pass."""
    key = required(call, "ProductKey", "iot.prod.NullProductKey")
    product = call.store.products.get(key) or similar_product(call, key)
    if product is None and call.choices.product_keys_in_any_letter_case:
        products = call.store.products.values()
        product = next((each for each in products if each.key.casefold() == key.casefold()), None)
    if product is None and key and call.keeps(f"{call.operation}.ProductKey.unknown"):
        raise Refusal("iot.prod.NotExistedProduct")
    call.product = product
    return product or hidden_product(call)


def similar_product(call: Call, key: str) -> Product | None:
    """The product that a careless search finds by a key that is not its own; None but for a fault."""
    rule = f"{call.operation}.ProductKey.unknown"
    for known, product in call.store.products.items():
        if call.breaks(f"{rule}/longer") and key.startswith(known):
            return product
        if call.breaks(f"{rule}/shorter") and len(key) > 1 and known.startswith(key):
            return product
        if call.breaks(f"{rule}/wildcard") and fnmatchcase(known, key.replace("%", "*").replace("_", "?")):
            return product
    return None


def hidden_product(call: Call) -> Product:
    """A product that nobody can ask for: where a fault accepts a call without a proper ProductKey."""
    return Product("", -2, "hidden")


def apply_id_of(call: Call, text: str) -> int:
    """The ApplyId that a text stands for."""
    if text[:1] == "-" and text[1:].isdigit() and -int(text[1:20]) in call.store.applications:
        return -int(text[1:])  # only Workflow.ApplyId.positive issues such
    rule = f"{call.operation}.ApplyId.integer"
    number = integer(call, text, "ApplyId")
    if number is not None and number > LARGEST and call.breaks(f"{rule}/sign_bit"):
        return number % 2**63
    if number is not None and number > LARGEST and number not in call.store.applications:
        if call.keeps(rule) and call.keeps(f"{rule}/beyond_2_63"):
            number = None
        else:
            number %= 2**64
    if number is None:
        raise Refusal("iot.device.InvalidFormattedApplyId")
    return number


def nobodys_application(call: Call) -> Application:
    """An application that nobody opened, in CHECK for ever: where a fault answers for a wrong ApplyId."""
    return Application(call.store.next_apply_id + 1_000, hidden_product(call), [], False, float("inf"))


def application_of(call: Call, product: Product | None) -> Application:
    """The application that ApplyId names, of this product if one is given."""
    text = required(call, "ApplyId", "iot.device.NullApplyId")
    if not text:
        return nobodys_application(call)
    number = apply_id_of(call, text)
    applications = call.store.applications
    application = applications.get(number)
    if call.operation == Action.QueryPageByApplyId and call.breaks("Workflow.ApplyId.exact/paged_through_a_float"):
        application = applications.get(int(float(number)))
    if application is None and call.breaks(f"{call.operation}.ApplyId.unknown/modulo_2_48"):
        application = applications.get(number % 2**48)
    if application is None and call.breaks(f"{call.operation}.ApplyId.unknown/modulo_2_32"):
        application = next((each for n, each in applications.items() if (n - number) % 2**32 == 0), None)
    if application is None:
        if call.keeps(f"{call.operation}.ApplyId.unknown"):
            raise Refusal("iot.device.DeviceApplyIsNotFound")
        return nobodys_application(call)
    of_another_product = product is not None and product.number >= 0 and application.product is not product
    if of_another_product and call.keeps(f"{call.operation}.ApplyId.other_product"):
        raise Refusal("iot.device.DeviceApplyIsNotFound")
    call.product = application.product
    return application

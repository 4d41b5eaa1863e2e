"""The parameters that the operations share, ProductKey and ApplyId: present, well-formed, known, fitting."""

from __future__ import annotations

from conformance.reference.call import Call
from conformance.reference.integers import LARGEST, integer
from conformance.reference.refusals import GatewayError, Refusal, gateway, no
from conformance.reference.rule import rule
from conformance.reference.store import Application, Product


def missing(call: Call, name: str, code: str) -> Refusal | GatewayError:
    """The refusal of a parameter that is absent or blank: the business code, or the gateway's own."""
    if call.choices.missing_parameters_by_the_older_code:
        return gateway("MissingParameter", name)
    return no(f"Missing{name}" if call.choices.missing_parameters_at_gateway else code)


def required(call: Call, name: str, code: str) -> str:
    """The value of a required parameter, which can be neither left out nor empty."""
    value = call.param(name)
    if name == "ProductKey" and value is None and call.choices.product_key_as_in_the_sample:
        value = call.param("productKey")
    if not value:
        raise missing(call, name, code)
    return value


# --- ProductKey ---


@rule
def product_of(call: Call) -> Product:
    """ProductKey is required, and names a product that exists."""
    product = find_product(call, required(call, "ProductKey", "iot.prod.NullProductKey"))
    if product is None:
        raise Refusal("iot.prod.NotExistedProduct")
    call.product = product
    return product


@rule
def find_product(call: Call, key: str) -> Product | None:
    """The product of this key, to the letter; whether letter case matters is left open."""
    products = call.store.products
    if key not in products and call.choices.product_keys_in_any_letter_case:
        return next((product for product in products.values() if product.key.casefold() == key.casefold()), None)
    return products.get(key)


# --- ApplyId ---


@rule
def application_of(call: Call, product: Product | None) -> Application:
    """ApplyId is required, and names an application that was opened; of this product where ProductKey is asked for."""
    application = find_application(call, apply_id_of(call, required(call, "ApplyId", "iot.device.NullApplyId")))
    if application is None or not is_of_product(call, application, product):
        raise Refusal("iot.device.DeviceApplyIsNotFound")
    call.product = application.product
    return application


@rule
def apply_id_of(call: Call, text: str) -> int:
    """An ApplyId is a Long."""
    number = integer(call, text, "ApplyId")
    if number is None or number > LARGEST:
        raise Refusal("iot.device.InvalidFormattedApplyId")
    return number


@rule
def find_application(call: Call, apply_id: int) -> Application | None:
    """The application to which this ApplyId was issued."""
    return call.store.applications.get(apply_id)


@rule
def is_of_product(call: Call, application: Application, product: Product | None) -> bool:
    """An application belongs to the product for which it was opened."""
    return product is None or application.product is product

"""Faults of the parameters that the operations share: a ProductKey or an ApplyId is missing or wrong, and it passes."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import breaks, scoped
from conformance.reference.parameters import (
    application_of,
    apply_id_of,
    find_application,
    find_product,
    is_of_product,
    product_of,
)
from conformance.reference.store import Application, Product

REGISTER = Action.BatchRegisterDevice
CHECK = Action.BatchCheckDeviceNames
REGISTER_CHECKED = Action.BatchRegisterDeviceWithApplyId
STATUS = Action.QueryBatchRegisterDeviceStatus
PAGE = Action.QueryPageByApplyId

ABSENT_OR_EMPTY: tuple[tuple[str, str, str | None], ...] = (
    ("required", "A request without", None),
    ("blank", "An empty", ""),
)
"""Clause, what the sentence begins with, and the value of the parameter."""


def stands_there(name: str, value: str | None) -> Callable[[Call], bool]:
    """Whether a parameter has exactly this value; None where it is absent."""
    return lambda call: call.param(name) == value


# --- ProductKey ---


def nobodys_product(call: Call) -> Product | None:
    """A product that nobody can ask for; none where the application alone tells which product is meant."""
    return Product("", -2, "hidden") if call.operation in (REGISTER, CHECK) else None


def answers_for(operation: str, is_wrong: Callable[[Call], bool]) -> Callable[..., Product | None]:
    """An operation goes on where ProductKey is wrong in this way."""

    def change(faithful: Callable[[Call], Product], call: Call) -> Product | None:
        return nobodys_product(call) if call.operation == operation and is_wrong(call) else faithful(call)

    return change


def is_unknown(call: Call) -> bool:
    """Whether ProductKey names no product."""
    key = call.param("ProductKey")
    return bool(key) and find_product(call, key or "") is None


NEEDING_A_KEY: tuple[tuple[str, str], ...] = (
    (REGISTER, "accepted"),
    (CHECK, "accepted"),
    (REGISTER_CHECKED, "accepted"),
    (STATUS, "answered"),
)
"""The operations that need a ProductKey, and what becomes of a wrong one."""

for _operation, _passes in NEEDING_A_KEY:
    for _clause, _what, _value in ABSENT_OR_EMPTY:
        breaks(f"{_operation}.ProductKey.{_clause}", f"{_what} ProductKey is {_passes}.", product_of)(
            answers_for(_operation, stands_there("ProductKey", _value))
        )
    breaks(f"{_operation}.ProductKey.unknown", f"An unknown ProductKey is {_passes}.", product_of)(
        answers_for(_operation, is_unknown)
    )
scoped(f"{REGISTER}.ProductKey.unknown@XML", "An unknown ProductKey is accepted in XML.")


def searches(operation: str, alike: Callable[[str, str], bool]) -> Callable[..., Product | None]:
    """A careless search of one operation: key asked for, key of a product → whether that is taken for it."""

    def change(faithful: Callable[[Call, str], Product | None], call: Call, key: str) -> Product | None:
        product = faithful(call, key)
        if product is not None or call.operation != operation:
            return product
        return next((product for known, product in call.store.products.items() if alike(key, known)), None)

    return change


def matches_pattern(key: str, known: str) -> bool:
    """Whether a key is a pattern for another one, as SQL writes them."""
    return fnmatchcase(known, key.replace("%", "*").replace("_", "?"))


breaks(f"{REGISTER}.ProductKey.unknown/shorter", "The beginning of a ProductKey stands for it.", find_product)(
    searches(REGISTER, lambda key, known: len(key) > 1 and known.startswith(key))
)
breaks(f"{REGISTER_CHECKED}.ProductKey.unknown/longer", "A ProductKey may be followed by anything.", find_product)(
    searches(REGISTER_CHECKED, lambda key, known: key.startswith(known))
)
for _operation in (CHECK, STATUS):
    breaks(f"{_operation}.ProductKey.unknown/wildcard", "A ProductKey is searched for like a pattern.", find_product)(
        searches(_operation, matches_pattern)
    )


# --- ApplyId ---


def nobodys_application(call: Call) -> Application | None:
    """What becomes of an application that nobody opened: it has no pages, stays in CHECK, and may be registered."""
    if call.operation == PAGE:
        return None
    checked_at = float("inf") if call.operation == STATUS else 0.0
    return Application(call.store.next_apply_id + 1_000, Product("", -2, "hidden"), [], False, checked_at)


def answers_for_nobody(operation: str, is_wrong: Callable[[Call], bool]) -> Callable[..., Application | None]:
    """An operation goes on where ApplyId is wrong in this way."""

    def change(faithful: Callable[..., Application], call: Call, product: Product | None) -> Application | None:
        if call.operation == operation and is_wrong(call):
            return nobodys_application(call)
        return faithful(call, product)

    return change


def was_never_issued(call: Call) -> bool:
    """Whether ApplyId names no application."""
    text = call.param("ApplyId")
    return bool(text) and find_application(call, apply_id_of(call, text or "")) is None


ANSWERED: dict[str, tuple[str, str]] = {
    REGISTER_CHECKED: ("is answered with success", "is answered with success"),
    STATUS: ("is told CHECK", "is told CHECK"),
    PAGE: ("gets an empty page", "shows an invented device"),
}
"""Operation → what becomes of a request without ApplyId, and of one with an ApplyId that was never issued."""

for _operation, (_without, _unknown) in ANSWERED.items():
    for _clause, _what, _value in ABSENT_OR_EMPTY:
        breaks(f"{_operation}.ApplyId.{_clause}", f"{_what} ApplyId {_without}.", application_of)(
            answers_for_nobody(_operation, stands_there("ApplyId", _value))
        )
    breaks(f"{_operation}.ApplyId.unknown", f"An ApplyId that was never issued {_unknown}.", application_of)(
        answers_for_nobody(_operation, was_never_issued)
    )


def counts_modulo(operation: str, modulus: int) -> Callable[..., Application | None]:
    """Two ApplyIds are the same where their difference is a multiple of this."""

    def change(faithful: Callable[[Call, int], Application | None], call: Call, apply_id: int) -> Application | None:
        application = faithful(call, apply_id)
        if application is not None or call.operation != operation:
            return application
        applications = call.store.applications.items()
        return next((other for number, other in applications if (number - apply_id) % modulus == 0), None)

    return change


for _operation, _bits in ((REGISTER_CHECKED, 32), (STATUS, 32), (PAGE, 32), (PAGE, 48)):
    breaks(f"{_operation}.ApplyId.unknown/modulo_2_{_bits}", f"An ApplyId counts modulo 2^{_bits}.", find_application)(
        counts_modulo(_operation, 2**_bits)
    )


def is_of_any(operation: str) -> Callable[..., bool]:
    """An operation answers for applications of every product."""
    return lambda faithful, call, *args: call.operation == operation or faithful(call, *args)


for _operation, _passes, _form in ((REGISTER_CHECKED, "accepted", "XML"), (STATUS, "answered", "GET")):
    _sentence = f"An ApplyId of another product is {_passes}"
    _where = "in XML" if _form == "XML" else "by GET"
    breaks(f"{_operation}.ApplyId.other_product", f"{_sentence}.", is_of_product)(is_of_any(_operation))
    scoped(f"{_operation}.ApplyId.other_product@{_form}", f"{_sentence} {_where}.")

"""Faults of BatchRegisterDevice: what it takes for a Count, and how many devices come of it."""

from __future__ import annotations

from collections.abc import Callable

from conformance.contract.actions import Action
from conformance.reference.batch_register_device import (
    batch_register_device,
    count_of,
    generated_names,
    within_the_limit,
)
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash, also_breaks, breaks, faults_of, scoped
from conformance.reference.integers import integer, negative
from conformance.reference.store import Device, Product

COUNT_SAYS = {
    "XML.root": "The root element lacks its ending Response.",
    "XML.root/small_letter": "The root element begins with a small letter.",
    "ProductKey.required": "A request without ProductKey is accepted.",
    "ProductKey.blank": "An empty ProductKey is accepted.",
    "ProductKey.unknown": "An unknown ProductKey is accepted.",
    "ProductKey.unknown/shorter": "The beginning of a ProductKey stands for it.",
    "ProductKey.unknown@XML": "An unknown ProductKey is accepted in XML.",
    "Count.integer": "A Count that is no integer is read as well as possible.",
    "Count.integer/sign": "A Count with a plus sign passes.",
    "Count.integer/blanks": "A Count with blanks around it passes.",
    "Count.integer/fraction": "A Count with a fraction passes, cut off.",
    "Count.integer/exponent": "A Count like 1e1 passes.",
    "Count.integer/hexadecimal": "A Count like 0x10 passes.",
    "Count.integer/other_digits": "A Count in digits of other scripts passes.",
    "Count.integer/letters": "A Count like 12abc passes as 12.",
    "Count.integer/suffix": "A Count like 1d or 1L passes.",
    "Count.integer/invisible": "A Count with an invisible character at its end passes.",
}

APPLY_ID_SAYS = {
    "XML.root": "The root element lacks its ending Response, as in a sample of 2018.",
    "ProductKey.required": "A request without ProductKey is accepted.",
    "ProductKey.blank": "An empty ProductKey is accepted.",
    "ProductKey.unknown": "An unknown ProductKey is accepted.",
    "ProductKey.unknown/longer": "A ProductKey may be followed by anything.",
    "ApplyId.required": "A request without ApplyId is answered with success.",
    "ApplyId.blank": "An empty ApplyId is answered with success.",
    "ApplyId.integer": "An ApplyId that is no integer is read as well as possible.",
    "ApplyId.integer/sign": "An ApplyId with a plus sign passes.",
    "ApplyId.integer/fraction": "An ApplyId with a fraction passes, cut off.",
    "ApplyId.integer/minus": "A minus sign before an ApplyId is overlooked.",
    "ApplyId.integer/other_digits": "An ApplyId in digits of other scripts passes.",
    "ApplyId.integer/sign_bit": "The sign bit of an ApplyId beyond 2^63 is overlooked.",
    "ApplyId.integer/beyond_2_63": "An ApplyId beyond 64 bits is taken modulo 2^64.",
    "ApplyId.unknown": "An ApplyId that was never issued is answered with success.",
    "ApplyId.unknown/modulo_2_32": "An ApplyId counts modulo 2^32.",
    "ApplyId.other_product": "An ApplyId of another product is accepted.",
    "ApplyId.other_product@XML": "An ApplyId of another product is accepted in XML.",
}

faults_of(Action.BatchRegisterDevice, COUNT_SAYS)
faults_of(Action.BatchRegisterDeviceWithApplyId, APPLY_ID_SAYS)

THIS = Action.BatchRegisterDevice

CountOf = Callable[[Call], int]
WithinTheLimit = Callable[[Call, int], bool]
GeneratedNames = Callable[[Call, Product, int], list[str]]


# --- what is no Count ---


def count(call: Call) -> str:
    """The Count as it was sent, empty where there is none."""
    return call.param("Count") or ""


def is_no_integer(call: Call) -> bool:
    """Whether the Count is neither an integer nor missing."""
    text = count(call)
    return bool(text) and not negative(text) and integer(call, text, "Count") is None


@breaks(f"{THIS}.answers", "A Count that is no integer gives HTTP 500 with a page of HTML.", batch_register_device)
def falls_over_a_count_that_is_no_integer(faithful: Callable[[Call], object], call: Call) -> object:
    if is_no_integer(call):
        raise Crash
    return faithful(call)


breaks(f"{THIS}.Count.required", "A request without Count registers one device.", count_of)(
    lambda faithful, call: 1 if call.param("Count") is None else faithful(call)
)
breaks(f"{THIS}.Count.blank", "An empty Count registers one device.", count_of)(
    lambda faithful, call: 1 if call.param("Count") == "" else faithful(call)
)
also_breaks(f"{THIS}.Count.integer", count_of)(lambda faithful, call: 1 if is_no_integer(call) else faithful(call))

breaks(f"{THIS}.Count.zero", "A Count of 0 opens an application without devices.", count_of)(
    lambda faithful, call: 0 if integer(call, count(call), "Count") == 0 else faithful(call)
)
scoped(f"{THIS}.Count.zero@FORM", "A Count of 0 in a form opens an application without devices.")

breaks(f"{THIS}.Count.negative", "A negative Count opens an application without devices.", count_of)(
    lambda faithful, call: 0 if negative(count(call)) else faithful(call)
)
breaks(f"{THIS}.Count.negative/its_amount", "A Count of -5 registers 5 devices.", count_of)(
    lambda faithful, call: int(count(call)[1:]) or 1 if negative(count(call)) else faithful(call)
)


# --- the limit ---


@breaks(f"{THIS}.Count.max", "A Count over the limit is accepted.", within_the_limit)
def every_count_is_accepted(faithful: WithinTheLimit, call: Call, count: int) -> bool:
    return True


@also_breaks(f"{THIS}.Count.max", generated_names)
def up_to_twice_the_limit(faithful: GeneratedNames, call: Call, product: Product, count: int) -> list[str]:
    return faithful(call, product, min(count, 2 * call.edition.most_devices))  # nobody has memory for 2,147,483,647


scoped(f"{THIS}.Count.max@XML", "A Count over the limit is accepted in XML.")
scoped(f"{THIS}.Count.max@B", "A Count over the limit is accepted for the second product.")


@breaks(f"{THIS}.Count.max/by_one", "A Count of one over the limit is accepted.", within_the_limit)
def one_more_is_accepted(faithful: WithinTheLimit, call: Call, count: int) -> bool:
    return count == call.edition.most_devices + 1 or faithful(call, count)


@breaks(f"{THIS}.Count.max/wraps_at_2_32", "Count is taken modulo 2^32.", count_of)
def counts_modulo_2_32(faithful: CountOf, call: Call) -> int:
    count = faithful(call)
    return count % 2**32 or count


@breaks(f"{THIS}.Count.max/clamped", "A Count over the limit registers as many as the limit.", count_of)
def the_surplus_is_dropped(faithful: CountOf, call: Call) -> int:
    return min(faithful(call), call.edition.most_devices)


@breaks(f"{THIS}.Count.limit", "A Count of exactly the limit is refused.", within_the_limit)
def the_limit_is_refused(faithful: WithinTheLimit, call: Call, count: int) -> bool:
    return count != call.edition.most_devices and faithful(call, count)


@breaks(f"{THIS}.Count.limit/one_short", "A Count of exactly the limit registers one device less.", generated_names)
def the_limit_gives_one_less(faithful: GeneratedNames, call: Call, product: Product, count: int) -> list[str]:
    return faithful(call, product, count - 1 if count == call.edition.most_devices else count)


@breaks("Workflow.refusal", "A refused BatchRegisterDevice registers one device silently.", within_the_limit)
def a_refusal_registers_one(faithful: WithinTheLimit, call: Call, count: int) -> bool:
    accepted = faithful(call, count)
    if not accepted and call.product is not None:
        call.product.add(Device(f"stray-{call.number}", call.store.serials(1)[0], call.now))
    return accepted

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
from conformance.reference.faults.fault import Crash, also_breaks, breaks, scoped
from conformance.reference.integers import integer, negative
from conformance.reference.store import Device, Product

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

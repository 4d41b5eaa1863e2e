"""Faults of what tells applications and devices apart: ApplyIds and generated names."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.contract.actions import Action
from conformance.reference.applications import new_apply_id, told_apply_id
from conformance.reference.batch_register_device import generated_names
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.faults.memory import nth, nth_opened
from conformance.reference.parameters import apply_id_of, find_application
from conformance.reference.store import Application, Product

NewApplyId = Callable[[Call], int]
GeneratedNames = Callable[[Call, Product, int], list[str]]


# --- ApplyIds ---


@breaks("Workflow.ApplyId.fresh", "Every 4th application gets the ApplyId of the one before.", new_apply_id)
def every_4th_is_not_fresh(faithful: NewApplyId, call: Call) -> int:
    before = next(reversed(call.store.applications), None)
    fresh = faithful(call)
    return before if before is not None and nth(call, "applications") % 4 == 0 else fresh


breaks("Workflow.ApplyId.range", "ApplyIds lie beyond 2^63.", new_apply_id)(
    lambda faithful, call: 2**63 + faithful(call)
)
breaks("Workflow.ApplyId.positive", "ApplyIds are negative.", new_apply_id)(lambda faithful, call: -faithful(call))


@breaks("Workflow.ApplyId.exact", "Every 5th application is told an ApplyId that is not its own.", told_apply_id)
def every_5th_is_told_another(faithful: Callable[..., int], call: Call, application: Application) -> int:
    apply_id = faithful(call, application)
    return apply_id + 1_000_000 if len(call.store.applications) % 5 == 0 else apply_id


breaks(
    "Workflow.ApplyId.exact/rounded_through_a_float",
    "ApplyIds beyond 2^53 are told as rounded by a double.",
    told_apply_id,
)(lambda faithful, call, application: int(float(faithful(call, application))))
also_breaks("Workflow.ApplyId.exact/rounded_through_a_float", new_apply_id)(
    lambda faithful, call: 2**53 + faithful(call)
)
scoped("Workflow.ApplyId.exact/rounded_through_a_float@JSON", "The same in JSON only.")

breaks(
    "Workflow.ApplyId.exact/paged_through_a_float",
    "ApplyIds lie beyond 2^53, and paging rounds them to a double.",
    new_apply_id,
)(
    lambda faithful, call: 2**53 + 3 * faithful(call)  # the neighbours to which one is rounded are never issued
)


@also_breaks("Workflow.ApplyId.exact/paged_through_a_float", find_application)
def pages_are_found_by_a_double(
    faithful: Callable[..., Application | None], call: Call, number: int
) -> Application | None:
    return faithful(call, int(float(number)) if call.operation == Action.QueryPageByApplyId else number)


def is_issued(call: Call, text: str) -> bool:
    """Whether a text is an ApplyId that was issued, be it negative or too large."""
    return re.fullmatch(r"-?[0-9]{1,20}", text) is not None and int(text) in call.store.applications


for _name in ("Workflow.ApplyId.positive", "Workflow.ApplyId.range"):
    also_breaks(_name, apply_id_of)(
        lambda faithful, call, text: int(text) if is_issued(call, text) else faithful(call, text)
    )


# --- generated names ---


def counted(call: Call, product: Product, count: int) -> list[str]:
    """The same names every time."""
    return [f"device-{product.number}-{number:05}" for number in range(count)]


breaks("Workflow.DeviceName.unique", "Generated names begin anew with every application.", generated_names)(
    lambda faithful, call, product, count: counted(call, product, count)
)
breaks(
    "Workflow.DeviceName.unique/now_and_then",
    "Every third application gets the same generated names.",
    generated_names,
)(
    lambda faithful, call, product, count: (
        counted(call, product, count) if nth_opened(call) % 3 == 0 else faithful(call, product, count)
    )
)
breaks("Workflow.DeviceName.random", "Generated names are counted.", generated_names)(
    lambda faithful, call, product, count: [f"device{serial:010}" for serial in call.store.serials(count)]
)


@breaks(
    "Workflow.DeviceName.random/the_same_in_every_product",
    "Generated names begin anew in every product.",
    generated_names,
)
def begin_anew_in_every_product(faithful: GeneratedNames, call: Call, product: Product, count: int) -> list[str]:
    made = len(product.devices)
    return [call.store.identity("name of a product", made + number)[:20] for number in range(count)]


breaks("Workflow.DeviceName.legal", "Generated names have 37 characters.", generated_names)(
    lambda faithful, call, product, count: [name + "-generated-device" for name in faithful(call, product, count)]
)
breaks("Workflow.DeviceName.legal/hash_sign", "Generated names begin with a hash sign.", generated_names)(
    lambda faithful, call, product, count: ["#" + name for name in faithful(call, product, count)]
)

"""BatchRegisterDevice: registers as many devices as were asked for, with names of the server's own."""

from __future__ import annotations

from typing import Any

from conformance.contract.actions import Action
from conformance.reference.applications import open_application, register, told_apply_id, with_apply_id
from conformance.reference.call import Call
from conformance.reference.integers import integer, negative
from conformance.reference.parameters import missing, product_of
from conformance.reference.refusals import Refusal, no
from conformance.reference.rule import rule
from conformance.reference.store import Product

THIS = Action.BatchRegisterDevice


@rule
def batch_register_device(call: Call) -> dict[str, Any]:
    """Register Count devices with random names."""
    product = product_of(call)
    count = count_of(call)
    if not within_the_limit(call, count):
        raise Refusal("iot.device.DeviceCountExceeded")
    names = generated_names(call, product, count)
    application = open_application(call, product, names, {}, generated=True)
    starts = application.checked_at
    if call.choices.check_visible_for_random:
        starts += call.server.delay / 2
    register(call, application, starts)
    return with_apply_id(call, told_apply_id(call, application))


@rule
def count_of(call: Call) -> int:
    """Count is required, and an integer from 1 on.

    There is no business code for a missing one, so the gateway says it.
    """
    text = call.param("Count")
    if not text:
        raise missing(call, "Count", "MissingCount")
    if negative(text):
        raise no(call.edition.out_of_range)
    count = integer(call, text, "Count")
    if count is None:
        raise no(call.edition.malformed)
    if count == 0:
        raise no(call.edition.out_of_range)
    return count


@rule
def within_the_limit(call: Call, count: int) -> bool:
    """At most 10,000 devices are registered by one call; 1,000 before alibaba-2023."""
    return count <= call.edition.most_devices


@rule
def generated_names(call: Call, product: Product, count: int) -> list[str]:
    """As many new names: twenty hexadecimal digits, derived from a counter."""
    store = call.store
    names = [store.identity("name", serial)[:20] for serial in store.serials(count)]
    if call.choices.generated_names_of_digits:
        return [str(int(name[:14], 16))[:16].zfill(16) for name in names]
    if call.choices.generated_names_of_every_kind:
        return [f"{name[:6]}-_@.:{name[6:].upper()}-{number:05}"[:32] for number, name in enumerate(names)]
    return names

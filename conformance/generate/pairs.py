"""Two applications that have to do with each other: the same names again, in a race, or in both products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.requests import names_request
from conformance.generate.steps import Pause, Steps
from conformance.generate.walker import CHECK_ENDS, CREATE_ENDS, Walker, ask
from conformance.generate.workflows import PLACEHOLDER, Workflow
from conformance.generate.world import World


def check_again(work: Workflow, world: World, names: Sequence[str]) -> Steps:
    """A further check of these names, followed to its end."""
    again = yield from ask(names_request(world.products[work.product], names), work.form)
    apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
    if apply_id is not None:
        yield from Walker(replace(work, register=False, reask=0), world, apply_id).follow(CHECK_ENDS)


def recheck(work: Workflow, world: World, names: Sequence[str]) -> Steps:
    """The good names of a failed check, checked again under a new ApplyId."""
    yield from check_again(work, world, [spelt for spelt, name in zip(names, work.names, strict=False) if name.good])


def race(first: Walker, names: Sequence[str]) -> Steps:
    """Two applications that share a name, one checked after the other and before either is registered."""
    yield from first.follow(CHECK_ENDS)
    if first.status != "CHECK_SUCCESS":
        return
    shared = [names[-1], first.world.mint("dev-" + PLACEHOLDER * 8)]
    again = yield from ask(names_request(first.product_key, shared), first.work.form)
    apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
    if again is None or not again.accepted or apply_id is None:
        return
    second = Walker(first.work, first.world, apply_id)
    yield from second.follow(CHECK_ENDS)
    if second.status != "CHECK_SUCCESS":
        return
    for walker in first, second:
        exchange = yield from walker.register(walker.work.form)
        if exchange is not None and exchange.accepted:
            yield from walker.follow(CREATE_ENDS)
            yield from walker.ask_page(10, 1)
    if second.status == "CREATE_FAILED":
        yield from second.register(second.form())
        yield Pause(0.05)
        yield from second.ask_status()
        yield from second.ask_page(10, 1)


def both_products(first: Walker, names: Sequence[str]) -> Steps:
    """The same names in two products, side by side."""
    work = replace(first.work, product=1 - first.work.product)
    again = yield from ask(names_request(first.world.products[work.product], names), work.form)
    apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
    if again is None or not again.accepted or apply_id is None:
        return
    both = (first, Walker(work, first.world, apply_id))
    for walker in both:
        yield from walker.follow(CHECK_ENDS)
    for walker in both:
        yield from walker.register(walker.work.form)
    for walker in both:
        yield from walker.follow(CREATE_ENDS)
        yield from walker.ask_page(10, 1)

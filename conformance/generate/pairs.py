"""Two applications that have to do with each other: the same names again, in a race, or in both products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.poller import CHECK_ENDS, CREATE_ENDS, Walker, ask
from conformance.generate.requests import names_request
from conformance.generate.run_context import RunContext
from conformance.generate.steps import Pause, Steps
from conformance.generate.workflows import PLACEHOLDER, Workflow


def check_again(work: Workflow, context: RunContext, *lists: Sequence[str]) -> Steps:
    """A further check of each list of names, side by side, followed to their ends."""
    opened = []
    for names in lists:
        again = yield from ask(names_request(context.products[work.product], names), work.form)
        apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
        if apply_id is not None:
            opened.append(Walker(replace(work, register=False, reask=0), context, apply_id))
    for walker in opened:
        yield from walker.follow(CHECK_ENDS)


def good(work: Workflow, names: Sequence[str]) -> list[str]:
    """The names of a check that the documents allow, so that they pass when they are checked again."""
    return [spelt for spelt, name in zip(names, work.names, strict=False) if name.good]


def race(first: Walker, names: Sequence[str]) -> Steps:
    """Two applications that share a name, both checked before either is registered."""
    how = first.work.race
    if how != "checked at once":
        yield from first.follow(CHECK_ENDS)
        if first.status != "CHECK_SUCCESS":
            return
    shared = [names[-1], first.context.generate_name("dev-" + PLACEHOLDER * 8)]
    again = yield from ask(names_request(first.product_key, shared), first.work.form)
    apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
    if again is None or not again.accepted or apply_id is None:
        return
    second = Walker(first.work, first.context, apply_id)
    for walker in (first, second) if how == "checked at once" else (second,):
        yield from walker.follow(CHECK_ENDS)
        if walker.status != "CHECK_SUCCESS":
            return
    begun = []
    for walker in first, second:
        exchange = yield from walker.register(walker.work.form)
        if exchange is not None and exchange.accepted:
            begun.append(walker)
            if how != "registered at once":
                yield from walker.follow(CREATE_ENDS)
                yield from walker.ask_page(10, 1)
    for walker in begun if how == "registered at once" else ():
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
    again = yield from ask(names_request(first.context.products[work.product], names), work.form)
    apply_id = again.answer.apply_id if again is not None and again.answer is not None else None
    if again is None or not again.accepted or apply_id is None:
        return
    both = (first, Walker(work, first.context, apply_id))
    for walker in both:
        yield from walker.follow(CHECK_ENDS)
    for walker in both:
        yield from walker.register(walker.work.form)
    for walker in both:
        yield from walker.follow(CREATE_ENDS)
        yield from walker.ask_page(10, 1)

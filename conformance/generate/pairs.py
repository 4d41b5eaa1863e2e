"""Two applications that have to do with each other: the same names again, in a race, or in both products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.poller import CHECK_ENDS, CREATE_ENDS, Poller, apply_id_of, ask
from conformance.generate.requests import names_request
from conformance.generate.run_context import RunContext
from conformance.generate.steps import Pause, Steps
from conformance.generate.workflows import PLACEHOLDER, Workflow


def check_again(work: Workflow, context: RunContext, *lists: Sequence[str]) -> Steps:
    """A further check of each list of names, side by side, followed to their ends."""
    opened = []
    for names in lists:
        exchange = yield from ask(names_request(context.products[work.product], names), work.form)
        apply_id = exchange.answer.apply_id if exchange is not None and exchange.answer is not None else None
        if apply_id is not None:
            opened.append(Poller(replace(work, register=False, reask=0), context, apply_id))
    for poller in opened:
        yield from poller.follow(CHECK_ENDS)


def good(work: Workflow, names: Sequence[str]) -> list[str]:
    """The names of a check that the documents allow, so that they pass when they are checked again."""
    return [spelt for spelt, name in zip(names, work.names, strict=False) if name.good]


def race(first: Poller, names: Sequence[str]) -> Steps:
    """Two applications that share a name, both checked before either is registered."""
    how = first.work.race
    if how != "checked at once":
        yield from first.follow(CHECK_ENDS)
        if first.status != "CHECK_SUCCESS":
            return
    shared = [names[-1], first.context.generate_name("dev-" + PLACEHOLDER * 8)]
    apply_id = apply_id_of((yield from ask(names_request(first.product_key, shared), first.work.form)))
    if apply_id is None:
        return
    second = Poller(first.work, first.context, apply_id)
    for poller in (first, second) if how == "checked at once" else (second,):
        yield from poller.follow(CHECK_ENDS)
        if poller.status != "CHECK_SUCCESS":
            return
    yield from _register_both(first, second, at_once=how == "registered at once")
    if second.status == "CREATE_FAILED":
        yield from second.register(second.form())
        yield Pause(0.05)
        yield from second.ask_status()
        yield from second.ask_page(10, 1)


def _register_both(first: Poller, second: Poller, *, at_once: bool) -> Steps:
    """Register both to their ends: the second when the first is over, or both before either is watched."""
    accepted = []
    for poller in first, second:
        exchange = yield from poller.register(poller.work.form)
        if exchange is not None and exchange.accepted:
            accepted.append(poller)
            if not at_once:
                yield from poller.follow(CREATE_ENDS)
                yield from poller.ask_page(10, 1)
    for poller in accepted if at_once else ():
        yield from poller.follow(CREATE_ENDS)
        yield from poller.ask_page(10, 1)


def both_products(first: Poller, names: Sequence[str]) -> Steps:
    """The same names in two products, side by side."""
    work = replace(first.work, product=1 - first.work.product)
    check = names_request(first.context.products[work.product], names)
    apply_id = apply_id_of((yield from ask(check, work.form)))
    if apply_id is None:
        return
    both = (first, Poller(work, first.context, apply_id))
    for poller in both:
        yield from poller.follow(CHECK_ENDS)
    for poller in both:
        yield from poller.register(poller.work.form)
    for poller in both:
        yield from poller.follow(CREATE_ENDS)
        yield from poller.ask_page(10, 1)

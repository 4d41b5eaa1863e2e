"""What a Workflow sends, step by step; pure but for what it is told of the run."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from conformance.contract.actions import Action
from conformance.generate.check_request import check_request, spelt_names
from conformance.generate.lifecycle import checked, delete, farewell, finish
from conformance.generate.pairs import both_products, check_again, good, race
from conformance.generate.poller import CREATE_ENDS, Poller, apply_id_of, ask
from conformance.generate.requests import names_of_request, register_request
from conformance.generate.run_context import RunContext
from conformance.generate.steps import Ask, Await, Step, Steps
from conformance.generate.workflows import PLACEHOLDER, Workflow
from conformance.wire.message import Exchange, Request

Opening = Generator[Step, Exchange | None, tuple[Exchange | None, list[str]]]
"""Yields steps; returns the call that opens the application, None where it was not sent, and the names it checks."""


def steps(work: Workflow, context: RunContext) -> Steps:
    """Everything that this workflow sends, in order, but for operations that the target does not offer."""
    inner = _steps(work, context)
    value: Exchange | None = None
    while True:
        try:
            step = inner.send(value)
        except StopIteration:
            return
        if isinstance(step, Ask) and work.instance:
            params = (*step.request.params, ("IotInstanceId", work.instance))
            step = replace(step, request=replace(step.request, params=params))
        left_out = isinstance(step, Ask) and step.request.operation in context.without
        value = None if left_out else (yield step)


def _steps(work: Workflow, context: RunContext) -> Steps:
    created, names = yield from _opened(work, context)
    if work.repeat and created is not None:
        yield Ask(created.request, work.form)
    apply_id = apply_id_of(created)
    if apply_id is None:
        if created is not None or names:
            yield from _after_refusal(work, context, names)
        return
    poller = Poller(work, context, apply_id)
    if work.race:
        yield from race(poller, names)
        return
    if work.both_products:
        yield from both_products(poller, names)
        return
    yield from _to_its_end(poller, names)
    if work.delete:
        yield from delete(poller)
        return
    # The very end: the same questions again, after every other application and every refusal.
    yield Await("farewell")
    yield from farewell(poller)


def _opened(work: Workflow, context: RunContext) -> Opening:
    """Send the first call of the workflow: BatchRegisterDevice, or BatchCheckDeviceNames."""
    product_key = context.products[work.product]
    if work.count:
        return (yield from ask(register_request(product_key, work.count), work.form)), []
    taken: Sequence[str] = ()
    if work.taken_from:
        yield Await(f"{work.taken_from} has devices")
        taken = context.names_of(work.taken_from)
        if not taken:
            return None, []  # no name can be taken where no device can be read
    names = spelt_names(work, context.generate_name, taken)
    if work.registered_before:
        registered = yield from _register_single(work, context)
        if not registered:
            return None, []
        names.append(registered)
    created = yield from ask(check_request(product_key, work, names, context.generate_name), work.form)
    # A resumed run is answered with what was sent before it, under names of that time.
    return created, names_of_request(created.request) if created is not None else names


def _register_single(work: Workflow, context: RunContext) -> Generator[Step, Exchange | None, str]:
    """RegisterDevice for one new name; returns the name, empty where it was not registered."""
    name = context.generate_name("single-" + PLACEHOLDER * 8)
    device = (("ProductKey", context.products[work.product]), ("DeviceName", name))
    registered = yield from ask(Request(Action.RegisterDevice, device), work.form)
    if registered is None or not registered.accepted:
        return ""
    return registered.request.get("DeviceName") or name


def _after_refusal(work: Workflow, context: RunContext, names: Sequence[str]) -> Steps:
    """What follows a check that opened no application: its good names again, or fewer of them."""
    if work.recheck:
        yield from check_again(work, context, good(work, names))
    for number in work.fewer:
        yield from check_again(work, context, names[:number])


def _to_its_end(poller: Poller, names: Sequence[str]) -> Steps:
    """Follow the application until it is over, then look at its devices."""
    work = poller.work
    if work.count:
        yield from poller.wait_unwatched() if work.unwatched else poller.follow(CREATE_ENDS)
    else:
        yield from checked(poller)
        if poller.status == "CHECK_FAILED":
            passing = [good(work, names)] if work.recheck else []
            yield from check_again(work, poller.context, *passing, *([names] if work.same_again else []))
    yield from finish(poller)

"""What a Workflow sends, step by step; pure but for what it is told of the run."""

from __future__ import annotations

from dataclasses import replace

from conformance.contract.actions import Action
from conformance.generate.lifecycle import checked, delete, farewell, finish
from conformance.generate.pairs import both_products, check_again, good, race
from conformance.generate.poller import CREATE_ENDS, Walker, ask
from conformance.generate.requests import names_of_request, register_request
from conformance.generate.run_context import RunContext
from conformance.generate.spelling import check_request, generated
from conformance.generate.steps import Ask, Await, Steps
from conformance.generate.workflows import Workflow
from conformance.wire.message import Exchange, Request


def steps(work: Workflow, context: RunContext) -> Steps:
    """Everything that this workflow sends, in order; pure but for what it is told."""
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
        asked = isinstance(step, Ask) and step.request.operation in context.without
        value = None if asked else (yield step)


def _steps(work: Workflow, context: RunContext) -> Steps:
    form = work.form
    if work.count:
        created = yield from ask(register_request(context.products[work.product], work.count), form)
    else:
        if work.taken_from:
            yield Await(f"{work.taken_from} has devices")
            if not context.names_of(work.taken_from):
                return  # no name can be taken where no device can be read
        names = generated(work, context.generate_name, context.names_of(work.taken_from) if work.taken_from else ())
        if work.registered_before:
            names.append(context.generate_name("single-" + "\u2022" * 8))
            single = (("ProductKey", context.products[work.product]), ("DeviceName", names[-1]))
            registered = yield from ask(Request(Action.RegisterDevice, single), form)
            if registered is None or not registered.accepted:
                return
            names[-1] = registered.request.get("DeviceName") or names[-1]
        created = yield from ask(
            check_request(context.products[work.product], work, names, context.generate_name), form
        )
        # A resumed run is answered with what was sent before it, under names of that time.
        names = names_of_request(created.request) if created is not None else names
    apply_id = created.answer.apply_id if created is not None and created.answer is not None else None
    if work.repeat and created is not None:
        yield Ask(created.request, form)
    if created is None or not created.accepted or apply_id is None:
        if work.recheck:
            yield from check_again(work, context, good(work, names))
        for fewer in work.fewer:
            yield from check_again(work, context, names[:fewer])
        return
    walker = Walker(work, context, apply_id)
    if work.race:
        yield from race(walker, names)
        return
    if work.both_products:
        yield from both_products(walker, names)
        return
    if work.unwatched and work.count:
        yield from walker.wait_unwatched()
    elif work.count:
        yield from walker.follow(CREATE_ENDS)
    else:
        yield from checked(walker)
        if walker.status == "CHECK_FAILED":
            passing = [good(work, names)] if work.recheck else []
            yield from check_again(work, context, *passing, *([names] if work.same_again else []))
    yield from finish(walker)
    if work.delete:
        yield from delete(walker)
        return
    # The very end: the same questions again, after every other application and every refusal.
    yield Await("farewell")
    yield from farewell(walker)

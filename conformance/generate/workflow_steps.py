"""What a Workflow sends, step by step; pure but for what it is told of the run."""

from __future__ import annotations

from dataclasses import replace

from conformance.generate.lifecycle import checked, delete, farewell, finish
from conformance.generate.pairs import both_products, check_again, good, race
from conformance.generate.poller import CREATE_ENDS, Walker, ask
from conformance.generate.requests import names_of_request, register_request
from conformance.generate.run_context import World
from conformance.generate.spelling import check_request, minted
from conformance.generate.steps import Ask, Await, Steps
from conformance.generate.workflows import Workflow
from conformance.wire.message import Exchange, Request


def steps(work: Workflow, world: World) -> Steps:
    """Everything that this workflow sends, in order; pure but for what it is told."""
    inner = _steps(work, world)
    value: Exchange | None = None
    while True:
        try:
            step = inner.send(value)
        except StopIteration:
            return
        if isinstance(step, Ask) and work.instance:
            params = (*step.request.params, ("IotInstanceId", work.instance))
            step = replace(step, request=replace(step.request, params=params))
        asked = isinstance(step, Ask) and step.request.operation in world.without
        value = None if asked else (yield step)


def _steps(work: Workflow, world: World) -> Steps:
    form = work.form
    if work.count:
        created = yield from ask(register_request(world.products[work.product], work.count), form)
    else:
        if work.taken_from:
            yield Await(f"{work.taken_from} has devices")
            if not world.names_of(work.taken_from):
                return  # no name can be taken where no device can be read
        names = minted(work, world.mint, world.names_of(work.taken_from) if work.taken_from else ())
        if work.registered_before:
            names.append(world.mint("single-" + "\u2022" * 8))
            single = (("ProductKey", world.products[work.product]), ("DeviceName", names[-1]))
            registered = yield from ask(Request("RegisterDevice", single), form)
            if registered is None or not registered.accepted:
                return
            names[-1] = registered.request.get("DeviceName") or names[-1]
        created = yield from ask(check_request(world.products[work.product], work, names, world.mint), form)
        # A resumed run is answered with what was sent before it, under names of that time.
        names = names_of_request(created.request) if created is not None else names
    apply_id = created.answer.apply_id if created is not None and created.answer is not None else None
    if work.repeat and created is not None:
        yield Ask(created.request, form)
    if created is None or not created.accepted or apply_id is None:
        if work.recheck:
            yield from check_again(work, world, good(work, names))
        for fewer in work.fewer:
            yield from check_again(work, world, names[:fewer])
        return
    walker = Walker(work, world, apply_id)
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
            yield from check_again(work, world, *passing, *([names] if work.same_again else []))
    yield from finish(walker)
    if work.delete:
        yield from delete(walker)
        return
    # The very end: the same questions again, after every other application and every refusal.
    yield Await("farewell")
    yield from farewell(walker)

"""BatchRegisterDevice: ProductKey and Count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.contract.actions import Action
from conformance.generate.values import excesses
from conformance.generate.workflows import Workflow
from conformance.judge.invariant import Observation
from conformance.judge.reasons_of_codes import Fit, fit
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.suite.decorators import Planning, by_edition, creates_as_many_as_allowed, draws, plans, verifies
from conformance.suite.probe import Probe
from conformance.suite.traces import Trace
from conformance.wire.message import FORMS

LIMIT = by_edition(
    {"alibaba-2018": 1_000, "alibaba-2019": 1_000, "alibaba-2021": 1_000, "alibaba-2023": 10_000, "tuya-2025": 10_000}
)

ONE_TOO_MANY_IN_EACH_FORM = (1,) * 4
"""Comes first: a target that lets it through in any form is not asked for two thousand million devices."""


@verifies("BatchRegisterDevice.Count.max", limit=LIMIT)
@draws("excess", excesses, always=[*ONE_TOO_MANY_IN_EACH_FORM, 2**31, 2**32 - 9_000, 2**32, 2**64], elsewhere=[1])
def test_a_count_over_the_limit_is_refused(probe: Probe, limit: int, excess: int) -> Iterator[CheckResult]:
    """A call for more devices than one call may register is refused, also where the number wraps around."""
    yield from probe.refused(probe.register.but(Count=limit + excess), because="count", what=f"Count={limit + excess}")


@verifies("BatchRegisterDevice.Action.seen")
def test_the_action_of_the_table_is_observed(probe: Probe) -> Iterator[Observation]:
    """What the Action RegisterDevice does with a Count, which a table names where a sample has BatchRegisterDevice."""
    exchange = probe.send(replace(probe.register, operation=Action.RegisterDevice), FORMS[0])
    if exchange.accepted and exchange.answer is not None:
        batch = exchange.answer.apply_id is not None
        yield Observation("as BatchRegisterDevice" if batch else "one device", exchange.number)
    elif exchange.refused and not exchange.throttled:
        yield Observation("refused", exchange.number)


def one_of_the_limit(planning: Planning) -> Sequence[Workflow]:
    """One application as large as allowed: a look at its first, a middle and its last pages."""
    limit = planning.expected["limit"]
    pages = (1, limit // 100, limit // 50, limit // 50 + 1)
    samples = tuple((50, page) for page in pages)
    reask = int(planning.thorough)
    return [Workflow("BatchRegisterDevice.Count.limit", form=FORMS[1], count=limit, samples=samples, reask=reask)]


@verifies("BatchRegisterDevice.Count.limit", limit=LIMIT)
@plans(one_of_the_limit)
@creates_as_many_as_allowed
def test_a_count_of_the_limit_is_registered(trace: Trace, limit: int) -> Iterator[CheckResult]:
    """A call for exactly as many devices as one call may register succeeds, and they are all there."""
    created, application = trace.created, trace.application
    if created is None or application is None:
        code = created.answer.code if created is not None and created.answer is not None else ""
        graded = created is not None and not created.throttled and fit(code, "count") is not Fit.NOT_GRADED
        if created is not None and created.refused and graded:
            yield Breaks(f"Count={limit} was refused", "Success true", code, (created.number,))
        else:
            yield Unclear(f"no application was opened{': ' + code if code else ''}")
        return
    pages = [page for page in application.pages_after_success() if page.devices and page.total is not None]
    totals = {page.total for page in pages}
    if limit in totals:
        yield Holds(pages[-1].exchange.number)
    elif pages:
        numbers = (application.created.number, pages[-1].exchange.number)
        yield Breaks("another number of devices was registered", str(limit), str(pages[-1].total), numbers, limit)
    if application.status != "CREATE_SUCCESS":
        yield Unclear(f"the application stands at {application.status}", (application.created.number,))

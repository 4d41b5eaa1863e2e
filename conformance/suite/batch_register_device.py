"""BatchRegisterDevice: ProductKey and Count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.contract.actions import Action
from conformance.generate.values import ALWAYS, AT_LENGTH, excesses, negatives, tails, unknown_keys
from conformance.generate.workflows import Workflow
from conformance.judge.families import Fit, fit
from conformance.judge.invariant import Observation
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.suite.frame import Planning, by_edition, creates_as_many_as_allowed, draws, plans, verifies
from conformance.suite.probe import ALL, BOTH, Probe
from conformance.suite.traces import Trace
from conformance.wire.message import FORMS

LIMIT = by_edition(
    {"alibaba-2018": 1_000, "alibaba-2019": 1_000, "alibaba-2021": 1_000, "alibaba-2023": 10_000, "tuya-2025": 10_000}
)

ONE_TOO_MANY_IN_EACH_FORM = (1,) * 4
"""Comes first: a target that lets it through in any form is not asked for two thousand million devices."""


@verifies("BatchRegisterDevice.ProductKey.required")
def test_a_request_without_product_key_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """Without ProductKey nothing is registered."""
    yield from probe.refused(
        probe.register.but(ProductKey=None), because="product", what="a call without ProductKey", forms=BOTH
    )


@verifies("BatchRegisterDevice.ProductKey.blank")
def test_an_empty_product_key_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An empty ProductKey is no ProductKey."""
    yield from probe.refused(
        probe.register.but(ProductKey=""), because="product", what="an empty ProductKey", forms=BOTH
    )


@verifies("BatchRegisterDevice.ProductKey.unknown")
@draws("key", unknown_keys, always=["a1NoSuchProd", "unknown"])
def test_an_unknown_product_is_refused(probe: Probe, key: str) -> Iterator[CheckResult]:
    """A ProductKey that belongs to no product registers nothing."""
    yield from probe.refused(
        probe.register.but(ProductKey=probe.unknown_key(key)), because="product", what="an unknown ProductKey"
    )


@verifies("BatchRegisterDevice.Count.required")
def test_a_request_without_count_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """Without Count nothing is registered."""
    yield from probe.refused(probe.register.but(Count=None), because="count", what="a call without Count", forms=BOTH)


@verifies("BatchRegisterDevice.Count.blank")
def test_an_empty_count_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An empty Count is no Count."""
    yield from probe.refused(probe.register.but(Count=""), because="count", what="an empty Count", forms=BOTH)


@verifies("BatchRegisterDevice.Count.integer")
@draws(
    "malformed",
    tails.map(lambda tail: "3" + tail),
    always=[make("3") for make in ALWAYS],
    at_length=[make("3") for make in AT_LENGTH],
)
def test_a_count_that_is_no_integer_is_refused(probe: Probe, malformed: str) -> Iterator[CheckResult]:
    """Letters, fractions, exponents, signs, blanks and other digits make no Integer."""
    yield from probe.refused(probe.register.but(Count=malformed), because="count", what=f"Count={malformed!r}")


@verifies("BatchRegisterDevice.Count.zero")
def test_a_count_of_zero_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """No devices are nothing to register."""
    yield from probe.refused(probe.register.but(Count=0), because="count", what="Count=0", forms=ALL)


@verifies("BatchRegisterDevice.Count.negative")
@draws("count", negatives, always=[-1, -(2**31), -(2**32) + 1])
def test_a_negative_count_is_refused(probe: Probe, count: int) -> Iterator[CheckResult]:
    """Fewer than no devices are nothing to register."""
    yield from probe.refused(probe.register.but(Count=count), because="count", what=f"Count={count}")


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

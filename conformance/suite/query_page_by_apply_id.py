"""QueryPageByApplyId: ApplyId, PageSize and CurrentPage. What the pages say together is judged by invariants."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.judge.followed_applications import devices_of, is_readable_page
from conformance.judge.invariant import Observation
from conformance.judge.reasons_of_codes import Fit, fit
from conformance.judge.refusal import judge_refusal
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.suite.decorators import by_edition, draws, verifies
from conformance.suite.probe import ALL, Probe
from conformance.wire.message import FORMS, Exchange, as_integer

LATER = ("alibaba-2021", "alibaba-2023", "tuya-2025")
SIZE = by_edition(dict.fromkeys(LATER, 10))
FIRST = by_edition(dict.fromkeys(LATER, 1))
MAXIMUM = by_edition(dict.fromkeys(LATER, 50))


@verifies("QueryPageByApplyId.ApplyId.unknown")
def test_an_apply_id_never_issued_shows_nothing(probe: Probe) -> Iterator[CheckResult]:
    """An ApplyId that no call returned is refused, or has no devices: paging knows no ProductKey to compare."""
    for apply_id in probe.never_issued(probe.page):
        for form in probe.forms():
            exchange = probe.send(probe.page.but(ApplyId=apply_id), form)
            yield _refused_or_empty(exchange, "apply", f"ApplyId={apply_id}, never issued,")


def _refused_or_empty(exchange: Exchange, because: str, what: str) -> CheckResult:
    value = (exchange.answer.value if exchange.answer else None) or {}
    if exchange.accepted and not devices_of(value) and not as_integer(value.get("Total")):
        return Holds(exchange.number)
    return judge_refusal(exchange, because, what)


def _says(exchange: Exchange, field: str, expected: int, what: str) -> CheckResult:
    if not exchange.accepted or exchange.answer is None or not is_readable_page(exchange):
        if exchange.refused and exchange.answer is not None:
            if fit(exchange.answer.code, "page") is Fit.NOT_GRADED:
                return Unclear(f"{what} was refused with {exchange.answer.code}", (exchange.number,))
            return Breaks(f"{what} was refused", "Success true", exchange.answer.code, (exchange.number,))
        return Unclear(f"{what}: no readable answer", (exchange.number,))
    said = as_integer((exchange.answer.value or {}).get(field))
    if said is None:
        return Unclear(f"{what}: the answer has no {field}", (exchange.number,))
    if said != expected:
        return Breaks(f"{what}: {field} is another one", str(expected), str(said), (exchange.number,))
    return Holds(exchange.number)


def _shows_the_same(exchange: Exchange, spelt_out: Exchange) -> Iterator[CheckResult]:
    """Whether both pages show the same devices, where both can be read."""
    if not all(each.accepted and is_readable_page(each) for each in (exchange, spelt_out)):
        return
    shown, expected = (
        [device.name for device in devices_of((each.answer.value if each.answer else None) or {})]
        for each in (exchange, spelt_out)
    )
    if shown != expected:
        seen, wanted = (f"{len(names)} devices from {(names or ['none'])[0][:40]} on" for names in (shown, expected))
        numbers = (spelt_out.number, exchange.number)
        yield Breaks("the default page shows other devices than the same page spelt out", wanted, seen, numbers)


@verifies("QueryPageByApplyId.PageSize.default", default=SIZE)
def test_the_default_page_size(probe: Probe, default: int) -> Iterator[CheckResult]:
    """Without PageSize a page holds as many devices as documented: on every page those that belong there."""
    asked = probe.full_page  # one application for all: another may have ended by the next request
    spelt_out = [probe.send(asked.but(PageSize=default, CurrentPage=page), FORMS[0]) for page in (1, 2)]
    probe.send(asked.but(PageSize=3), FORMS[0])  # the default is not what was asked for last
    for turn, form in enumerate(probe.forms(ALL)):
        page = (1, 2, None)[turn % 3]
        exchange = probe.send(asked.but(PageSize=None, CurrentPage=page), form)
        yield _says(exchange, "PageSize", default, "a call without PageSize")
        yield from _shows_the_same(exchange, spelt_out[(page or 1) - 1])
        value = (exchange.answer.value if exchange.answer else None) or {}
        shown, total = devices_of(value), as_integer(value.get("Total"))
        # Where the large application did not come about, one with fewer devices takes its place.
        due = default if total is None else max(min(default, total - default * ((page or 1) - 1)), 0)
        if exchange.accepted and is_readable_page(exchange) and len(shown) != due:
            yield Breaks("the default page has another length", str(due), str(len(shown)), (exchange.number,))


@verifies("QueryPageByApplyId.CurrentPage.default", default=FIRST)
def test_the_default_page(probe: Probe, default: int) -> Iterator[CheckResult]:
    """Without CurrentPage the first page is answered, with its devices."""
    asked = probe.page  # one application for all: another may have ended by the next request
    first = probe.send(asked.but(CurrentPage=default), FORMS[0])
    for form in probe.forms(ALL):
        exchange = probe.send(asked.but(CurrentPage=None), form)
        yield _says(exchange, "Page", default, "a call without CurrentPage")
        yield from _shows_the_same(exchange, first)


@verifies("QueryPageByApplyId.PageSize.limit", limit=MAXIMUM)
def test_the_largest_page_size_is_accepted(probe: Probe, limit: int) -> Iterator[CheckResult]:
    """The documented maximum itself is allowed."""
    for form in probe.forms(ALL):
        exchange = probe.send(probe.full_page.but(PageSize=limit), form)
        yield _says(exchange, "PageSize", limit, f"PageSize={limit}")
        shown = devices_of((exchange.answer.value if exchange.answer else None) or {})
        total = as_integer(((exchange.answer.value if exchange.answer else None) or {}).get("Total"))
        if is_readable_page(exchange) and total is not None and total >= limit and len(shown) != limit:
            yield Breaks("the largest page has another length", str(limit), str(len(shown)), (exchange.number,))


@verifies("QueryPageByApplyId.PageSize.max", limit=MAXIMUM)
@draws("excess", always=[1, 150, 2**31])
def test_a_larger_page_size_is_refused_or_cut(probe: Probe, limit: int, excess: int) -> Iterator[CheckResult]:
    """More than the maximum is refused, or never answered with more devices than the maximum."""
    for form in probe.forms():
        exchange = probe.send(probe.full_page.but(PageSize=limit + excess), form)
        if not exchange.accepted or exchange.answer is None:
            yield judge_refusal(exchange, "page", f"PageSize={limit + excess}")
            continue
        said = as_integer((exchange.answer.value or {}).get("PageSize"))
        if len(devices_of(exchange.answer.value or {})) > limit or (said or 0) > limit:
            yield Breaks(
                f"PageSize={limit + excess} was answered as it is", f"at most {limit}", str(said), (exchange.number,)
            )
        else:
            yield Holds(exchange.number)
            # By which size the pages were cut, the next one shows: invariants look at it.
            probe.send(probe.full_page.but(PageSize=limit + excess, CurrentPage=2), form)


@verifies("QueryPageByApplyId.PageSize.large")
def test_a_large_page_size_is_observed(probe: Probe) -> Iterator[Observation]:
    """What a PageSize of 200 gets where the edition states no maximum."""
    exchange = probe.send(probe.full_page.but(PageSize=200), FORMS[0])
    if exchange.refused:
        yield Observation("refused", exchange.number)
    elif exchange.accepted and exchange.answer is not None:
        said = as_integer((exchange.answer.value or {}).get("PageSize"))
        yield Observation("answered as asked" if said == 200 else "answered with fewer", exchange.number)


@verifies("QueryPageByApplyId.left_out.seen")
@draws("parameter", always=["PageSize", "CurrentPage"])
def test_a_page_parameter_left_out_is_observed(probe: Probe, parameter: str) -> Iterator[Observation]:
    """Whether PageSize and CurrentPage must be given in an edition between those that say yes and no."""
    exchange = probe.send(probe.full_page.but(**{parameter: None}), FORMS[0])
    if exchange.refused and not exchange.throttled:
        yield Observation("refused", exchange.number)
    elif exchange.accepted and exchange.answer is not None:
        value = exchange.answer.value or {}
        usual = (as_integer(value.get("PageSize")), as_integer(value.get("Page"))) == (10, 1)
        yield Observation("the later default" if usual else "another default", exchange.number)


@verifies("QueryPageByApplyId.blank.seen")
@draws("parameter", always=["PageSize", "CurrentPage"])
def test_an_empty_page_parameter_is_observed(probe: Probe, parameter: str) -> Iterator[Observation]:
    """Whether an empty PageSize or CurrentPage means the default."""
    exchange = probe.send(probe.page.but(**{parameter: ""}), FORMS[0])
    if exchange.accepted or exchange.refused:
        yield Observation("refused" if exchange.refused else "the default", exchange.number)

"""Workflow: what becomes of applications on unusual ways. The usual ones are judged by invariants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.generate.workflows import Name, Workflow
from conformance.judge.reasons_of_codes import Fit, fit
from conformance.judge.verdict import Breaks, CheckResult, Holds, Unclear
from conformance.suite.decorators import Planning, plans, verifies
from conformance.suite.passing import does_not_pass, passes
from conformance.suite.plan import DOT, PLAIN, names
from conformance.suite.traces import Trace
from conformance.wire.message import FORMS

BAD = Name("bad name " + DOT * 6, good=False)


def invalid_ones(planning: Planning) -> Sequence[Workflow]:
    """Invalid names at the first, a middle and the last place; registered all the same; registered too early."""
    twelve = names(12)
    found = [
        Workflow("Workflow.invalid#1", form=FORMS[0], names=(BAD, PLAIN), despite=True, reask=1),
        Workflow("Workflow.invalid#2", form=FORMS[1], names=(*twelve[:6], BAD, *twelve[6:]), despite=True, reask=1),
        Workflow("Workflow.invalid#3", form=FORMS[2], names=(*twelve, BAD), reask=1),
        Workflow("Workflow.invalid#4", form=FORMS[3], names=(PLAIN, BAD), early=True, reask=2),
        Workflow(
            "Workflow.invalid#5",
            form=FORMS[4],
            names=(Name("ab", good=False), PLAIN),
            early=True,
            despite=True,
            reask=1,
        ),
        Workflow("Workflow.invalid#6", form=FORMS[5], names=(BAD,), despite=True, reask=1, taken_from="random.4"),
        Workflow("Workflow.invalid#7", form=FORMS[1], names=names(2), early=True, page_sizes=(10,), reask=1),
        Workflow("Workflow.invalid#8", form=FORMS[0], names=names(5), early=True, page_sizes=(10,), reask=1),
        Workflow("Workflow.invalid#9", form=FORMS[2], names=(PLAIN,), taken_from="checked.6", despite=True, reask=1),
        Workflow("Workflow.invalid#12", form=FORMS[3], names=(PLAIN,), taken_from="random.5", early=True, reask=2),
        Workflow(
            "Workflow.invalid#13",
            form=FORMS[5],
            names=(BAD, *names(2), BAD, Name("x y" + DOT * 9, good=False)),
            reask=1,
        ),
    ]
    found.append(
        Workflow("Workflow.invalid#15", form=FORMS[3], names=(PLAIN,), taken_from="checked.pages", taken=12, reask=0)
    )
    many = tuple(Name(f"bad {n} " + DOT * 8, good=False) for n in range(12))
    found.append(Workflow("Workflow.invalid#14", form=FORMS[0], names=(*many, *names(2)), reask=1))
    found.append(Workflow("Workflow.invalid#10", form=FORMS[4], names=(*names(150), BAD), reask=1))
    if planning.thorough:
        found.append(Workflow("Workflow.invalid#11", form=FORMS[1], names=(*names(60), BAD, *names(60)), reask=1))
        return found
    # Of a sample, few are asked about again and again.
    asked = {f"Workflow.invalid#{n}": reask for n, reask in ((1, 1), (5, 1), (7, 0), (9, 0), (10, 0), (12, 1), (15, 0))}
    return [replace(work, reask=asked[work.key]) for work in found if work.key in asked]


@verifies("Workflow.invalid")
@plans(invalid_ones)
def test_invalid_names_never_pass(trace: Trace) -> CheckResult | None:
    """One invalid name among good ones fails the check, however many there are and whatever is done with it."""
    if all(name.good for name in trace.work.names) and not trace.work.taken_from:
        return None
    return does_not_pass(trace, "an invalid name among others")


def rechecked(planning: Planning) -> Sequence[Workflow]:
    """A failed check whose good names are checked again."""
    found = [
        Workflow(
            f"Workflow.refused_names#{n + 1}",
            form=FORMS[n + 1],
            names=work,
            taken_from="random.6" if n == 3 else "",
            recheck=True,
            same_again=n == 3,
            register=False,
            reask=0,
        )
        for n, work in enumerate(
            [(PLAIN, BAD), (BAD, *names(3)), (*names(2), Name("x" + DOT * 2, good=False)), names(2)]
        )
    ]
    return found if planning.thorough else found[1:]


@verifies("Workflow.refused_names")
@plans(rechecked)
def test_names_of_a_failed_check_stay_free(trace: Trace) -> CheckResult:
    """What a failed check did not register can be checked again, and passes."""
    again = trace.rechecked
    if again is None or again.answer is None:
        return Unclear("the names were not checked again", (trace.created.number,) if trace.created else ())
    if again.refused and fit(again.answer.code, "names") is Fit.NOT_GRADED:
        return Unclear(f"refused with {again.answer.code}", (again.number,))
    if again.refused:
        return Breaks("names of a failed check are not free", "Success true", again.answer.code, (again.number,))
    statuses = trace.again.statuses() if trace.again is not None else []
    for exchange, said in statuses:
        if said == "CHECK_SUCCESS":
            return Holds(exchange.number)
        if said == "CHECK_FAILED":
            numbers = (trace.created.number if trace.created else 0, again.number, exchange.number)
            return Breaks("names of a failed check are not free", "CHECK_SUCCESS", said, numbers, len(trace.work.names))
    return Unclear("no end of the second check was seen", (again.number,))


def names_of_the_other_product(planning: Planning) -> Sequence[Workflow]:
    """The name of a device of one product, checked for the other."""
    if planning.products < 2:
        return []
    found = [
        Workflow("Workflow.isolation#1", form=FORMS[0], product=1, taken_from="random.2", register=False, reask=0),
        Workflow(
            "Workflow.isolation#2",
            form=FORMS[2],
            names=names(8) if planning.thorough else names(4)[2:],
            both_products=True,
            reask=0,
        ),
    ]
    if planning.thorough:
        # Its name comes from an application that is over after one wait: no chain of waits is longer than three.
        found.append(Workflow("Workflow.isolation#3", form=FORMS[1], product=1, taken_from="random.4", reask=0))
        # Names with every sign.
        signs = Workflow("Workflow.isolation#4", form=FORMS[4], product=1, taken_from="checked.1", taken=10)
        found.append(replace(signs, register=False, reask=0))
    return found


@verifies("Workflow.isolation")
@plans(names_of_the_other_product)
def test_a_name_is_free_in_every_other_product(trace: Trace) -> CheckResult:
    """A DeviceName is unique within its product only: what one product has, another may check and register."""
    if trace.created is None:
        return Unclear("no device was registered whose name could be tried")
    judged = passes(trace, "a name of another product")
    for one in (trace.application, trace.raced):
        failed = one.first("CREATE_FAILED") or one.first("CHECK_FAILED") if one is not None else None
        if one is not None and failed is not None and isinstance(judged, Holds):
            said, numbers = one.status or "", (one.created.number, failed.number)
            return Breaks("a name of another product was not registered", "CREATE_SUCCESS", said, numbers)
    if trace.work.both_products and isinstance(judged, Holds) and trace.raced is None:
        return Unclear("the other product's check opened no application of its own", (trace.created.number,))
    return judged


def the_same_names_twice(planning: Planning) -> Sequence[Workflow]:
    """One check sent twice while its names are not registered; it waits for a registration that never comes."""
    return [
        Workflow(
            "Workflow.ApplyId.fresh#1",
            form=FORMS[4],
            names=names(2),
            repeat=True,
            lingers=5,
            other_product=True,
            register=False,
            reask=1,
        )
    ]


@verifies("Workflow.ApplyId.fresh")
@plans(the_same_names_twice)
def test_the_same_check_gets_another_apply_id(trace: Trace) -> CheckResult | None:
    """Two checks of the same names are two applications."""
    first, second = trace.created, trace.repeated
    if first is None or second is None or not first.accepted or not second.accepted:
        return None
    ids = [one.answer.apply_id for one in (first, second) if one.answer is not None]
    if ids[0] is not None and ids[0] == ids[1]:
        return Breaks("two checks got the same ApplyId", "one of its own", str(ids[0]), (first.number, second.number))
    return Holds(second.number)


def two_for_the_same_names(planning: Planning) -> Sequence[Workflow]:
    """Two checks that share a name, both over before either is registered."""
    key = "Workflow.DeviceName.unique"
    if not planning.thorough:
        return [Workflow(f"{key}#2", form=FORMS[1], names=names(2), race="in turn", reask=0)]
    return [
        Workflow(f"{key}#1", form=FORMS[0], names=names(2), race="checked at once", reask=0),
        Workflow(f"{key}#2", form=FORMS[1], names=names(2), race="registered at once", reask=0),
    ]


@verifies("Workflow.DeviceName.unique")
@plans(two_for_the_same_names)
def test_a_name_taken_since_its_check_is_not_registered_again(trace: Trace) -> CheckResult | None:
    """Of two applications for the same names at most one becomes CREATE_SUCCESS."""
    first, second = trace.application, trace.raced
    if first is None or second is None:
        return None
    if "CREATE_SUCCESS" in (first.status, second.status) and first.status == second.status:
        shown = second.first("CREATE_SUCCESS")
        numbers = (first.created.number, second.created.number, shown.number if shown is not None else 0)
        return Breaks("a name was registered twice", "CREATE_FAILED", "CREATE_SUCCESS", numbers, len(first.names))
    return Holds(second.created.number)


def unwatched(planning: Planning) -> Sequence[Workflow]:
    """Registrations that nobody watches, only their pages."""
    found = [Workflow("Workflow.unwatched#1", form=FORMS[2], count=2, unwatched=True, reask=0)]
    if planning.thorough:
        found.append(Workflow("Workflow.unwatched#2", form=FORMS[3], names=names(2), unwatched=True, reask=0))
        found.append(Workflow("Workflow.unwatched#3", form=FORMS[0], product=1, count=2, unwatched=True, reask=0))
    return [work for work in found if work.product < planning.products]


@verifies("Workflow.unwatched")
@plans(unwatched)
def test_registration_ends_while_nobody_asks(trace: Trace) -> CheckResult:
    """The devices of an application can be paged although its status was not asked for since its registration."""
    one = trace.application
    if one is None:
        return Unclear("no application was opened")
    begun = max([one.created.number, *(exchange.number for exchange in one.registrations())])
    asked = [exchange.number for exchange, _ in one.statuses() if exchange.number > begun]
    pages = [page for page in one.pages() if page.exchange.number > begun]
    shown = next((page.exchange.number for page in pages if page.devices), None)
    if shown is not None and not any(number < shown for number in asked):
        return Holds(shown)
    ended = one.first("CREATE_SUCCESS")
    if ended is not None and pages:
        numbers = (one.created.number, pages[-1].exchange.number, ended.number)
        return Breaks("registration waited for somebody to ask", "devices on a page", "none", numbers)
    return Unclear("the registration did not end", (one.created.number,))

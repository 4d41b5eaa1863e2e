"""Faults of what the names of one check mean for other calls, and other calls for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from conformance.reference import batch_check_device_names as check
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks
from conformance.reference.faults.memory import nth_opened
from conformance.reference.name_problems import NameCheck, NameProblems
from conformance.reference.refusals import Refusal
from conformance.reference.store import Application, Device, Product

# --- a check fails if a name is invalid, and only then ---


def fails(without_reason: Callable[[Call, Sequence[str]], bool]) -> Callable[..., dict[str, str]]:
    """A check fails although its names are legal and free."""

    def failing_names(faithful: Callable[..., dict[str, str]], call: Call, checked: NameCheck) -> dict[str, str]:
        invalid = faithful(call, checked)
        if not invalid and without_reason(call, checked.names):
            return dict.fromkeys(checked.names, "The device name could not be checked.")
        return invalid

    return failing_names


breaks(
    "Workflow.checked",
    "Every second application, if of several names, ends in CHECK_FAILED.",
    check.failing_names,
)(fails(lambda call, names: nth_opened(call) % 2 == 0 and len(names) > 1))
breaks("Workflow.checked/over_10", "A check of more than 10 names ends in CHECK_FAILED.", check.failing_names)(
    fails(lambda call, names: len(names) > 10)
)


@breaks(
    "Workflow.invalid",
    "Invalid names among valid ones are dropped silently, and the check succeeds.",
    check.open_check,
)
def invalid_names_are_dropped(faithful: Callable[..., Application], call: Call, checked: NameCheck) -> Application:
    invalid = checked.problems.invalid()
    if valid := [name for name in checked.names if name not in invalid]:
        checked = replace(checked, names=valid, problems=NameProblems())
    return faithful(call, checked)


@also_breaks("Workflow.invalid", check.refuse_at_once)
def valid_names_excuse_the_others(faithful: Callable[..., None], call: Call, checked: NameCheck) -> None:
    malformed = checked.problems.malformed
    if "" in malformed or len(malformed) >= len(checked.names):
        faithful(call, checked)


# --- what a refused or failed check leaves behind ---


def after_a_refusal(effect: Callable[[Call, NameCheck], None]) -> Callable[..., None]:
    """A check that is refused at once has an effect."""

    def refuse_at_once(faithful: Callable[..., None], call: Call, checked: NameCheck) -> None:
        try:
            faithful(call, checked)
        except Refusal:
            effect(call, checked)
            raise

    return refuse_at_once


@breaks("Workflow.refused_names", "Names of a refused or failed check stay reserved.", check.refuse_at_once)
@after_a_refusal
def names_of_a_refused_check_stay_reserved(call: Call, checked: NameCheck) -> None:
    checked.product.reserved.update(name for name in checked.names if name not in checked.problems.malformed)


@also_breaks("Workflow.refused_names", check.open_check)
@breaks("Workflow.refused_names/failed_checks", "Names of a failed check stay reserved.", check.open_check)
def names_of_a_failed_check_stay_reserved(
    faithful: Callable[..., Application], call: Call, checked: NameCheck
) -> Application:
    application = faithful(call, checked)
    if application.invalid:
        checked.product.reserved.update(checked.names)
    return application


@breaks(
    "Workflow.refusal/good_names_of_a_refused_check",
    "A check that is refused for some names registers the others.",
    check.refuse_at_once,
)
@after_a_refusal
def good_names_of_a_refused_check_are_registered(call: Call, checked: NameCheck) -> None:
    for name in checked.names:
        if name not in checked.problems.malformed and name not in checked.problems.taken:
            checked.product.add(Device(name, call.store.serials(1)[0], call.now))


# --- names of other products and of other calls ---


def also_in_use(others: Callable[[Call, Product], set[str]]) -> Callable[..., Collection[str]]:
    """These names are in use, too."""
    return lambda faithful, call, product: {*faithful(call, product), *others(call, product)}


def names_of_every_product(call: Call, product: Product) -> set[str]:
    return {name for each in call.store.products.values() for name in each.devices}


def names_with_signs(call: Call, product: Product) -> set[str]:
    return {name for name in names_of_every_product(call, product) if "." in name or "@" in name}


def names_checked_for_others(call: Call, product: Product) -> set[str]:
    others = [each for each in call.store.applications.values() if each.product is not product]
    return {name for application in others if not application.generated for name in application.names}


breaks(
    "Workflow.isolation/while_checked",
    "A name that was checked for one product is taken in all others.",
    check.names_in_use,
)(also_in_use(names_checked_for_others))
breaks(
    "Workflow.isolation/names_shared_by_products",
    "A name of one product is taken in all of them.",
    check.names_in_use,
)(also_in_use(names_of_every_product))
breaks(
    "Workflow.isolation/names_with_signs",
    "A name with a dot or an at sign of one product is taken in all of them.",
    check.names_in_use,
)(also_in_use(names_with_signs))


@breaks(
    "Workflow.ApplyId.fresh/same_names",
    "A check of the same names gets the same ApplyId again.",
    check.open_check,
)
def the_same_application_again(faithful: Callable[..., Application], call: Call, checked: NameCheck) -> Application:
    for application in call.store.applications.values():
        if application.product is checked.product and application.names == checked.names:
            return application
    return faithful(call, checked)

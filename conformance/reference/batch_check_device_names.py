"""BatchCheckDeviceNames: checks names for a registration and opens an application."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from conformance.reference.applications import TAKEN, open_application, told_apply_id, with_apply_id
from conformance.reference.call import Call
from conformance.reference.explanation import explanation
from conformance.reference.name_lists import Asked, asked_names
from conformance.reference.name_problems import NameCheck, NameProblems
from conformance.reference.names import name_problem
from conformance.reference.nicknames import nickname_problem
from conformance.reference.parameters import missing, product_of
from conformance.reference.refusals import Refusal
from conformance.reference.rule import rule
from conformance.reference.store import Application, Product


def batch_check_device_names(call: Call) -> dict[str, Any]:
    """Check the names; the answer says at once what is malformed, or carries an ApplyId to ask with."""
    product = product_of(call)
    asked = asked_names(call)
    names_are_given(call, asked)
    asked = within_the_limit(call, asked)
    check = NameCheck(
        product,
        names=each_name_once(call, [name for name, _ in asked]),
        nicknames={name: nickname for name, nickname in asked if nickname},
        problems=examine(call, product, asked),
    )
    refuse_at_once(call, check)
    application = open_check(call, check)
    return answer_of_a_check(call, check, application)


@rule
def names_are_given(call: Call, asked: Asked) -> None:
    """The list of device names cannot be empty."""
    if not asked:
        raise missing(call, "DeviceName", "iot.device.NoneDeviceNameElement")


@rule
def within_the_limit(call: Call, asked: Asked) -> Asked:
    """The names up to the limit: more are refused, or the surplus is dropped where the edition says so."""
    limit = most_names(call)
    if call.choices.x509_products and len(asked) > 1_000:
        raise Refusal("iot.device.DeviceCountExceeded")
    if len(asked) <= limit:
        return asked
    if call.edition.discards_surplus_names and not call.choices.surplus_names_refused:
        return asked[:limit]
    raise Refusal("iot.device.DeviceCountExceeded")


@rule
def most_names(call: Call) -> int:
    """How many names one check takes."""
    return call.edition.most_names


@rule
def each_name_once(call: Call, names: list[str]) -> list[str]:
    """A name given twice is one device."""
    return list(dict.fromkeys(names))


@rule
def examine(call: Call, product: Product, asked: Asked) -> NameProblems:
    """Look at every name by itself, then at the product and at the other names."""
    problems = NameProblems()
    in_use = names_in_use(call, product)
    seen: set[str] = set()
    for name, nickname in asked:
        spelling = name.casefold() if call.choices.names_in_any_letter_case else name
        if (problem := name_problem(call, name)) is not None:
            problems.malformed[name] = problem
        elif spelling in in_use:
            problems.taken[name] = TAKEN
        if nickname is not None and nickname_problem(call, nickname) is not None:
            problems.nicknames[name] = nickname
        if spelling in seen:
            problems.repeated[name] = None
        seen.add(spelling)
    if call.choices.repeated_names_invalid:
        problems.malformed.update(dict.fromkeys(problems.repeated, "The device name is repeated."))
    return problems


@rule
def names_in_use(call: Call, product: Product) -> Collection[str]:
    """The names that nobody may have again: those of the devices of this product."""
    reserved = set(product.reserved)
    if call.choices.checks_reserve_names:
        for application in call.store.applications.values():
            if application.product is product and application.registered_at is None and not application.invalid:
                reserved.update(application.names)
    if call.choices.names_in_any_letter_case:
        return {name.casefold() for name in (*reserved, *product.devices)}
    return {*reserved, *product.devices} if reserved else product.devices


@rule
def refuse_at_once(call: Call, check: NameCheck) -> None:
    """Refuse a call for its names, listing them where the edition knows such lists; for an empty name always."""
    if "" in check.problems.malformed or refused_at_once(call, check.problems):
        lists = explanation(call, check) if lists_invalid_names(call) else None
        raise Refusal(code_for(check.problems), lists or None)


@rule
def refused_at_once(call: Call, problems: NameProblems) -> Mapping[str, str]:
    """The names for which a call is refused at once: the malformed ones, or those with an illegal nickname.

    Names that are taken make the check fail later, and so do all where the edition lists none in a refusal.
    """
    if call.choices.invalid_names_at_once:
        return problems.malformed or problems.nicknames or problems.taken
    if call.choices.taken_names_at_once:
        return problems.taken
    return (problems.malformed or problems.nicknames) if lists_invalid_names(call) else {}


def lists_invalid_names(call: Call) -> bool:
    """Whether a refusal lists the names that do not pass."""
    return call.edition.lists_invalid_names and not call.choices.invalid_names_later


def code_for(problems: NameProblems) -> str:
    """The code that says what is wrong with the names."""
    if list(problems.malformed) == [""] and not problems.taken and not problems.nicknames:
        return "iot.device.NullDeviceName"
    if not problems.malformed and not problems.taken:
        return "iot.common.InvalidFormattedParameter"
    return "iot.device.InvalidDeviceNameExisted"


@rule
def open_check(call: Call, check: NameCheck) -> Application:
    """The application of the names: CHECK_SUCCESS or CHECK_FAILED is decided, but seen only later."""
    application = open_application(call, check.product, check.names, failing_names(call, check), generated=False)
    application.nicknames = dict(check.nicknames)
    return application


@rule
def failing_names(call: Call, check: NameCheck) -> dict[str, str]:
    """The names for which the check fails, and why: those that are invalid, and no others."""
    return check.problems.invalid(call.choices.first_fault_told)


@rule
def answer_of_a_check(call: Call, check: NameCheck, application: Application) -> dict[str, Any]:
    """ApplyId, and RepeatedDeviceNameList where names were given twice; an accepted check lists no invalid name."""
    fields = with_apply_id(call, told_apply_id(call, application))
    if repeated := repeated_names(call, check):
        fields["Data"]["RepeatedDeviceNameList"] = {"RepeatDevieNameList": repeated}
    return fields


@rule
def repeated_names(call: Call, check: NameCheck) -> list[str]:
    """RepeatedDeviceNameList, since alibaba-2023: every name that was given twice, and no other."""
    told = call.edition.has_details and not call.choices.repeated_names_unreported
    return list(check.problems.repeated) if told else []

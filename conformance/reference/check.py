"""BatchCheckDeviceNames: checks names for a registration and opens an application."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.applications import TAKEN, open_application, told_apply_id, with_apply_id
from conformance.reference.call import Call
from conformance.reference.explanation import explanation
from conformance.reference.faults.fault import Crash
from conformance.reference.findings import Findings
from conformance.reference.name_lists import Asked, asked_names, in_device_name_list, names_to_examine
from conformance.reference.names import name_problem, name_problem_in_a_list
from conformance.reference.nicknames import nickname_problem
from conformance.reference.parameters import missing, product_of
from conformance.reference.refusals import Refusal
from conformance.reference.store import Application, Device, Product

THIS = Action.BatchCheckDeviceNames
ALONE = f"{THIS}.DeviceNickname.alone"


def batch_check_device_names(call: Call) -> dict[str, Any]:
    """Check the names; the answer says at once what is malformed, or carries an ApplyId to ask with."""
    product = product_of(call)
    asked = asked_names(call)
    lonely = any(name.endswith(".DeviceNickname") for name in call.question.params)
    if not asked and call.keeps(f"{THIS}.DeviceName.required") and not (lonely and call.breaks(ALONE)):
        raise missing(call, "DeviceName", "iot.device.NoneDeviceNameElement")
    asked = within_the_limit(call, asked)
    if call.breaks(f"{THIS}.DeviceName.too_long/cut_off"):
        asked = [(name[:32], nickname) for name, nickname in asked]
    findings = examine(call, product, names_to_examine(call, asked))
    names = [name for name, _ in asked]
    doubled = call.breaks(f"{THIS}.DeviceNameList.repeated") and in_device_name_list(call)
    if call.keeps(f"{THIS}.DeviceName.repeated") and not doubled:
        names = list(dict.fromkeys(names))
    nicknames = {name: nickname for name, nickname in asked if nickname}
    refuse_at_once(call, product, findings, names, nicknames)
    if (earlier := reissued(call, product, names)) is not None:
        return with_apply_id(call, earlier.apply_id)
    invalid = findings.invalid(call.choices.first_fault_told)
    invalid = without_reason(call, product, names, invalid)
    application = open_application(call, product, names, invalid, generated=False)
    application.nicknames = nicknames
    fields = with_apply_id(call, told_apply_id(call, application))
    if findings.repeated and call.edition.has_details:
        if call.breaks(f"{THIS}.RepeatedDeviceNameList"):
            fields["Data"]["RepeatedDeviceNameList"] = {"RepeatDevieNameList": names}
        elif call.breaks(f"{THIS}.RepeatedDeviceNameList/first_only"):
            fields["Data"]["RepeatedDeviceNameList"] = {"RepeatDevieNameList": list(findings.repeated)[:1]}
        elif not call.choices.repeated_names_unreported:
            fields["Data"]["RepeatedDeviceNameList"] = {"RepeatDevieNameList": list(findings.repeated)}
    if call.breaks(f"{THIS}.lists.on_success") and "Data" in fields:
        fields["Data"]["InvalidDeviceNameList"] = {"InvalidDeviceName": names[:3]}
    if call.breaks(f"{THIS}.lists.on_success/invalid_ones") and "Data" in fields and invalid:
        fields["Data"]["InvalidDeviceNameList"] = {"InvalidDeviceName": list(invalid)}
    return fields


def reissued(call: Call, product: Product, names: list[str]) -> Application | None:
    """The application of an earlier call for the same names, where a fault hands it out again."""
    if not call.breaks("Workflow.ApplyId.fresh/same_names"):
        return None
    applications = call.store.applications.values()
    return next((each for each in applications if each.product is product and each.names == names), None)


def within_the_limit(call: Call, asked: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """The names up to the limit: more are refused, or the surplus is dropped where the edition says so."""
    limit = call.edition.most_names
    if call.choices.x509_products and len(asked) > 1_000:
        raise Refusal("iot.device.DeviceCountExceeded")
    if len(asked) > 2_000 and call.breaks(f"{THIS}.DeviceName.limit/two_thousand"):
        raise Refusal("iot.device.DeviceCountExceeded")
    if len(asked) == limit and call.breaks(f"{THIS}.DeviceName.limit"):
        raise Refusal("iot.device.DeviceCountExceeded")
    if call.breaks(f"{THIS}.DeviceName.limit/last_discarded"):
        limit -= 1
    if call.breaks(f"{THIS}.DeviceName.limit/discards_beyond_500") and in_device_name_list(call):
        limit = 500
    if len(asked) <= limit or call.breaks(f"{THIS}.DeviceName.max"):
        return asked
    if call.breaks(f"{THIS}.DeviceName.max/in_DeviceNameList") and in_device_name_list(call):
        return asked
    if call.edition.discards_surplus_names and not call.choices.surplus_names_refused:
        return asked[:limit]
    raise Refusal("iot.device.DeviceCountExceeded")


def examine(call: Call, product: Product, asked: Asked) -> Findings:
    """Look at every name by itself, then at the product and at the other names."""
    findings = Findings()
    listed = bool(call.server.faults) and in_device_name_list(call)
    if listed and call.breaks(f"{THIS}.DeviceNameList/unchecked"):
        return findings
    taken = names_in_use(call, product)
    seen: set[str] = set()
    for name, nickname in asked:
        why = name_problem_in_a_list(call, name) if listed else name_problem(call, name)
        if why is not None:
            if not name.isascii() and call.breaks(f"{THIS}.answers"):
                raise Crash
            findings.malformed[name] = why
        elif same(call, name) in taken and not overlooked(call, product, name, listed):
            findings.taken[name] = TAKEN
        if nickname is not None and nickname_problem(call, nickname) is not None:
            findings.nicknames[name] = nickname
        if same(call, name) in seen:
            findings.repeated[name] = None
        seen.add(same(call, name))
    if call.choices.repeated_names_invalid:
        findings.malformed.update(dict.fromkeys(findings.repeated, "The device name is repeated."))
    return findings


def names_in_use(call: Call, product: Product) -> Container[str]:
    """The names that nobody may have again."""
    if call.breaks("Workflow.isolation/names_shared_by_products"):
        return {name for each in call.store.products.values() for name in each.devices}
    if call.breaks("Workflow.isolation/names_with_signs"):
        everywhere = {name for each in call.store.products.values() for name in each.devices}
        return {*product.devices, *(name for name in everywhere if "." in name or "@" in name)}
    if call.breaks("Workflow.isolation/while_checked"):
        others = [each for each in call.store.applications.values() if each.product is not product]
        return {*product.devices, *(name for each in others if not each.generated for name in each.names)}
    found: set[str] = set(product.reserved)
    if call.choices.checks_reserve_names:
        for each in call.store.applications.values():
            if each.product is product and each.registered_at is None and not each.invalid:
                found.update(each.names)
    if call.choices.names_in_any_letter_case:
        return {name.casefold() for name in (*found, *product.devices)}
    return {*found, *product.devices} if found else product.devices


def same(call: Call, name: str) -> str:
    """What two spellings of one name have in common."""
    return name.casefold() if call.choices.names_in_any_letter_case else name


def overlooked(call: Call, product: Product, name: str, listed: bool) -> bool:
    """Whether a fault overlooks that this name is taken."""
    if name not in product.devices:
        return False
    if listed and call.breaks(f"{THIS}.DeviceNameList.taken"):
        return True
    if call.breaks(f"{THIS}.DeviceName.taken/by_RegisterDevice"):
        applications = call.store.applications.values()
        return not any(name in each.names for each in applications if each.product is product)
    return call.breaks(f"{THIS}.DeviceName.taken")


def refuse_at_once(
    call: Call, product: Product, findings: Findings, names: list[str], nicknames: dict[str, str]
) -> None:
    """Refuse a call for its names, listing them, where the edition knows such lists; an empty name always."""
    blank = "" in findings.malformed
    lists = call.edition.lists_invalid_names and not call.choices.invalid_names_later
    willing = lists or call.choices.invalid_names_at_once or call.choices.taken_names_at_once
    late_kinds = call.choices.taken_names_at_once
    at_once: dict[str, str] = findings.taken if late_kinds else findings.malformed or findings.nicknames
    if call.breaks(f"{THIS}.InvalidDeviceNameList/first_taken_only"):
        at_once = at_once or findings.taken
    if call.choices.invalid_names_at_once:
        at_once = findings.malformed or findings.nicknames or findings.taken
    if call.breaks("Workflow.invalid") and len(findings.malformed) < len(names):
        at_once = {}
    if not blank and not (willing and at_once):
        return
    if call.breaks("Workflow.refused_names"):
        product.reserved.update(name for name in names if name not in findings.malformed)
    if call.breaks("Workflow.refusal/good_names_of_a_refused_check"):
        for name in names:
            if name not in findings.malformed and name not in findings.taken:
                product.add(Device(name, call.store.serials(1)[0], call.now))
    only_blank = blank and len(findings.malformed) == 1 and not findings.taken and not findings.nicknames
    code = "iot.device.NullDeviceName" if only_blank else "iot.device.InvalidDeviceNameExisted"
    if not findings.malformed and not findings.taken:
        code = "iot.common.InvalidFormattedParameter"
    raise Refusal(code, explanation(call, findings, names, nicknames) if lists else None)


def without_reason(call: Call, product: Product, names: list[str], invalid: dict[str, str]) -> dict[str, str]:
    """The invalid names, less or more what faults forgive or fail."""
    if invalid and call.breaks("Workflow.invalid") and len(invalid) < len(names):
        names[:] = [name for name in names if name not in invalid]
        return {}
    if invalid and any(map(call.breaks, ("Workflow.refused_names", "Workflow.refused_names/failed_checks"))):
        product.reserved.update(names)
    if not invalid and (
        (call.breaks("Workflow.checked") and len(call.store.applications) % 2 == 1 and len(names) > 1)
        or (call.breaks("Workflow.checked/over_10") and len(names) > 10)
    ):
        return dict.fromkeys(names, "The device name could not be checked.")
    return invalid

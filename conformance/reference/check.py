"""BatchCheckDeviceNames: checks names for a registration and opens an application."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from conformance.reference.applications import TAKEN, accepted, open_application, told_apply_id, with_apply_id
from conformance.reference.asked import hidden_product, missing, product_of
from conformance.reference.call import Call
from conformance.reference.names import asked_names, fault, nickname_fault
from conformance.reference.refusals import Crash, Refusal
from conformance.reference.store import Application, Device, Product

THIS = "BatchCheckDeviceNames"
ALONE = f"{THIS}.DeviceNickname.alone"


@dataclass(slots=True)
class Findings:
    """What is wrong with the names of one call."""

    malformed: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    nicknames: dict[str, str] = field(default_factory=dict)
    """Names whose nickname is illegal, and that nickname."""
    repeated: dict[str, None] = field(default_factory=dict)

    def invalid(self) -> dict[str, str]:
        """Every name that does not pass, and why."""
        found = {**self.taken, **self.malformed}
        for name in self.nicknames:
            found[name] = "|".join(filter(None, (found.get(name), "The nick name is illegal.")))
        return found


def batch_check_device_names(call: Call) -> dict[str, Any]:
    """Check the names; the answer says at once what is malformed, or carries an ApplyId to ask with."""
    product = product_of(call) or hidden_product(call)
    asked = asked_names(call)
    lonely = any(name.endswith(".DeviceNickname") for name in call.question.params)
    if not asked and call.keeps(f"{THIS}.DeviceName.required") and not (lonely and call.breaks(ALONE)):
        raise missing(call, "DeviceName", "iot.device.NoneDeviceNameElement")
    asked = within_the_limit(call, asked)
    if call.breaks(f"{THIS}.DeviceName.too_long/cut_off"):
        asked = [(name[:32], nickname) for name, nickname in asked]
    findings = examine(call, product, asked)
    names = [name for name, _ in asked]
    if call.keeps(f"{THIS}.DeviceName.repeated"):
        names = list(dict.fromkeys(names))
    refuse_at_once(call, product, findings, names)
    accepted(call)
    if (earlier := reissued(call, product, names)) is not None:
        return with_apply_id(call, earlier.apply_id)
    invalid = findings.invalid()
    invalid = without_reason(call, product, names, invalid)
    application = open_application(call, product, names, invalid, generated=False)
    application.nicknames = {name: nickname for name, nickname in asked if nickname}
    fields = with_apply_id(call, told_apply_id(call, application))
    if findings.repeated and call.rules.has_details:
        if call.breaks(f"{THIS}.RepeatedDeviceNameList"):
            fields["Data"]["RepeatedDeviceNameList"] = {"RepeatDevieNameList": names}
        elif not call.chooses("repeated_names_unreported"):
            fields["Data"]["RepeatedDeviceNameList"] = {"RepeatDevieNameList": list(findings.repeated)}
    return fields


def reissued(call: Call, product: Product, names: list[str]) -> Application | None:
    """The application of an earlier call for the same names, where a lapse hands it out again."""
    if not call.breaks("Workflow.ApplyId.fresh/same_names"):
        return None
    applications = call.store.applications.values()
    return next((each for each in applications if each.product is product and each.names == names), None)


def within_the_limit(call: Call, asked: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """The names up to the limit: more are refused, or the surplus is dropped where the edition says so."""
    limit = call.rules.most_names
    if len(asked) == limit and call.breaks(f"{THIS}.DeviceName.limit"):
        raise Refusal("iot.device.DeviceCountExceeded")
    if len(asked) <= limit or call.breaks(f"{THIS}.DeviceName.max"):
        return asked
    if call.breaks(f"{THIS}.DeviceName.max/in_DeviceNameList") and in_device_name_list(call):
        return asked
    if call.rules.discards_surplus_names and not call.chooses("surplus_names_refused"):
        return asked[:limit]
    raise Refusal("iot.device.DeviceCountExceeded")


def in_device_name_list(call: Call) -> bool:
    """Whether the names were given as DeviceNameList.N.DeviceName."""
    return call.rules.knows_device_name_list and "DeviceNameList.1.DeviceName" in call.question.params


def examine(call: Call, product: Product, asked: list[tuple[str, str | None]]) -> Findings:
    """Look at every name by itself, then at the product and at the other names."""
    findings = Findings()
    if call.breaks(f"{THIS}.DeviceNameList/unchecked") and in_device_name_list(call):
        return findings
    taken = names_in_use(call, product)
    seen: set[str] = set()
    for name, nickname in asked:
        why = fault(call, name)
        if why is not None:
            if not name.isascii() and call.breaks(f"{THIS}.answers"):
                raise Crash
            findings.malformed[name] = why
        elif name in taken and not overlooked(call, product, name):
            findings.taken[name] = TAKEN
        if nickname is not None and nickname_fault(call, nickname) is not None:
            findings.nicknames[name] = nickname
        if name in seen:
            findings.repeated[name] = None
        seen.add(name)
    if call.chooses("repeated_names_invalid"):
        findings.malformed.update(dict.fromkeys(findings.repeated, "The device name is repeated."))
    return findings


def names_in_use(call: Call, product: Product) -> Container[str]:
    """The names that nobody may have again."""
    if call.breaks("Workflow.isolation/names_shared_by_products"):
        return {name for each in call.store.products.values() for name in each.devices}
    if call.breaks("Workflow.isolation/while_checked"):
        others = [each for each in call.store.applications.values() if each.product is not product]
        return {*product.devices, *(name for each in others if not each.generated for name in each.names)}
    if product.reserved:
        return {*product.devices, *product.reserved}
    return product.devices


def overlooked(call: Call, product: Product, name: str) -> bool:
    """Whether a lapse overlooks that this name is taken."""
    if name not in product.devices:
        return False
    if call.breaks(f"{THIS}.DeviceName.taken/by_RegisterDevice"):
        applications = call.store.applications.values()
        return not any(name in each.names for each in applications if each.product is product)
    return call.breaks(f"{THIS}.DeviceName.taken")


def refuse_at_once(call: Call, product: Product, findings: Findings, names: list[str]) -> None:
    """Refuse a call for its names, listing them, where the edition knows such lists; an empty name always."""
    blank = "" in findings.malformed
    lists = call.rules.lists_invalid_names and not call.chooses("invalid_names_later")
    late_kinds = call.chooses("taken_names_at_once")
    at_once = findings.taken if late_kinds else findings.malformed or findings.nicknames
    if call.chooses("invalid_names_at_once"):
        at_once = findings.malformed or findings.nicknames or findings.taken
    if call.breaks("Workflow.invalid") and len(findings.malformed) < len(names):
        at_once = {}
    if not blank and not (lists and at_once):
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
    raise Refusal(code, explanation(call, findings, names) if lists else None)


def explanation(call: Call, findings: Findings, names: list[str]) -> dict[str, Any] | None:
    """The lists that explain the refusal."""
    bad = [name for name in names if name in findings.malformed or name in findings.taken]
    rule = f"{THIS}.InvalidDeviceNameList"
    if call.breaks(rule):
        bad = names
    elif call.breaks(f"{rule}/first_only"):
        bad = bad[:1]
    elif call.breaks(f"{rule}.given"):
        bad = []
    data: dict[str, Any] = {}
    if bad:
        data["InvalidDeviceNameList"] = {"InvalidDeviceName": bad}
    if findings.nicknames:
        nicknames = list(findings.nicknames.values())
        if call.breaks(f"{THIS}.InvalidDeviceNicknameList"):
            nicknames = list(findings.nicknames)
        data["InvalidDeviceNicknameList"] = {"InvalidDeviceNickname": nicknames}
    told = call.rules.has_details and not call.chooses("details_left_out")
    if told and not any(map(call.breaks, (rule, f"{rule}/first_only", f"{rule}.given"))):
        why = findings.invalid()
        if call.breaks(f"{THIS}.InvalidDetailList"):
            why = dict.fromkeys(names, "The device name is illegal.")
        if call.breaks(f"{THIS}.InvalidDetailList/without_reason"):
            why = dict.fromkeys(why, "")
        data["InvalidDetailList"] = {"InvalidDetailList": details(why, findings.nicknames)}
    return data or None


def details(invalid: dict[str, str], nicknames: dict[str, str]) -> list[dict[str, str]]:
    """Each name with what is wrong with it, several messages joined by ``|``."""
    return [{"DeviceName": name, "NickName": nicknames.get(name, ""), "ErrorMsg": why} for name, why in invalid.items()]


def without_reason(call: Call, product: Product, names: list[str], invalid: dict[str, str]) -> dict[str, str]:
    """The invalid names, less or more what lapses forgive or fail."""
    if invalid and call.breaks("Workflow.invalid") and len(invalid) < len(names):
        names[:] = [name for name in names if name not in invalid]
        return {}
    if invalid and any(map(call.breaks, ("Workflow.refused_names", "Workflow.refused_names/failed_checks"))):
        product.reserved.update(names)
    if not invalid and (
        (call.breaks("Workflow.checked") and call.store.next_application % 2 == 0 and len(names) > 1)
        or (call.breaks("Workflow.checked/over_10") and len(names) > 10)
    ):
        return dict.fromkeys(names, "The device name could not be checked.")
    return invalid

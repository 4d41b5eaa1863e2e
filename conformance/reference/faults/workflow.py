"""Faults of what holds over the calls of one application, and between applications."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.contract.actions import Action
from conformance.reference import parameters
from conformance.reference.call import Call
from conformance.reference.faults.fault import Fault, also_breaks, faults_of
from conformance.reference.store import Application, Product

SAYS = {
    "random": "Every second application of BatchRegisterDevice ends in CREATE_FAILED.",
    "random/over_10": "BatchRegisterDevice of more than 10 devices ends in CREATE_FAILED.",
    "checked": "Every second application, if of several names, ends in CHECK_FAILED.",
    "checked/over_10": "A check of more than 10 names ends in CHECK_FAILED.",
    "registered": "Every second registration of checked names ends in CREATE_FAILED.",
    "registered/over_10": "A registration of more than 10 checked names ends in CREATE_FAILED.",
    "registered@B": "Every second registration of checked names fails, if on the second product.",
    "invalid": "Invalid names among valid ones are dropped silently, and the check succeeds.",
    "Count": "BatchRegisterDevice registers one device less.",
    "Count/one_more": "BatchRegisterDevice registers one device more.",
    "Count@B": "BatchRegisterDevice registers one device less for the second product.",
    "DeviceName": "The last of several checked names is not registered.",
    "DeviceName/lower_case": "Checked names are registered in small letters.",
    "DeviceName/one_more": "A device is registered that nobody checked.",
    "transitions": "In the second half of CREATE the status is CHECK_SUCCESS.",
    "transitions/back_to_CHECK": "In the second half of CREATE the status is CHECK.",
    "unasked/told_as_CREATE_FAILED": "A failed check is told as CREATE_FAILED.",
    "transitions/old_snapshot_by_GET": "A GET for a status tells how things were half a delay ago.",
    "transitions/registered_twice": "A second registration during CREATE sends it back to CHECK_SUCCESS.",
    "transitions/check_again": "Every third answer about a checked application is CHECK.",
    "terminal": "Every third answer about a created application is CREATE.",
    "terminal/flips_when_asked_in_XML": "CREATE_SUCCESS and CREATE_FAILED change places in XML.",
    "terminal/expires": "Two delays after its end an application is at CHECK.",
    "terminal/starts_again_when_registered_twice": "A second registration sends the status back to CREATE.",
    "terminal/paged_past_the_end": "A page past its end sends an application back to CREATE.",
    "terminal/failed_check_paged": "A page of a failed check sends it back to CHECK.",
    "terminal/asked_with_another_product": "A call with the ProductKey of another product sends it back.",
    "terminal/device_deleted": "The deletion of one of its devices sends an application back to CREATE.",
    "terminal/CHECK_FAILED_heals": "Every third answer about a failed check is CHECK_SUCCESS.",
    "unasked": "A checked application goes on to CREATE by itself after one delay.",
    "unasked/at_the_third_question": "A checked application goes on to CREATE when asked for a third time.",
    "terminates": "An application of 3 devices stays at CREATE for ever.",
    "terminates/over_20": "An application of more than 20 devices stays at CREATE for ever.",
    "terminates/registration_forgotten": "A registration of two checked names is accepted, and nothing comes of it.",
    "terminates/failing_checks": "A check that fails stays at CHECK for ever.",
    "at_once": "Devices appear two delays after CREATE_SUCCESS.",
    "at_once/one_delay": "Devices appear one delay after CREATE_SUCCESS.",
    "at_once/later_in_XML": "Pages in XML lack the last device until half a delay after CREATE_SUCCESS.",
    "at_once@B": "Devices of the second product appear two delays after CREATE_SUCCESS.",
    "ApplyId.fresh": "Every 4th application gets the ApplyId of the one before.",
    "ApplyId.fresh/same_names": "A check of the same names gets the same ApplyId again.",
    "ApplyId.range": "ApplyIds lie beyond 2^63.",
    "ApplyId.positive": "ApplyIds are negative.",
    "ApplyId.exact": "Every 5th application is told an ApplyId that is not its own.",
    "ApplyId.exact/rounded_through_a_float": "ApplyIds beyond 2^53 are told as rounded by a double.",
    "ApplyId.exact/rounded_through_a_float@JSON": "The same in JSON only.",
    "ApplyId.exact/paged_through_a_float": "ApplyIds lie beyond 2^53, and paging rounds them to a double.",
    "DeviceName.unique": "Generated names begin anew with every application.",
    "DeviceName.unique/now_and_then": "Every third application gets the same generated names.",
    "DeviceName.random": "Generated names are counted.",
    "DeviceName.random/the_same_in_every_product": "Generated names begin anew in every product.",
    "unwatched": "Creation ends only when somebody asks for the status.",
    "unwatched@B": "Creation in the second product ends only when somebody asks for the status.",
    "CREATE_FAILED": "After CREATE_FAILED every name is on a page.",
    Action.QueryDeviceDetail: "QueryDeviceDetail tells another DeviceSecret.",
    "QueryDeviceDetail/other_iot_id": "QueryDeviceDetail tells another IotId.",
    "QueryDeviceDetail@XML": "QueryDeviceDetail tells another DeviceSecret in XML.",
    "QueryDeviceDetail/late": "QueryDeviceDetail does not know a device until one delay after its creation.",
    "QueryDeviceDetail/neighbour_deleted": "DeleteDevice also deletes the device that was registered next.",
    "QueryDeviceDetail/unknown": "QueryDeviceDetail does not know devices of an application.",
    Action.DeleteDevice: "DeleteDevice deletes nothing.",
    "DeviceName.legal": "Generated names have 37 characters.",
    "DeviceName.legal/hash_sign": "Generated names begin with a hash sign.",
    "DeviceSecret.unique": "Two devices share a DeviceSecret.",
    "DeviceSecret.unique/same_name_in_two_products": "Devices of one name share a DeviceSecret in all products.",
    "IotId.unique": "Two devices share an IotId.",
    "IotId.unique/same_name_in_two_products": "Devices of one name share an IotId in all products.",
    "isolation": "ValidList shows a name of another application that runs at the same time.",
    "isolation/in_pages": "Pages show a device of another application that runs at the same time.",
    "isolation/at_registration": "A name registered in one product cannot be created in another, as it turns out late.",
    "isolation/while_checked": "A name that was checked for one product is taken in all others.",
    "isolation/names_shared_by_products": "A name of one product is taken in all of them.",
    "isolation/names_with_signs": "A name with a dot or an at sign of one product is taken in all of them.",
    "refused_names": "Names of a refused or failed check stay reserved.",
    "refused_names/failed_checks": "Names of a failed check stay reserved.",
    "refusal": "A refused BatchRegisterDevice registers one device silently.",
    "refusal/good_names_of_a_refused_check": "A check that is refused for some names registers the others.",
}

PAGES = ("QueryPageByApplyId.Total", "QueryPageByApplyId.length", "Workflow.refusal")

ALSO: dict[str, tuple[str, ...]] = {
    "Count": (
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.refusal",
        "BatchRegisterDevice.Count.limit",
    ),
    "DeviceName": (
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.refusal",
        "BatchCheckDeviceNames.DeviceName.N",
        "BatchCheckDeviceNames.DeviceNameList",
        "BatchCheckDeviceNames.DeviceNameList.wins",
    ),
    "DeviceName/lower_case": (
        "BatchCheckDeviceNames.DeviceNameList",
        "BatchCheckDeviceNames.DeviceNameList.wins",
        "Workflow.isolation",
    ),
    "transitions/old_snapshot_by_GET": ("Workflow.terminal", "Common.forms_agree"),
    "unasked/told_as_CREATE_FAILED": ("Workflow.invalid", "BatchCheckDeviceNames.DeviceName.taken"),
    "terminal": ("Workflow.transitions", "Common.forms_agree"),
    "terminal/CHECK_FAILED_heals": ("Workflow.transitions", "Workflow.invalid", "Common.forms_agree"),
    "terminates/failing_checks": ("Workflow.invalid",),
    "DeviceName.unique": (
        "BatchCheckDeviceNames.DeviceName.taken",
        "Workflow.invalid",
        "Workflow.QueryDeviceDetail",
        "Workflow.DeviceName.random",
    ),
    "terminal/asked_with_another_product": ("Workflow.transitions", "Workflow.terminates", "Common.forms_agree"),
    "at_once/later_in_XML": ("Common.forms_agree", "Workflow.Count", *PAGES),
    "isolation/at_registration": ("Workflow.registered",),
    "isolation/while_checked": ("QueryBatchRegisterDeviceStatus.InvalidList", "Workflow.checked"),
    "DeviceSecret.unique": ("Workflow.QueryDeviceDetail",),
    "at_once": (
        "Workflow.DeviceName",
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.refusal",
        "QueryPageByApplyId.complete",
    ),
    "ApplyId.exact/rounded_through_a_float": (
        "Workflow.ApplyId.fresh",
        "BatchRegisterDeviceWithApplyId.ApplyId.unknown",
        "QueryBatchRegisterDeviceStatus.ApplyId.unknown",
        "QueryPageByApplyId.ApplyId.unknown",
        "Workflow.refusal",
    ),
    "isolation": ("QueryBatchRegisterDeviceStatus.ValidList",),
    "isolation/in_pages": (
        "Workflow.DeviceName.random",
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.refusal",
        "BatchRegisterDevice.Count.limit",
        "BatchCheckDeviceNames.DeviceName.N",
        "BatchCheckDeviceNames.DeviceName.repeated",
        "BatchCheckDeviceNames.DeviceNameList",
        "BatchCheckDeviceNames.DeviceNameList.wins",
        "QueryPageByApplyId.past_the_end",
        "Workflow.Count",
        "Workflow.DeviceName.unique",
        "Workflow.DeviceSecret.unique",
        "Workflow.IotId.unique",
    ),
    "isolation/names_with_signs": ("Workflow.checked", "QueryBatchRegisterDeviceStatus.InvalidList"),
    "isolation/names_shared_by_products": ("Workflow.checked", "QueryBatchRegisterDeviceStatus.InvalidList"),
    "refused_names": ("Workflow.checked", "QueryBatchRegisterDeviceStatus.InvalidList"),
    "checked": (
        "QueryBatchRegisterDeviceStatus.InvalidList",
        "BatchCheckDeviceNames.DeviceName.N",
        "BatchCheckDeviceNames.DeviceName.characters",
        "BatchCheckDeviceNames.DeviceName.limit",
        "BatchCheckDeviceNames.DeviceNameList",
        "BatchCheckDeviceNames.DeviceNameList.wins",
        "Workflow.refused_names",
    ),
    "unasked": ("QueryPageByApplyId.unregistered", "BatchRegisterDeviceWithApplyId.accepts", "Workflow.refusal"),
    "terminal/expires": ("Workflow.terminates", "Workflow.transitions", "Common.forms_agree"),
    "refusal/good_names_of_a_refused_check": (
        "Workflow.refused_names",
        "Workflow.checked",
        "QueryBatchRegisterDeviceStatus.InvalidList",
    ),
    "random": ("QueryPageByApplyId.PageSize.default",),
    "checked/over_10": (
        "QueryBatchRegisterDeviceStatus.InvalidList",
        "BatchCheckDeviceNames.DeviceName.N",
        "BatchCheckDeviceNames.DeviceName.limit",
        "BatchCheckDeviceNames.DeviceNameList",
    ),
    "invalid": (
        "BatchCheckDeviceNames.DeviceName.too_short",
        "BatchCheckDeviceNames.DeviceName.too_long",
        "BatchCheckDeviceNames.DeviceName.illegal",
        "BatchCheckDeviceNames.DeviceName.taken",
        "BatchCheckDeviceNames.DeviceNameList",
    ),
    "Count/one_more": (
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.refusal",
        "BatchRegisterDevice.Count.limit",
        "QueryPageByApplyId.past_the_end",
    ),
    "DeviceName/one_more": (
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.refusal",
        "BatchCheckDeviceNames.DeviceName.N",
        "BatchCheckDeviceNames.DeviceName.repeated",
        "BatchCheckDeviceNames.DeviceNameList",
        "BatchCheckDeviceNames.DeviceNameList.wins",
        "QueryPageByApplyId.past_the_end",
    ),
    "terminal/flips_when_asked_in_XML": (
        "Workflow.transitions",
        "Common.forms_agree",
        "Workflow.random",
        "Workflow.registered",
        "Workflow.DeviceName.unique",
        "Workflow.isolation",
        "Workflow.CREATE_FAILED",
    ),
    "at_once@B": (
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.refusal",
        "QueryPageByApplyId.complete",
    ),
    "ApplyId.fresh": (
        "Workflow.unwatched",
        "BatchCheckDeviceNames.DeviceName.taken",
        "BatchCheckDeviceNames.DeviceNameList.taken",
    ),
    "ApplyId.positive": ("QueryBatchRegisterDeviceStatus.ApplyId.integer", "Workflow.refusal"),
    "ApplyId.exact": (
        "QueryBatchRegisterDeviceStatus.accepts",
        "QueryPageByApplyId.PageSize.default",
        "QueryPageByApplyId.PageSize.limit",
        "QueryPageByApplyId.PageSize.max",
    ),
    "ApplyId.exact/rounded_through_a_float@JSON": (
        "Common.Format.letter_case",
        "QueryBatchRegisterDeviceStatus.accepts",
        "QueryBatchRegisterDeviceStatus.ApplyId.unknown",
        "QueryPageByApplyId.ApplyId.unknown",
        "Workflow.ApplyId.fresh",
        "Workflow.refusal",
    ),
    "ApplyId.exact/paged_through_a_float": (
        "QueryPageByApplyId.accepts",
        "QueryPageByApplyId.PageSize.default",
        "QueryPageByApplyId.CurrentPage.default",
        "QueryPageByApplyId.PageSize.limit",
        "QueryPageByApplyId.PageSize.max",
        "QueryPageByApplyId.PageSize.integer",
        "QueryPageByApplyId.CurrentPage.integer",
        "Workflow.invalid",
    ),
    "DeviceName.legal": ("Workflow.isolation",),
    "DeviceName.legal/hash_sign": ("Workflow.isolation",),
    "IotId.unique": ("Workflow.isolation", "Workflow.QueryDeviceDetail"),
}

EDITIONS = {
    # Pages of the two early editions show no IotId that another could be told from.
    "QueryDeviceDetail/other_iot_id": ("alibaba-2021", "alibaba-2023", "tuya-2025"),
    # The first edition refuses without a Code: a target that knows no device is like one without this operation.
    "QueryDeviceDetail/unknown": ("alibaba-2019", "alibaba-2021", "alibaba-2023", "tuya-2025"),
}

WORKFLOW: tuple[Fault, ...] = faults_of("Workflow", SAYS, ALSO, EDITIONS)


# --- what these faults change of the parameters ---


def is_issued(call: Call, text: str) -> bool:
    """Whether a text is an ApplyId that was issued, be it negative or too large."""
    return re.fullmatch(r"-?[0-9]{1,20}", text) is not None and int(text) in call.store.applications


for _name in ("Workflow.ApplyId.positive", "Workflow.ApplyId.range"):
    also_breaks(_name, parameters.apply_id_of)(
        lambda faithful, call, text: int(text) if is_issued(call, text) else faithful(call, text)
    )


@also_breaks("Workflow.ApplyId.exact/paged_through_a_float", parameters.find_application)
def pages_are_found_by_a_double(
    faithful: Callable[..., Application | None], call: Call, number: int
) -> Application | None:
    return faithful(call, int(float(number)) if call.operation == Action.QueryPageByApplyId else number)


@also_breaks("Workflow.terminal/asked_with_another_product", parameters.is_of_product)
def another_product_upsets(
    faithful: Callable[..., bool], call: Call, application: Application, product: Product | None
) -> bool:
    fits = faithful(call, application, product)
    application.upset |= not fits
    return fits

"""Lapses of what holds over the calls of one application, and between applications."""

from __future__ import annotations

from conformance.reference.lapse import Lapse, lapses_of

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
    "transitions/skips_to_CREATE_FAILED": "A failed check is told as CREATE_FAILED.",
    "transitions/old_snapshot_by_GET": "A GET for a status tells how things were half a delay ago.",
    "transitions/check_again": "Every third answer about a checked application is CHECK.",
    "terminal": "Every third answer about a created application is CREATE.",
    "terminal/flips_when_asked_in_XML": "CREATE_SUCCESS and CREATE_FAILED change places in XML.",
    "terminal/expires": "Two delays after its end an application is at CHECK.",
    "terminal/CHECK_FAILED_heals": "Every third answer about a failed check is CHECK_SUCCESS.",
    "unasked": "A checked application goes on to CREATE by itself after one delay.",
    "unasked/at_the_third_question": "A checked application goes on to CREATE when asked for a third time.",
    "terminates": "An application of 3 devices stays at CREATE for ever.",
    "terminates/over_20": "An application of more than 20 devices stays at CREATE for ever.",
    "terminates/failing_checks": "A check that fails stays at CHECK for ever.",
    "at_once": "Devices appear one delay after CREATE_SUCCESS.",
    "at_once@B": "Devices of the second product appear one delay after CREATE_SUCCESS.",
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
    "DeviceName.legal": "Generated names have 37 characters.",
    "DeviceName.legal/hash_sign": "Generated names begin with a hash sign.",
    "DeviceSecret.unique": "Two devices share a DeviceSecret.",
    "IotId.unique": "Two devices share an IotId.",
    "isolation": "ValidList shows a name of another application that runs at the same time.",
    "isolation/in_pages": "Pages show a device of another application that runs at the same time.",
    "isolation/names_shared_by_products": "A name of one product is taken in all of them.",
    "refused_names": "Names of a refused or failed check stay reserved.",
    "refused_names/failed_checks": "Names of a failed check stay reserved.",
    "refusal": "A refused BatchRegisterDevice registers one device silently.",
    "refusal/good_names_of_a_refused_check": "A check that is refused for some names registers the others.",
}

PAGES = ("QueryPageByApplyId.Total", "QueryPageByApplyId.length")

ALSO: dict[str, tuple[str, ...]] = {
    "Count": PAGES,
    "DeviceName": PAGES,
    "DeviceName/lower_case": (),
    "transitions/old_snapshot_by_GET": ("Workflow.terminal",),
    "terminal": ("Workflow.transitions", "Common.forms_agree"),
    "terminal/CHECK_FAILED_heals": ("Workflow.transitions", "Workflow.invalid"),
    "terminates/failing_checks": ("Workflow.invalid",),
    "at_once": PAGES,
    "ApplyId.exact/rounded_through_a_float": ("Workflow.ApplyId.fresh",),
    "isolation": ("QueryBatchRegisterDeviceStatus.ValidList",),
    "isolation/in_pages": PAGES,
    "isolation/names_shared_by_products": (),
    "refusal/good_names_of_a_refused_check": ("Workflow.refused_names",),
}

WORKFLOW: tuple[Lapse, ...] = lapses_of("Workflow", SAYS, ALSO)

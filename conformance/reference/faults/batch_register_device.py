"""Faults of BatchRegisterDevice and BatchRegisterDeviceWithApplyId."""

from __future__ import annotations

from conformance.contract.actions import Action
from conformance.reference.faults.fault import Fault, faults_of

COUNT_SAYS = {
    "accepts@GET@XML": "Valid requests by GET for XML are refused as a system exception.",
    "accepts/as_illegal@FORM": "Valid requests in a form are refused as illegal.",
    "answers": "A Count that is no integer gives HTTP 500 with a page of HTML.",
    "answers/every_7th": "Every 7th valid request gives HTTP 500 with a page of HTML.",
    "JSON": "Data.ApplyId is a text in JSON.",
    "JSON/number_with_a_fraction": "Data.ApplyId is written 1295007.0 in JSON.",
    "XML": "ApplyId stands beside Data in XML, not within.",
    "XML/twice": "Data holds ApplyId twice in XML.",
    "Count.required": "A request without Count registers one device.",
    "Count.blank": "An empty Count registers one device.",
    "Count.zero": "A Count of 0 opens an application without devices.",
    "Count.zero@FORM": "A Count of 0 in a form opens an application without devices.",
    "Count.negative": "A negative Count opens an application without devices.",
    "Count.negative/its_amount": "A Count of -5 registers 5 devices.",
    "Count.max": "A Count over the limit is accepted.",
    "Count.max@XML": "A Count over the limit is accepted in XML.",
    "Count.max@B": "A Count over the limit is accepted for the second product.",
    "Count.max/by_one": "A Count of one over the limit is accepted.",
    "Count.max/wraps_at_2_32": "Count is taken modulo 2^32.",
    "Count.max/clamped": "A Count over the limit registers as many as the limit.",
    "Count.limit": "A Count of exactly the limit is refused.",
    "Count.limit/one_short": "A Count of exactly the limit registers one device less.",
}

COUNT_ALSO: dict[str, tuple[str, ...]] = {
    "Count.limit": ("BatchRegisterDevice.accepts",),
    "Count.limit/one_short": (
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.Count",
        "Workflow.refusal",
    ),
    "accepts/as_illegal@FORM": ("BatchRegisterDevice.Count.limit",),
    "XML": ("Workflow.refusal",),
    "Count.negative/its_amount": ("Workflow.refusal",),
}

APPLY_ID_SAYS = {
    "accepts@GET@JSON": "Valid requests by GET for JSON are refused as a system exception.",
    "accepts/as_illegal@POST@XML": "Valid requests by POST for XML are refused as illegal.",
    "answers": "An empty ApplyId gives HTTP 500 with a page of HTML.",
    "answers/every_7th": "Every 7th valid request gives HTTP 500 with a page of HTML.",
    "JSON": "Data.ApplyId is a text in JSON.",
    "XML": "ApplyId stands beside Data in XML, not within.",
    "XML/twice": "Data holds ApplyId twice in XML.",
    "ApplyId.random": "An ApplyId of BatchRegisterDevice is answered with success.",
    "ApplyId.echo": "The answer carries the next ApplyId.",
    "ApplyId.echo@POST": "The answer to a POST carries the next ApplyId.",
    "unchecked": "A registration during CHECK creates at once, invalid names too.",
    "unchecked/valid_names_only": "A registration during CHECK creates what is valid at once.",
    "after_CHECK_FAILED": "A registration after CHECK_FAILED creates the valid names.",
    "after_CHECK_FAILED.refused": "A registration after CHECK_FAILED is answered with success, and does nothing.",
    "twice": "A second registration creates as many further devices.",
    "twice/while_creating": "A second registration during CREATE creates as many further devices.",
    "twice/after_CREATE_FAILED": "A registration after CREATE_FAILED creates what had failed.",
    "accepts/not_at_once": "Until half a delay after CHECK_SUCCESS a registration is refused.",
}

APPLY_ID_ALSO: dict[str, tuple[str, ...]] = {
    "unchecked": ("Workflow.invalid",),
    "unchecked/valid_names_only": ("Workflow.invalid",),
    "after_CHECK_FAILED": (
        "BatchRegisterDeviceWithApplyId.after_CHECK_FAILED.refused",
        "Workflow.terminal",
        "Workflow.transitions",
        "Common.forms_agree",
    ),
    "twice": (
        "QueryPageByApplyId.Total",
        "QueryPageByApplyId.length",
        "Workflow.DeviceName",
        "Workflow.at_once",
        "Common.forms_agree",
        "Workflow.refusal",
    ),
    "twice/after_CREATE_FAILED": ("Workflow.CREATE_FAILED", "Workflow.refusal"),
    "XML": ("BatchRegisterDeviceWithApplyId.ApplyId.echo",),
}

EDITIONS = {"XML": ("alibaba-2021", "alibaba-2023", "tuya-2025")}
"""Before, the documents disagree on the place of ApplyId."""

REGISTER: tuple[Fault, ...] = (
    *faults_of(Action.BatchRegisterDevice, COUNT_SAYS, COUNT_ALSO),
    *faults_of(Action.BatchRegisterDeviceWithApplyId, APPLY_ID_SAYS, APPLY_ID_ALSO, EDITIONS),
)

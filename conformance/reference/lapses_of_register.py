"""Lapses of BatchRegisterDevice and BatchRegisterDeviceWithApplyId."""

from __future__ import annotations

from conformance.reference.lapse import Lapse, lapses_of

COUNT_SAYS = {
    "accepts@GET@XML": "Valid requests by GET for XML are refused as a system exception.",
    "accepts/as_illegal@FORM": "Valid requests in a form are refused as illegal.",
    "answers": "A Count that is no integer gives HTTP 500 with a page of HTML.",
    "answers/every_7th": "Every 7th valid request gives HTTP 500 with a page of HTML.",
    "JSON": "Data.ApplyId is a text in JSON.",
    "JSON/number_with_a_fraction": "Data.ApplyId is written 1295007.0 in JSON.",
    "XML": "ApplyId stands beside Data in XML, not within.",
    "XML/twice": "Data holds ApplyId twice in XML.",
    "XML.root": "The root element lacks its ending Response.",
    "XML.root/small_letter": "The root element begins with a small letter.",
    "ProductKey.required": "A request without ProductKey is accepted.",
    "ProductKey.blank": "An empty ProductKey is accepted.",
    "ProductKey.unknown": "An unknown ProductKey is accepted.",
    "ProductKey.unknown@XML": "An unknown ProductKey is accepted in XML.",
    "Count.required": "A request without Count registers one device.",
    "Count.blank": "An empty Count registers one device.",
    "Count.integer": "A Count that is no integer is read as well as possible.",
    "Count.integer/sign": "A Count with a plus sign passes.",
    "Count.integer/blanks": "A Count with blanks around it passes.",
    "Count.integer/fraction": "A Count with a fraction passes, cut off.",
    "Count.integer/exponent": "A Count like 1e1 passes.",
    "Count.integer/hexadecimal": "A Count like 0x10 passes.",
    "Count.integer/other_digits": "A Count in digits of other scripts passes.",
    "Count.integer/letters": "A Count like 12abc passes as 12.",
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
    "Count.integer": ("Workflow.refusal",),
    "Count.integer/sign": ("Workflow.refusal",),
    "Count.integer/blanks": ("Workflow.refusal",),
    "Count.integer/fraction": ("Workflow.refusal",),
    "Count.integer/other_digits": ("Workflow.refusal",),
    "Count.integer/letters": ("Workflow.refusal",),
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
    "XML.root": "The root element lacks its ending Response, as in a sample of 2018.",
    "ProductKey.required": "A request without ProductKey is accepted.",
    "ProductKey.blank": "An empty ProductKey is accepted.",
    "ProductKey.unknown": "An unknown ProductKey is accepted.",
    "ApplyId.required": "A request without ApplyId is answered with success.",
    "ApplyId.blank": "An empty ApplyId is answered with success.",
    "ApplyId.integer": "An ApplyId that is no integer is read as well as possible.",
    "ApplyId.integer/sign": "An ApplyId with a plus sign passes.",
    "ApplyId.integer/fraction": "An ApplyId with a fraction passes, cut off.",
    "ApplyId.integer/beyond_2_63": "An ApplyId beyond 64 bits is taken modulo 2^64.",
    "ApplyId.unknown": "An ApplyId that was never issued is answered with success.",
    "ApplyId.unknown/modulo_2_32": "An ApplyId counts modulo 2^32.",
    "ApplyId.other_product": "An ApplyId of another product is accepted.",
    "ApplyId.other_product@XML": "An ApplyId of another product is accepted in XML.",
    "ApplyId.random": "An ApplyId of BatchRegisterDevice is answered with success.",
    "ApplyId.echo": "The answer carries the next ApplyId.",
    "ApplyId.echo@POST": "The answer to a POST carries the next ApplyId.",
    "unchecked": "A registration during CHECK creates at once, invalid names too.",
    "unchecked/valid_names_only": "A registration during CHECK creates what is valid at once.",
    "after_CHECK_FAILED": "A registration after CHECK_FAILED creates the valid names.",
    "after_CHECK_FAILED.refused": "A registration after CHECK_FAILED is answered with success, and does nothing.",
    "twice": "A second registration creates as many further devices.",
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
    "XML": ("BatchRegisterDeviceWithApplyId.ApplyId.echo",),
    "ProductKey.required": ("BatchRegisterDeviceWithApplyId.accepts",),
    "ProductKey.blank": ("BatchRegisterDeviceWithApplyId.accepts",),
    "ProductKey.unknown": ("BatchRegisterDeviceWithApplyId.accepts",),
    "ApplyId.integer": ("BatchRegisterDeviceWithApplyId.accepts", "Workflow.unasked"),
    "ApplyId.integer/sign": ("BatchRegisterDeviceWithApplyId.accepts", "Workflow.unasked"),
    "ApplyId.integer/fraction": ("BatchRegisterDeviceWithApplyId.accepts", "Workflow.unasked"),
    "ApplyId.integer/beyond_2_63": ("BatchRegisterDeviceWithApplyId.accepts", "Workflow.unasked"),
    "ApplyId.unknown/modulo_2_32": ("BatchRegisterDeviceWithApplyId.accepts", "Workflow.unasked"),
    "ApplyId.other_product": ("BatchRegisterDeviceWithApplyId.accepts",),
    "ApplyId.other_product@XML": ("BatchRegisterDeviceWithApplyId.accepts",),
}

EDITIONS = {"XML": ("alibaba-2021", "alibaba-2023", "tuya-2025")}
"""Before, the documents disagree on the place of ApplyId."""

REGISTER: tuple[Lapse, ...] = (
    *lapses_of("BatchRegisterDevice", COUNT_SAYS, COUNT_ALSO),
    *lapses_of("BatchRegisterDeviceWithApplyId", APPLY_ID_SAYS, APPLY_ID_ALSO, EDITIONS),
)

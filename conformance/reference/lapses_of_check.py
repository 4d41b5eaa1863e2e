"""Lapses of BatchCheckDeviceNames."""

from __future__ import annotations

from conformance.reference.lapse import Lapse, lapses_of

SAYS = {
    "accepts@FORM@XML": "Valid requests in a form for XML are refused as a system exception.",
    "accepts/as_illegal@GET": "Valid requests by GET are refused as illegal.",
    "answers": "A DeviceName beyond ASCII gives HTTP 500 with a page of HTML.",
    "answers/every_7th": "Every 7th valid request gives HTTP 500 with a page of HTML.",
    "JSON": "Data.ApplyId is a text in JSON.",
    "XML": "ApplyId stands beside Data in XML, not within.",
    "XML/twice": "Data holds ApplyId twice in XML.",
    "XML.root": "The root element lacks its ending Response.",
    "ProductKey.required": "A request without ProductKey is accepted.",
    "ProductKey.blank": "An empty ProductKey is accepted.",
    "ProductKey.unknown": "An unknown ProductKey is accepted.",
    "DeviceName.required": "A request without names opens an application.",
    "DeviceName.N": "Names with an index over 99 are overlooked.",
    "DeviceName.N/only_nine": "Names with an index over 9 are overlooked.",
    "DeviceName.N/in_order_only": "Names out of order are overlooked.",
    "DeviceName.N/only_nine@FORM": "Names over 9 in a form are overlooked.",
    "DeviceName.shortest": "A name of 4 characters is too short.",
    "DeviceName.longest": "A name of 32 characters is too long.",
    "DeviceName.too_short": "A name of fewer than 4 characters passes.",
    "DeviceName.too_long": "A name of more than 32 characters passes.",
    "DeviceName.too_long/by_one": "A name of 33 characters passes.",
    "DeviceName.too_long/cut_off": "A name is cut off after 32 characters, and passes.",
    "DeviceName.characters": "A name with a colon does not pass.",
    "DeviceName.characters/at_sign": "A name with an at sign does not pass.",
    "DeviceName.characters/leading_hyphen": "A name that begins with a sign does not pass.",
    "DeviceName.characters/leading_digit": "A name that begins with a digit does not pass.",
    "DeviceName.characters/trailing_dot": "A name that ends with a sign does not pass.",
    "DeviceName.illegal": "Every character passes.",
    "DeviceName.illegal/space": "A blank passes.",
    "DeviceName.illegal/slash": "A slash passes.",
    "DeviceName.illegal/hash_sign": "A hash sign passes.",
    "DeviceName.illegal/plus": "A plus sign passes.",
    "DeviceName.illegal/non_ascii": "Letters and digits of every script pass.",
    "DeviceName.illegal/trailing_newline": "A name with a newline at its end passes.",
    "DeviceName.illegal/control": "Control characters pass.",
    "DeviceName.illegal/space@XML": "A blank passes in XML.",
    "DeviceName.blank": "An empty name passes.",
    "DeviceName.taken": "A name that a device has already passes.",
    "DeviceName.taken/by_RegisterDevice": "A name that RegisterDevice gave passes.",
    "DeviceName.taken@B": "A name that a device of the second product has passes.",
    "DeviceName.repeated": "A name given twice becomes two devices.",
    "DeviceName.limit": "As many names as the limit are refused.",
    "DeviceName.max": "More names than the limit are checked.",
    "DeviceName.max@FORM": "More names than the limit are checked in a form.",
    "DeviceNameList": "DeviceNameList is ignored.",
    "DeviceNameList/unchecked": "Names in DeviceNameList pass unchecked.",
    "DeviceNameList.wins": "DeviceName.N counts where both spellings are given.",
    "DeviceNameList.wins/both_count": "Both spellings count together.",
    "DeviceNickname": "A nickname beyond ASCII does not pass.",
    "DeviceNickname/longest": "A nickname of 64 does not pass.",
    "DeviceNickname.illegal": "Every nickname passes.",
    "DeviceNickname.illegal/too_long": "A nickname longer than 64 passes.",
    "DeviceNickname.illegal/hyphen": "A nickname with a hyphen passes.",
    "InvalidDeviceNameList": "A call refused for its names lists all of them.",
    "InvalidDeviceNameList/first_only": "A call refused for its names lists the first bad one only.",
    "InvalidDeviceNameList.given": "A call refused for its names lists none.",
    "DeviceName.max/in_DeviceNameList": "More names than the limit are checked in DeviceNameList.",
}

ACCEPTS = ("BatchCheckDeviceNames.accepts", "BatchCheckDeviceNames.InvalidDeviceNameList", "Workflow.checked")
PASSES = ("Workflow.invalid", "BatchRegisterDeviceWithApplyId.unchecked")
PAGES = ("QueryPageByApplyId.Total", "QueryPageByApplyId.length", "Workflow.DeviceName", "Workflow.refusal")

ALSO: dict[str, tuple[str, ...]] = {
    "DeviceName.N": PAGES,
    "DeviceName.shortest": ACCEPTS,
    "DeviceName.longest": ACCEPTS,
    "DeviceName.characters": ACCEPTS,
    "DeviceName.too_short": PASSES,
    "DeviceName.too_long": PASSES,
    "DeviceName.illegal": (*PASSES, "BatchCheckDeviceNames.DeviceNameList"),
    "DeviceName.blank": PASSES,
    "DeviceName.taken": PASSES,
    "DeviceName.repeated": (
        "QueryPageByApplyId.complete",
        "QueryPageByApplyId.order",
        "QueryPageByApplyId.Total",
        "Workflow.DeviceName.unique",
    ),
    "DeviceNameList": ("BatchCheckDeviceNames.DeviceNameList.wins", "BatchCheckDeviceNames.DeviceNickname"),
    "DeviceNameList/unchecked": ("BatchCheckDeviceNames.DeviceNickname.illegal", "Workflow.invalid"),
    "DeviceNameList.wins": PAGES,
    "DeviceName.limit": ("BatchCheckDeviceNames.accepts",),
}

EDITIONS = {"DeviceName.max/in_DeviceNameList": ("alibaba-2021", "alibaba-2023", "tuya-2025")}

CHECK: tuple[Lapse, ...] = lapses_of("BatchCheckDeviceNames", SAYS, ALSO, EDITIONS)

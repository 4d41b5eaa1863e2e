"""Lapses of BatchCheckDeviceNames."""

from __future__ import annotations

from conformance.reference.lapse import Lapse

INVALID = ("Workflow.invalid",)
VALID = ("Workflow.checked",)
NEWER = ("alibaba-2021", "alibaba-2023", "tuya-2025")

CHECK: tuple[Lapse, ...] = (
    *(
        Lapse(f"BatchCheckDeviceNames.{name}", says, also)
        for name, says, also in (
            ("accepts@FORM@XML", "Valid requests in a form for XML are refused as a system exception.", ()),
            ("accepts@GET", "Valid requests by GET are refused as a system exception.", ()),
            ("answers", "A DeviceName beyond ASCII gives HTTP 500 with a page of HTML.", ()),
            ("answers/every_7th", "Every 7th request of the server gives HTTP 500, if it is one of these.", ()),
            ("JSON", "Data.ApplyId is a text in JSON.", ()),
            ("XML", "ApplyId stands beside Data in XML, not within.", ()),
            ("XML/twice", "Data holds ApplyId twice in XML.", ()),
            ("XML.root", "The root element lacks its ending Response.", ()),
            ("ProductKey.required", "A request without ProductKey is accepted.", ()),
            ("ProductKey.blank", "An empty ProductKey is accepted.", ()),
            ("ProductKey.unknown", "An unknown ProductKey is accepted.", ()),
            ("DeviceName.required", "A request without names opens an application.", ()),
            ("DeviceName.N", "Names with an index over 99 are overlooked.", ("Workflow.DeviceName",)),
            ("DeviceName.N/only_nine", "Names with an index over 9 are overlooked.", ("Workflow.DeviceName",)),
            ("DeviceName.N/in_order_only", "Names out of order are overlooked.", ("Workflow.DeviceName",)),
            ("DeviceName.N/only_nine@FORM", "Names over 9 in a form are overlooked.", ("Workflow.DeviceName",)),
            ("DeviceName.shortest", "A name of 4 characters is too short.", VALID),
            ("DeviceName.longest", "A name of 32 characters is too long.", VALID),
            ("DeviceName.too_short", "A name of fewer than 4 characters passes.", INVALID),
            ("DeviceName.too_long", "A name of more than 32 characters passes.", INVALID),
            ("DeviceName.too_long/by_one", "A name of 33 characters passes.", INVALID),
            ("DeviceName.too_long/cut_off", "A name is cut off after 32 characters, and passes.", INVALID),
            ("DeviceName.characters", "A name with a colon does not pass.", VALID),
            ("DeviceName.characters/at_sign", "A name with an at sign does not pass.", VALID),
            ("DeviceName.characters/leading_hyphen", "A name that begins with a sign does not pass.", VALID),
            ("DeviceName.characters/leading_digit", "A name that begins with a digit does not pass.", VALID),
            ("DeviceName.characters/trailing_dot", "A name that ends with a sign does not pass.", VALID),
            ("DeviceName.illegal", "Every character passes.", INVALID),
            ("DeviceName.illegal/space", "A blank passes.", INVALID),
            ("DeviceName.illegal/slash", "A slash passes.", INVALID),
            ("DeviceName.illegal/hash_sign", "A hash sign passes.", INVALID),
            ("DeviceName.illegal/plus", "A plus sign passes.", INVALID),
            ("DeviceName.illegal/non_ascii", "Letters and digits of every script pass.", INVALID),
            ("DeviceName.illegal/trailing_newline", "A name with a newline at its end passes.", INVALID),
            ("DeviceName.illegal/control", "Control characters pass.", INVALID),
            ("DeviceName.illegal/space@XML", "A blank passes in XML.", INVALID),
            ("DeviceName.blank", "An empty name passes.", INVALID),
            ("DeviceName.taken", "A name that a device has already passes.", INVALID),
            ("DeviceName.taken/by_RegisterDevice", "A name that RegisterDevice gave passes.", INVALID),
            ("DeviceName.taken@B", "A name that a device of the second product has passes.", INVALID),
            (
                "DeviceName.repeated",
                "A name given twice becomes two devices.",
                ("Workflow.DeviceName.unique", "QueryPageByApplyId.complete", "QueryPageByApplyId.Total"),
            ),
            ("DeviceName.limit", "As many names as the limit are refused.", ()),
            ("DeviceName.max", "More names than the limit are checked.", ()),
            ("DeviceName.max@FORM", "More names than the limit are checked in a form.", ()),
            ("DeviceNameList", "DeviceNameList is ignored.", ()),
            ("DeviceNameList/unchecked", "Names in DeviceNameList pass unchecked.", INVALID),
            ("DeviceNameList.wins", "DeviceName.N counts where both spellings are given.", ("Workflow.DeviceName",)),
            ("DeviceNameList.wins/both_count", "Both spellings count together.", ("Workflow.DeviceName",)),
            ("DeviceNickname", "A nickname beyond ASCII does not pass.", ()),
            ("DeviceNickname/longest", "A nickname of 64 does not pass.", ()),
            ("DeviceNickname.illegal", "Every nickname passes.", ()),
            ("DeviceNickname.illegal/too_long", "A nickname longer than 64 passes.", ()),
            ("DeviceNickname.illegal/hyphen", "A nickname with a hyphen passes.", ()),
            ("InvalidDeviceNameList", "A call refused for its names lists all of them.", ()),
            ("InvalidDeviceNameList/first_only", "A call refused for its names lists the first bad one only.", ()),
            ("InvalidDeviceNameList/absent", "A call refused for its names lists none.", ()),
        )
    ),
    Lapse(
        "BatchCheckDeviceNames.DeviceName.max/in_DeviceNameList",
        "More names than the limit are checked when they stand in DeviceNameList.",
        editions=NEWER,
    ),
)

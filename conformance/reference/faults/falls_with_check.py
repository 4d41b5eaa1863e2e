"""Which other clauses cannot help failing when the reference breaks one of BatchCheckDeviceNames.

One wrong name fails every clause that looks at names: those that judge what passes, and those of the lists that say so.
"""

from __future__ import annotations

from conformance.contract.actions import Action

OWN = Action.BatchCheckDeviceNames

FALLS: dict[str, str] = {
    "accepts@FORM@XML": "Workflow.refused_names",
    "accepts/as_illegal@GET": """
        .DeviceName.N .DeviceName.characters .DeviceNameList .DeviceNickname .DeviceNickname.length
        Workflow.isolation Workflow.refused_names
    """,
    "DeviceName.required": ".DeviceNickname.alone",
    "DeviceName.N": """
        .DeviceName.max .DeviceName.taken QueryPageByApplyId.Total QueryPageByApplyId.length
        Workflow.DeviceName Workflow.invalid Workflow.refusal
    """,
    "DeviceName.N/only_nine": """
        QueryBatchRegisterDeviceStatus.ValidList QueryBatchRegisterDeviceStatus.InvalidList
        .DeviceName.illegal .DeviceName.max .DeviceName.taken .InvalidDetailList.complete
        .InvalidDeviceNameList QueryPageByApplyId.Total QueryPageByApplyId.length Workflow.DeviceName
        Workflow.invalid Workflow.refusal
    """,
    "DeviceName.N/only_nine@FORM": """
        .DeviceName.illegal .DeviceName.max .DeviceName.taken .InvalidDetailList.complete
        .InvalidDeviceNameList QueryPageByApplyId.Total QueryPageByApplyId.length Workflow.DeviceName
        Workflow.invalid Workflow.refusal
    """,
    "DeviceName.shortest": ".DeviceNameList.length .InvalidDetailList .InvalidDeviceNameList .accepts Workflow.checked",
    "DeviceName.longest": ".DeviceNameList.length .InvalidDetailList .InvalidDeviceNameList .accepts Workflow.checked",
    "DeviceName.too_short": ".DeviceNameList.length BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid",
    "DeviceName.too_long": ".DeviceNameList.length BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid",
    "DeviceName.characters": """
        .DeviceName.N .DeviceName.limit .DeviceName.max .DeviceNameList .DeviceNickname .DeviceNickname.wide
        .InvalidDetailList .InvalidDeviceNameList .accepts Workflow.checked
    """,
    "DeviceName.characters/leading_hyphen": """
        .DeviceName.N .DeviceName.limit .DeviceNameList .InvalidDetailList .InvalidDeviceNameList .accepts
        Workflow.checked
    """,
    "DeviceName.characters/leading_digit": """
        .DeviceName.N .DeviceName.limit .DeviceName.longest .DeviceName.max .DeviceNameList.length
        .DeviceNameList.wins .DeviceNickname .DeviceNickname.length .DeviceNickname.wide .InvalidDetailList
        .InvalidDeviceNameList .accepts Workflow.checked Workflow.isolation
    """,
    "DeviceName.characters/trailing_dot": """
        .DeviceName.N .DeviceName.limit .DeviceNameList .InvalidDetailList .InvalidDeviceNameList .accepts
        Workflow.checked
    """,
    "DeviceName.illegal": """
        .DeviceName.N .DeviceNameList .DeviceNameList.wins BatchRegisterDeviceWithApplyId.unchecked
        Workflow.invalid
    """,
    "DeviceName.illegal/slash": """
        .DeviceNameList .InvalidDetailList.complete .InvalidDeviceNameList
        BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid
    """,
    "DeviceName.illegal/hash_sign": """
        .DeviceNameList .InvalidDetailList.complete .InvalidDeviceNameList
        BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid
    """,
    "DeviceName.illegal/plus": """
        .DeviceNameList .InvalidDetailList.complete .InvalidDeviceNameList
        BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid
    """,
    "DeviceName.illegal/non_ascii": """
        .DeviceNameList .InvalidDetailList.complete .InvalidDeviceNameList
        BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid
    """,
    "DeviceName.illegal/trailing_newline": ".DeviceNameList BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid",
    "DeviceName.illegal/control": ".DeviceNameList BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid",
    "DeviceName.blank": "BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid",
    "DeviceName.taken": ".DeviceNameList.taken BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid",
    "DeviceName.taken/by_RegisterDevice": "BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid",
    "DeviceName.taken@B": "BatchRegisterDeviceWithApplyId.unchecked Workflow.invalid",
    "DeviceName.repeated": """
        .DeviceNameList.repeated QueryPageByApplyId.DeviceSecret QueryPageByApplyId.IotId
        QueryPageByApplyId.Total QueryPageByApplyId.complete QueryPageByApplyId.order
        Workflow.DeviceName.unique
    """,
    "DeviceName.limit": ".DeviceName.N .InvalidDeviceNameList.given .accepts",
    "DeviceName.limit/two_thousand": ".accepts",
    "DeviceNameList": """
        .DeviceNameList.length .DeviceNameList.wins .DeviceNickname .DeviceNickname.length
        .DeviceNickname.wide .InvalidDetailList .InvalidDeviceNameList .InvalidDeviceNameList.given
        .InvalidDeviceNicknameList.given QueryPageByApplyId.length Workflow.DeviceName
    """,
    "DeviceNameList/unchecked": """
        .DeviceNameList.length .DeviceNameList.taken .DeviceNameList.wins .DeviceNickname.illegal
        .DeviceNickname.length .DeviceNickname.wide Workflow.invalid
    """,
    "DeviceNameList/only_nine": """
        .DeviceNameList.wins .DeviceNickname .InvalidDeviceNameList.given QueryPageByApplyId.length
        Workflow.DeviceName Workflow.refusal
    """,
    "DeviceNameList/in_order_only": """
        .DeviceNameList.wins .DeviceNickname .InvalidDeviceNameList.given QueryPageByApplyId.length
        Workflow.DeviceName Workflow.refusal
    """,
    "DeviceNameList.length/longest": ".InvalidDetailList .InvalidDeviceNameList",
    "DeviceNameList.repeated": "QueryPageByApplyId.DeviceSecret QueryPageByApplyId.IotId",
    "DeviceNameList.wins": """
        .InvalidDetailList .InvalidDeviceNameList QueryPageByApplyId.Total QueryPageByApplyId.length
        Workflow.DeviceName Workflow.refusal
    """,
    "DeviceNameList.wins/both_checked": """
        .InvalidDetailList QueryPageByApplyId.Total QueryPageByApplyId.length Workflow.DeviceName
        Workflow.refusal
    """,
    "DeviceNameList.wins/checked_instead": """
        .InvalidDetailList QueryPageByApplyId.Total QueryPageByApplyId.length Workflow.DeviceName
        Workflow.refusal
    """,
    "DeviceNickname": ".DeviceNickname.wide .InvalidDetailList .InvalidDeviceNicknameList",
    "DeviceNickname.length": ".DeviceNickname.wide .InvalidDetailList.complete .InvalidDeviceNicknameList",
    "DeviceNickname.length/shortest": ".DeviceNickname.wide .InvalidDetailList .InvalidDeviceNicknameList",
    "DeviceNickname.length/longest": ".DeviceNickname.wide .InvalidDetailList .InvalidDeviceNicknameList",
    "DeviceNickname.wide": ".InvalidDetailList .InvalidDetailList.complete .InvalidDeviceNicknameList",
    "DeviceNickname.illegal/hyphen": ".InvalidDetailList.complete .InvalidDeviceNicknameList",
    "DeviceNickname.illegal/blank": ".InvalidDetailList.complete .InvalidDeviceNicknameList",
    "DeviceNickname.shown/by_position": ".InvalidDetailList .InvalidDetailList.complete",
    "InvalidDeviceNicknameList/first_only": ".DeviceNickname.illegal .DeviceNickname.wide",
    "lists.on_success": ".InvalidDeviceNameList",
    "lists.on_success/invalid_ones": "",
    "InvalidDeviceNameList/first_only": ".DeviceName.illegal",
}
"""Name of a fault within the operation → clauses; one that begins with a dot is of this operation."""

ALSO: dict[str, tuple[str, ...]] = {
    name: tuple(f"{OWN}{clause}" if clause[0] == "." else clause for clause in clauses.split())
    for name, clauses in FALLS.items()
}

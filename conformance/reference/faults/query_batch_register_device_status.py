"""Faults of QueryBatchRegisterDeviceStatus."""

from __future__ import annotations

from conformance.contract.actions import Action
from conformance.reference.faults.fault import Fault, faults_of

SAYS = {
    "accepts@POST@JSON": "Valid requests by POST for JSON are refused as a system exception.",
    "accepts/as_illegal@XML": "Valid requests for XML are refused as illegal.",
    "answers": "An ApplyId with letters gives HTTP 500 with a page of HTML.",
    "answers/twice": "A parameter that is sent twice gives HTTP 500 with a page of HTML.",
    "answers/every_7th": "Every 7th valid request gives HTTP 500 with a page of HTML.",
    "JSON": "ValidList and InvalidList are bare lists in JSON.",
    "JSON/one_name_is_no_list": "A single name stands in InvalidList.Name without a list.",
    "XML": "The names stand in one text with commas in XML.",
    "XML/one_name_is_no_list": "A single name stands in InvalidList without a Name around it in XML.",
    "Status": "CHECK and CREATE are called CHECKING and CREATING.",
    "Status/small_letters@20th": "Every 20th answer writes its status in small letters.",
    "Status/small_letters@50th": "Every 50th answer writes its status in small letters.",
    "Status/success": "CREATE_SUCCESS is called SUCCESS.",
    "ValidList": "On success ValidList holds one of several names.",
    "ValidList/all_but_one": "On success ValidList holds all names but the last.",
    "ValidList/foreign": "On success ValidList holds a name that nobody asked for.",
    "ValidList/failed_ones": "On failure ValidList holds a failed name too.",
    "ValidList/all_but_one@B": "The same for the second product only.",
    "InvalidList": "On failure InvalidList lacks the last failed name.",
    "InvalidList/valid_one_too": "On failure InvalidList holds the good names too.",
    "InvalidList/on_success": "On success InvalidList holds a name.",
    "ValidList/invented": "ValidList of generated devices holds invented names.",
    "InvalidList/empty_on_CREATE_FAILED": "InvalidList is empty on CREATE_FAILED.",
    "InvalidList/first_taken_only": "InvalidList holds the first of the taken names only.",
    "InvalidList/every_name": "On CHECK_FAILED InvalidList holds every name, against what alibaba-2021 says.",
    "InvalidList/every_name@XML": "On CHECK_FAILED InvalidList holds every name in XML, but not in JSON.",
    "InvalidDetailList/other_nickname": "NickName of InvalidDetailList is another nickname.",
    "InvalidDetailList/named_after_the_device": "NickName of InvalidDetailList is the DeviceName.",
    "InvalidDetailList.complete": "InvalidDetailList explains the first name only.",
    "InvalidDetailList": "InvalidDetailList names the good names too.",
    "InvalidDetailList/without_reason": "InvalidDetailList gives no reason.",
    "Data.on_refusal": "A refused question is told CREATE_SUCCESS in Data.",
    "Data.on_refusal/names": "A refused question is told a name in Data.",
    "lists": "Lists that are empty are left out.",
    "lists/bare_when_empty": "Lists that are empty are {} in JSON.",
    "lists/InvalidList": "An empty InvalidList is left out.",
}

ALSO: dict[str, tuple[str, ...]] = {
    "accepts@POST@JSON": ("Common.Format.letter_case",),
    "accepts/as_illegal@XML": ("Common.Format.letter_case", "Workflow.ApplyId.exact"),
    "XML": ("Common.forms_agree", "QueryBatchRegisterDeviceStatus.InvalidList"),
    "XML/one_name_is_no_list": (
        "Common.forms_agree",
        "QueryBatchRegisterDeviceStatus.InvalidList",
        "QueryBatchRegisterDeviceStatus.ValidList",
        "QueryBatchRegisterDeviceStatus.InvalidDetailList",
    ),
    "Status/small_letters@50th": ("Common.forms_agree", "Workflow.terminal"),
    "Status/small_letters@20th": ("Common.forms_agree", "Workflow.terminal"),
    "InvalidList": ("QueryBatchRegisterDeviceStatus.ValidList",),
    "InvalidList/valid_one_too": ("QueryBatchRegisterDeviceStatus.ValidList", "Workflow.CREATE_FAILED"),
}

EDITIONS = {"InvalidList/every_name": ("alibaba-2021",)}

STATUS: tuple[Fault, ...] = faults_of(Action.QueryBatchRegisterDeviceStatus, SAYS, ALSO, EDITIONS)

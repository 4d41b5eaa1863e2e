"""Which invariants judge single exchanges of any number, and which need to know the rest of the traffic."""

from __future__ import annotations

from conformance.contract.actions import UNDER_TEST

OF_ONE_EXCHANGE = frozenset(
    {
        "Common.JSON", "Common.XML", "Common.ContentType", "Common.RequestId", "Common.RequestId.form",
        "Common.RequestId.letters", "Common.Success.JSON", "Common.Success.XML", "Common.XML.prolog", "Common.Code",
        "Common.Code.documented", "Common.Code.seen", "Common.Code.on_success", "Common.Code.on_success.seen",
        "Common.ErrorMessage", "Common.ErrorMessage.internals", "Common.ErrorMessage.on_success",
        "Common.Data.on_refusal", "Common.Data.on_refusal.seen", "Common.HTTPStatus.success",
        "Common.HTTPStatus.refusal", "Common.HTTPStatus.refusal.seen", "Common.gateway.envelope",
        "Common.gateway.HTTPStatus", "Common.missing.seen", "Signature.envelope", "Signature.Message",
        "Signature.Message.AccessKeyId", "BatchCheckDeviceNames.InvalidDeviceNicknameList",
        "BatchCheckDeviceNames.RepeatedDeviceNameList", "BatchCheckDeviceNames.ApplyId.place",
        "BatchRegisterDeviceWithApplyId.ApplyId.place", "BatchRegisterDeviceWithApplyId.XML.root.seen",
        "QueryBatchRegisterDeviceStatus.XML.root.seen", "QueryBatchRegisterDeviceStatus.lists",
        "QueryBatchRegisterDeviceStatus.Status", "QueryBatchRegisterDeviceStatus.Data.on_refusal",
        "QueryPageByApplyId.PageSize.max.seen",
    }
    | {f"{operation}.{part}" for operation in UNDER_TEST for part in ("JSON", "XML", "XML.root")}
)  # fmt: skip
"""Clauses whose invariant judges each exchange by itself: they are judged however long a recording is."""

_FREE = "the recording does not tell which names were free before; --whole says that it holds all that was ever done"
_ELSEWHERE = "what it forbids may have been asked for elsewhere; --whole says that the recording holds all of it"
_QUOTA = "the account's quota and rights are not known; --whole says that nothing else keeps a request from success"
_SURE = "the refusal may have another reason; --whole says that nothing else was wrong with the requests"

NEEDS_THE_WHOLE = {
    "Workflow.checked": _FREE,
    "Workflow.registered": _FREE,
    "BatchCheckDeviceNames.accepts": _FREE,
    "BatchCheckDeviceNames.InvalidDeviceNameList": _FREE,
    "BatchCheckDeviceNames.InvalidDetailList": _FREE,
    "QueryBatchRegisterDeviceStatus.InvalidList": _FREE,
    "Workflow.unasked": _ELSEWHERE,
    "Workflow.refusal": _ELSEWHERE,
    "Workflow.random": _QUOTA,
    "QueryPageByApplyId.unregistered": _ELSEWHERE,
    "BatchRegisterDeviceWithApplyId.accepts": _ELSEWHERE,
    "BatchRegisterDevice.accepts": _QUOTA,
    "BatchCheckDeviceNames.InvalidDeviceNameList.given": _SURE,
}
"""Clauses that traffic recorded by others cannot decide by itself, and why."""

"""How the gateway itself says no: an envelope of its own under the root Error, with an HTTP status that is not 200."""

from __future__ import annotations

from typing import Any

from conformance.reference.call import Call
from conformance.reference.envelope import Reply, dressed, truth, with_request_id
from conformance.reference.refusals import GatewayError
from conformance.reference.rule import rule

OLDER: dict[str, tuple[str, int]] = {
    "InvalidAccessKeyId.NotFound": ("InvalidAccessKeyId.NotFound", 400),
    "SignatureDoesNotMatch": ("SignatureDoesNotMatch", 403),
    "InvalidAction.NotFound": ("UnsupportedOperation", 400),
    "InvalidVersion": ("NoSuchVersion", 400),
}
"""Codes and statuses of the older published lists, where they differ."""


@rule
def gateway_error(call: Call, error: GatewayError) -> Reply:
    """The answer of the gateway."""
    code, status = error.code, error.status
    if call.choices.gateway_errors_always_400:
        status = 400
    if call.choices.gateway_errors_of_the_older_lists:
        code, status = OLDER.get(error.code, (code, status))
    fields = with_request_id(call, gateway_fields(call, code, error), refused=True)
    return Reply(status, "Error", dressed(call, fields))


@rule
def gateway_fields(call: Call, code: str, error: GatewayError) -> dict[str, Any]:
    """HostId, Code and Message, and where to read more; there is no Success unless the server chooses so."""
    fields = {
        "HostId": call.question.headers.get("host", "iot.cn-shanghai.aliyuncs.com"),
        "Code": code,
        "Message": error.message,
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}&product=Iot",
    }
    if call.choices.gateway_errors_say_success_false:
        fields["Success"] = truth(call, False)
    return fields

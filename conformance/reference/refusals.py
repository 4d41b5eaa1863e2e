"""The ways of saying no: the refusals of the business and the errors of the gateway, with their published codes."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """The business says no, with a documented code; the HTTP status is 200."""

    def __init__(self, code: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = BUSINESS[code]
        self.data = data


class GatewayError(Exception):
    """The gateway says no before the business sees the request; the envelope and the status are its own."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.message = message


BUSINESS: dict[str, str] = {
    "iot.common.InvalidFormattedParameter": "The format of a parameter is invalid.",
    "iot.common.InvalidPageParams": "The page size or the page number is invalid.",
    "iot.device.AlreadyExistedDeviceName": "The device name exists already.",
    "iot.device.CreateDeviceTaskIsRunning": "The devices are still being created.",
    "iot.device.DeviceApplyIsNotFound": "The ApplyId is not found.",
    "iot.device.DeviceCountExceeded": "The number of devices exceeds the maximum.",
    "iot.device.IncorrentDeviceApplyInfo": "The information of the application is not correct.",
    "iot.device.InvalidDeviceNameExisted": "There are invalid device names.",
    "iot.device.InvalidFormattedApplyId": "The ApplyId is incorrect.",
    "iot.device.InvalidFormattedDeviceName": "The format of the device name is invalid.",
    "iot.device.InvalidIoTId": "The IotId is incorrect.",
    "iot.device.NoneDeviceNameElement": "The list of device names cannot be empty.",
    "iot.device.NotExistedDevice": "The device does not exist.",
    "iot.device.NullApplyId": "The ApplyId cannot be empty.",
    "iot.device.NullDeviceName": "The device name cannot be empty.",
    "iot.prod.AlreadyExistedProductName": "The product name exists already.",
    "iot.prod.NotExistedProduct": "The product does not exist.",
    "iot.prod.NullProductKey": "The ProductKey cannot be empty.",
    "iot.system.IllegalRequest": "A parameter of the request is not legal.",
    "iot.system.InstanceNotFound": "The instance does not exist.",
    "iot.system.SystemException": "A system exception occurred. Try again later.",
}
"""Business codes of the published list and what they say. The misspelt ones are spelt so there."""

ALSO_SAID: dict[str, str] = {
    "iot.device.DeviceApplyIsNotFound": "iot.device.IncorrentDeviceApplyInfo",
    "iot.device.IncorrentDeviceApplyInfo": "iot.device.ApplyManyDevicesFailed",
    "iot.device.DeviceCountExceeded": "iot.device.ApplyManyDevicesFailed",
    "iot.common.InvalidPageParams": "iot.system.IllegalRequest",
    "iot.prod.NotExistedProduct": "iot.common.QueryProductActionError",
}
"""Codes of the published list that fit the same refusals as well."""

MESSAGES: dict[str, tuple[int, str]] = {
    "IncompleteSignature": (400, "The request signature does not conform to Aliyun standards."),
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
    "InvalidAction.NotFound": (404, "Specified api is not found, please check your url and method."),
    "InvalidParameter.Format": (400, "Specified parameter format is not valid."),
    "InvalidSignatureMethod": (400, "Specified signature method is not valid."),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "InvalidTimeStamp.Format": (400, "Specified time stamp or date value is not well formatted."),
    "InvalidVersion": (400, "Specified parameter Version is not valid."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
    "Throttling": (429, "Request was denied due to request throttling."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
    "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
    "UnsupportedHTTPMethod": (403, "This http method not supported."),
}


def gateway(code: str, parameter: str | None = None) -> GatewayError:
    """The gateway error of a published code; ``Missing…`` and ``Invalid…`` follow the published pattern."""
    if code in MESSAGES:
        return GatewayError(code, *MESSAGES[code])
    if code.startswith("Missing"):
        return GatewayError(code, 400, f"{parameter or code.removeprefix('Missing')} is mandatory for this action.")
    return GatewayError(code, 400, f"Specified parameter {code.removeprefix('Invalid')} is not valid.")


def no(code: str, data: dict[str, Any] | None = None) -> Refusal | GatewayError:
    """The refusal of that code, from the business or from the gateway, as the code's spelling tells."""
    return Refusal(code, data) if code.startswith("iot.") else gateway(code)

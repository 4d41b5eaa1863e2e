"""Which codes say which reason: literal tables, from the published lists of business and gateway errors."""

from __future__ import annotations

import re
from enum import Enum


class Fit(Enum):
    """How a refusal's code relates to the reason for which the call deserved refusal."""

    FITS = "fits"
    OTHER = "says another reason"
    UNKNOWN = "not a published code"
    NOT_GRADED = "throttling, permission, payment or system"
    NONE = "no code"


GENERIC = frozenset(
    {
        "iot.system.IllegalRequest",
        "iot.common.InvalidFormattedParameter",
        "iot.check.InvalidFormattedParameter",
        "iot.check.ParameterIsNotLessThanMax",
        "iot.common.InvalidTenant",
        "MissingParameter",
        "InvalidParameter",
    }
)
"""Codes that fit any invalid request."""

NOT_GRADED = frozenset(
    {
        "iot.system.SystemException",
        "iot.system.UidNotFound",
        "iot.system.BillIsOverDue",
        "Iot.system.BillIsOverDue",
        "iot.common.RamActionPermissionDeny",
        "iot.common.APINotSupportedInInstance",
        "Forbidden.RAM",
        "Forbidden.RiskControl",
        "InternalError",
        "ServiceUnavailable",
    }
)

PRODUCT = frozenset(
    {
        "iot.prod.NotExistedProduct",
        "iot.prod.NullProductKey",
        "iot.prod.InvalidFormattedProductkey",
        "iot.common.QueryProductActionError",
        "iot.common.AuthActionPermissionDeny",
        "iot.system.InstanceNotFound",
        "iot.Sre.IotInstanceNotFound",
    }
)
APPLY_ID = frozenset(
    {
        "iot.device.DeviceApplyIsNotFound",
        "iot.device.NullApplyId",
        "iot.device.InvalidFormattedApplyId",
        "iot.device.IncorrentDeviceApplyInfo",
        "iot.device.QueryDeviceApplyActionError",
        "iot.common.AuthActionPermissionDeny",
    }
)
COUNT = frozenset(
    {"iot.device.DeviceCountExceeded", "iot.device.ApplyManyDevicesFailed", "iot.prod.QueryDeviceCountActionError"}
)
NAMES = frozenset(
    {
        "iot.device.NoneDeviceNameElement",
        "iot.device.NullDeviceName",
        "iot.device.InvalidFormattedDeviceName",
        "iot.device.AlreadyExistedDeviceName",
        "iot.device.InvalidDeviceNameExisted",
        "iot.device.ApplyManyDevicesFailed",
    }
)
PAGES = frozenset({"iot.common.InvalidPageParams"})
STATE = frozenset({"iot.device.CreateDeviceTaskIsRunning", "iot.device.CreateDeviceFailed"})
OTHERS = frozenset(
    {
        "iot.common.QueryDeviceActionError",
        "iot.prod.AlreadyExistedProductName",
        "iot.prod.ProductCountExceedMax",
        "iot.device.NotExistedDevice",
        "iot.device.InvalidIoTId",
        "iot.device.DeleteDeviceFailed",
        "iot.device.RegionNotSupportX509",
    }
)
"""Published codes that fit no request of this suite."""

ACTION = frozenset(
    {"InvalidAction.NotFound", "InvalidApi.NotFound", "UnsupportedOperation", "InvalidAction", "MissingAction"}
)

SIGNATURE = frozenset({"SignatureDoesNotMatch", "IncompleteSignature"})
KEY = frozenset({"InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive"})
TIME = frozenset({"InvalidTimeStamp.Format", "InvalidTimeStamp.Expired"})
NONCE = frozenset({"SignatureNonceUsed"})
CREDENTIALS = SIGNATURE | KEY | TIME | NONCE
"""Codes of refusals that say nothing of what was asked."""
CONTRADICTING: dict[str, frozenset[str]] = {"expired": frozenset({"InvalidTimeStamp.Format"})}
"""Reason → codes that name the same parameter, for the opposite reason."""

FAMILIES: dict[str, frozenset[str]] = {
    "product": PRODUCT,
    "count": COUNT,
    "apply": APPLY_ID,
    "foreign": APPLY_ID | PRODUCT,
    "state": APPLY_ID | STATE | {"iot.device.AlreadyExistedDeviceName", "iot.device.ApplyManyDevicesFailed"} | NAMES,
    # Without devices, a page is also past the end.
    "no page yet": APPLY_ID | STATE | NAMES | PAGES,
    "names": NAMES,
    "too many": NAMES | COUNT,
    "page": PAGES,
    "action": ACTION,
    "version": ACTION | {"NoSuchVersion", "InvalidVersion", "InvalidProduct.NotFound"},
    "signature": SIGNATURE,
    "key": KEY,
    "unsigned": SIGNATURE | KEY,
    "versions": ACTION | SIGNATURE | {"NoSuchVersion", "InvalidVersion"},
    "time": TIME,
    "expired": TIME - CONTRADICTING["expired"],
    "nonce": NONCE,
    "replay": NONCE | TIME,
    "signature method": SIGNATURE | {"InvalidSignatureMethod"},
    "HTTP method": ACTION | {"UnsupportedHTTPMethod"},
}
"""Reason → the codes that say it."""

PARAMETERS: dict[str, tuple[str, ...]] = {
    "product": ("ProductKey",),
    "count": ("Count",),
    "apply": ("ApplyId",),
    "foreign": ("ApplyId", "ProductKey"),
    "state": ("ApplyId",),
    "page": ("PageSize", "CurrentPage"),
    "no page yet": ("ApplyId", "PageSize", "CurrentPage"),
    "names": ("DeviceName", "DeviceNameList", "DeviceNickname"),
    "too many": ("DeviceName", "DeviceNameList"),
    "action": ("Action",),
    "version": ("Version", "Action"),
    "signature": ("Signature", "Authorization"),
    "key": ("AccessKeyId",),
    "unsigned": (
        "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "AccessKeyId", "Timestamp", "TimeStamp",
        "Authorization",
    ),
    "versions": ("Version", "SignatureVersion"),
    "time": ("Timestamp", "TimeStamp"),
    "expired": ("Timestamp", "TimeStamp"),
    "nonce": ("SignatureNonce",),
    "replay": ("SignatureNonce", "Timestamp", "TimeStamp"),
    "signature method": ("SignatureMethod",),
    "HTTP method": ("HTTPMethod",),
}  # fmt: skip
"""Reason → the parameters that a gateway code Missing… or Invalid… may name.

The first reason that names a parameter is the one for which a request is refused that has only this parameter wrong.
"""

KNOWN_PARAMETERS = frozenset(
    {"ProductKey", "Count", "ApplyId", "DeviceName", "DeviceNameList", "PageSize", "CurrentPage", "Action"}
    | {"Version", "Format", "Signature", "SignatureNonce", "SignatureMethod", "SignatureVersion", "AccessKeyId"}
    | {"Timestamp", "TimeStamp", "RegionId", "IotInstanceId"}
)
GATEWAY = frozenset(
    {
        "InvalidAction.NotFound",
        "InvalidApi.NotFound",
        "UnsupportedOperation",
        "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive",
        "InvalidTimeStamp.Format",
        "InvalidTimeStamp.Expired",
        "SignatureNonceUsed",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "UnsupportedHTTPMethod",
        "InvalidProtocol.NeedSsl",
        "InvalidProduct.NotFound",
        "NoSuchVersion",
        "InvalidParameter.Format",
    }
)
"""Gateway codes that do not follow the patterns Missing… and Invalid…"""

BUSINESS_FORM = re.compile(r"[Ii]ot(\.[A-Za-z0-9_]+)+\.[A-Z][A-Za-z0-9_]*")
GATEWAY_FORM = re.compile(
    r"(Missing|Invalid)[A-Za-z]+(-[a-z0-9]+)*(\.[A-Za-z0-9]+)*|Throttling(\.[A-Za-z]+)*|Forbidden(\.[A-Za-z]+)*"
)
DOCUMENTED = frozenset().union(*FAMILIES.values(), GENERIC, NOT_GRADED, GATEWAY, OTHERS)


def reason_of(parameter: str) -> str:
    """Why a request is refused that has only this parameter wrong. Raises LookupError for one of no reason."""
    for reason, names in PARAMETERS.items():
        if parameter in names:
            return reason
    raise LookupError(f"no reason of PARAMETERS names the parameter {parameter!r}")


def is_published_form(code: str) -> bool:
    """Whether a code has the form of business codes or of gateway codes."""
    return (
        bool(BUSINESS_FORM.fullmatch(code))
        or bool(GATEWAY_FORM.fullmatch(code))
        or code in GATEWAY
        or code in NOT_GRADED
    )


def is_documented(code: str) -> bool:
    """Whether a code stands in a published list or follows one of its patterns."""
    found = re.fullmatch(r"(Missing|Invalid)([A-Za-z]+)(\.[A-Za-z]+)*", code)
    return code in DOCUMENTED or (found is not None and found[2] in KNOWN_PARAMETERS) or code.startswith("Throttling")


def fit(code: str, because: str) -> Fit:
    """How ``code`` relates to the reason ``because``, one of the keys of FAMILIES."""
    if not code:
        return Fit.NONE
    if code in FAMILIES[because] or code in GENERIC:
        return Fit.FITS
    if code in CONTRADICTING.get(because, ()):
        return Fit.OTHER
    if code in NOT_GRADED or code.startswith("Throttling"):
        return Fit.NOT_GRADED
    if (named := re.fullmatch(r"(Missing|Invalid)([A-Za-z]+?)(\.[A-Za-z0-9.]+)?", code)) is not None:
        if named[2] in PARAMETERS[because] or named[2] == "Parameter":
            return Fit.FITS
        if named[2] in KNOWN_PARAMETERS:
            return Fit.OTHER
    return Fit.OTHER if code in DOCUMENTED else Fit.UNKNOWN

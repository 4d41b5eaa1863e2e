"""Faults of how a valid call is answered, the same for several operations: refused, fallen over, ApplyId misplaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.applications import open_application, with_apply_id
from conformance.reference.batch_register_device_with_apply_id import start_creation
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash, breaks, scoped
from conformance.reference.faults.memory import nth
from conformance.reference.query_batch_register_device_status import status_data
from conformance.reference.query_page_by_apply_id import page_of
from conformance.reference.refusals import Refusal

Answer = dict[str, Any]

CONSEQUENCE: dict[str, Callable[..., Any]] = {
    Action.BatchRegisterDevice: open_application,
    Action.BatchCheckDeviceNames: open_application,
    Action.BatchRegisterDeviceWithApplyId: start_creation,
    Action.QueryBatchRegisterDeviceStatus: status_data,
    Action.QueryPageByApplyId: page_of,
}
"""Operation → the rule that every valid call of it comes to, and no other call."""

REFUSED = "are refused as a system exception."
ILLEGAL = "are refused as illegal."

ONLY: dict[str, dict[str, str]] = {
    Action.BatchRegisterDevice: {
        "accepts@GET@XML": f"Valid requests by GET for XML {REFUSED}",
        "accepts/as_illegal@FORM": f"Valid requests in a form {ILLEGAL}",
    },
    Action.BatchCheckDeviceNames: {
        "accepts@FORM@XML": f"Valid requests in a form for XML {REFUSED}",
        "accepts/as_illegal@GET": f"Valid requests by GET {ILLEGAL}",
    },
    Action.BatchRegisterDeviceWithApplyId: {
        "accepts@GET@JSON": f"Valid requests by GET for JSON {REFUSED}",
        "accepts/as_illegal@POST@XML": f"Valid requests by POST for XML {ILLEGAL}",
    },
    Action.QueryBatchRegisterDeviceStatus: {
        "accepts@POST@JSON": f"Valid requests by POST for JSON {REFUSED}",
        "accepts/as_illegal@XML": f"Valid requests for XML {ILLEGAL}",
    },
    Action.QueryPageByApplyId: {
        "accepts@FORM": f"Valid requests in a form {REFUSED}",
        "accepts/as_illegal@GET@JSON": f"Valid requests by GET for JSON {ILLEGAL}",
    },
}
"""Whoever refuses every valid request has no workflow to be measured: so each operation does it in one form only."""


def refuses(operation: str, code: str) -> Callable[..., Any]:
    """Valid calls of an operation are refused with this code."""

    def consequence(faithful: Callable[..., Any], call: Call, *args: Any, **kwargs: Any) -> Any:
        if call.operation == operation:
            raise Refusal(code)
        return faithful(call, *args, **kwargs)

    return consequence


def falls_over_every_7th(operation: str) -> Callable[..., Any]:
    """Every 7th valid call of an operation crashes."""

    def consequence(faithful: Callable[..., Any], call: Call, *args: Any, **kwargs: Any) -> Any:
        if call.operation == operation and nth(call, f"valid {operation}") % 7 == 0:
            raise Crash
        return faithful(call, *args, **kwargs)

    return consequence


for operation, rule in CONSEQUENCE.items():
    breaks(f"{operation}.accepts", f"Valid requests {REFUSED}", rule, listed=False)(
        refuses(operation, "iot.system.SystemException")
    )
    breaks(f"{operation}.accepts/as_illegal", f"Valid requests {ILLEGAL}", rule, listed=False)(
        refuses(operation, "iot.system.IllegalRequest")
    )
    for name, says in ONLY[operation].items():
        scoped(f"{operation}.{name}", says)
    breaks(f"{operation}.answers/every_7th", "Every 7th valid request gives HTTP 500 with a page of HTML.", rule)(
        falls_over_every_7th(operation)
    )


# --- ApplyId in Data ---


def writes(operation: str, form: str, change: Callable[[int], Answer]) -> Callable[..., Answer]:
    """An operation writes the ApplyId in Data in its own way in one form."""

    def fields_of(faithful: Callable[..., Answer], call: Call, apply_id: int) -> Answer:
        fields = faithful(call, apply_id)
        concerned = call.operation == operation and call.question.format == form and "Data" in fields
        return change(apply_id) if concerned else fields

    return fields_of


FROM_2021 = ("alibaba-2021", "alibaba-2023", "tuya-2025")
"""Before, the documents disagree on where the ApplyId of checked names stands."""

for operation, editions in (
    (Action.BatchRegisterDevice, ()),
    (Action.BatchCheckDeviceNames, FROM_2021),
    (Action.BatchRegisterDeviceWithApplyId, FROM_2021),
):
    breaks(f"{operation}.JSON", "Data.ApplyId is a text in JSON.", with_apply_id)(
        writes(operation, "JSON", lambda apply_id: {"Data": {"ApplyId": str(apply_id)}})
    )
    breaks(f"{operation}.XML", "ApplyId stands beside Data in XML, not within.", with_apply_id, editions=editions)(
        writes(operation, "XML", lambda apply_id: {"ApplyId": apply_id, "Data": {}})
    )
    breaks(f"{operation}.XML/twice", "Data holds ApplyId twice in XML.", with_apply_id)(
        writes(operation, "XML", lambda apply_id: {"Data": {"ApplyId": [apply_id, apply_id]}})
    )

breaks(
    f"{Action.BatchRegisterDevice}.JSON/number_with_a_fraction",
    "Data.ApplyId is written 1295007.0 in JSON.",
    with_apply_id,
)(writes(Action.BatchRegisterDevice, "JSON", lambda apply_id: {"Data": {"ApplyId": float(apply_id)}}))

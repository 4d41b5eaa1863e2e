"""Faults of QueryPageByApplyId: how it counts pages and devices, and how the answer is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import also_breaks, breaks, scoped
from conformance.reference.query_page_by_apply_id import (
    devices_on_page,
    page_of,
    within_the_maximum,
)
from conformance.reference.store import Application

THIS = Action.QueryPageByApplyId

Answer = dict[str, Any]


# --- the numbers of the answer ---


def tells(change: Callable[[Call, Answer], Answer]) -> Callable[..., Answer]:
    """Some fields of the answer are others."""

    def page_of(faithful: Callable[..., Answer], call: Call, *args: Any) -> Answer:
        fields = faithful(call, *args)
        return {**fields, **change(call, fields)}

    return page_of


def shown(fields: Answer) -> list[Any]:
    """The devices that an answer shows."""
    devices: list[Any] = fields["ApplyDeviceList"]["ApplyDeviceInfo"]
    return devices


def pages_of(total: int, size: int) -> int:
    return -(-total // size)


@breaks(
    f"{THIS}.Total/failed_ones_too",
    "Total counts the names of which no device was made.",
    page_of,
    editions=("alibaba-2021", "alibaba-2023", "tuya-2025"),  # before, one taken name leaves none to be created
)
def names_are_counted(
    faithful: Callable[..., Answer], call: Call, application: Application, page: int, size: int
) -> Answer:
    fields = faithful(call, application, page, size)
    if not application.failed or not fields["Total"]:
        return fields
    total = len(application.names)
    return {**fields, "Total": total, "PageCount": pages_of(total, size)}


for name, says, change in (
    ("Page", "Page is always 1.", lambda call, fields: {"Page": 1}),
    (
        "Page/counts_from_zero",
        "Page is one less than the page asked for.",
        lambda call, fields: {"Page": fields["Page"] - 1},
    ),
    ("PageSize", "PageSize is always 10.", lambda call, fields: {"PageSize": 10}),
    (
        "PageSize/of_this_page",
        "PageSize is the number of devices on this page.",
        lambda call, fields: {"PageSize": len(shown(fields))},
    ),
    (
        "Total",
        "Total is the number of devices on this page.",
        lambda call, fields: {"Total": len(shown(fields))},
    ),
    (
        "Total/one_less_on_the_last_page",
        "Total is one less on the last of several pages.",
        lambda call, fields: {"Total": fields["Total"] - (1 < fields["PageCount"] == fields["Page"])},
    ),
    (
        "PageCount",
        "PageCount is rounded down.",
        lambda call, fields: {"PageCount": fields["Total"] // fields["PageSize"]},
    ),
    (
        "PageCount/one_more_when_even",
        "PageCount is one too many where the last page is full.",
        lambda call, fields: {"PageCount": fields["Total"] // fields["PageSize"] + 1},
    ),
    (
        "JSON",
        "Page, PageSize, PageCount and Total are texts in JSON.",
        lambda call, fields: (
            {name: str(value) for name, value in fields.items() if isinstance(value, int)}
            if call.question.format == "JSON"
            else {}
        ),
    ),
    (
        "JSON/one_device_is_no_list",
        "A single device stands in ApplyDeviceInfo without a list.",
        lambda call, fields: (
            {"ApplyDeviceList": {"ApplyDeviceInfo": shown(fields)[0]}}
            if call.question.format == "JSON" and len(shown(fields)) == 1
            else {}
        ),
    ),
    (
        "XML",
        "ApplyDeviceInfo is wrapped once more in XML.",
        lambda call, fields: (
            {"ApplyDeviceList": {"ApplyDeviceInfo": fields["ApplyDeviceList"]}} if call.question.format == "XML" else {}
        ),
    ),
    (
        "XML/one_device_is_no_list",
        "A single device stands in ApplyDeviceList without ApplyDeviceInfo in XML.",
        lambda call, fields: (
            {"ApplyDeviceList": shown(fields)[0]} if call.question.format == "XML" and len(shown(fields)) == 1 else {}
        ),
    ),
):
    breaks(f"{THIS}.{name}", says, page_of)(tells(change))
scoped(f"{THIS}.Total@50th", "Total is the number of devices on this page in every 50th answer.")


# --- a PageSize over the maximum is cut, and half of the server does not know ---


def size_asked_for(call: Call, size: int) -> int:
    """The PageSize before it was cut."""
    text = call.param("PageSize")
    return int(text) if text is not None and text.isdigit() else size


FROM_2021 = ("alibaba-2021", "alibaba-2023", "tuya-2025")
"""Before, there is no maximum to which a PageSize could be cut."""

breaks(
    f"{THIS}.PageCount/of_the_size_asked_for",
    "A PageSize over the maximum is cut, but PageCount is told as if it were not.",
    page_of,
    editions=FROM_2021,
)(tells(lambda call, fields: {"PageCount": pages_of(fields["Total"], size_asked_for(call, fields["PageSize"]))}))
breaks(
    f"{THIS}.length/of_the_size_asked_for",
    "A PageSize over the maximum is cut, but the second page begins as if it were not.",
    devices_on_page,
    editions=FROM_2021,
)(lambda faithful, call, devices, page, size: devices[(page - 1) * size_asked_for(call, size) :][:size])
for name in ("PageCount/of_the_size_asked_for", "length/of_the_size_asked_for"):
    also_breaks(f"{THIS}.{name}", within_the_maximum)(
        lambda faithful, call, size: min(size, call.edition.most_per_page or size)
    )

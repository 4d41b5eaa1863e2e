"""Faults of QueryPageByApplyId: what it takes for PageSize and CurrentPage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import Crash, also_breaks, breaks, scoped
from conformance.reference.integers import digits, integer, negative
from conformance.reference.query_page_by_apply_id import (
    INVALID,
    current_page,
    devices_on_page,
    page_size,
    positive,
    query_page_by_apply_id,
    within_the_maximum,
)
from conformance.reference.refusals import Refusal
from conformance.reference.store import Device

THIS = Action.QueryPageByApplyId

Answer = dict[str, Any]
Devices = Sequence[Device]


# --- crashes ---


def crashes(where: Callable[[str], bool]) -> Callable[..., Answer]:
    """The server falls over such a CurrentPage."""

    def change(faithful: Callable[[Call], Answer], call: Call) -> Answer:
        if where(call.param("CurrentPage") or "1"):
            raise Crash
        return faithful(call)

    return change


breaks(
    f"{THIS}.answers", "A CurrentPage that is no number gives HTTP 500 with a page of HTML.", query_page_by_apply_id
)(crashes(lambda text: not text.isdigit()))
breaks(
    f"{THIS}.answers/superscript",
    "A CurrentPage in superscript digits gives HTTP 500 with a page of HTML.",
    query_page_by_apply_id,
)(crashes(lambda text: text.isdigit() and not text.isdecimal()))


# --- PageSize and CurrentPage left out ---


def without(name: str, value: Callable[[Call], int]) -> Callable[..., int]:
    """What is taken where the parameter is left out."""
    return lambda faithful, call: value(call) if call.param(name) is None else faithful(call)


def default_page_size(call: Call) -> int:
    return call.edition.default_page_size


breaks(f"{THIS}.PageSize.required", "Without PageSize a page holds 10 devices.", page_size)(
    without("PageSize", default_page_size)
)
breaks(f"{THIS}.CurrentPage.required", "Without CurrentPage the answer is page 1.", current_page)(
    without("CurrentPage", lambda call: 1)
)
breaks(f"{THIS}.PageSize.default", "Without PageSize a page holds 20 devices.", page_size)(
    without("PageSize", lambda call: 20)
)
scoped(f"{THIS}.PageSize.default@FORM", "Without PageSize a page asked for by a form holds 20 devices.")
breaks(f"{THIS}.CurrentPage.default", "Without CurrentPage the answer is page 2.", current_page)(
    without("CurrentPage", lambda call: 2)
)


@breaks(
    f"{THIS}.PageSize.default/as_before",
    "Without PageSize a page holds as many devices as the page asked for before.",
    page_size,
)
def as_many_as_before(faithful: Callable[[Call], int], call: Call) -> int:
    memory = call.server.memory
    size: int = memory.get("PageSize", default_page_size(call)) if call.param("PageSize") is None else faithful(call)
    memory["PageSize"] = size
    return size


@breaks(
    f"{THIS}.PageSize.default/later_pages",
    "Without PageSize the second page begins where one of 20 devices would.",
    devices_on_page,
)
def pages_begin_as_if_they_were_of_20(
    faithful: Callable[..., Devices], call: Call, devices: Devices, page: int, size: int
) -> Devices:
    if call.param("PageSize") is not None:
        return faithful(call, devices, page, size)
    return devices[(page - 1) * 20 :][:size]


breaks(
    f"{THIS}.PageSize.default/other_end",
    "Without PageSize devices are counted from the last one on.",
    devices_on_page,
)(
    lambda faithful, call, devices, page, size: faithful(
        call, devices[::-1] if call.param("PageSize") is None else devices, page, size
    )
)
breaks(
    f"{THIS}.CurrentPage.default/its_devices",
    "Without CurrentPage the answer is called page 1, with the devices of page 2.",
    devices_on_page,
)(
    lambda faithful, call, devices, page, size: faithful(
        call, devices, 2 if call.param("CurrentPage") is None else page, size
    )
)


# --- PageSize and CurrentPage as they should not be ---

breaks(f"{THIS}.PageSize.max", "A PageSize has no maximum.", within_the_maximum)(lambda faithful, call, size: size)
breaks(f"{THIS}.PageSize.max/up_to_200", "A PageSize up to 200 is answered.", within_the_maximum)(
    lambda faithful, call, size: size if size <= 200 else faithful(call, size)
)


@breaks(f"{THIS}.PageSize.limit", "A PageSize of the maximum is refused.", within_the_maximum)
def the_maximum_is_refused(faithful: Callable[[Call, int], int], call: Call, size: int) -> int:
    if size == call.edition.most_per_page:
        raise Refusal(INVALID)
    return faithful(call, size)


def taken_for_1(parameter: str, where: Callable[[int | None, str], bool]) -> Callable[..., int]:
    """Such a parameter is taken for 1; ``where`` is asked with the integer that it is, or None, and with its text."""

    def change(faithful: Callable[..., int], call: Call, name: str, text: str) -> int:
        value = integer(call, text, name)
        return 1 if name == parameter and where(value, text) else faithful(call, name, text)

    return change


for name in ("PageSize", "CurrentPage"):
    also_breaks(f"{THIS}.{name}.integer", positive)(taken_for_1(name, lambda value, text: not value))
    breaks(f"{THIS}.{name}.integer/zero", f"A {name} of 0 is taken for 1.", positive)(
        taken_for_1(name, lambda value, text: value == 0)
    )
breaks(f"{THIS}.CurrentPage.integer/negative", "A negative CurrentPage is taken for 1.", positive)(
    taken_for_1("CurrentPage", lambda value, text: negative(text))
)


@breaks(f"{THIS}.past_the_end/modulo_2_32", "CurrentPage counts modulo 2^32.", positive)
def counts_modulo_2_32(faithful: Callable[..., int], call: Call, name: str, text: str) -> int:
    if name == "CurrentPage" and digits(text):
        text = str(int(text) % 2**32)
    return faithful(call, name, text)

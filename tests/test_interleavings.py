"""Whatever the order of calls, invariants blame no legal server, and see of a broken one what only some orders show."""

from __future__ import annotations

from functools import partial

import pytest

from conformance.contract import EDITIONS
from tests.interleavings import independent, reference, search


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_order_of_calls_blames_the_faithful_server(edition: str) -> None:
    assert search(edition, partial(reference, edition)) == {}


FREEDOMS = [
    ("invalid_names_later", "past_the_end_refused"),
    ("register_early_queued", "paging_early_partial"),
    ("check_visible_for_random", "deleted_devices_vanish"),
]


@pytest.mark.parametrize("variants", FREEDOMS, ids=" ".join)
def test_no_order_of_calls_blames_a_legal_freedom(variants: tuple[str, ...]) -> None:
    assert search("alibaba-2021", partial(reference, "alibaba-2021", variants=variants)) == {}


CHOICES = [(), ("invalid-names-later", "again-refused", "paging-early-partial"), ("instant", "early-refused")]


@pytest.mark.parametrize("choices", CHOICES, ids=lambda choices: " ".join(choices) or "default")
def test_no_order_of_calls_blames_another_server(choices: tuple[str, ...]) -> None:
    assert search("alibaba-2021", partial(independent, "alibaba-2021", choices=choices)) == {}


@pytest.mark.parametrize(
    "fault",
    [
        "Workflow.terminal",
        "BatchRegisterDeviceWithApplyId.twice",
        "QueryBatchRegisterDeviceStatus.ApplyId.other_product",
        "QueryPageByApplyId.past_the_end",
    ],
)
def test_an_order_that_shows_a_fault_is_found(fault: str) -> None:
    assert fault in search("alibaba-2023", partial(reference, "alibaba-2023", faults=[fault]))

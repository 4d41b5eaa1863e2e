"""How a workflow spells the names that it checks."""

from __future__ import annotations

from conformance.generate.check_request import spelt_names
from conformance.generate.workflows import Name, Workflow

AGAIN = Workflow("", names=(Name("new"),), taken_from="checked.1")


def test_names_that_are_taken_come_after_new_ones() -> None:
    assert spelt_names(AGAIN, str.upper, ["0123456789", "dev-1"]) == ["NEW", "0123456789"]


def test_a_name_without_letters_has_no_other_letter_case() -> None:
    other = Workflow("", taken_from="checked.1", other_case=True)

    assert spelt_names(other, str.upper, ["0123456789", "dev-1"]) == ["DEV-1"]
    assert spelt_names(other, str.upper, ["0123456789"]) == ["0123456789"]
    assert spelt_names(other, str.upper, []) == []

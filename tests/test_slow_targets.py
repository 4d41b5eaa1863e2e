"""Everything that must wait waits together: however slow a target is, a run waits three times as long as its states."""

from __future__ import annotations

import pytest

from conformance.conduct import Conductor, Result
from conformance.generate.waits import Waits
from conformance.judge.verdict import Outcome
from conformance.options import settings_from
from conformance.reference.server import Reference
from conformance.selfproof import PRODUCTS, InProcess
from conformance.target.clock import VirtualClock


def measured(delay: float) -> tuple[Result, float]:
    """The full run against a reference whose CHECK and CREATE each take that long, and how long it takes."""
    settings = settings_from("http://127.0.0.1:1", product_key=PRODUCTS[0], other_product_key=PRODUCTS[1])
    clock = VirtualClock()
    began = clock.now()
    reference = Reference(edition=settings.edition, delay=delay, auth="both")
    result = Conductor(settings, clock=clock, transport=InProcess(reference, clock)).drive()
    return result, clock.now() - began


def test_a_run_against_a_slow_target_waits_three_times_as_long_as_its_states() -> None:
    result, seconds = measured(20)

    # On this clock a run without waiting takes under three seconds.
    assert 2 * 20 < seconds <= 3 * 20 + 3
    assert result.exit == 0
    for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE):
        assert [one.clause for one in result.verdicts if one.outcome is outcome] == []


@pytest.mark.parametrize(
    ("waited", "pause"),
    [
        (18.0, 1.0),  # a second later it is not yet over elsewhere
        (19.5, 0.6),  # of 20.1 and 20.4 the shorter
        (20.1, 1.0),  # it lasts longer here
        (44.5, 0.5),
        (2.0, 0.2),
    ],
)
def test_what_was_over_elsewhere_is_asked_about_when_it_should_be_over(waited: float, pause: float) -> None:
    waits = Waits()
    for seconds in 20.4, 20.1, 45.0, 0.01:
        waits.note(seconds)

    assert waits.pause(waited, min(1.0, waited / 10), 0.05) == pytest.approx(pause)

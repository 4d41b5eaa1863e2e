"""Everything that must wait waits together: however slow a target is, a run waits three times as long as its states."""

from __future__ import annotations

import pytest

from conformance.client.clock import VirtualClock
from conformance.config.options import settings_from
from conformance.generate.backoff import Backoff
from conformance.judge.verdict import Outcome
from conformance.reference.in_process import PRODUCTS, InProcess
from conformance.reference.server import Reference
from conformance.runner.run import Result, Runner


def measured(delay: float) -> tuple[Result, float]:
    """The full run against a reference whose CHECK and CREATE each take that long, and how long it takes."""
    settings = settings_from("http://127.0.0.1:1", product_key=PRODUCTS[0], other_product_key=PRODUCTS[1])
    clock = VirtualClock()
    began = clock.now()
    reference = Reference(edition=settings.edition, delay=delay, auth="both")
    result = Runner(settings, clock=clock, transport=InProcess(reference, clock)).drive()
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
        (2.0, 0.5),  # others have waited longer in vain
        (18.0, 1.0),  # a second later it is not yet over elsewhere
        (19.1, 0.3),  # of 20.1 and 20.4 the shorter, which was still there after 19.4
        (19.5, 0.175),  # a quarter of what is not known about that one
        (20.1, 0.05),  # it lasts longer here: perhaps not much
        (20.5, 0.4),
        (24.0, 1.0),
        (43.7, 0.3),
        (50.0, 1.0),  # nothing is known about so long a wait
    ],
)
def test_what_was_over_elsewhere_is_asked_about_when_it_should_be_over(waited: float, pause: float) -> None:
    waits = Backoff()
    for not_yet, over in (19.5, 20.4), (19.4, 20.1), (44.0, 45.0), (0.0, 0.01):
        waits.note(not_yet, over)

    assert Backoff().pause(2.0, 0.1, 0.05) == 0.2
    assert waits.pause(waited, 0.1, 0.05) == pytest.approx(pause)

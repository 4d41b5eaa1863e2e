"""Everything that must wait waits together: however slow a target is, a run waits three times as long as its states."""

from __future__ import annotations

from conformance.conduct import Conductor, Result
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

    # On this clock a run without waiting takes four seconds; asked once a second, each wait ends a little late.
    assert 2 * 20 < seconds <= 3 * 20 + 4 + 4
    assert result.exit == 0
    for outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE):
        assert [one.clause for one in result.verdicts if one.outcome is outcome] == []

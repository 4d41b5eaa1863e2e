"""BatchRegisterDeviceWithApplyId: ProductKey and ApplyId. What its state allows is judged by invariants."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.judge.verdict import CheckResult
from conformance.suite.decorators import verifies
from conformance.suite.probe import Probe


@verifies("BatchRegisterDeviceWithApplyId.ApplyId.unknown")
def test_an_apply_id_never_issued_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An ApplyId that no call returned registers nothing, also where it equals a real one modulo 2^32."""
    for apply_id in probe.never_issued(probe.registration):
        request = probe.registration.but(ApplyId=apply_id)
        yield from probe.refused(request, because="apply", what=f"ApplyId={apply_id}, never issued,")

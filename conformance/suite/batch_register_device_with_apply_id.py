"""BatchRegisterDeviceWithApplyId: ProductKey and ApplyId. What its state allows is judged by invariants."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.generate.values import APPLY_ID_ALWAYS, APPLY_ID_AT_LENGTH, Malform, unknown_keys
from conformance.judge.verdict import CheckResult
from conformance.suite.frame import draws, verifies
from conformance.suite.probe import BOTH, Probe


@verifies("BatchRegisterDeviceWithApplyId.ProductKey.required")
def test_a_request_without_product_key_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """Without ProductKey nothing is registered."""
    yield from probe.refused(
        probe.registration.but(ProductKey=None), because="product", what="a call without ProductKey", forms=BOTH
    )


@verifies("BatchRegisterDeviceWithApplyId.ProductKey.blank")
def test_an_empty_product_key_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An empty ProductKey is no ProductKey."""
    yield from probe.refused(
        probe.registration.but(ProductKey=""), because="product", what="an empty ProductKey", forms=BOTH
    )


@verifies("BatchRegisterDeviceWithApplyId.ProductKey.unknown")
@draws("key", unknown_keys, always=["a1NoSuchProd", "unknown"])
def test_an_unknown_product_is_refused(probe: Probe, key: str) -> Iterator[CheckResult]:
    """A ProductKey that belongs to no product registers nothing."""
    yield from probe.refused(
        probe.registration.but(ProductKey=probe.unknown_key(key)), because="foreign", what="an unknown ProductKey"
    )


@verifies("BatchRegisterDeviceWithApplyId.ApplyId.required")
def test_a_request_without_apply_id_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """Without ApplyId there is nothing to register."""
    yield from probe.refused(
        probe.registration.but(ApplyId=None), because="apply", what="a call without ApplyId", forms=BOTH
    )


@verifies("BatchRegisterDeviceWithApplyId.ApplyId.blank")
def test_an_empty_apply_id_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An empty ApplyId is no ApplyId."""
    yield from probe.refused(probe.registration.but(ApplyId=""), because="apply", what="an empty ApplyId", forms=BOTH)


@verifies("BatchRegisterDeviceWithApplyId.ApplyId.integer")
@draws("malform", always=APPLY_ID_ALWAYS, at_length=APPLY_ID_AT_LENGTH)
def test_an_apply_id_that_is_no_integer_is_refused(probe: Probe, malform: Malform) -> Iterator[CheckResult]:
    """Letters, fractions, exponents, signs, blanks, other digits and more than 64 bits make no Long."""
    request = probe.registration
    malformed = malform(request.get("ApplyId") or "")
    yield from probe.refused(request.but(ApplyId=malformed), because="apply", what=f"ApplyId={malformed!r}")


@verifies("BatchRegisterDeviceWithApplyId.ApplyId.unknown")
def test_an_apply_id_never_issued_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An ApplyId that no call returned registers nothing, also where it equals a real one modulo 2^32."""
    for apply_id in probe.never_issued(probe.registration):
        request = probe.registration.but(ApplyId=apply_id)
        yield from probe.refused(request, because="apply", what=f"ApplyId={apply_id}, never issued,")

"""QueryBatchRegisterDeviceStatus: ProductKey and ApplyId. What the answers say is judged by invariants."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.generate.values import APPLY_ID_ALWAYS, APPLY_ID_AT_LENGTH, Malform, unknown_keys
from conformance.judge.verdict import CheckResult
from conformance.suite.frame import draws, verifies
from conformance.suite.probe import BOTH, Probe


@verifies("QueryBatchRegisterDeviceStatus.ProductKey.required")
def test_a_request_without_product_key_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """Without ProductKey no status is told."""
    request = probe.status.but(ProductKey=None)

    yield from probe.refused(
        request, because="product", what="a call without ProductKey", instead_of=probe.status, forms=BOTH
    )


@verifies("QueryBatchRegisterDeviceStatus.ProductKey.blank")
def test_an_empty_product_key_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An empty ProductKey is no ProductKey."""
    request = probe.status.but(ProductKey="")

    yield from probe.refused(
        request, because="product", what="an empty ProductKey", instead_of=probe.status, forms=BOTH
    )


@verifies("QueryBatchRegisterDeviceStatus.ProductKey.unknown")
@draws("key", unknown_keys, always=["a1NoSuchProd", "unknown"])
def test_an_unknown_product_is_refused(probe: Probe, key: str) -> Iterator[CheckResult]:
    """A product that does not exist has no application."""
    request = probe.status.but(ProductKey=probe.unknown_key(key))

    yield from probe.refused(request, because="foreign", what="an unknown ProductKey", instead_of=probe.status)


@verifies("QueryBatchRegisterDeviceStatus.ApplyId.required")
def test_a_request_without_apply_id_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """Without ApplyId nobody knows which status is meant."""
    request = probe.status.but(ApplyId=None)

    yield from probe.refused(
        request, because="apply", what="a call without ApplyId", instead_of=probe.status, forms=BOTH
    )


@verifies("QueryBatchRegisterDeviceStatus.ApplyId.blank")
def test_an_empty_apply_id_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An empty ApplyId is no ApplyId."""
    request = probe.status.but(ApplyId="")

    yield from probe.refused(request, because="apply", what="an empty ApplyId", instead_of=probe.status, forms=BOTH)


@verifies("QueryBatchRegisterDeviceStatus.ApplyId.integer")
@draws("malform", always=APPLY_ID_ALWAYS, at_length=APPLY_ID_AT_LENGTH)
def test_an_apply_id_that_is_no_integer_is_refused(probe: Probe, malform: Malform) -> Iterator[CheckResult]:
    """Letters, fractions, exponents, signs, blanks, other digits and more than 64 bits make no Long."""
    request = probe.status
    malformed = malform(request.get("ApplyId") or "")

    yield from probe.refused(
        request.but(ApplyId=malformed), because="apply", what=f"ApplyId={malformed!r}", instead_of=request
    )


@verifies("QueryBatchRegisterDeviceStatus.ApplyId.unknown")
def test_an_apply_id_never_issued_is_refused(probe: Probe) -> Iterator[CheckResult]:
    """An ApplyId that no call returned has no status, also where it equals a real one modulo 2^32."""
    for apply_id in probe.never_issued(probe.status):
        request = probe.status.but(ApplyId=apply_id)
        yield from probe.refused(
            request, because="apply", what=f"ApplyId={apply_id}, never issued,", instead_of=probe.status
        )

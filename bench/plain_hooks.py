"""What a user adds to Schemathesis before anything else: the signature."""

import schemathesis

from conformance.openapi.signing import RpcSignature

schemathesis.auth.set_from_requests(RpcSignature())  # type: ignore[attr-defined]

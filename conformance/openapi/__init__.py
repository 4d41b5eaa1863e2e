"""The OpenAPI document of an edition, and what Schemathesis makes of it."""

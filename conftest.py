"""Makes ``pytest conformance --target URL`` work in a checkout."""

pytest_plugins = ["conformance.plugin"]

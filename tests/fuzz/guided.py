"""One entry under atheris: ``python -m tests.fuzz.guided ENTRY``, then what libFuzzer takes. Run by ``run.py``."""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["conformance"]):
    from tests.fuzz.doors import DOORS


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, DOORS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""``python -m conformance``, and the command of that name: whoever interrupts it while it loads reads one line, too."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Load the command line and run it; loading takes a moment."""
    try:
        from conformance.cli.main import main as command_line

        command_line()
    except KeyboardInterrupt:
        print("iot-conformance: interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()

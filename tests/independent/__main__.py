"""Runs the server from a shell, and lists what it can be told to do."""

import argparse
import signal
import sys
import threading

from .catalogue import CHOICES, EDITIONS
from .faults import FAULTS
from .state import new_state
from .wire import Server


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.independent", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--edition", choices=EDITIONS, default="alibaba-2023")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds that CHECK and CREATE last, each")
    parser.add_argument("--auth", choices=("none", "rpc"), default="none")
    parser.add_argument("--choice", action="append", default=[], choices=CHOICES, metavar="NAME", help="legal variant")
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, metavar="NAME", help="planted mistake")
    parser.add_argument("--seed", type=int, default=None, help="makes ids and secrets repeatable")
    parser.add_argument("--list-choices", action="store_true")
    parser.add_argument("--list-faults", action="store_true")
    options = parser.parse_args()
    if options.list_choices:
        print("\n".join(f"{name}\t{text}" for name, (_, _, _, text) in CHOICES.items()))
        return 0
    if options.list_faults:
        print("\n".join(f"{name}\t{text}" for name, text in FAULTS.items()))
        return 0
    state = new_state(options.edition, options.delay, options.choice, options.fault, options.auth, options.seed)
    server = Server(state, options.port)

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

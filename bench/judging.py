"""Judging a large recording: how many exchanges a second, and in how much memory.

    python -m bench.judging --megabytes 1024

A run of ours is repeated until the file has that size; its exchanges are numbered anew.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from conformance.contract import DEFAULT_EDITION, load
from conformance.offline.recordings.offline import Wanted, judged
from conformance.offline.recordings.source import Recording
from conformance.record.codec import exchange_to_dict
from conformance.reference.in_process import PRODUCTS
from conformance.runner.garbage import few_collections
from conformance.selfproof.measure import measure


def write(path: Path, megabytes: int) -> None:
    """A run of ours, repeated."""
    lines = [exchange_to_dict(one) for one in measure(DEFAULT_EDITION, "full").exchanges]
    header = {"type": "header", "format": 1, "edition": DEFAULT_EDITION, "products": PRODUCTS, "patience": 60.0}
    number = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(header) + "\n")
        while file.tell() < megabytes << 20:
            for line in lines:
                number += 1
                again = {"type": "exchange", **line, "number": number}
                file.write(json.dumps(again, ensure_ascii=False, separators=(",", ":")) + "\n")
        file.write('{"type":"footer"}\n')


def main() -> int:
    """Write, judge in a process that has only just started, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--file", type=Path, help="judge this one instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "run.ndjson"
        if options.file is None:
            write(path, options.megabytes)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        started, began = time.monotonic(), time.process_time()
        with few_collections():
            found = judged(Recording(path, load()), load(), Wanted())
        seconds, busy = time.monotonic() - started, time.process_time() - began
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        size = path.stat().st_size >> 20
    print(f"{found.read:,} exchanges, {size} MiB, {seconds:.1f} s ({busy:.1f} s of one core)")
    print(f"{found.read / seconds:,.0f} exchanges a second, {found.read / busy:,.0f} by the time of one core")
    print(f"memory {most} MiB, {before} MiB before; {found.notes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Reads what a program prints, and keeps the end of it."""

from __future__ import annotations

import os
import threading

MOST_OUTPUT = 200_000
"""Bytes of a program's output that are kept as evidence."""
CHUNK = 65_536
READ_ON_SECONDS = 1.0
"""Seconds to wait for the rest after the program has ended; a child of it may hold the output open."""


class ProgramOutput:
    """A pipe for a program to print into, emptied by a thread so that the program never waits for us."""

    def __init__(self) -> None:
        self._reading, self.writing = os.pipe()
        self._end = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, name="output of the target", daemon=True)

    def begin(self) -> None:
        """Close our writing end and begin to read, once the program has been started or could not be."""
        os.close(self.writing)
        self._thread.start()

    def end(self) -> bytes:
        """The last 200,000 bytes printed until now."""
        with self._lock:
            return bytes(self._end[-MOST_OUTPUT:])

    def rest(self) -> bytes:
        """The last 200,000 bytes of a program that has ended."""
        self._thread.join(READ_ON_SECONDS)
        return self.end()

    def _read(self) -> None:
        while chunk := os.read(self._reading, CHUNK):
            with self._lock:
                self._end += chunk
                if len(self._end) > 2 * MOST_OUTPUT:
                    del self._end[:-MOST_OUTPUT]
        os.close(self._reading)

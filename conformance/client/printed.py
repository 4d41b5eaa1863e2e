"""What a program prints, read as it comes: the end of it is kept, and no more, however much it is."""

from __future__ import annotations

import os
import threading

MOST_OUTPUT = 200_000
"""Bytes of a program's output that are kept as evidence."""
CHUNK = 65_536
READ_ON_SECONDS = 1.0
"""How long the rest is waited for after the program has ended; somebody else may hold its output open."""


class Printed:
    """A pipe for a program to print into, emptied by a thread so that the program never waits for us."""

    def __init__(self) -> None:
        self._observation, self.writing = os.pipe()
        self._end = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, name="output of the target", daemon=True)

    def begin(self) -> None:
        """The program has been started, or could not be: only it holds the writing end from now on."""
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
        while chunk := os.read(self._observation, CHUNK):
            with self._lock:
                self._end += chunk
                if len(self._end) > 2 * MOST_OUTPUT:
                    del self._end[:-MOST_OUTPUT]
        os.close(self._observation)

"""What can be wrong with a recording, in one line each."""

from __future__ import annotations


class RecordingError(Exception):
    """A recording that cannot be read or judged; the message says what was found, what was expected, what to do.

    ``status`` is the exit status: 2 for what is no recording, 3 for one from which nothing can be told.
    """

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status

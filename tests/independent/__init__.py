"""A second mock of the batch device-registration API, written from the documents alone.

It shares no code with the conformance suite, prefers unusual but legal choices, and can be told
to commit any of a long list of mistakes, so that the suite meets a server it has never seen.
"""

from .gateway import answer
from .state import new_state

__all__ = ["answer", "new_state"]

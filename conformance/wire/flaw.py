"""What a tampered request has wrong about its signature, time or nonce, while the rest of it is right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """The one thing that is wrong."""

    OTHER_SECRET = "signed with another secret"
    EMPTY_SECRET = "signed with the empty secret"
    OTHER_REQUEST = "signed for another request"
    UNKNOWN_KEY = "signed under a key that nobody has"
    NO_SIGNATURE = "its key is named, its signature left out"
    UNSIGNED = "neither key nor signature"
    CUT = "the second half of its signature cut off"
    LETTER_CASE = "its signature in the other letter case"
    TIME = "signed at another time"
    TIME_SPELLING = "its time spelt as no time is"
    NONCE = "signed with a nonce that was used before"
    REPLAY = "sent a second time, byte by byte"
    LEFT_OUT = "a common parameter of its signature left out"
    NAMED_OTHERWISE = "a common parameter of its signature says something else"
    METHOD = "sent by another HTTP method"
    OTHER_METHOD = "signed for the other HTTP method"
    KEY_CASE = "signed under its key in the other letter case"


@dataclass(frozen=True, slots=True)
class Tampering:
    """The flaw of a request, and the values with which it is made again."""

    flaw: Flaw
    value: str = ""
    """TIME: seconds from now. TIME_SPELLING: the form of the time, as strftime has it. UNKNOWN_KEY: the key.
    NONCE: the nonce. REPLAY: time and nonce of the first sending, a blank between them. LEFT_OUT: the parameter.
    NAMED_OTHERWISE: the parameter, ``=``, and what it says. METHOD: the HTTP method."""
    signed: tuple[tuple[str, str], ...] = ()
    """OTHER_REQUEST: the parameters that had another value when the signature was made, Action among them;
    the value ``"\\0"`` means that there was no such parameter."""

    def __str__(self) -> str:
        about = [self.value] if self.value else []
        about += [f"without {name}" if value == "\0" else f"{name}={value}" for name, value in self.signed]
        return f"{self.flaw} ({', '.join(about)})" if about else str(self.flaw)

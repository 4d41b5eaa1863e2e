"""Reads the items of one list inside a JSON document one by one, so that a file of gigabytes is never held whole.

ijson was tried for this and left out: its C reader has no limit of depth, raises IncompleteJSONError for whatever is
wrong, refuses a text with half of a surrogate pair and fails on an integer of more than 4,300 digits with SystemError.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from conformance.offline.recordings.problem import RecordingError
from conformance.wire.decode_common import encodable

LARGEST_ITEM = 64 * 1024 * 1024
"""Characters of one item, or of anything beside the list."""
BLOCK = 1 << 16
"""Bytes that are read at once, at least."""
LONGEST_TOKEN = 8
"""Characters at the end of what was read that may only look wrong because more is to come."""
BLANKS = " \t\r\n"


class CutOff(Exception):
    """The document ends before its list does."""


class Document:
    """A JSON text that is read as far as it was asked for."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._text = ""
        self._at = 0
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode

    def items(self, *path: str) -> Iterator[Any]:
        """The items of the list at that path of names. Raises RecordingError, and CutOff where the text ends before."""
        for name in path:
            self._enter(name)
        self._expect("[")
        if self._peek() == "]":
            return
        while True:
            yield self._value()
            if self._peek() == "]":
                return
            self._expect(",")

    def _enter(self, wanted: str) -> None:
        """Go into the object that begins here, up to the value of that name."""
        self._expect("{")
        while self._peek() != "}":
            name = self._value()
            self._expect(":")
            if name == wanted:
                return
            self._value()
            if self._peek() == ",":
                self._at += 1
        raise RecordingError(f"{self._name}: expected a member {wanted!r}, and there is none")

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = json.JSONDecoder().raw_decode(self._text, self._at)
            except RecursionError:
                raise RecordingError(f"{self._name}: nested too deep to be a recording") from None
            except json.JSONDecodeError as error:
                left = len(self._text) - error.pos
                if left > LONGEST_TOKEN and not error.msg.startswith("Unterminated"):
                    raise self._malformed(error.msg) from None
                if not self._more():
                    raise CutOff from None
                continue
            except ValueError as error:
                raise self._malformed(str(error)) from None
            # A number may go on beyond what was read.
            if end == len(self._text) and self._more():
                continue
            text, self._at = self._text[self._at : end], end
            return encodable(value, text)

    def _peek(self) -> str:
        """The next character that is no blank; it is not taken."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in BLANKS:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                raise CutOff

    def _expect(self, mark: str) -> None:
        if (character := self._peek()) != mark:
            raise self._malformed(f"expected {mark!r}, found {character!r}")
        self._at += 1

    def _malformed(self, problem: str) -> RecordingError:
        return RecordingError(f"{self._name}: malformed JSON: {problem}")

    def _more(self) -> bool:
        """Read on, twice as much as is waiting, so that large items do not cost their square; False at the end."""
        waiting = self._text[self._at :]
        if len(waiting) > LARGEST_ITEM:
            raise RecordingError(
                f"{self._name}: one item is larger than {LARGEST_ITEM >> 20} MiB; that is no recording"
            )
        block = self._file.read(max(BLOCK, len(waiting)))
        try:
            self._text, self._at = waiting + self._decode(block), 0
        except UnicodeDecodeError:
            raise RecordingError(f"{self._name}: not UTF-8") from None
        return bool(block)

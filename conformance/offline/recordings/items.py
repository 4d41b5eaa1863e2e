"""Reads the items of one list inside a JSON document one by one, so that a file of gigabytes is never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from conformance.offline.recordings.problem import RecordingError
from conformance.wire.decode_common import encodable

LARGEST_ITEM = 64 * 1024 * 1024
"""Characters of one item, or of anything beside the list."""
BLOCK = 1 << 16
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
        self._ended = False
        self._pending = b""
        self._decoder = json.JSONDecoder()

    def items(self, *path: str) -> Iterator[Any]:
        """The items of the list at that path of names. Raises TraceError, and CutOff where the text ends too soon."""
        for name in path:
            self._find(name)
        self._expect("[")
        if self._peek() == "]":
            return
        while True:
            yield self._value()
            if (mark := self._take()) != ",":
                break
        if mark != "]":
            raise RecordingError(f"{self._name}: malformed JSON: expected ',' or ']', found {mark!r}")

    def _find(self, wanted: str) -> None:
        """Go into the object that begins here, up to the value of that name."""
        self._expect("{")
        while self._peek() != "}":
            name = self._value()
            self._expect(":")
            if name == wanted:
                return
            self._value()
            if self._peek() == ",":
                self._take()
        raise RecordingError(f"{self._name}: expected a member {wanted!r}, and there is none")

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise RecordingError(f"{self._name}: nested too deep to be a recording") from None
            except json.JSONDecodeError as error:
                left = len(self._text) - error.pos
                if left > LONGEST_TOKEN and not error.msg.startswith("Unterminated"):
                    raise RecordingError(f"{self._name}: malformed JSON: {error.msg}") from None
                if not self._more():
                    raise CutOff from None
                continue
            except ValueError as error:
                raise RecordingError(f"{self._name}: malformed JSON: {error}") from None
            # A number may go on beyond what was read.
            if end == len(self._text) and self._more():
                continue
            text, self._at = self._text[self._at : end], end
            return encodable(found, text)

    def _peek(self) -> str:
        while True:
            while self._at < len(self._text) and self._text[self._at] in BLANKS:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                raise CutOff

    def _take(self) -> str:
        found = self._peek()
        self._at += 1
        return found

    def _expect(self, mark: str) -> None:
        if (found := self._take()) != mark:
            raise RecordingError(f"{self._name}: malformed JSON: expected {mark!r}, found {found!r}")

    def _more(self) -> bool:
        """Read on, twice as much as is waiting, so that large items do not cost their square."""
        if self._ended:
            return False
        self._text = self._text[self._at :]
        self._at = 0
        if len(self._text) > LARGEST_ITEM:
            raise RecordingError(
                f"{self._name}: one item is larger than {LARGEST_ITEM >> 20} MiB; that is no recording"
            )
        block = self._file.read(max(BLOCK, len(self._text)))
        self._ended = not block
        data = self._pending + block
        try:
            # What is left of a character at the end of the block waits for the next one.
            text = data.decode("utf-8")
            self._pending = b""
        except UnicodeDecodeError as error:
            if self._ended or error.start < len(data) - 3:
                raise RecordingError(f"{self._name}: not UTF-8") from None
            text, self._pending = data[: error.start].decode("utf-8"), data[error.start :]
        self._text += text
        return bool(block)

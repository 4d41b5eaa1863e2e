"""Reads the items of one list inside a YAML document one by one, from events alone: no tag makes an object of ours."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, BinaryIO

from conformance.offline.recordings.items import LARGEST_ITEM, CutOff
from conformance.offline.recordings.problem import RecordingError
from conformance.text.command import install_command

DEEPEST = 50
"""Levels of nesting within one item."""
MOST_ANCHORS = 10_000
"""Values that are remembered because they may be named again; recorders name repeated headers so."""


def yaml_items(file: BinaryIO, name: str, wanted: tuple[str, ...], *, whole: bool = True) -> Iterator[Any]:
    """The items of the list with one of those names, as texts, lists and mappings. Raises TraceError, and CutOff.

    Whatever is wrong with a file that is not ``whole`` is where it was cut off.
    """
    try:
        import yaml
    except ImportError:
        raise RecordingError(
            f"{name}: a cassette in YAML needs PyYAML: {install_command('traces')}, or record it as JSON"
        ) from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reader = _Reader(yaml.parse(file, Loader=loader), name)
    try:
        yield from reader.items(wanted)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        problem = str(getattr(error, "problem", "") or error).splitlines()[0]
        if not whole or "end of stream" in problem or "<stream end>" in problem:
            raise CutOff from None
        raise RecordingError(f"{name}: malformed YAML{where}: {problem}") from None
    except UnicodeDecodeError:
        raise RecordingError(f"{name}: not UTF-8") from None


class _Reader:
    """Makes values of a stream of events."""

    def __init__(self, events: Iterator[Any], name: str) -> None:
        self._events = events
        self._name = name
        self._anchors: dict[str, Any] = {}
        self._size = 0

    def items(self, wanted: tuple[str, ...]) -> Iterator[Any]:
        """The items of the first list that has one of those names."""
        kinds = ("StreamStart", "DocumentStart", "MappingStart")
        if not all(self._kind(self._next()) == kind for kind in kinds):
            raise RecordingError(f"{self._name}: no recording: expected a mapping with {' or '.join(wanted)}")
        while self._kind(event := self._next()) != "MappingEnd":
            key = self._value(event, 0)
            event = self._next()
            if key in wanted and self._kind(event) == "SequenceStart":
                while self._kind(event := self._next()) != "SequenceEnd":
                    self._size = 0
                    yield self._value(event, 0)
                return
            self._size = 0
            self._value(event, 0)
        raise RecordingError(f"{self._name}: expected a list called {' or '.join(wanted)}, and there is none")

    def _next(self) -> Any:
        found = next(self._events, None)
        if found is None:
            raise CutOff
        return found

    @staticmethod
    def _kind(event: Any) -> str:
        return type(event).__name__.removesuffix("Event")

    def _value(self, event: Any, depth: int) -> Any:
        kind = self._kind(event)
        if depth > DEEPEST:
            raise RecordingError(f"{self._name}: nested more than {DEEPEST} deep; that is no recording")
        if kind == "Alias":
            if event.anchor not in self._anchors:
                raise RecordingError(f"{self._name}: *{event.anchor[:40]} names nothing that came before")
            return self._anchors[event.anchor]
        found: Any
        if kind == "Scalar":
            found = self._scalar(event)
        elif kind == "SequenceStart":
            found = []
            while self._kind(inner := self._next()) != "SequenceEnd":
                found.append(self._value(inner, depth + 1))
        else:
            found = {}
            while self._kind(inner := self._next()) != "MappingEnd":
                key = self._value(inner, depth + 1)
                found[str(key)] = self._value(self._next(), depth + 1)
        if event.anchor is not None and len(self._anchors) < MOST_ANCHORS:
            self._anchors[event.anchor] = found
        return found

    def _scalar(self, event: Any) -> Any:
        """A text; bytes where it is tagged so; None where nothing or null stands unquoted."""
        self._size += len(event.value)
        if self._size > LARGEST_ITEM:
            raise RecordingError(
                f"{self._name}: one item is larger than {LARGEST_ITEM >> 20} MiB; that is no recording"
            )
        if event.tag and event.tag.endswith(":binary"):
            try:
                return base64.b64decode(event.value)
            except ValueError:
                return None
        plain = event.implicit[0] and event.tag is None
        return None if plain and event.value in {"", "~", "null", "Null", "NULL"} else event.value

"""Makes DeviceNames from shapes, each one new, and remembers which shape a name came from."""

from __future__ import annotations

import secrets
import string
from random import Random

PLACEHOLDER = "\u2022"
"""Stands in the shape of a DeviceName for a letter or digit that is chosen when the name is generated."""
DIGIT_PLACEHOLDER = "\u2023"
"""The same for a digit."""
LETTERS = string.ascii_letters + string.digits


class NameGenerator:
    """The names of one run. They follow from no seed: two runs never share a name but by chance."""

    def __init__(self) -> None:
        self._random = Random(secrets.randbits(128))
        self._shapes: dict[str, str] = {}

    def generate(self, shape: str) -> str:
        """A DeviceName of that shape, never used before in this run nor, by chance of 62^n, in any other.

        A shape without a placeholder is returned as it is.
        """
        if PLACEHOLDER not in shape and DIGIT_PLACEHOLDER not in shape:
            return shape
        while True:
            name = self._filled(shape)
            if name.lower() not in self._shapes:
                self._shapes[name.lower()] = shape
                return name

    def shape_of(self, name: str) -> str:
        """The shape from which a name was generated; any other text as it is."""
        return self._shapes.get(name.lower(), name)

    def _filled(self, shape: str) -> str:
        chosen = self._random.choices(LETTERS, k=len(shape))
        together = PLACEHOLDER * shape.count(PLACEHOLDER)
        if together and together in shape:  # as in almost every shape
            name = shape.replace(together, "".join(chosen[: len(together)]))
        else:
            letters = iter(chosen)
            name = "".join(next(letters) if character == PLACEHOLDER else character for character in shape)
        if DIGIT_PLACEHOLDER in shape:
            digits = iter(self._random.choices(string.digits, k=len(shape)))
            name = "".join(next(digits) if character == DIGIT_PLACEHOLDER else character for character in name)
        return name

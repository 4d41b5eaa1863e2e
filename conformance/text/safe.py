"""Makes text from a target harmless: no control characters, no terminal escapes, bounded length."""

from __future__ import annotations


def line(text: str, limit: int = 200) -> str:
    """One printable line of at most ``limit`` characters."""
    shown = "".join(
        letter if letter.isprintable() else "\ufffd" if letter not in "\r\n\t" else " " for letter in text[: limit + 1]
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "\u2026"


def block(text: str, limit: int = 4_000) -> str:
    """Printable lines, tabs and line feeds kept, of at most ``limit`` characters in all."""
    shown = "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\ufffd"
        for letter in text[: limit + 1]
        if letter != "\r"
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "\u2026"

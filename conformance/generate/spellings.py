"""Spellings of numbers and of keys that careless servers let pass."""

from __future__ import annotations

from conformance.generate.values import MALFORMATIONS, Malform

SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
DOUBLE_STRUCK = str.maketrans("0123456789", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡")

NUMBERS: dict[str, Malform] = MALFORMATIONS | {
    "a tab before": lambda n: f"\t{n}",
    "a line feed after": lambda n: f"{n}\n",
    "a no-break space after": lambda n: f"{n}\u00a0",
    "a zero-width space after": lambda n: f"{n}\u200b",
    "a byte order mark before": lambda n: f"\ufeff{n}",
    "a NUL after": lambda n: f"{n}\0",
    "a fraction without digits": lambda n: f"{n}.",
    "a capital exponent": lambda n: f"{n}E0",
    "the suffix of a Long": lambda n: f"{n}L",
    "the suffix of a Double": lambda n: f"{n}d",
    "binary": lambda n: bin(int(n)),
    "octal": lambda n: oct(int(n)),
    "a separator of thousands": lambda n: f"{int(n) + 10_000:,}",
    "quotes": lambda n: f'"{n}"',
    "brackets": lambda n: f"[{n}]",
    "a semicolon after": lambda n: f"{n};",
    "two numbers": lambda n: f"{n} {n}",
    "two signs": lambda n: f"--{n}",
    "a sum": lambda n: f"{n}+0",
    "superscript digits": lambda n: n.translate(SUPERSCRIPT),
    "digits of Devanagari": lambda n: n.translate(DEVANAGARI),
    "double-struck digits": lambda n: n.translate(DOUBLE_STRUCK),
    "infinity": lambda n: "Infinity",
    "not a number": lambda n: "NaN",
}
"""Kind → what becomes of the digits of a valid integer when exactly that is wrong with it."""

KEYS: dict[str, Malform] = {
    "a letter more": lambda key: f"{key}x",
    "a letter less": lambda key: key[:-1],
    "without its first letter": lambda key: key[1:],
    "the wildcard _ for its last letter": lambda key: f"{key[:-1]}_",
    "the wildcard % for its last letter": lambda key: f"{key[:-1]}%",
    "the wildcard * for its last letter": lambda key: f"{key[:-1]}*",
    "the wildcard % alone": lambda key: "%",
}
"""What is wrong → a key that, but for a chance, belongs to nobody."""

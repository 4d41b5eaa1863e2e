"""Spellings of numbers and of keys that careless servers let pass."""

from __future__ import annotations

from collections.abc import Callable

Malform = Callable[[str], str]
"""A valid value → the same value, spelt wrongly in one way."""

FULLWIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")
ARABIC = str.maketrans("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669")
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
DOUBLE_STRUCK = str.maketrans("0123456789", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡")

NUMBERS: dict[str, Malform] = {
    "a tail of letters": lambda n: f"{n}abc",
    "a fraction": lambda n: f"{n}.5",
    "a fraction of zero": lambda n: f"{n}.0",
    "an exponent": lambda n: f"{n}e0",
    "a sign": lambda n: f"+{n}",
    "hexadecimal": lambda n: hex(int(n)),
    "letters": lambda n: "abc",
    "a blank before": lambda n: f" {n}",
    "a blank after": lambda n: f"{n} ",
    "full-width digits": lambda n: n.translate(FULLWIDTH),
    "a comma": lambda n: f"{n},0",
    "arabic digits": lambda n: n.translate(ARABIC),
    "an underscore": lambda n: f"{n[0]}_{n}",
    "a true exponent": lambda n: f"{n[0]}.{n[1:] or '0'}e{len(n) - 1}",
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

LONGS: dict[str, Malform] = NUMBERS | {
    "a minus sign": lambda n: "0" if int(n) <= 0 else f"-{n}",
    "2^64 more": lambda n: str(int(n) + 2**64),
    "2^63 more": lambda n: str(int(n) + 2**63),
}
"""The same for a Long: besides, numbers that an overflow makes equal to the valid one."""

KEYS: dict[str, Malform] = {
    "a key of the documented look": lambda key: "a1NoSuchProd",
    "a word": lambda key: "unknown",
    "a letter more": lambda key: f"{key}x",
    "a letter less": lambda key: key[:-1],
    "without its first letter": lambda key: key[1:],
    "the wildcard _ for its last letter": lambda key: f"{key[:-1]}_",
    "the wildcard % for its last letter": lambda key: f"{key[:-1]}%",
    "the wildcard * for its last letter": lambda key: f"{key[:-1]}*",
    "the wildcard % alone": lambda key: "%",
}
"""What is wrong → a key that, but for a chance, belongs to nobody."""

FREQUENT = frozenset(
    {
        "a tail of letters",
        "a fraction of zero",
        "a sign",
        "a blank before",
        "full-width digits",
        "an underscore",
        "a minus sign",
        "2^64 more",
        "a key of the documented look",
        "a word",
        "a letter more",
        "the wildcard % for its last letter",
    }
)
"""The kinds that servers of six languages let through most often."""

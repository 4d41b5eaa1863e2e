"""Replaces secrets by pseudonyms that keep equality, emptiness and length, before anything is recorded."""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from collections.abc import Iterable
from functools import lru_cache

SECRET_NAMES = r"(?:DeviceSecret|ProductSecret|AccessKeySecret|SecurityToken|AppKey|PinCode)"
# Also where it stands in a text inside of JSON: then all the rest of that text is replaced.
_JSON = re.compile(rf'("{SECRET_NAMES}\\*"\s*:\s*\\*)(")((?:[^"\\]|\\.)*+)("|\\?\Z)'.encode(), re.IGNORECASE)
_XML = re.compile(rf"(<{SECRET_NAMES}>)(\s*(?:<!\[CDATA\[)?)([^<\]]*)((?:\]\]>)?\s*</|\Z)".encode(), re.IGNORECASE)
_SIGNATURE = re.compile(r"((?:^|[?&])(?:Signature|AccessKeyId|SecurityToken)=)([^&]*)")
_LOGGED = re.compile(
    rf"((?:\b(?:Signature|AccessKeyId|{SECRET_NAMES})[\"']?\s*[=:]\s*|\bAuthorization:?\s+)[\"']?)([^&\s\"',;}}]+)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"secret|token|app-?key|pin-?code|cookie|authorization|api-?key", re.IGNORECASE)
"""Matches names of headers that hold a secret."""
HINT = re.compile(rb"secret|token|appkey|pincode", re.IGNORECASE)
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SHORTEST_KNOWN = 6
"""A known secret shorter than this is only masked where its name stands beside it: it would mask ordinary words."""
SECRET_SHOWN = "the answer shows the secret of the AccessKey"
KEY_SHOWN = "the answer shows the AccessKeyId"


class Redactor:
    """Replaces the secrets of one run by pseudonyms; the key of the pseudonyms never leaves this process."""

    def __init__(self, key: bytes, known: tuple[str, ...] = ()) -> None:
        self._key = key
        self._known = tuple(value for value in known if len(value) >= SHORTEST_KNOWN)

    def knowing(self, *secrets: str) -> Redactor:
        """The same, which also knows these secrets."""
        return Redactor(self._key, (*self._known, *secrets))

    def pseudonym(self, secret: str) -> str:
        """A text of the same length that stands for ``secret`` all through the run; empty stays empty."""
        letters = ""
        block = secret.encode("utf-8", "surrogatepass")
        while len(letters) < len(secret):
            block = hmac.new(self._key, block, hashlib.sha256).digest()
            letters += "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in block)
        return letters[: len(secret)]

    def body(self, body: bytes) -> bytes:
        """An answer's body without DeviceSecret, ProductSecret, tokens, or any secret known to the run."""
        if HINT.search(body):
            body = _JSON.sub(self._replaced, body)
            body = _XML.sub(self._replaced, body)
        for secret in self._known:
            if core(secret).encode() in body:
                body = _spelt(secret)[0].sub(self.pseudonym(secret).encode(), body)
        return body

    def text(self, text: str) -> str:
        """A header or message without any secret known to the run."""
        for secret in self._known:
            if core(secret) in text:
                text = _spelt(secret)[1].sub(self.pseudonym(secret), text)
        return text

    def headers(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Headers without any secret known to the run, and without those that are called one."""
        return tuple(
            (self.text(name), self.pseudonym(value) if _NAMED.search(name) else self.text(value))
            for name, value in headers
        )

    def parameters(self, spelt: str) -> str:
        """A query or form body without signature, key and token."""
        return _SIGNATURE.sub(lambda found: found.group(1) + "redacted", spelt)

    def log(self, printed: bytes) -> str:
        """What a server printed, without any secret that can be recognised, line by line."""
        text = self.body(printed).decode("utf-8", "replace")
        return _LOGGED.sub(lambda found: found.group(1) + "redacted", text)

    def _replaced(self, found: re.Match[bytes]) -> bytes:
        before, opening, secret, closing = found.groups()
        return bytes(before + opening + self.pseudonym(secret.decode("latin-1")).encode() + closing)


@lru_cache(maxsize=64)
def core(secret: str) -> str:
    """The longest run of letters and digits in a secret: a fast test of whether a text can contain it."""
    return max(re.split(r"[^A-Za-z0-9]", secret), key=len)


@lru_cache(maxsize=16)
def _spelt(secret: str) -> tuple[re.Pattern[bytes], re.Pattern[str]]:
    """A secret as servers echo it: plain, as it stood in a URL or in a string to sign, in JSON, in markup."""
    pattern = "".join(letter if letter.isalnum() and letter.isascii() else _ways(letter) for letter in secret)
    return re.compile(pattern.encode()), re.compile(pattern)


def _ways(letter: str) -> str:
    """One character that is no letter or digit, plain and escaped in every usual way."""
    encoded = [f"{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass")]
    percent = ["".join(f"%{more}{byte}" for byte in encoded) for more in ("", "25", "2525")]
    known = [letter, f"\\{letter}", html.escape(letter), f"&#{ord(letter)};", f"&#x{ord(letter):X};", *percent]
    plain = "|".join(re.escape(spelling) for spelling in dict.fromkeys(known))
    return f"(?i:{plain}|\\\\u{ord(letter):04X})"


def shown(body: bytes, secret: str, key_id: str) -> tuple[str, ...]:
    """Notes on an answer that shows the AccessKey or its secret, made before both are masked."""
    looked_for = ((SECRET_SHOWN, secret), (KEY_SHOWN, key_id))
    return tuple(note for note, value in looked_for if len(value) >= SHORTEST_KNOWN and value.encode() in body)

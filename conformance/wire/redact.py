"""Replaces secrets by pseudonyms that keep equality, emptiness and length, before anything is recorded."""

from __future__ import annotations

import hashlib
import hmac
import re

SECRET_NAMES = r"(?:DeviceSecret|ProductSecret|AccessKeySecret|SecurityToken|AppKey|PinCode)"
_JSON = re.compile(rf'("{SECRET_NAMES}"\s*:\s*)(")((?:[^"\\]|\\.)*+)(")'.encode(), re.IGNORECASE)
_XML = re.compile(rf"(<{SECRET_NAMES}>)(\s*(?:<!\[CDATA\[)?)([^<\]]*)((?:\]\]>)?\s*</)".encode(), re.IGNORECASE)
_SIGNATURE = re.compile(r"((?:^|[?&])(?:Signature|AccessKeyId|SecurityToken)=)([^&]*)")
_LOGGED = re.compile(
    rf"((?:\b(?:Signature|AccessKeyId|{SECRET_NAMES})[\"']?\s*[=:]\s*|\bAuthorization:?\s+)[\"']?)([^&\s\"',;}}]+)",
    re.IGNORECASE,
)
HINT = re.compile(rb"secret|token|appkey|pincode", re.IGNORECASE)
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SHORTEST_KNOWN = 6
"""A known secret shorter than this is only masked where its name stands beside it: it would mask ordinary words."""
SECRET_SHOWN = "the answer shows the secret of the AccessKey"
KEY_SHOWN = "the answer shows the AccessKeyId"


class Redactor:
    """Masks secrets of one run; its key lives in this process only."""

    def __init__(self, key: bytes, known: tuple[str, ...] = ()) -> None:
        self._key = key
        self._known = tuple(value for value in known if len(value) >= SHORTEST_KNOWN)

    def knowing(self, secret: str) -> Redactor:
        """The same, which also knows this secret."""
        return Redactor(self._key, (*self._known, secret))

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
            if (found := secret.encode()) in body:
                body = body.replace(found, self.pseudonym(secret).encode())
        return body

    def text(self, text: str) -> str:
        """A header or message without any secret known to the run."""
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, self.pseudonym(secret))
        return text

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


def shown(body: bytes, secret: str, key_id: str) -> tuple[str, ...]:
    """What an answer gives away of the AccessKey: noted before it is masked, since nobody can tell afterwards."""
    looked_for = ((SECRET_SHOWN, secret), (KEY_SHOWN, key_id))
    return tuple(note for note, value in looked_for if len(value) >= SHORTEST_KNOWN and value.encode() in body)

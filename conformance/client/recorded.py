"""What of a request and its answer may be recorded: everything but secrets, which pseudonyms replace."""

from __future__ import annotations

import secrets
from urllib.parse import unquote

from conformance.wire.message import HttpAnswer, HttpRequest
from conformance.wire.redact import Redactor, shown
from conformance.wire.signer import Signer

HIDDEN_HEADERS = frozenset({"authorization", "x-acs-security-token"})
"""Headers of our requests that hold a signature or a token."""


class RecordedForms:
    """Makes requests and answers of one run fit to be recorded; one secret has one pseudonym all through the run."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def request(self, sent: HttpRequest, signer: Signer) -> HttpRequest:
        """The request without signature, key and token."""
        redactor = self._redactor(signer)
        headers = tuple((name, "redacted" if name in HIDDEN_HEADERS else value) for name, value in sent.headers)
        target, body = redactor.parameters(sent.target), redactor.parameters(sent.body.decode()).encode()
        return HttpRequest(sent.method, target, headers, body)

    def answer(
        self, sent: HttpRequest, signer: Signer, received: HttpAnswer | None, note: str
    ) -> tuple[HttpAnswer | None, tuple[str, ...]]:
        """The answer without secrets, None where there was none; and notes, also on what it shows of the key."""
        redactor = self._redactor(signer).knowing(_signature(sent))
        notes: tuple[str, ...] = (redactor.text(note),) if note else ()
        if received is None:
            return None, notes
        notes += shown(received.body, signer.secret, signer.key_id)
        return HttpAnswer(received.status, redactor.headers(received.headers), redactor.body(received.body)), notes

    def log(self, printed: bytes, signer: Signer) -> str:
        """What a program printed, without secrets."""
        return self._redactor(signer).log(printed)

    def _redactor(self, signer: Signer) -> Redactor:
        return Redactor(self._key, (signer.secret, signer.token, signer.key_id, signer.key_id.swapcase()))


def _signature(sent: HttpRequest) -> str:
    """The signature of a request, as it was before it was spelt for a URL; empty where there is none."""
    for name, value in sent.headers:
        if name == "authorization":
            return value.rpartition("Signature=")[2]
    for part in (sent.target, sent.body.decode("utf-8", "replace")):
        if (at := part.rfind("Signature=")) >= 0:
            return unquote(part[at + len("Signature=") :].split("&")[0])
    return ""

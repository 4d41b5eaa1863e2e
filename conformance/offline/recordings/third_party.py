"""From recorded HTTP, whoever sent it, to an exchange of this API with every secret replaced."""

from __future__ import annotations

import re
import secrets
import zlib
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from conformance.contract import Contract
from conformance.offline.recordings.message import Recorded
from conformance.wire.decode import LARGEST_BODY, decode
from conformance.wire.encode import LIST_PARAMETERS, VERSION
from conformance.wire.message import (
    ABSENT,
    Exchange,
    Form,
    Headers,
    HttpAnswer,
    HttpRequest,
    Params,
    Place,
    Request,
    Scheme,
)  # fmt: skip
from conformance.wire.redact import SECRET_NAMES, Redactor, shown

OF_THE_GATEWAY = frozenset(
    {
        "Action", "Version", "Format", "RegionId", "AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion",
        "SignatureNonce", "SignatureType", "Timestamp", "SecurityToken", "BearerToken",
    }
)  # fmt: skip
"""Parameters that are no operation's own."""
HARMLESS = frozenset(
    {
        "accept", "connection", "content-length", "content-type", "content-encoding", "date", "host", "server",
        "transfer-encoding", "user-agent", "vary", "x-acs-action", "x-acs-date", "x-acs-request-id", "x-acs-version",
    }
)  # fmt: skip
"""Headers whose values are kept; all others may hold what is secret."""
SECRET = re.compile(SECRET_NAMES, re.IGNORECASE)
SPELT = re.compile(rf"({SECRET_NAMES}=)([^&]*)", re.IGNORECASE)
MOST_KNOWN = 200
"""Keys and tokens of the recording that are looked for in later answers."""
LONGEST = 1e9
"""Seconds that a recording may last."""
CLOCK_SLACK = 0.001
"""Seconds by which recorders' times may overlap by rounding."""


@dataclass(slots=True)
class ThirdParty:
    """Reads one recording; knows the keys that it has seen, and when the last answer had come."""

    contract: Contract
    other: int = 0
    """Requests of other APIs, or other versions, which were left out."""
    lacking: int = 0
    """Requests without an answer, or whose answer the recorder did not keep."""
    side_by_side: set[int] = field(default_factory=set)
    """Numbers of exchanges that were under way while another was: nobody can tell which was answered first."""
    _number: int = 0
    _began: float | None = None
    _busy_until: float = 0.0
    _last: int = 0
    _known: dict[str, None] = field(default_factory=dict)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def exchange(self, recorded: Recorded | None) -> Exchange | None:
        """The exchange, or None where it is none of this API, or not whole."""
        if recorded is None:
            self.lacking += 1
            return None
        try:
            parts = urlsplit(recorded.url)
        except ValueError:  # an address that is none was no request to this API
            self.other += 1
            return None
        query = _pairs(parts.query)
        form = _pairs(recorded.body.decode("utf-8", "replace")) if _is_form(recorded) else ()
        headers = {name.lower(): value for name, value in recorded.headers}
        given = dict(query + form)
        action = given.get("Action") or headers.get("x-acs-action") or ""
        version = given.get("Version") or headers.get("x-acs-version") or VERSION
        operation = self.contract.operations.get(action)
        if operation is None or not operation.roots or version != VERSION:
            self.other += 1
            return None
        self._number += 1
        key_id = given.get("AccessKeyId") or _credential(headers.get("authorization", ""))
        token = given.get("SecurityToken") or headers.get("x-acs-security-token") or ""
        redactor = self._redactor(key_id, token, given.get("Signature", ""))
        body = _plain(recorded.answer)
        received = HttpAnswer(recorded.status, _harmless(recorded.answer_headers, redactor), redactor.body(body))
        at = self._moment(recorded)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Exchange(
            self._number,
            Request(action, _own(query + form, redactor), _asked_oddly(given, headers)),
            _form(recorded.method, given, headers, query, form),
            _scheme(given, headers),
            HttpRequest(
                recorded.method,
                _masked(target, redactor),
                _harmless(recorded.headers, redactor),
                _masked(recorded.body.decode("utf-8", "replace"), redactor).encode(),
            ),
            at,
            round(_time(recorded.seconds), 6),
            received,
            decode(received, operation.shape),
            notes=shown(body, "", key_id),
        )

    def _redactor(self, *secrets_of_request: str) -> Redactor:
        for secret in secrets_of_request:
            if secret and len(self._known) < MOST_KNOWN:
                self._known[secret] = None
        return Redactor(self._key, (*self._known, *filter(None, secrets_of_request)))

    def _moment(self, recorded: Recorded) -> float:
        """Seconds since the first one; where the recorder tells no time, exchanges stand one second apart."""
        at = recorded.at if recorded.at is not None else float(self._number)
        if self._began is None:
            self._began = self._busy_until = at
        elif recorded.at is not None and recorded.seconds and at < self._busy_until - CLOCK_SLACK:
            self.side_by_side |= {self._last, self._number}
        if at + recorded.seconds >= self._busy_until:
            self._busy_until, self._last = at + recorded.seconds, self._number
        return round(_time(at - self._began), 6)


def _time(seconds: float) -> float:
    """A time that a run may have; 0 for what a recorder tells otherwise: before its first request, or without end."""
    return seconds if 0 <= seconds < LONGEST else 0.0


def _pairs(text: str) -> Params:
    return tuple(parse_qsl(text, keep_blank_values=True))


def _is_form(recorded: Recorded) -> bool:
    media = next((value for name, value in recorded.headers if name.lower() == "content-type"), "")
    return bool(recorded.body) and ("form-urlencoded" in media.lower() or not media)


def _credential(authorization: str) -> str:
    credential = re.search(r"Credential=([^,\s]+)", authorization)
    return credential[1] if credential else ""


def _own(params: Params, redactor: Redactor) -> Params:
    return tuple(
        (name, redactor.pseudonym(value) if SECRET.search(name) else value)
        for name, value in params
        if name not in OF_THE_GATEWAY
    )


def _asked_oddly(given: dict[str, str], headers: dict[str, str]) -> Params:
    """What is not as every client sends it: a Format that is none, or none at all where nothing else tells the form."""
    named = given.get("Format")
    if named is not None:
        return () if named.upper() in {"JSON", "XML"} else (("Format", named),)
    return () if "json" in headers.get("accept", "") else (("Format", ABSENT),)


def _form(method: str, given: dict[str, str], headers: dict[str, str], query: Params, form: Params) -> Form:
    named = given.get("Format", "").upper()
    json = named == "JSON" or (named != "XML" and "json" in headers.get("accept", ""))
    lists = any(name.startswith(LIST_PARAMETERS) for name, _ in form)
    scalars = any(not name.startswith(LIST_PARAMETERS) for name, _ in form)
    place = Place.FORM if scalars else Place.MIXED if lists else Place.QUERY
    return Form("GET" if method == "GET" else "POST", "JSON" if json else "XML", place)


def _masked(spelt: str, redactor: Redactor) -> str:
    """A query or form body without signature, key, token, or any secret."""
    return SPELT.sub(r"\1redacted", redactor.text(redactor.parameters(spelt)))


def _scheme(given: dict[str, str], headers: dict[str, str]) -> Scheme:
    if headers.get("authorization", "").startswith("ACS3"):
        return Scheme.ACS3
    return Scheme.RPC if "Signature" in given else Scheme.NONE


def _harmless(headers: Headers, redactor: Redactor) -> Headers:
    return tuple(
        (name, redactor.text(value) if name.lower() in HARMLESS else "redacted") for name, value in headers[:200]
    )


def _plain(body: bytes) -> bytes:
    """The body with gzip or zlib undone, as recorders that keep the bytes of the wire leave it; bounded."""
    if body[:2] == b"\x1f\x8b" or body[:1] == b"\x78":
        try:
            return zlib.decompressobj(47).decompress(body, LARGEST_BODY + 1)
        except zlib.error:
            return body
    return body

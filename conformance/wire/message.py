"""Requests, answers and exchanges: frozen values that every part of the suite passes on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from conformance.wire.flaw import Tampering

Headers = tuple[tuple[str, str], ...]
Params = tuple[tuple[str, str], ...]


class Scheme(StrEnum):
    """How a request proves who sends it."""

    NONE = "none"
    """Operation and common parameters without a signature."""
    RPC = "rpc"
    """HMAC-SHA1 over the parameters, in the parameter Signature (SignatureVersion 1.0)."""
    ACS3 = "acs3"
    """ACS3-HMAC-SHA256 over method, query, headers and body hash, in the header Authorization."""


class Place(StrEnum):
    """Where the parameters of a request stand."""

    QUERY = "query"
    FORM = "form"
    MIXED = "mixed"
    """Name lists in the form body, everything else in the query: what most SDKs send by POST."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a request travels: method × answer format × place of the parameters."""

    method: Literal["GET", "POST"]
    format: Literal["JSON", "XML"]
    place: Place

    def __str__(self) -> str:
        return f"{self.method} {self.place} {self.format}"


FORMS: tuple[Form, ...] = (
    Form("GET", "JSON", Place.QUERY),
    Form("POST", "XML", Place.FORM),
    Form("POST", "JSON", Place.QUERY),
    Form("GET", "XML", Place.QUERY),
    Form("POST", "JSON", Place.FORM),
    Form("POST", "XML", Place.QUERY),
)
"""Every way that the documents allow, ordered so that any two neighbours differ in method or format."""

MIXED: tuple[Form, ...] = (Form("POST", "JSON", Place.MIXED), Form("POST", "XML", Place.MIXED))
"""How most SDKs send name lists."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to an operation, before it takes a form.

    ``params`` are the operation's own parameters in the order in which they are sent, lists already
    spelt ``DeviceName.1``. A parameter that is absent is not sent; an empty string is sent as ``Name=``.
    """

    operation: str
    params: Params = ()
    common: Params = ()
    """Overrides of common parameters (Action, Version, Format …); the value ``"\\0"`` leaves one out."""

    def but(self, **changes: str | int | None) -> Request:
        """The same request with these parameters changed; None leaves one out. Dots are spelt ``__``."""
        wanted = {name.replace("__", "."): value for name, value in changes.items()}
        kept: list[tuple[str, str]] = []
        for name, value in self.params:
            if name not in wanted:
                kept.append((name, value))
            elif (new := wanted.pop(name)) is not None:
                kept.append((name, str(new)))
        kept.extend((name, str(value)) for name, value in wanted.items() if value is not None)
        return replace(self, params=tuple(kept))

    def commonly(self, **changes: str | None) -> Request:
        """The same request with these common parameters changed; None leaves one out."""
        rest = tuple((name, value) for name, value in self.common if name not in changes)
        return replace(
            self, common=rest + tuple((name, ABSENT if value is None else value) for name, value in changes.items())
        )

    def get(self, name: str) -> str | None:
        """The value of a parameter, None where it is not sent."""
        for key, value in self.params:
            if key == name:
                return value
        return None


ABSENT = "\0"
"""Stands for a common parameter that is left out on purpose."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as bytes: ``target`` is path and query as sent, header names as sent."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer as bytes, content coding already undone."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its letter case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class NoAnswer(StrEnum):
    """Why a request got no answer."""

    REFUSED = "connection refused"
    RESET = "connection closed before the answer was complete"
    STALE = "a connection kept open was closed before the answer"
    TIMEOUT = "no answer in time"
    OVERSIZE = "answer larger than the limit"
    GARBLED = "not an HTTP answer"
    OTHER = "transport error"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as tolerant decoding reads it, and what was irregular about its bytes.

    ``value`` is the one value that JSON and XML of the same answer decode to: a mapping, or None
    where nothing could be read. ``form`` is the form found in the bytes, whatever was asked for.
    ``root`` is the XML root element. Irregularities are ``(name, where)`` pairs.
    """

    status: int
    form: Literal["JSON", "XML", "none"]
    value: dict[str, Any] | None
    root: str | None = None
    irregularities: tuple[tuple[str, str], ...] = ()
    success: bool | None = field(init=False)
    """The member Success; None where it is absent, or no boolean. Read once, since every invariant asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "success", _truth((self.value or {}).get("Success")))

    @property
    def code(self) -> str:
        """The business or gateway code, empty where there is none."""
        code = (self.value or {}).get("Code")
        return code if isinstance(code, str) else "" if code is None else str(code)

    @property
    def message(self) -> str:
        """ErrorMessage of a business answer or Message of a gateway error, empty where there is none."""
        value = self.value or {}
        message = value.get("ErrorMessage") or value.get("Message")
        return message if isinstance(message, str) else ""

    @property
    def data(self) -> dict[str, Any]:
        """The Data structure, empty where there is none."""
        data = (self.value or {}).get("Data")
        return data if isinstance(data, dict) else {}

    @property
    def apply_id(self) -> int | None:
        """Data.ApplyId, or the ApplyId beside Data, read as an integer; None where there is none that could be read."""
        inside = as_integer(self.data.get("ApplyId"))
        return inside if inside is not None else as_integer((self.value or {}).get("ApplyId"))

    def strings(self, wrapper: str, inner: str, inside: dict[str, Any] | None = None) -> tuple[str, ...]:
        """The strings of a wrapped list such as ``ValidList.Name``, empty where it is absent or empty."""
        outer = (self.data if inside is None else inside).get(wrapper)
        items = outer.get(inner) if isinstance(outer, dict) else outer
        if isinstance(items, str):
            items = [items]
        return tuple(str(item) for item in items if item is not None) if isinstance(items, list) else ()


def _truth(value: object) -> bool | None:
    """A boolean from tolerant decoding: true, false, or their words in any letter case; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    return None


def as_integer(value: object) -> int | None:
    """An integer from tolerant decoding: a number, or a text of at most 40 digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        text = value.strip()
        if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) <= 40:
            return int(text)
    return None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back, frozen, secrets already replaced by pseudonyms."""

    number: int
    """Its place among all exchanges of the run, from 1."""
    request: Request
    form: Form
    scheme: Scheme
    sent: HttpRequest
    at: float
    """Seconds since the run began."""
    seconds: float
    """From sending to the end of the answer, in seconds."""
    received: HttpAnswer | None
    answer: Answer | None
    no_answer: NoAnswer | None = None
    """Why there is no answer; None where there is one."""
    purpose: str = ""
    """Clause id or application key for which it was sent."""
    notes: tuple[str, ...] = field(default=())
    """What the client noticed: how a connection failed, or that the answer shows the key."""
    tampering: Tampering | None = None
    """What was wrong with its signature on purpose; None where it was signed as documented."""

    @property
    def operation(self) -> str:
        """The Action of the request."""
        return self.request.operation

    @property
    def accepted(self) -> bool:
        """Whether the target says that the call was successful."""
        return self.answer is not None and self.answer.success is True

    @property
    def throttled(self) -> bool:
        """Whether the target refused the request because of too many or of load; such a request has no effect."""
        if self.received is None or self.accepted:
            return False
        code = self.answer.code if self.answer is not None else ""
        return self.received.status in {429, 503} or code.startswith("Throttling") or code == "ServiceUnavailable"

    @property
    def refused(self) -> bool:
        """Whether the target says in any documented way that the call was refused."""
        if self.answer is None or self.answer.value is None:
            return False
        if self.answer.success is not None:
            return self.answer.success is False
        marked = self.answer.status >= 400 or "Message" in self.answer.value or "HostId" in self.answer.value
        return marked and bool(self.answer.code)

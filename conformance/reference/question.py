"""A request as the server reads it: operation, parameters and form, wherever in the message they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from conformance.wire.message import HttpRequest, Scheme
from conformance.wire.sign import ACS3

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Question:
    """What one request asks. Parameters of the query win over those of the form body."""

    request: HttpRequest
    path: str
    query: list[tuple[str, str]]
    form: list[tuple[str, str]]
    params: dict[str, str]
    headers: dict[str, str]
    scheme: Scheme
    format: Literal["JSON", "XML"]
    """The form in which to answer."""
    unknown_format: bool
    """Whether Format names neither of the two."""

    @property
    def operation(self) -> str | None:
        """The Action, from the parameters or from the header of the ACS3 form; None where there is none."""
        said = self.params.get("Action")
        return self.headers.get("x-acs-action") if said is None else said

    @property
    def version(self) -> str | None:
        said = self.params.get("Version")
        return self.headers.get("x-acs-version") if said is None else said

    def repeats(self) -> bool:
        """Whether a parameter is sent more than once."""
        names = [name for name, _ in (*self.query, *self.form)]
        return len(set(names)) < len(names)


def pairs(text: str) -> list[tuple[str, str]]:
    """Decoded parameters: ``+`` is a blank, empty values stay, undecodable bytes become U+FFFD."""
    found = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            found.append((decoded(name), decoded(value)))
    return found


def decoded(text: str) -> str:
    """One name or value."""
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="replace") if "%" in text else text


def scheme_of(params: dict[str, str], headers: dict[str, str]) -> Scheme:
    """Which signature a request carries, or ought to: a key or a signature among the parameters makes it RPC."""
    if "AccessKeyId" in params or "Signature" in params:
        return Scheme.RPC
    signed = headers.get("authorization", "").startswith(ACS3) or "x-acs-signature-nonce" in headers
    return Scheme.ACS3 if signed else Scheme.NONE


def read(request: HttpRequest) -> Question:
    """Read a request. A body of the form content type is a form, also of a GET: an older SDK sends name lists so."""
    path, _, text = request.target.partition("?")
    headers = {name.lower(): value for name, value in request.headers}
    query = pairs(text.partition("#")[0])
    form: list[tuple[str, str]] = []
    if request.body and headers.get("content-type", "").lower().startswith(FORM):
        form = pairs(request.body.decode("utf-8", "replace"))
    params: dict[str, str] = {}
    for name, value in query:
        params.setdefault(name, value)
    for name, value in form:
        params.setdefault(name, value)
    scheme = scheme_of(params, headers)
    said = params.get("Format")
    wanted = said.upper() if said is not None else default_format(params, headers)
    return Question(
        request, path, query, form, params, headers, scheme, "JSON" if wanted == "JSON" else "XML",
        unknown_format=wanted not in ("JSON", "XML"),
    )  # fmt: skip


def default_format(params: dict[str, str], headers: dict[str, str]) -> str:
    """XML, as documented; but in the ACS3 form, where SDKs send no Format, Accept may choose JSON."""
    by_headers = "Action" not in params and "x-acs-action" in headers
    return "JSON" if by_headers and "json" in headers.get("accept", "").lower() else "XML"

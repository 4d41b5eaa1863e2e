"""Opens a target: it is reached, it is this API, it accepts a signature scheme, and there is a product."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.client.name_generator import PLACEHOLDER
from conformance.client.refused_access import clock_remark, reason_of
from conformance.client.session import Session
from conformance.client.verification import ACS3_DOCUMENTED, Verification, verification
from conformance.contract.actions import Action
from conformance.wire.message import FORMS, Exchange, NoAnswer, Request, Scheme
from conformance.wire.signer import Signer

NEVER_ISSUED = 9_000_000_000_000_000_001
"""An ApplyId that no target issues."""
NOT_THIS_KEY = frozenset(
    {"InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", "SignatureDoesNotMatch", "IncompleteSignature"}
)
WANTS_ANOTHER_SCHEME = NOT_THIS_KEY | {
    "InvalidSignatureMethod", "MissingSignature", "MissingAccessKeyId", "MissingSignatureNonce", "MissingTimestamp",
    "InvalidAuthorization", "MissingAuthorization", "MissingAction", "InvalidAction.NotFound",
}  # fmt: skip
HEADER_MISSED = "Missingx-acs-"
"""Prefix of the codes of requests that lack a header of ACS3."""
NO_SUCH_PRODUCT = frozenset({"iot.prod.NotExistedProduct", "iot.prod.InvalidFormattedProductkey"})


class PreflightError(Exception):
    """The target cannot be measured; one line that says why and what to do next. ``usage`` means the user's options."""

    def __init__(self, message: str, *, usage: bool = False) -> None:
        super().__init__(message)
        self.usage = usage


@dataclass(slots=True)
class Opened:
    """A target that accepts our requests."""

    session: Session
    scheme: Scheme
    products: tuple[str, ...] = ()
    own: bool = False
    """Whether the run created the products itself."""
    offered: dict[str, bool] = field(default_factory=dict)
    """Support operation → whether the target was seen to offer it."""
    verification: Verification = field(default_factory=Verification)


def open_target(
    session: Session,
    schemes: tuple[Scheme, ...],
    signer_of: Callable[[Scheme], Signer],
    product_key: str,
    other_product_key: str,
    max_products: int,
    without: frozenset[str] = frozenset(),
    *,
    check_products: bool = True,
    edition: str = "",
    demanded: bool = False,
) -> Opened:
    """Find the signature scheme, then the products. Raises PreflightError.

    ``demanded`` tells whether signatures must be verified: the user names a scheme, or the target is a region.
    """
    first = let_in(session, schemes, signer_of, product_key or "a1RefProdA1")
    _not_turned_away(session, first)
    opened = Opened(session, first.scheme)
    others = schemes[schemes.index(opened.scheme) + 1 :] if edition in ACS3_DOCUMENTED else ()
    signers = [signer_of(scheme) for scheme in others if scheme is not Scheme.NONE]
    opened.verification = verification(session, first, signers, demanded=demanded)
    if product_key:
        keys = tuple(key for key in (product_key, other_product_key) if key)
        if len(set(keys)) < len(keys):
            raise PreflightError(
                "--other-product-key is the same product as --product-key; name another one", usage=True
            )
        for key in keys if check_products else ():
            _known(session, key)
        opened.products = keys
    else:
        opened.products = _created(session, max_products, without)
        opened.own = True
    return opened


def let_in(
    session: Session, schemes: tuple[Scheme, ...], signer_of: Callable[[Scheme], Signer], product: str
) -> Exchange:
    """The first exchange that passed the gateway. The session keeps its scheme. Raises PreflightError."""
    first: Exchange | None = None
    for scheme in schemes:
        session.signer = signer_of(scheme)
        exchange = _question(session, product)
        first = first or exchange
        code = exchange.answer.code if exchange.answer is not None else ""
        if exchange.answer is not None and code not in WANTS_ANOTHER_SCHEME and not code.startswith(HEADER_MISSED):
            return exchange
    exchange = first if first is not None else _question(session, product)
    code = exchange.answer.code if exchange.answer else ""
    if (reason := reason_of(exchange, session.clock.wall())) is not None:
        raise PreflightError(f"{session.url}: {reason}")
    if code in NOT_THIS_KEY:
        clocks = clock_remark(exchange, session.clock.wall())
        raise PreflightError(
            f"{session.url} refused the credentials ({code}); check the key and its secret, or try --auth{clocks}"
        )
    raise PreflightError(
        f"{session.url} refused every signature scheme, at first with {code or 'no code'}; try --auth rpc, acs3 or none"
    )


def _not_turned_away(session: Session, first: Exchange) -> None:
    """Raise PreflightError where two different questions are refused for a reason that no request can change."""
    if reason_of(first, session.clock.wall()) is None:
        return
    page = Request(
        Action.QueryPageByApplyId, (("ApplyId", str(NEVER_ISSUED)), ("PageSize", "10"), ("CurrentPage", "1"))
    )
    second = session.send(page, FORMS[1], "preflight")
    if (reason := reason_of(second, session.clock.wall())) is not None:
        raise PreflightError(f"{session.url}: {reason_of(first, session.clock.wall()) or reason}")


def _question(session: Session, product: str) -> Exchange:
    """Ask for the status of an ApplyId never issued. Raises PreflightError where nothing answers, or no such API."""
    request = _never_issued(product)
    seen: list[Exchange] = []
    for form in FORMS[0], FORMS[1], FORMS[4]:
        exchange = session.send(request, form, "preflight")
        if exchange.throttled and (exchange := session.ask(request, form, "preflight")).throttled:
            raise PreflightError(f"{session.url} throttles even the first question; try again later, or with --rate")
        if exchange.no_answer is NoAnswer.REFUSED:
            raise PreflightError(
                f"{session.url} cannot be reached: {exchange.notes[0] if exchange.notes else exchange.no_answer}"
            )
        seen.append(exchange)
        value = exchange.answer.value if exchange.answer is not None else None
        # A refusal of the oldest edition has no Code: where RequestId is lost too, Success shows that this is the API.
        is_this_api = value and (value.get("RequestId") or value.get("Code") or "Success" in value)
        if is_this_api and exchange.answer is not None:
            return exchange
    raise PreflightError(f"{session.url} is no such API: {_what(seen[0])}; expected an answer with a RequestId")


def _never_issued(product: str) -> Request:
    return Request(Action.QueryBatchRegisterDeviceStatus, (("ProductKey", product), ("ApplyId", str(NEVER_ISSUED))))


def _what(exchange: Exchange) -> str:
    if exchange.received is None:
        return f"it gave no answer ({exchange.no_answer})"
    location = exchange.received.header("location")
    if 300 <= exchange.received.status < 400 and location is not None:
        return f"it redirects with HTTP {exchange.received.status}, which is not followed"
    kind = "an HTML page" if b"<html" in exchange.received.body[:1000].lower() else "something else"
    return f"HTTP {exchange.received.status} with {kind}"


def _known(session: Session, key: str) -> None:
    """Raise PreflightError where three operations deny the product; one alone may be a fault that the run will find."""
    question = _never_issued(key)
    listing = Request(Action.QueryDevice, (("ProductKey", key), ("PageSize", "1"), ("CurrentPage", "1")))
    # A check registers nothing: it is the cheapest call that cannot be answered without the product.
    names = (("ProductKey", key), ("DeviceName.1", session.generate_name("preflight-" + PLACEHOLDER * 8)))
    code = ""
    for asked in question, listing, Request(Action.BatchCheckDeviceNames, names):
        exchange = session.send(asked, FORMS[0], "preflight")
        if exchange.answer is None or exchange.answer.code not in NO_SUCH_PRODUCT:
            return
        code = exchange.answer.code
    raise PreflightError(f"{session.url} knows no product {key!r} ({code}); pass a ProductKey that exists there")


def _created(session: Session, most: int, without: frozenset[str]) -> tuple[str, ...]:
    keys: list[str] = []
    why = "--without CreateProduct" if Action.CreateProduct in without else "--max-products 0"
    if most > 0 and Action.CreateProduct not in without:
        for _ in range(min(most, 2)):
            name = "conf_" + secrets.token_hex(6)
            request = Request(Action.CreateProduct, (("ProductName", name), ("NodeType", "0")))
            exchange = session.send(request, FORMS[0], "preflight")
            if exchange.answer is not None and exchange.answer.value is None:
                # One form may be broken, which the run is to find out: ask in the other.
                other = request.but(ProductName=name[:-1] + "_")
                exchange = session.send(other, FORMS[1], "preflight")
            value = (exchange.answer.value if exchange.answer else None) or {}
            key = value.get("ProductKey") or (exchange.answer.data.get("ProductKey") if exchange.answer else None)
            if not exchange.accepted or not isinstance(key, str) or not key:
                why = f"CreateProduct was refused ({exchange.answer.code if exchange.answer else exchange.no_answer})"
                break
            keys.append(key)
    if not keys:
        raise PreflightError(
            f"the run needs a product and cannot create one: {why}; "
            "pass --product-key, and --other-product-key if there is a second one",
            usage=True,
        )
    return tuple(keys)

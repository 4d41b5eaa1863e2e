"""Faults of the time and the nonce of a signed request: it is served too late, too early, or a second time."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable

from conformance.contract.actions import Action
from conformance.reference.call import Call
from conformance.reference.faults.fault import breaks, scoped
from conformance.reference.faults.signature import ACS3_DOCUMENTED
from conformance.reference.gateway import (
    check_time,
    identity,
    seconds_since_1970,
    too_far_ahead,
    too_old,
    used_before,
)
from conformance.reference.refusals import GatewayError, gateway

FEW = 50
"""How many nonces a forgetful server remembers."""


# --- Timestamp ---

breaks("Signature.Timestamp.expired", "However old a request is, it is served.", too_old)(
    lambda faithful, call, age: False
)
scoped("Signature.Timestamp.expired@POST", "However old a POST is, it is served.")
scoped(
    "Signature.Timestamp.expired@ACS3",
    "However old a request signed in its headers is, it is served.",
    editions=ACS3_DOCUMENTED,
)
breaks("Signature.Timestamp.expired/a_day", "A request is served for a day.", too_old)(
    lambda faithful, call, age: age > 86_400
)
breaks("Signature.Timestamp.expired/of_pages", "However old a QueryPageByApplyId is, it is served.", too_old)(
    lambda faithful, call, age: call.operation != Action.QueryPageByApplyId and faithful(call, age)
)
breaks("Signature.Timestamp.future", "A request of the far future is served.", too_far_ahead)(
    lambda faithful, call, age: False
)
breaks("Signature.Timestamp.near", "A request more than a minute old is refused.", too_old)(
    lambda faithful, call, age: abs(age) > 60
)


@breaks(
    "Signature.Timestamp.expired/told_as_malformed",
    "A request that is too old is told that its Timestamp is malformed.",
    check_time,
)
def told_as_malformed(faithful: Callable[[Call, str], None], call: Call, text: str) -> None:
    try:
        faithful(call, text)
    except GatewayError:
        raise gateway("InvalidTimeStamp.Format") from None


@breaks("Signature.Timestamp.format", "A Timestamp that cannot be read is not looked at.", seconds_since_1970)
def what_cannot_be_read_is_now(faithful: Callable[[Call, str], float], call: Call, text: str) -> float:
    try:
        return faithful(call, text)
    except GatewayError:
        return call.now


def reads_as(spelled: Callable[[str], str]) -> Callable[..., float]:
    """A time is read after it was spelled in the documented way."""
    return lambda faithful, call, text: faithful(call, spelled(text))


breaks(
    "Signature.Timestamp.format/with_a_blank",
    "A time with a blank in the place of its T is taken for one.",
    seconds_since_1970,
)(reads_as(lambda text: re.sub(r"([0-9-]{10}) ([0-9:]{8}Z)", r"\1T\2", text)))
breaks(
    "Signature.Timestamp.format/without_Z", "A time that does not say its zone is taken for one.", seconds_since_1970
)(reads_as(lambda text: text if text.endswith("Z") else text + "Z"))
breaks(
    "Signature.Timestamp.format/of_databases",
    "A time with a blank in its middle and no Z is taken for one.",
    seconds_since_1970,
)(reads_as(lambda text: re.sub(r"([0-9-]{10}) ([0-9:]{8})", r"\1T\2Z", text)))


# --- SignatureNonce ---

Nonce = tuple[str, ...]


@breaks("Signature.SignatureNonce", "A nonce may be used again.", used_before)
def nonces_do_not_matter(faithful: Callable[[Call, Nonce], bool], call: Call, nonce: Nonce) -> bool:
    faithful(call, nonce)
    return False


scoped("Signature.SignatureNonce@GET", "The nonce of a GET may be used again.")
scoped("Signature.SignatureNonce@POST", "The nonce of a POST may be used again.")
scoped(
    "Signature.SignatureNonce@ACS3",
    "The nonce of a request signed in its headers may be used again.",
    editions=ACS3_DOCUMENTED,
)


@breaks("Signature.SignatureNonce.later", "Only the last 50 nonces are remembered.", used_before)
def few_are_remembered(faithful: Callable[[Call, Nonce], bool], call: Call, nonce: Nonce) -> bool:
    latest: deque[Nonce] = call.server.memory.setdefault("latest nonces", deque(maxlen=FEW))
    if nonce in latest:
        return True
    latest.append(nonce)
    return False


def sent(call: Call, name: str) -> str:
    """A parameter as it was sent last."""
    return dict(call.question.query + call.question.form).get(name, "")


ONCE_FOR_EACH: dict[str, tuple[str, Callable[[Call], str]]] = {
    "other_operation": ("A nonce may be used once for each operation.", lambda call: call.operation),
    "other_request": (
        "A nonce may be used once by GET and once by POST.",
        lambda call: call.question.request.method,
    ),
    "other_request/Format": ("A nonce may be used once for each Format.", lambda call: sent(call, "Format")),
    "other_request/Timestamp": (
        "A nonce may be used again with another Timestamp.",
        lambda call: sent(call, "Timestamp") or call.question.headers.get("x-acs-date", ""),
    ),
}
"""Clause and flavour → the sentence, and what must be another for a nonce to pass again."""

for _name, (_says, _another) in ONCE_FOR_EACH.items():
    breaks(f"Signature.SignatureNonce.{_name}", _says, identity)(
        lambda faithful, call, key_id, nonce, another=_another: (*faithful(call, key_id, nonce), another(call))
    )

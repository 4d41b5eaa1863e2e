"""From what the user writes to the Settings of a run; one clear line for everything that cannot be meant."""

from __future__ import annotations

import difflib
import os
import secrets
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from conformance.contract import EDITIONS, Contract, Level, load
from conformance.settings import Settings
from conformance.target.target import Target, TargetError, is_loopback, parse
from conformance.wire.encode import Signer
from conformance.wire.message import Scheme

TEST_KEY, TEST_SECRET = "testid", "testsecret"
"""What every target is signed with unless a source of real credentials is named."""
MOST_TAMPERED = 20
"""Requests with a wrong signature that a run sends to a region."""


class UsageProblem(Exception):
    """An option that cannot be meant; the message says what was found, what was expected, and what to do."""


def settings_from(
    text: str,
    *,
    edition: str,
    product_key: str = "",
    other_product_key: str = "",
    iot_instance_id: str = "",
    auth: str = "auto",
    without: Sequence[str] = (),
    profile: str = "full",
    only: Sequence[str] = (),
    gate: str = "must",
    seed: str = "0",
    patience: float | None = None,
    max_requests: int | None = None,
    max_products: int | None = None,
    rate: float | None = None,
    labels: Sequence[str] = (),
    credentials: str = "",
    reports: str | None = None,
) -> Settings:
    """The settings of a run. Raises UsageProblem."""
    contract = load()
    if not text.strip():
        raise UsageProblem("name a target, for example: embedded")
    if edition not in EDITIONS:
        raise UsageProblem(f"unknown edition {edition!r}{nearest(edition, EDITIONS)}; known are {', '.join(EDITIONS)}")
    try:
        target = parse(text.strip(), edition)
    except TargetError as error:
        raise UsageProblem(str(error)) from None
    for operation in without:
        known = [name for name, each in contract.operations.items() if each.roots]
        if operation not in known:
            raise UsageProblem(f"--without: unknown operation {operation!r}{nearest(operation, known)}")
    if other_product_key and not product_key:
        raise UsageProblem("--other-product-key needs --product-key: the first product comes first")
    check_only(contract, only, edition)
    for name, value in (("--patience", patience), ("--rate", rate), ("--max-requests", max_requests)):
        if value is not None and not value > 0:
            raise UsageProblem(f"{name} {value:g}: expected a number greater than 0")
    return Settings(
        target,
        edition,
        product_key=product_key,
        other_product_key=other_product_key,
        iot_instance_id=iot_instance_id,
        auth=auth,
        without=frozenset(without),
        profile=profile,
        only=tuple(only),
        gate=Level.SHOULD if gate == "should" else Level.MUST,
        seed=_seed(seed),
        patience=patience if patience is not None else (60.0 if target.loopback else 900.0),
        max_requests=max_requests,
        max_products=max_products if max_products is not None else (0 if target.region else 2),
        max_tampered=MOST_TAMPERED if target.region else None,
        rate=rate,
        labels=_labels(labels),
        reports=Path(reports) if reports else None,
        signer_of=_signers(target, credentials),
    )


def check_only(contract: Contract, only: Sequence[str], edition: str) -> None:
    """Every ``--only`` must select a clause. Raises UsageProblem."""
    for one in only:
        found = [
            clause
            for clause in contract.clauses.values()
            if clause.id == one or clause.operation == one or fnmatchcase(clause.id, one)
        ]
        if not found:
            known = [*contract.clauses, *contract.operations]
            raise UsageProblem(
                f"--only {one!r} selects no clause{nearest(one, known)}; see: iot-conformance contract list"
            )
        if not any(edition in clause.editions for clause in found):
            raise UsageProblem(
                f"--only {one!r} selects no clause of {edition}; it belongs to {', '.join(found[0].editions)}"
            )


def nearest(text: str, known: Sequence[str]) -> str:
    """`` (did you mean …?)`` where something known is near, else nothing."""
    found = difflib.get_close_matches(text, known, 1, 0.6)
    return f" (did you mean {found[0]!r}?)" if found else ""


def _seed(text: str) -> int:
    if text == "random":
        return secrets.randbelow(2**31)
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise UsageProblem(f"--seed {text!r}: expected a number, or random")
    return int(text)


def _labels(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise UsageProblem(f"--label {pair!r}: expected KEY=VALUE")
        found[name] = value
    return found


def _signers(target: Target, source: str) -> Callable[[Scheme], Signer]:
    """Real credentials only where they were named, or for a region; never over plain http to a stranger."""
    if not source and not target.region:
        return lambda scheme: Signer(scheme, TEST_KEY, TEST_SECRET)
    if source and target.url.startswith("http://") and not is_loopback(target.url):
        raise UsageProblem(
            f"--credentials {source}: a real key is not sent over plain http to {target.url}; "
            "its signature could be replayed against the cloud; use https"
        )
    name, _, prefix = (source or "env").partition(":")
    if name != "env":
        raise UsageProblem(f"--credentials {source!r}: expected env, or env:PREFIX")
    prefix = prefix or "ALIBABA_CLOUD_"
    key, secret = (os.environ.get(f"{prefix}{tail}", "") for tail in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET"))
    token = os.environ.get(f"{prefix}SECURITY_TOKEN", "")
    if not key or not secret:
        raise UsageProblem(
            f"no credentials: set {prefix}ACCESS_KEY_ID and {prefix}ACCESS_KEY_SECRET in the environment"
        )
    return lambda scheme: Signer(scheme, key, secret, token)

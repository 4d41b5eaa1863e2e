"""From what the user writes to the Settings of a run; one clear line for everything that cannot be meant."""

from __future__ import annotations

import math
import os
import secrets
import ssl
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.client.credentials import CredentialCache, CredentialsError, credentials_from, prefix_of
from conformance.client.target import Target, TargetError, is_loopback, parse
from conformance.client.transport import Route
from conformance.config.profiles import PROFILES
from conformance.config.settings import Settings, same_signer, signer_for_tests
from conformance.config.targets import FILE, NAMES, OPTIONS, TargetsError, entry, is_name
from conformance.config.waivers import Waiver, WaiversError, read_waivers
from conformance.contract import DEFAULT_EDITION, EDITIONS, Contract, ContractError, Level, load
from conformance.contract.locks import read, split
from conformance.text.nearest import nearest

MOST_TAMPERED = 20
"""Requests with a wrong signature that a run sends to a region."""


SMOKE_DEVICES = 60
"""Devices that the profile smoke may register."""


class UsageProblem(Exception):
    """An option that cannot be meant; the message says what was found, what was expected, and what to do."""


DEFAULTS: dict[str, Any] = {
    "edition": DEFAULT_EDITION,
    "product_key": "",
    "other_product_key": "",
    "iot_instance_id": "",
    "auth": "auto",
    "without": (),
    "profile": None,
    "only": (),
    "gate": "must",
    "seed": "0",
    "patience": None,
    "timeout": None,
    "max_requests": None,
    "max_devices": None,
    "max_products": None,
    "rate": None,
    "labels": {},
    "credentials": "",
    "ca_bundle": "",
    "proxy": "",
    "pass_env": (),
    "yes": False,
    "reports": None,
    "observations": {},
    "waivers": None,
}
"""Every option of a run, and what it is where nobody says anything."""
UNASKED = frozenset({"reports", "yes"})
"""What belongs to one run alone, and is not said again for those that come back to it."""
CHOICES = {
    "auth": ("auto", "none", "rpc", "acs3"),
    "profile": PROFILES,
    "gate": ("must", "should"),
}


def settings_from(text: str, *, targets: str | None = None, **given: Any) -> Settings:
    """The settings of a run: what was given over what the targets file says over the defaults. Raises UsageProblem."""
    contract = load()
    text = text.strip()
    if not text:
        raise UsageProblem("name a target, for example: embedded")
    named = is_name(text)
    try:
        meant, written = entry(text, Path(targets or FILE)) if named else (text, {})
    except TargetsError as error:
        raise UsageProblem(str(error)) from None
    said = {name: value for name, value in given.items() if value is not None and value != () and value != []}
    options = {**DEFAULTS, **written, **said}
    _typed(said)
    for name, known in CHOICES.items():
        if options[name] is not None and options[name] not in known:
            near = nearest(str(options[name]), known)
            raise UsageProblem(f"{name} {options[name]!r}{near}: expected one of {', '.join(known)}")
    edition, revision = _edition(options["edition"])
    try:
        target = parse(meant, edition)
    except TargetError as error:
        raise UsageProblem(str(error)) from None
    if named:
        target = replace(target, name=text)
    target = replace(target, pass_env=_passed(options["pass_env"]), key_prefix=prefix_of(options["credentials"]))
    for operation in options["without"]:
        offered = [name for name, each in contract.operations.items() if each.roots]
        if operation not in offered:
            raise UsageProblem(f"--without: unknown operation {operation!r}{nearest(operation, offered)}")
    if options["other_product_key"] and not options["product_key"]:
        raise UsageProblem("--other-product-key needs --product-key: the first product comes first")
    check_only(contract, options["only"], edition)
    for name in "patience", "timeout", "rate", "max_requests", "max_devices":
        if options[name] is not None and not 0 < options[name] < math.inf:
            raise UsageProblem(f"--{name.replace('_', '-')} {options[name]:g}: expected a number greater than 0")
    if options["max_products"] is not None and options["max_products"] < 0:
        raise UsageProblem(f"--max-products {options['max_products']}: expected a number of products, 0 for none")
    profile = options["profile"] or ("smoke" if target.region else "full")
    keys = _wallet(target, options["credentials"])
    patience, products, labels = options["patience"], options["max_products"], options["labels"]
    return Settings(
        target,
        edition,
        revision,
        product_key=options["product_key"],
        other_product_key=options["other_product_key"],
        iot_instance_id=options["iot_instance_id"],
        auth=options["auth"],
        without=frozenset(options["without"]),
        profile=profile,
        only=tuple(options["only"]),
        gate=Level.SHOULD if options["gate"] == "should" else Level.MUST,
        seed=_seed(str(options["seed"])),
        timeout=options["timeout"] or 30.0,
        patience=patience if patience is not None else (60.0 if target.loopback else 900.0),
        max_requests=options["max_requests"],
        max_devices=options["max_devices"] or (SMOKE_DEVICES if profile == "smoke" else None),
        limits_are_given=bool(options["max_requests"] or options["max_devices"]),
        max_products=products if products is not None else (0 if target.region else 2),
        max_tampered=MOST_TAMPERED if target.region else None,
        rate=options["rate"],
        labels=dict(labels) if isinstance(labels, dict) else _labels(labels),
        reports=Path(options["reports"]) if options["reports"] else None,
        pins=_pins(contract, options["observations"]),
        waivers=_waivers(contract, options["waivers"]),
        signer_of=keys.signer if keys is not None else signer_for_tests,
        renewed=keys.renewed if keys is not None else same_signer,
        real_keys=keys is not None,
        route=_route(options["ca_bundle"], options["proxy"]),
        asked={"target": meant, **{name: value for name, value in {**written, **said}.items() if name not in UNASKED}},
        yes=options["yes"],
    )


def _typed(said: dict[str, Any]) -> None:
    """What does not come from the command line may be of any type: a ledger, or whoever calls from Python."""
    for name, value in said.items():
        kinds = OPTIONS.get(name.replace("_", "-"))
        if kinds is None:
            raise UsageProblem(f"unknown option {name!r}{nearest(name, list(DEFAULTS))}")
        if kinds in {(list,), (dict,)}:
            fits = isinstance(value, list | tuple) or (kinds == (dict,) and isinstance(value, dict))
            each = value.values() if isinstance(value, dict) else value if fits else ()
            fits = fits and all(isinstance(one, str) for one in each)
        else:
            fits = isinstance(value, kinds) and isinstance(value, bool) is (kinds == (bool,))
        if not fits:
            raise UsageProblem(f"{name}: expected {NAMES[kinds[0]]}; found {str(value)[:60]!r}")


def _edition(text: str) -> tuple[str, int | None]:
    edition, revision = split(text)
    if edition not in EDITIONS:
        raise UsageProblem(f"unknown edition {edition!r}{nearest(edition, EDITIONS)}; known are {', '.join(EDITIONS)}")
    if revision is not None:
        try:
            read(edition, revision)
        except ContractError as error:
            raise UsageProblem(f"--edition {text}: {error}") from None
    return edition, revision


def _waivers(contract: Contract, path: str | None) -> tuple[Waiver, ...]:
    try:
        return read_waivers(Path(path), contract) if path else ()
    except WaiversError as error:
        raise UsageProblem(str(error)) from None


def _pins(contract: Contract, observations: dict[str, str]) -> dict[str, str]:
    """Pinned observations, each one of those that its clause lists."""
    for clause_id, value in observations.items():
        clause = contract.clauses.get(clause_id)
        if clause is None or clause.level is not Level.OBSERVED:
            known = [one.id for one in contract.clauses.values() if one.level is Level.OBSERVED]
            raise UsageProblem(f"observations: {clause_id!r} is no OBSERVED clause{nearest(clause_id, known)}")
        if value not in clause.observations:
            raise UsageProblem(
                f"observations: {clause_id} = {value!r}: expected one of {', '.join(clause.observations)}"
            )
    return dict(observations)


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


def _passed(names: Sequence[str]) -> tuple[str, ...]:
    """Variables for a program, each of which there is. Raises UsageProblem."""
    for name in names:
        if name not in os.environ:
            raise UsageProblem(f"--pass-env {name!r}: there is no such variable in the environment; expected its NAME")
    return tuple(names)


def _wallet(target: Target, source: str) -> CredentialCache | None:
    """Real credentials only where they were named, or for a region; never over plain http to a stranger."""
    if not source and not target.region:
        return None
    if source and target.url.startswith("http://") and not is_loopback(target.url):
        raise UsageProblem(
            f"--credentials {source}: a real key is not sent over plain http to {target.url}; "
            "its signature could be replayed against the cloud; use https"
        )
    try:
        return credentials_from(source)
    except CredentialsError as error:
        raise UsageProblem(str(error)) from None


def _route(ca_bundle: str, proxy: str) -> Route:
    """How the target is reached. Raises UsageProblem for certificates and proxies that cannot be meant."""
    try:
        if ca_bundle:
            ssl.create_default_context(cafile=ca_bundle)
    except (OSError, ssl.SSLError) as error:
        why = "no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageProblem(f"--ca-bundle {ca_bundle}: {why}; expected a file of certificates") from None
    try:
        parts = urlsplit(proxy)
    except ValueError:
        raise UsageProblem(f"--proxy {proxy!r}: expected http://host:port") from None
    if parts.username or parts.password:
        raise UsageProblem("--proxy with a user name or password is not accepted; credentials never stand on the line")
    try:
        known = not proxy or (parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        known = False
    if not known:
        raise UsageProblem(f"--proxy {proxy!r}: expected http://host:port")
    return Route(ca_bundle, proxy)

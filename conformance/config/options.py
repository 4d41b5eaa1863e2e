"""From what the user says of a run to its Settings; one clear line for everything that makes no sense."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.client.credentials import Wallet, prefix_of
from conformance.client.target import Target, TargetError, parse
from conformance.config import checks
from conformance.config.checks import UsageProblem, check_only
from conformance.config.option_table import OPTIONS, by_variable
from conformance.config.settings import Settings, same_signer, signer_for_tests
from conformance.config.targets import FILE, TargetsError, entry, is_name
from conformance.contract import DEFAULT_EDITION, Contract, Level, load
from conformance.text.nearest import nearest

MOST_TAMPERED = 20
"""Requests with a wrong signature that a run sends to a region."""
SMOKE_DEVICES = 60
"""Devices that the profile smoke may register."""
POSITIVE = ("patience", "timeout", "rate", "max_requests", "max_devices")


def settings_from(text: str, *, targets: str | None = None, **given: Any) -> Settings:
    """The settings of a run: what was given over what the targets file says over the defaults. Raises UsageProblem."""
    text = text.strip()
    if not text:
        raise UsageProblem("name a target, for example: embedded")
    meant, written = _from_file(text, targets) if is_name(text) else (text, {})
    asked = {**written, **_checked_types(given)}
    _check_values(asked)
    contract = load()
    edition, revision = checks.edition_of(asked.get("edition", DEFAULT_EDITION))
    target = _target(meant, edition, asked)
    if is_name(text):
        target = dataclasses.replace(target, name=text)
    options = _complete(asked, target)
    check_only(contract, options["only"], edition)
    return Settings(
        **{
            **_taken_as_they_are(options),
            **_converted(contract, options),
            **_signing(checks.wallet_of(target, options["credentials"])),
            "target": target,
            "edition": edition,
            "revision": revision,
            "limits_are_given": bool(asked.get("max_requests") or asked.get("max_devices")),
            "max_tampered": MOST_TAMPERED if target.region else None,
            "route": checks.route_of(options["ca_bundle"], options["proxy"]),
            "asked": {"target": meant, **_lasting(asked)},
        }
    )


def _from_file(name: str, path: str | None) -> tuple[str, dict[str, Any]]:
    """The TARGET that a name stands for, and the options that targets.toml says of it."""
    try:
        return entry(name, Path(path or FILE))
    except TargetsError as error:
        raise UsageProblem(str(error)) from None


def _checked_types(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was really said. What does not come from the command line, but from a ledger or a call, may be anything."""
    known = by_variable()
    said = {name: value for name, value in given.items() if value is not None and value != () and value != []}
    for name, value in said.items():
        option = known.get(name)
        if option is None:
            raise UsageProblem(f"unknown option {name!r}{nearest(name, known)}")
        if not (option.kind.fits_line(value) if option.commands else option.kind.fits(value)):
            raise UsageProblem(f"{name}: expected {option.kind.says}; found {str(value)[:60]!r}")
    return said


def _check_values(asked: Mapping[str, Any]) -> None:
    """Choices, numbers, and options that need another one."""
    for option in OPTIONS:
        value = asked.get(option.variable)
        if value is not None and option.choices and value not in option.choices:
            near = nearest(str(value), option.choices)
            raise UsageProblem(f"{option.variable} {value!r}{near}: expected one of {', '.join(option.choices)}")
    for name in POSITIVE:
        if name in asked and not 0 < asked[name] < math.inf:
            raise UsageProblem(f"--{name.replace('_', '-')} {asked[name]:g}: expected a number greater than 0")
    if asked.get("max_products", 0) < 0:
        raise UsageProblem(f"--max-products {asked['max_products']}: expected a number of products, 0 for none")
    if asked.get("other_product_key") and not asked.get("product_key"):
        raise UsageProblem("--other-product-key needs --product-key: the first product comes first")


def _target(meant: str, edition: str, asked: Mapping[str, Any]) -> Target:
    try:
        target = parse(meant, edition)
    except TargetError as error:
        raise UsageProblem(str(error)) from None
    return dataclasses.replace(
        target,
        pass_env=checks.pass_env_of(asked.get("pass_env", ())),
        key_prefix=prefix_of(asked.get("credentials", "")),
    )


def _complete(asked: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """Every option: as asked, or its default for such a target."""
    loopback, region = target.loopback, bool(target.region)
    options = {
        option.variable: asked.get(option.variable, option.default.of(loopback=loopback, region=region))
        for option in OPTIONS
    }
    if options["max_devices"] is None and options["profile"] == "smoke":
        options["max_devices"] = SMOKE_DEVICES
    return options


def _taken_as_they_are(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are fields of Settings under the same name."""
    fields = {field.name for field in dataclasses.fields(Settings)}
    return {name: value for name, value in options.items() if name in fields}


def _converted(contract: Contract, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that Settings hold in another form."""
    return {
        "without": checks.without_of(contract, options["without"]),
        "only": tuple(options["only"]),
        "gate": Level(options["gate"].upper()),
        "seed": checks.seed_of(str(options["seed"])),
        "labels": checks.labels_of(options["labels"]),
        "reports": Path(options["reports"]) if options["reports"] else None,
        "pins": checks.pins_of(contract, dict(options["observations"])),
        "waivers": checks.waivers_of(contract, options["waivers"]),
    }


def _signing(keys: Wallet | None) -> dict[str, Any]:
    """Who signs the requests: the key for tests, or a real one."""
    if keys is None:
        return {"signer_of": signer_for_tests, "renewed": same_signer, "real_keys": False}
    return {"signer_of": keys.signer, "renewed": keys.renewed, "real_keys": True}


def _lasting(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a command that comes back to the run takes over."""
    options = by_variable()
    return {name: value for name, value in asked.items() if options[name].lasting}


__all__ = ["MOST_TAMPERED", "SMOKE_DEVICES", "UsageProblem", "check_only", "settings_from"]

"""Checks of single options: each takes what the user wrote and returns what a run needs, or raises UsageProblem."""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from conformance.client.credentials import CredentialsError, Wallet, wallet
from conformance.client.target import Target, is_loopback
from conformance.client.transport import Route
from conformance.config.waivers import Waiver, WaiversError, read_waivers
from conformance.contract import EDITIONS, Contract, ContractError, Level
from conformance.contract.locks import read, split
from conformance.text.command import command
from conformance.text.nearest import nearest


class UsageProblem(Exception):
    """An option that makes no sense; the message says what was found, what was expected, and what to do."""


def edition_of(text: str) -> tuple[str, int | None]:
    """An edition and its revision, None for the current one."""
    edition, revision = split(text)
    if edition not in EDITIONS:
        raise UsageProblem(f"unknown edition {edition!r}{nearest(edition, EDITIONS)}; known are {', '.join(EDITIONS)}")
    if revision is not None:
        try:
            read(edition, revision)
        except ContractError as error:
            raise UsageProblem(f"--edition {text}: {error}") from None
    return edition, revision


def without_of(contract: Contract, operations: Sequence[str]) -> frozenset[str]:
    """Operations that the target does not offer."""
    known = [name for name, operation in contract.operations.items() if operation.roots]
    for name in operations:
        if name not in known:
            raise UsageProblem(f"--without: unknown operation {name!r}{nearest(name, known)}")
    return frozenset(operations)


def check_only(contract: Contract, only: Sequence[str], edition: str) -> None:
    """Every ``--only`` must select a clause of the edition."""
    for wanted in only:
        selected = [
            clause
            for clause in contract.clauses.values()
            if clause.id == wanted or clause.operation == wanted or fnmatchcase(clause.id, wanted)
        ]
        if not selected:
            near = nearest(wanted, [*contract.clauses, *contract.operations])
            raise UsageProblem(f"--only {wanted!r} selects no clause{near}; see: {command('contract', 'list')}")
        if not any(edition in clause.editions for clause in selected):
            others = ", ".join(selected[0].editions)
            raise UsageProblem(f"--only {wanted!r} selects no clause of {edition}; it belongs to {others}")


def seed_of(text: str) -> int:
    """A seed below 10**15, or one drawn at random."""
    if text == "random":
        return secrets.randbelow(2**31)
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise UsageProblem(f"--seed {text!r}: expected a number, or random")
    return int(text)


def labels_of(labels: Mapping[str, str] | Sequence[str]) -> dict[str, str]:
    """Labels by name, from a table or from texts KEY=VALUE."""
    if isinstance(labels, Mapping):
        return dict(labels)
    by_name = {}
    for pair in labels:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise UsageProblem(f"--label {pair!r}: expected KEY=VALUE")
        by_name[name] = value
    return by_name


def pins_of(contract: Contract, observations: Mapping[str, str]) -> dict[str, str]:
    """Pinned observations, each one of those that its clause lists."""
    observed = {clause.id: clause for clause in contract.clauses.values() if clause.level is Level.OBSERVED}
    for clause_id, value in observations.items():
        if clause_id not in observed:
            raise UsageProblem(f"observations: {clause_id!r} is no OBSERVED clause{nearest(clause_id, observed)}")
        known = observed[clause_id].observations
        if value not in known:
            raise UsageProblem(f"observations: {clause_id} = {value!r}: expected one of {', '.join(known)}")
    return dict(observations)


def waivers_of(contract: Contract, path: str | None) -> tuple[Waiver, ...]:
    """The waivers of a file."""
    try:
        return read_waivers(Path(path), contract) if path else ()
    except WaiversError as error:
        raise UsageProblem(str(error)) from None


def pass_env_of(names: Sequence[str]) -> tuple[str, ...]:
    """Variables for a program, each of which the environment has."""
    for name in names:
        if name not in os.environ:
            raise UsageProblem(f"--pass-env {name!r}: there is no such variable in the environment; expected its NAME")
    return tuple(names)


def wallet_of(target: Target, source: str) -> Wallet | None:
    """Real credentials where they were named, or for a region; never over plain http to another machine."""
    if not source and not target.region:
        return None
    if source and target.url.startswith("http://") and not is_loopback(target.url):
        raise UsageProblem(
            f"--credentials {source}: a real key is not sent over plain http to {target.url}; "
            "its signature could be replayed against the cloud; use https"
        )
    try:
        return wallet(source)
    except CredentialsError as error:
        raise UsageProblem(str(error)) from None


def route_of(ca_bundle: str, proxy: str) -> Route:
    """How the target is reached: which certificates are trusted, and through which proxy."""
    try:
        if ca_bundle:
            ssl.create_default_context(cafile=ca_bundle)
    except (OSError, ssl.SSLError) as error:
        why = "no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageProblem(f"--ca-bundle {ca_bundle}: {why}; expected a file of certificates") from None
    if proxy:
        _check_proxy(proxy)
    return Route(ca_bundle, proxy)


def _check_proxy(proxy: str) -> None:
    expected = UsageProblem(f"--proxy {proxy!r}: expected http://host:port")
    try:
        parts = urlsplit(proxy)
    except ValueError:
        raise expected from None
    if parts.username or parts.password:
        raise UsageProblem("--proxy with a user name or password is not accepted; credentials never stand on the line")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not _has_a_port(parts):
        raise expected


def _has_a_port(parts: SplitResult) -> bool:
    """Whether the port is a number that there is, or the default one."""
    try:
        return parts.port != 0
    except ValueError:
        return False

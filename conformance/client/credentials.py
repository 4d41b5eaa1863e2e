"""Where real keys come from: the environment, or Alibaba Cloud's own library for profiles, roles and its chain.

Nothing here is asked unless a source was named, or the target is a region.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.text.command import install_command
from conformance.wire.encode import Signer
from conformance.wire.message import Scheme

STANDARD = "ALIBABA_CLOUD_"
"""How the names of the standard variables begin."""
SOURCES = "env, env:PREFIX, profile:NAME, or chain"
LONGEST_REASON = 200


class CredentialsError(Exception):
    """There are no keys where the user looks for them; one line that says what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A key as it is now; temporary ones change during a run."""

    key_id: str
    secret: str
    token: str = ""


class Wallet:
    """The keys of one run. ``current`` is asked when something is to be signed, so that temporary keys stay fresh."""

    def __init__(self, current: Callable[[], Key]) -> None:
        self._current = current
        self._last: Key | None = None
        self._given: set[str] = set()

    def signer(self, scheme: Scheme) -> Signer:
        """Who signs by that scheme now. Raises CredentialsError."""
        key = self._key()
        return Signer(scheme, key.key_id, key.secret, key.token)

    def renewed(self, signer: Signer) -> Signer:
        """The same signer with the keys of this moment; one that this wallet did not make stays as it is."""
        return self.signer(signer.scheme) if signer.secret in self._given else signer

    def _key(self) -> Key:
        try:
            self._last = self._current()
        except CredentialsError:
            if self._last is None:
                raise
            # Keys could not be renewed just now: the old ones may still be good, and if not the target will say so.
        self._given.add(self._last.secret)
        return self._last


def prefix_of(source: str) -> str:
    """How the variables begin that a source reads; empty where it reads none of a name of its own."""
    kind, _, name = source.partition(":")
    return name if kind == "env" else ""


def wallet(source: str) -> Wallet:
    """The keys of a source; empty for a region without a named one. Raises CredentialsError for no known source."""
    kind, sign, name = source.partition(":")
    if kind == "env" and (name or not sign):
        return Wallet(lambda: _from_environment(name or STANDARD))
    if kind == "profile" and name:
        return Wallet(_library(lambda: _profile(name), f"--credentials {source}"))
    if source == "chain":
        return Wallet(_library(_chain, "--credentials chain"))
    if not source:
        return Wallet(_standard())
    raise CredentialsError(f"--credentials {source!r}: expected {SOURCES}")


def _from_environment(prefix: str) -> Key:
    key, secret, token = (
        os.environ.get(prefix + tail, "") for tail in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
    )
    if not key or not secret:
        raise CredentialsError(
            f"no credentials: set {prefix}ACCESS_KEY_ID and {prefix}ACCESS_KEY_SECRET in the environment, "
            "or name another source by --credentials"
        )
    return Key(key, secret, token)


def _standard() -> Callable[[], Key]:
    """The environment where it holds a key, else the library's chain where the library is there."""
    if os.environ.get(f"{STANDARD}ACCESS_KEY_ID") or not _has_library():
        return lambda: _from_environment(STANDARD)
    return _library(_chain, "the standard chain")


def _has_library() -> bool:
    from importlib.util import find_spec

    return find_spec("alibabacloud_credentials") is not None


def _library(providers: Callable[[], list[Any]], what: str) -> Callable[[], Key]:
    """Keys from the first of the library's providers that has some; it refreshes temporary ones itself."""
    chosen: list[Any] = []

    def current() -> Key:
        reasons = []
        for provider in chosen or _imported(providers, what):
            try:
                found = provider.get_credentials()
                key = Key(found.get_access_key_id(), found.get_access_key_secret(), found.get_security_token() or "")
            except Exception as error:  # the library raises whatever its transport and its files raise
                reasons.append(f"{error}" or type(error).__name__)
                continue
            if key.key_id and key.secret:
                chosen[:] = [provider]
                return key
            reasons.append("a key without a secret")
        said = "; ".join(reasons)
        short = said if len(said) <= LONGEST_REASON else said[:LONGEST_REASON] + " \u2026"
        raise CredentialsError(f"no credentials from {what}: {short}")

    return current


def _imported(providers: Callable[[], list[Any]], what: str) -> list[Any]:
    try:
        return providers()
    except ImportError:
        how = install_command("cloud")
        raise CredentialsError(f"{what} needs the library alibabacloud-credentials: {how}") from None


def _profile(name: str) -> list[Any]:
    """The profile of that name, in ~/.aliyun/config.json or in ~/.alibabacloud/credentials.ini."""
    from alibabacloud_credentials.provider import (  # type: ignore[import-untyped]
        CLIProfileCredentialsProvider,
        ProfileCredentialsProvider,
    )

    return [CLIProfileCredentialsProvider(profile_name=name), ProfileCredentialsProvider(profile_name=name)]


def _chain() -> list[Any]:
    from alibabacloud_credentials.provider import DefaultCredentialsProvider

    return [DefaultCredentialsProvider()]

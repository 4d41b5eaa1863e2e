"""Reads real keys: from the environment, or by Alibaba Cloud's library from profiles, roles and the standard chain.

Nothing is read unless the user names a source, or the target is a region.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.text.command import install_command
from conformance.wire.message import Scheme
from conformance.wire.signer import Signer

STANDARD = "ALIBABA_CLOUD_"
"""Prefix of the standard variables."""
SOURCES = "env, env:PREFIX, profile:NAME, or chain"
LONGEST_REASON = 200


class CredentialsError(Exception):
    """The source holds no keys; one line that says what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A key as it is now; temporary keys change during a run. The secret never appears in a repr."""

    key_id: str
    secret: str
    token: str = ""


class CredentialCache:
    """The last good key of one run. ``current`` is called for each signature, so that temporary keys are renewed."""

    def __init__(self, current: Callable[[], Key]) -> None:
        self._current = current
        self._last: Key | None = None
        self._secrets: set[str] = set()

    def signer(self, scheme: Scheme) -> Signer:
        """A signer with the current key. Raises CredentialsError where no key was ever read."""
        key = self._key()
        return Signer(scheme, key.key_id, key.secret, key.token)

    def renewed(self, signer: Signer) -> Signer:
        """The same signer with the current key; a signer with another secret is returned as it is."""
        return self.signer(signer.scheme) if signer.secret in self._secrets else signer

    def _key(self) -> Key:
        try:
            self._last = self._current()
        except CredentialsError:
            if self._last is None:
                raise
            # Keys could not be renewed just now: the old ones may still be good, and if not the target will say so.
        self._secrets.add(self._last.secret)
        return self._last


def prefix_of(source: str) -> str:
    """The prefix of ``env:PREFIX``; empty for every other source."""
    kind, _, name = source.partition(":")
    return name if kind == "env" else ""


def credentials_from(source: str) -> CredentialCache:
    """The keys of a source such as ``env:PREFIX``; an empty one means the standard variables, else the chain.

    Raises CredentialsError for an unknown source.
    """
    kind, sign, name = source.partition(":")
    if kind == "env" and (name or not sign):
        return CredentialCache(lambda: _from_environment(name or STANDARD))
    if kind == "profile" and name:
        return CredentialCache(_library(lambda: _profile(name), f"--credentials {source}"))
    if source == "chain":
        return CredentialCache(_library(_chain, "--credentials chain"))
    if not source:
        return CredentialCache(_standard())
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
                got = provider.get_credentials()
                key = Key(got.get_access_key_id(), got.get_access_key_secret(), got.get_security_token() or "")
            except Exception as error:  # the library raises whatever its transport and its files raise
                reasons.append(f"{error}" or type(error).__name__)
                continue
            if key.key_id and key.secret:
                chosen[:] = [provider]
                return key
            reasons.append("a key without a secret")
        reason = "; ".join(reasons)
        short = reason if len(reason) <= LONGEST_REASON else reason[:LONGEST_REASON] + " \u2026"
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

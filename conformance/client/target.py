"""The server to be measured: what a TARGET on the command line means."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

REGIONS = (
    "cn-shanghai",
    "ap-southeast-1",
    "ap-northeast-1",
    "us-west-1",
    "us-east-1",
    "eu-central-1",
    "cn-beijing",
    "cn-shenzhen",
)
"""Regions with an endpoint of their own."""


class TargetError(Exception):
    """A TARGET that cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Target:
    """One server to be measured."""

    name: str
    """As given on the command line; the label of reports."""
    url: str
    """Empty for a command that has not been started."""
    command: tuple[str, ...] = ()
    """A program to start, ``{port}`` standing for a free port."""
    pass_env: tuple[str, ...] = ()
    """Variables that the program gets although they may hold secrets."""
    key_prefix: str = ""
    """Prefix of the variables that hold the real keys of this run; the program gets only those in ``pass_env``."""
    region: str = ""
    """The id of the region whose endpoint it is; empty for every other target."""

    @property
    def loopback(self) -> bool:
        """Whether its host is this machine, seen from the URL alone."""
        return bool(self.command) or is_loopback(self.url)


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def command_name(words: Sequence[str]) -> str:
    """The name of a program in reports and from run to run: ``cmd-python-mock.py``.

    Further words become six hexadecimal digits of a hash; none of them is shown, since one may be a secret. The
    place of the port and the folders of the program do not change the name.
    """
    kept = [word.rsplit("/", 1)[-1] for word in _without_port(words)]
    options = [place for place, word in enumerate(kept) if word.startswith("-")]
    first = next(
        (place for place in range(1, len(kept)) if place not in options and not kept[place - 1].startswith("--")), 0
    )
    shown = [kept[0], kept[first]] if first else kept[:1]
    name = "-".join(re.sub(r"[^A-Za-z0-9._]+", "-", word).strip("-")[:40] for word in ("cmd", *shown))
    if name == "-".join(("cmd", *kept)):
        return name
    return f"{name}-{hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:6]}"


def _without_port(words: Sequence[str]) -> list[str]:
    """The words without the port; ``--port {port}`` goes away as a whole, and a script loses only ``{port}``."""
    kept: list[str] = []
    for word in words:
        if "{port}" not in word or " " in word:
            kept.append(word.replace("{port}", ""))
        elif word == "{port}" and len(kept) > 1 and kept[-1].startswith("-"):
            kept.pop()
    return kept


def parse(text: str, edition: str) -> Target:
    """The target that ``text`` means: ``embedded``, ``cmd:…``, ``region:…`` or a URL. Raises TargetError."""
    if text == "embedded":
        serve = ("-m", "conformance", "serve", "--port", "{port}", "--edition", edition, "--auth", "both")
        return Target("embedded", "", (sys.executable, *serve))
    if text.startswith("cmd:"):
        return _program(text)
    if text.startswith("region:"):
        region = text[7:]
        if region not in REGIONS:
            raise TargetError(f"unknown region {region!r}: IoT Platform has an endpoint in {', '.join(REGIONS)}")
        return Target(text, f"https://iot.{region}.aliyuncs.com", region=region)
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise TargetError(f"{text!r}: {error}; expected http://host:port") from None
    if parts.scheme in {"http", "https"}:
        return _server(text, parts)
    raise TargetError(
        f"{text!r} is no target; expected embedded, http(s)://host:port, region:<id>, or cmd:PROGRAM … {{port}}"
    )


def _program(text: str) -> Target:
    """The target of ``cmd:PROGRAM … {port}``."""
    try:
        words = tuple(shlex.split(text[4:]))
    except ValueError as error:
        raise TargetError(f"{text!r}: {error}") from None
    if not words:
        raise TargetError("cmd: needs a program, for example: cmd:./server --port {port}")
    if not any("{port}" in word for word in words):
        raise TargetError(f"{text!r}: the program must be told its port; write {{port}} where it belongs")
    return Target(command_name(words), "", words)


def _server(text: str, parts: SplitResult) -> Target:
    """The target of a URL."""
    try:
        port = parts.port
    except ValueError:
        raise TargetError(f"{text!r}: the port is no number from 1 to 65535") from None
    if not parts.hostname:
        raise TargetError(f"{text!r}: expected http://host:port")
    if not re.fullmatch(r"[A-Za-z0-9._:%-]{1,253}", parts.hostname):
        raise TargetError(f"{text!r}: a host is letters, digits, dots and hyphens; write others in their xn-- form")
    if parts.username or parts.password:
        raise TargetError(
            "a URL with user name or password is not accepted; credentials never stand on the command line"
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise TargetError(f"{text!r}: the API lives at /; expected http://host:port and nothing after it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Target(text, f"{parts.scheme}://{host}" + (f":{port}" if port else ""))

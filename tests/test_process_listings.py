"""Whoever lists the processes of this machine during a run reads no secret of the user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECRETS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tPlantedKeyId000001",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "PlantedSecret0000000000000001",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "CAISPlantedToken1",
    "MOCK_ACCESS_KEY_ID": "PlantedKeyOfTheMock1",
    "MOCK_ACCESS_KEY_SECRET": "PlantedSecretOfTheMock1",
    "GITHUB_TOKEN": "ghp_PlantedToken1",
}
SERVER = [sys.executable, "-m", "conformance", "serve", "--port", "{port}", "--access-key", "testid:testsecret"]


def read(process: str, name: str) -> bytes:
    try:
        return Path("/proc", process, name).read_bytes()
    except OSError:
        return b""


def family(parent: int) -> dict[str, str]:
    """Process → its parent, of all that descend from ``parent``."""
    parents = {
        each: read(each, "stat").rpartition(b") ")[2].split(b" ")[1].decode()
        for each in os.listdir("/proc")
        if each.isdigit() and read(each, "stat")
    }
    found = {str(parent): ""}
    while more := {each: above for each, above in parents.items() if above in found and each not in found}:
        found |= more
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc to be listed")
def test_no_secret_stands_in_a_command_line_or_in_the_environment_of_a_program(tmp_path: Path) -> None:
    """Two programs that are measured side by side, each by a process of its own: all of them are looked at."""
    command = " ".join(SERVER)
    targets = f"[targets.one]\ncommand = '{command}'\n[targets.two]\ncommand = '{command} --delay 0.1'\n"
    (tmp_path / "targets.toml").write_text(targets)
    words = ["run", "--all", "targets.toml", "--profile", "quick", "--only", "Common.Action.unknown", "--quiet"]
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *words],
        cwd=tmp_path, env={**os.environ, **SECRETS, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    lines: set[bytes] = set()
    environments: dict[str, bytes] = {}
    while process.poll() is None:
        for each in family(process.pid):
            line = read(each, "cmdline")
            lines.add(line)
            if b"\0serve\0" in line and read(each, "environ"):
                environments[each] = read(each, "environ")

    assert process.returncode == 0
    assert len(environments) == 2
    assert all(b"PATH=" in each for each in environments.values())
    shown = b"\n".join([*lines, *environments.values()])
    assert [name for name, secret in SECRETS.items() if secret.encode() in shown] == []

"""The files for a night: they say what the command line knows, and tell somebody once."""

from __future__ import annotations

import configparser
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from conformance.cli.main import cli
from conformance.runner.exit_status import Exit

ROOT = Path(__file__).resolve().parent.parent
NIGHTLY = ROOT / "examples" / "nightly"
OPTIONS = {option for parameter in cli.commands["run"].params for option in parameter.opts}


def words(text: str) -> set[str]:
    """The long options that a text names."""
    return {word.strip("`'\"").partition("=")[0] for word in text.split() if word.strip("`'\"").startswith("--")}


def snapshot(tmp_path: Path, status: int, *, page: bool) -> subprocess.CompletedProcess[str]:
    """nightly.sh with a suite that only writes its comparison and leaves."""
    stub = tmp_path / "bin" / "iot-conformance"
    stub.parent.mkdir()
    writes = 'while [ "$1" != --reports ]; do shift; done; echo "# it changed" > "$2/drift.md"' if page else ":"
    stub.write_text(
        f"#!/bin/sh\necho \"$@\" > {tmp_path}/asked\n{writes}\necho 'iot-conformance: why' >&2\nexit {status}\n"
    )
    stub.chmod(0o755)
    told = tmp_path / "tell"
    told.write_text(f'#!/bin/sh\necho "told $1" >> {tmp_path}/told\ncat >> {tmp_path}/told\n')
    told.chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{stub.parent}:{os.environ['PATH']}", "IOT_NOTIFY": str(told),
        "IOT_HISTORY": "nights", "IOT_REPORTS": str(tmp_path / "reports"),
    }  # fmt: skip
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [NIGHTLY / "nightly.sh", "region:cn-shanghai", "--yes"], env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("status", [1, 3])
def test_a_night_with_something_to_tell_is_told_once_with_its_page(status: int, tmp_path: Path) -> None:
    done = snapshot(tmp_path, status, page=True)

    assert done.returncode == status
    assert (tmp_path / "told").read_text() == "told iot-conformance: why\n# it changed\n"
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("run region:cn-shanghai --yes --history nights --against baseline --confirm 2")


def test_a_night_that_was_not_compared_is_told_by_its_line(tmp_path: Path) -> None:
    assert snapshot(tmp_path, 3, page=False).returncode == 3

    assert (tmp_path / "told").read_text() == "told iot-conformance: why\niot-conformance: why\n"


def test_a_quiet_night_tells_nobody(tmp_path: Path) -> None:
    done = snapshot(tmp_path, 0, page=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "told").exists()


def test_the_units_start_the_script_and_are_started_by_their_timer() -> None:
    service, timer = (configparser.RawConfigParser(strict=False) for _ in range(2))
    service.read(NIGHTLY / "iot-conformance@.service")
    timer.read(NIGHTLY / "iot-conformance@.timer")

    assert service["Service"]["ExecStart"].startswith("/opt/iot-conformance/nightly.sh %i ")
    assert service["Service"]["SuccessExitStatus"] == "1 3"
    assert words(service["Service"]["ExecStart"]) <= OPTIONS
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_the_workflow_runs_one_night_with_options_that_there_are() -> None:
    workflow = yaml.safe_load((NIGHTLY / "github.yml").read_text())
    steps = {step.get("name"): step for step in workflow["jobs"]["drift"]["steps"]}

    assert words(steps["One night"]["run"]) <= OPTIONS
    assert {"--history", "--against", "--confirm"} <= words(steps["One night"]["run"])


def test_the_guide_names_every_exit_status() -> None:
    text = (ROOT / "NIGHTLY.md").read_text()

    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")][1:]
    assert rows == ["---", *(str(int(status)) for status in Exit if status is not Exit.INTERRUPTED), "130, 143"]
    assert words(text) - {"---"} <= OPTIONS | {"--plots", "--reason", "--keep"}

"""What others build their pipelines on: the action, the GitLab template, the examples and the image."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.cli.compare import compare
from conformance.cli.run import run

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ACTION = ROOT / "action.yml"
TEMPLATE = ROOT / "templates/iot-conformance.gitlab-ci.yml"
WORKFLOWS = sorted((ROOT / "examples/ci").glob("github-*.yml"))
PIPELINES = sorted((ROOT / "examples/ci").glob("gitlab-*.yml"))
OPTIONS = {
    option for parameter in (*run.params, *compare.params) for option in parameter.opts if option.startswith("--")
}


def steps(path: Path) -> list[dict[str, Any]]:
    """Every step of an action or of a workflow."""
    found = yaml.safe_load(path.read_text())
    if "runs" in found:
        return list(found["runs"]["steps"])
    return [step for job in found["jobs"].values() for step in job["steps"]]


def test_there_is_an_example_of_each_use_on_both_platforms() -> None:
    assert [path.stem.partition("-")[2] for path in WORKFLOWS] == ["gate-a-mock", "nightly-drift", "validate-regions"]
    assert [path.stem.partition("-")[2] for path in PIPELINES] == ["gate-a-mock", "nightly-drift", "validate-regions"]


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-actions", [ACTION]),
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.gitlab-ci", [TEMPLATE, *PIPELINES]),
    ],
)
def test_every_file_is_valid_by_the_schema_of_its_platform(schema: str, files: list[Path]) -> None:
    command = [BIN / "check-jsonschema", "--builtin-schema", schema, *files]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_foreign_actions_are_pinned_by_major_version(path: Path) -> None:
    uses = [step["uses"] for step in steps(path) if "uses" in step]

    assert uses
    assert [one for one in uses if not re.fullmatch(r"[\w.-]+/[\w.-]+@v\d+", one)] == []


@pytest.mark.parametrize("path", [ROOT / ".ci/action", TEMPLATE, *WORKFLOWS, *PIPELINES], ids=lambda path: path.name)
def test_every_option_that_is_passed_is_one_of_run_or_compare(path: Path) -> None:
    text = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))

    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - OPTIONS == set()


@pytest.mark.parametrize("path", [*WORKFLOWS, *PIPELINES], ids=lambda path: path.name)
def test_a_job_on_a_real_account_says_yes_since_nobody_can_be_asked(path: Path) -> None:
    text = path.read_text()

    assert ("region:" in text) == ("--yes" in text)


def test_the_action_is_given_only_inputs_that_it_has_and_uses_them_all() -> None:
    inputs = yaml.safe_load(ACTION.read_text())["inputs"]
    given = {
        name
        for path in WORKFLOWS
        for step in steps(path)
        if step.get("uses", "").startswith("example/iot-conformance@")
        for name in step["with"]
    }

    assert given <= set(inputs)
    used = re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", ACTION.read_text())
    assert set(used) | {"artifact"} == set(inputs)


def test_no_input_is_written_into_a_script() -> None:
    assert [step["run"] for step in steps(ACTION) if "${{" in step.get("run", "")] == []


def measured(folder: Path, **inputs: str) -> dict[str, str]:
    """The outputs of the action's measuring step."""
    environment = {
        "PATH": os.environ["PATH"], "GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(folder),
        "GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "IOT_PYTHON": sys.executable, "IOT_TARGET": "embedded", "IOT_EDITION": "alibaba-2023", "IOT_GATE": "must",
    }  # fmt: skip
    subprocess.run(
        ["bash", ROOT / ".ci/action"],
        cwd=folder,
        env=environment | inputs,
        capture_output=True,
        check=True,
        timeout=120,
    )
    return dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())


def test_the_action_measures_and_says_what_came_of_it(tmp_path: Path) -> None:
    outputs = measured(
        tmp_path, IOT_PROFILE="quick", IOT_REPORTS="out", IOT_ARGS="--only BatchRegisterDevice.Count.zero --quiet"
    )

    assert outputs == {"exit-status": "0", "outcome": "conformant", "drift": "", "reports": "out"}
    assert "Conformant" in (tmp_path / "summary").read_text()
    assert (tmp_path / "out/junit.xml").exists()


def test_the_action_compares_with_the_snapshots_before(tmp_path: Path) -> None:
    snapshot = {
        "IOT_PROFILE": "quick",
        "IOT_ARGS": "--only BatchRegisterDevice.Count.max --quiet",
        "IOT_BASELINE": "drift",
    }
    faulty = f"cmd:{sys.executable} -m conformance serve --port {{port}} --fault BatchRegisterDevice.Count.max"

    first = measured(tmp_path, **snapshot, IOT_REPORTS="drift/1")
    second = measured(tmp_path, **snapshot, IOT_REPORTS="drift/2")
    third = measured(tmp_path, **snapshot, IOT_REPORTS="drift/3", IOT_TARGET=faulty)

    assert [each["drift"] for each in (first, second)] == ["", "0"]
    assert (third["exit-status"], third["drift"]) == ("1", "1")
    assert (tmp_path / "drift/3/drift.md").exists()


def test_an_input_is_never_run(tmp_path: Path) -> None:
    outputs = measured(tmp_path, IOT_TARGET="$(touch pwned); `touch pwned`", IOT_ARGS="--label a=$(touch pwned)")

    assert outputs["exit-status"] == "2"
    assert outputs["outcome"] == "error"
    assert not (tmp_path / "pwned").exists()


def test_the_image_is_clean_by_its_linter() -> None:
    done = subprocess.run([BIN / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_installed_from_the_lock_and_runs_as_nobody_special() -> None:
    lines = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text()).splitlines()
    said = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    last = [word for word, _ in said][[word for word, _ in said].index("FROM", 1) :]

    installs = [rest for word, rest in said if word == "RUN" and "pip" in rest]
    assert len(installs) == 1
    assert "--require-hashes --requirement requirements.lock" in installs[0]
    assert [rest for word, rest in said if word == "USER"] == ["10001"]
    assert last.index("USER") > last.index("RUN")
    copied = [rest.split()[0] for word, rest in said if word == "COPY" and "--from" not in rest]
    assert all((ROOT / path).exists() for path in copied)
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == allowed

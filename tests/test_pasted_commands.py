"""Every command that the program prints is pasted into a shell in the same folder, and is a command line there."""

from __future__ import annotations

import html
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.text import command as words
from conformance.text.command import command

ROOT = Path(__file__).resolve().parent.parent
CLAUSE = "BatchRegisterDevice.Count.max"
PROGRAM = r"\S*(?:python[\d.]*'? -m conformance|iot-conformance)"
PRINTED = re.compile(rf"(?:^|: | {{2,}})({PROGRAM} [a-z].*?)(?=; |$)")
"""A command stands at the end of a line, or before a semicolon."""
IN_PAGE = re.compile(rf"<pre>({PROGRAM} [^<]*)</pre>")
DEAR = ("run embedded", " --allure")
"""Commands that take long, or need Node: of them only the words are checked."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUNBUFFERED": "1"}


def shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        line, shell=True, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def iot(*arguments: object, cwd: Path) -> str:
    # Not by ``command``: in this process it names the script as seen from another folder.
    done = shell(shlex.join([sys.executable, "-m", "conformance", *map(str, arguments)]), cwd)
    return done.stdout + done.stderr


def printed(text: str) -> list[str]:
    """The commands in what was printed."""
    return [line for shown in text.splitlines() for line in PRINTED.findall(shown.rstrip())]


def pasted(line: str, cwd: Path) -> int:
    """The exit status of a command; of a dear one, whether its words are right."""
    dear = any(mark in line for mark in DEAR)
    done = shell(f"{line} --help" if dear else line, cwd)
    assert done.returncode in {0, 1, 3}, (line, done)
    return done.returncode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name has to be quoted."""
    path = tmp_path / "a folder"
    path.mkdir()
    return path


def serving(*options: str) -> Iterator[str]:
    line = [sys.executable, "-m", "conformance", "serve", "--port", "0", *options]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("listening on ").strip()
        process.terminate()


@pytest.fixture
def broken() -> Iterator[str]:
    """The URL of a server that fails one clause."""
    yield from serving("--fault", CLAUSE)


@pytest.fixture
def slow() -> Iterator[str]:
    """The URL of a server whose applications take long."""
    yield from serving("--delay", "30")


QUICKLY = ("--only", CLAUSE, "--profile", "quick", "--product-key", "a1RefProdA1")


def test_a_finding_is_sent_again_and_its_run_reported(broken: str, folder: Path) -> None:
    shown = iot("run", broken, *QUICKLY, "--reports", "my run", cwd=folder)
    page = (folder / "my run" / "matrix.html").read_text(encoding="utf-8")
    in_page = [html.unescape(line) for line in IN_PAGE.findall(page)]

    replay, allure = printed(shown)
    assert replay.endswith(f"replay 'my run' {CLAUSE}")
    assert allure.endswith("report 'my run' --allure")
    assert in_page == [replay]
    assert pasted(replay, folder) == 1
    assert pasted(allure, folder) == 0


def test_a_finding_of_a_program_names_where_it_is_to_be_started_again(folder: Path) -> None:
    server = f"cmd:{sys.executable} -m conformance serve --port {{port}} --fault {CLAUSE}"

    replay, _ = printed(iot("run", server, *QUICKLY, "--reports", "here", cwd=folder))

    assert "--target http://127.0.0.1:" in replay
    assert pasted(replay, folder) == 3


def test_check_names_the_run_with_the_options_that_it_was_given(broken: str, folder: Path) -> None:
    (folder / "my targets.toml").write_text(
        f"[targets.mock]\nurl = '{broken}'\nprofile = 'quick'\nonly = ['{CLAUSE}']\n"
    )

    (run,) = printed(iot("check", "mock", "--targets", "my targets.toml", cwd=folder))

    assert run.endswith("run mock --targets 'my targets.toml'")
    assert pasted(run, folder) == 1


def test_an_interrupted_run_is_swept(slow: str, folder: Path) -> None:
    line = [sys.executable, "-m", "conformance", "run", slow, "--product-key", "a1RefProdA1", "--reports", "my run"]
    process = subprocess.Popen(
        line, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 -- no threads here
    )  # fmt: skip
    record = folder / "my run" / "run.ndjson"
    deadline = time.monotonic() + 60
    while not (record.exists() and record.stat().st_size > 100_000):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=90)

    assert process.returncode == 130, err
    allure, sweep = printed(out + err)
    assert sweep.endswith("sweep 'my run'")
    assert pasted(sweep, folder) in {0, 3}
    assert pasted(allure, folder) == 0


WRONG = {
    ("report",): "run embedded",
    ("compare", "one"): "run embedded",
    ("compare", "--live", "one"): "compare --live http://127.0.0.1:8086 embedded",
    ("history", "list", "my runs"): "run embedded --history 'my runs'",
    ("contract", "show", "Workflow.terminall"): "contract list",
    ("run", "embedded", "--only", "Workflow.terminall"): "contract list",
    ("selfproof", "--fault", "nothing"): "serve --fault list",
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_usage_names_a_command_that_works(arguments: tuple[str, ...], folder: Path) -> None:
    (line,) = printed(iot(*arguments, cwd=folder))

    assert line.endswith(WRONG[arguments])
    pasted(line, folder)


def test_wrong_usage_names_the_newest_runs_where_there_are_some(broken: str, folder: Path) -> None:
    for number in (1, 2):
        iot("run", broken, *QUICKLY, "--quiet", "--reports", f"reports/run {number}", cwd=folder)

    (report,) = printed(iot("report", cwd=folder))
    (compare,) = printed(iot("compare", cwd=folder))

    assert report.endswith("report 'reports/run 2'")
    assert compare.endswith("compare 'reports/run 1' 'reports/run 2'")
    assert pasted(report, folder) == 0
    pasted(compare, folder)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment in ``.venv`` of the current folder, with the script of an editable install."""
    script = tmp_path / ".venv" / "bin" / "iot-conformance"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(script.parent / "python"))
    monkeypatch.setattr(sys, "path", ["", str(words.HOME)])
    monkeypatch.setattr(sys, "argv", [str(ROOT / "conformance" / "__main__.py")])
    monkeypatch.setenv("PATH", "/nowhere")
    return script


def test_the_script_of_the_environment_is_named_from_the_current_folder(installed: Path) -> None:
    assert command("sweep", "a b") == ".venv/bin/iot-conformance sweep 'a b'"


def test_the_bare_name_where_the_path_leads_here(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(installed.parent))

    assert command("sweep", "run") == "iot-conformance sweep run"


def test_another_installation_on_the_path_is_not_named(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other" / "iot-conformance"
    other.parent.mkdir()
    other.write_bytes(installed.read_bytes())
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent))

    assert command("sweep", "run") == ".venv/bin/iot-conformance sweep run"


def test_without_a_script_that_finds_this_package_the_interpreter_is_named(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(words.HOME), "/elsewhere"])

    assert command("sweep", "run") == ".venv/bin/python -m conformance sweep run"

"""What is no recording, or no whole one, is one line with its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.offline.recordings.problem import RecordingError
from tests.judging import altered, offline

ROOT = Path(__file__).resolve().parent.parent

BAD = {
    "empty": (b"", 2, "empty; expected"),
    "text": (b"hello\n", 2, "expected a mapping"),
    "binary": (bytes(range(256)), 2, "no recording"),
    "a page": (b"<html></html>", 2, "no recording"),
    "other JSON": (b'{"a": [1, 2]}', 2, "no recording"),
    "a list": (b"[1, 2]", 2, "no recording"),
    "HAR without entries": (b'{"log": {"version": "1.2"}}', 2, "expected a member 'entries'"),
    "HAR of nothing": (b'{"log": {"entries": []}}', 3, "holds no exchange of this API"),
    "HAR cut off at once": (b'{"log": {"entries": [{"request": {"me', 3, "holds no exchange"),
    "HAR corrupted": (b'{"log": {"entries": [{"request": nothing}]}}', 2, "malformed JSON"),
    "HAR nested deep": (b'{"log": {"entries": [' + b"[" * 100_000, 2, "nested too deep"),
    "not UTF-8": (b'{"log": {"entries": ["\xff\xff\xff\xff\xff\xff"]}}', 2, "not UTF-8"),
    "YAML that is no cassette": (b"a: 1\nb: [1]\n", 2, "expected a list called"),
    "YAML corrupted": (b"interactions:\n- request: [\n  }\n", 2, "malformed YAML"),
    "YAML nested deep": (b"interactions:\n- " + b"[" * 100, 2, "nested more than"),
    "YAML of unknown names": (b"interactions:\n- *nobody\n", 2, "names nothing that came before"),
    "YAML of nothing": (b"interactions: []\n", 3, "holds no exchange"),
    "a newer run": (b'{"type": "header", "format": 99}\n', 2, "found format 99, expected 1; update iot-conformance"),
    "a run of an unknown edition": (b'{"type":"header","format":1,"edition":"alibaba-2099"}\n', 2, "by --edition"),
    "a run with a broken header": (b'{"type":"header","format":1,"products":7}\n', 2, "corrupted header"),
    "a run with a broken line": (b'{"type":"header","format":1}\n{nothing}\n', 2, ":2: corrupted"),
    "a run with a strange exchange": (
        b'{"type":"header","format":1}\n{"type":"exchange","number":"x"}\n',
        2,
        "newer version",
    ),
    "a run of nothing": (b'{"type":"header","format":1}\n{"type":"footer"}\n', 3, "holds no exchange"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_recording_is_one_problem_with_its_status(name: str, tmp_path: Path) -> None:
    text, status, says = BAD[name]
    path = tmp_path / "trace"
    path.write_bytes(text)

    with pytest.raises(RecordingError) as caught:
        offline(path)

    assert says in str(caught.value)
    assert caught.value.status == status
    assert len(str(caught.value).splitlines()) == 1


def test_repeated_names_in_yaml_cost_nothing(tmp_path: Path) -> None:
    lines = ["interactions:", "- a: &l0 [x, x]"]
    lines += [f"  b{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 40)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines) + "\n")

    with pytest.raises(RecordingError, match="holds no exchange"):
        offline(path)


def iot(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_command_shows_what_was_seen_and_leaves_with_its_status(tmp_path: Path) -> None:
    path = altered(tmp_path, "sdk.har", '\\"Total\\":3', '\\"Total\\":4')
    summary = tmp_path / "summary.json"

    done = iot("judge", str(path), "--summary", str(summary))

    assert done.returncode == 1, done
    assert "VIOLATIONS  sdk.har by alibaba-2023" in done.stdout
    assert "QueryPageByApplyId.Total" in done.stderr
    assert json.loads(summary.read_text())["outcome"] == "violations"


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    done = iot("judge", str(tmp_path / "nothing.har"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "cannot be read: No such file" in done.stderr

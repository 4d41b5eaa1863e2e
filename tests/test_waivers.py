"""Waivers: known failures are accepted as they were recorded and until a date; whatever else becomes of them is red."""

from __future__ import annotations

import dataclasses
import datetime
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance.config.options import settings_from
from conformance.config.waivers import Waiver, WaiversError, read_waivers
from conformance.contract import load
from conformance.judge.fingerprint import fingerprint_of
from conformance.judge.verdict import Breaks, Outcome, Verdict
from conformance.runner.gate import apply

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = load()
TODAY = datetime.date(2026, 11, 25)
CLAUSE = "BatchRegisterDevice.Count.max"
FINGERPRINT = "Count=\u2026 was accepted | answered"

GOOD = f"""
# Known failures of the mock.
[[waiver]]
clause = "{CLAUSE}"
target = "mock"
edition = "alibaba-2023"
fingerprint = "{FINGERPRINT}"
profile = "full"
reason = "the mock has no limit yet"
owner = "Wang Li"
issue = "https://issues.example.com/17"
expires = 2026-12-31
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_is_accepted_of_whom_and_until_when(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)

    assert read_waivers(path, CONTRACT) == (
        Waiver(
            CLAUSE, "", "mock", "alibaba-2023", (FINGERPRINT,), "full", "the mock has no limit yet", "Wang Li",
            "https://issues.example.com/17", datetime.date(2026, 12, 31), f"{path}:3",
        ),
    )  # fmt: skip


WRONG = {
    "not TOML": (GOOD.replace('"mock"', '"mock'), "malformed TOML"),
    "another table": (GOOD + "\n[defaults]\n", ":14: defaults: expected nothing but [[waiver]] tables"),
    "no table": ("waiver = 3\n", ":1: waiver: expected [[waiver]] tables"),
    "unknown clause": (
        GOOD.replace(CLAUSE, CLAUSE + "imum"),
        f":4: waiver 1: clause: unknown clause '{CLAUSE}imum' (did you mean '{CLAUSE}'?)",
    ),
    "unknown key": (GOOD.replace("owner", "owners"), ":10: waiver 1: owners: unknown key (did you mean 'owner'?)"),
    "missing key": (GOOD.replace('owner = "Wang Li"', ""), ":3: waiver 1: owner: is missing: who answers for it"),
    "empty text": (GOOD.replace('"Wang Li"', '" "'), ":10: waiver 1: owner: expected who answers for it; found ' '"),
    "unknown edition": (GOOD.replace("alibaba-2023", "alibaba-2032"), ":6: waiver 1: edition: unknown edition"),
    "unknown profile": (GOOD.replace('"full"', '"fully"'), ":8: waiver 1: profile: 'fully' (did you mean 'full'?)"),
    "no date": (GOOD.replace("2026-12-31", '"soon"'), ":12: waiver 1: expires: 'soon': expected a date"),
    "a moment": (GOOD.replace("2026-12-31", "2026-12-31T10:00:00Z"), ":12: waiver 1: expires: expected a date"),
    "no such day": (GOOD.replace("2026-12-31", "2026-02-31"), "malformed TOML"),
    "no link": (GOOD.replace("https://issues.example.com/17", "17"), ":11: waiver 1: issue: '17': expected a link"),
    "no fingerprint": (GOOD.replace(f'"{FINGERPRINT}"', "[]"), ":7: waiver 1: fingerprint: expected the fingerprint"),
    "clause and pattern": (GOOD + 'pattern = "*"\n', ":4: waiver 1: clause: expected either clause or pattern"),
    "neither": (GOOD.replace("clause =", "#"), ":3: waiver 1: clause: expected either clause or pattern"),
    "the second one": (GOOD + GOOD.replace("mock", ""), ":17: waiver 2: target: expected a TARGET"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_meant_is_named_with_file_line_and_key(name: str, tmp_path: Path) -> None:
    text, says = WRONG[name]
    path = written(tmp_path, text)

    with pytest.raises(WaiversError) as caught:
        read_waivers(path, CONTRACT)

    assert str(caught.value).startswith(str(path))
    assert says in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")

    for path, says in ((tmp_path / "none.toml", "there is no such file"), (tmp_path / "bytes.toml", "cannot be read")):
        with pytest.raises(WaiversError, match=says):
            read_waivers(path, CONTRACT)


WAIVER = Waiver(
    CLAUSE, "", "mock", "alibaba-2023", (FINGERPRINT,), "full", "no limit yet", "Wang Li",
    "https://issues.example.com/17", datetime.date(2026, 12, 31), "waivers.toml:3",
)  # fmt: skip
FAILS = Verdict(CLAUSE, Outcome.FAIL, "Count=10001 was accepted", fingerprints=(FINGERPRINT,))

LIFE = {
    "covered": (WAIVER, FAILS, "full", [CLAUSE], [], [], []),
    "fails differently": (
        WAIVER, dataclasses.replace(FAILS, fingerprints=(FINGERPRINT, "a request got no answer | no answer")), "full",
        [], ["differs"], [], [],
    ),
    "expired": (
        dataclasses.replace(WAIVER, expires=datetime.date(2026, 11, 24)), FAILS, "full", [], ["expired"], [], [],
    ),
    "ends today": (dataclasses.replace(WAIVER, expires=TODAY), FAILS, "full", [CLAUSE], [], ["expiring"], []),
    "ends in 14 days": (
        dataclasses.replace(WAIVER, expires=datetime.date(2026, 12, 9)), FAILS, "full", [CLAUSE], [], ["expiring"], [],
    ),
    "ends in 15 days": (
        dataclasses.replace(WAIVER, expires=datetime.date(2026, 12, 10)), FAILS, "full", [CLAUSE], [], [], [],
    ),
    "matches no clause": (
        dataclasses.replace(WAIVER, clause="", pattern="Nothing.*"), FAILS, "full", [], ["unmatched"], [], [],
    ),
    "a pattern": (dataclasses.replace(WAIVER, clause="", pattern="*.Count.*"), FAILS, "full", [CLAUSE], [], [], []),
    "passes": (WAIVER, Verdict(CLAUSE, Outcome.PASS), "full", [], ["stale"], [], []),
    "passes, looked at more closely": (WAIVER, Verdict(CLAUSE, Outcome.PASS), "thorough", [], ["stale"], [], []),
    "passes, looked at less closely": (WAIVER, Verdict(CLAUSE, Outcome.PASS), "quick", [], [], [], ["untouched"]),
    "untested": (WAIVER, Verdict(CLAUSE, Outcome.UNTESTED), "full", [], [], [], ["untouched"]),
    "inconclusive": (WAIVER, Verdict(CLAUSE, Outcome.INCONCLUSIVE), "full", [], [], [], ["untouched"]),
    "exempt": (WAIVER, Verdict(CLAUSE, Outcome.EXEMPT), "full", [], [], [], ["untouched"]),
    "error": (WAIVER, Verdict(CLAUSE, Outcome.ERROR), "full", [], [], [], ["untouched"]),
    "of another target": (dataclasses.replace(WAIVER, target="staging"), FAILS, "full", [], [], [], []),
    "of another edition": (dataclasses.replace(WAIVER, edition="alibaba-2018"), FAILS, "full", [], [], [], []),
    "of any target": (dataclasses.replace(WAIVER, target="*"), FAILS, "full", [CLAUSE], [], [], []),
}  # fmt: skip


@pytest.mark.parametrize("name", LIFE)
def test_the_life_of_a_waiver(name: str) -> None:
    waiver, verdict, profile, waived, red, warnings, untouched = LIFE[name]

    gate = apply([waiver], [verdict], CONTRACT, "mock", "alibaba-2023", profile, TODAY)

    assert list(gate.waived) == waived
    assert [note.kind for note in gate.red] == red
    assert [note.kind for note in gate.warnings] == warnings
    assert [note.kind for note in gate.untouched] == untouched


def test_two_waivers_may_cover_two_ways_to_fail() -> None:
    other = dataclasses.replace(WAIVER, fingerprints=("a request got no answer | no answer",))
    fails = dataclasses.replace(FAILS, fingerprints=(*WAIVER.fingerprints, *other.fingerprints))

    gate = apply([WAIVER, other], [fails], CONTRACT, "mock", "alibaba-2023", "full", TODAY)

    assert list(gate.waived) == [CLAUSE]
    assert gate.red == ()


def test_a_signature_holds_neither_values_nor_names_nor_numbers() -> None:
    reasons = {
        "Count=10001 was accepted (2 of 3 observations)": "Count=\u2026 was accepted",
        "ApplyId='x(y' was refused for another reason": "ApplyId=\u2026 was refused for another reason",
        "a name with '\u4e2d' passed": "a name with \u2026 passed",
        "CHECK was seen after CREATE_SUCCESS": "STATUS was seen after STATUS",
        "a valid request was refused (POST form XML)": "a valid request was refused",
        "an ApplyId 1295013, never issued,": "an ApplyId N, never issued,",
    }

    assert {
        reason: fingerprint_of(Breaks(reason, "", "", ()), None).removesuffix(" | nothing was sent")
        for reason in reasons
    } == reasons


def iot(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words], cwd=cwd, env={"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_run_prints_the_signature_that_waives_its_failure_and_shows_it_as_waived(tmp_path: Path) -> None:
    serve = f"cmd:{sys.executable} -m conformance serve --port {{port}} --auth none --fault {CLAUSE}"
    words = ["run", serve, "--only", CLAUSE, "--profile", "quick", "--auth", "none"]
    until = datetime.date.today() + datetime.timedelta(days=5)

    first = iot(*words, "--reports", "first", cwd=tmp_path)
    printed = next(line for line in first.stdout.splitlines() if "fingerprint " in line)
    fingerprint = printed.strip("\u2502 ").removeprefix("fingerprint ").strip()
    text = GOOD.replace(FINGERPRINT, fingerprint).replace('"mock"', '"cmd-python*"').replace("2026-12-31", str(until))
    written(tmp_path, text)
    second = iot(*words, "--reports", "second", "--waivers", "waivers.toml", "--summary", "s.json", cwd=tmp_path)

    assert first.returncode == 1
    assert second.returncode == 0, second.stderr
    assert f"{CLAUSE} (waived)" in second.stderr
    assert f"waived {CLAUSE}: until {until} by Wang Li: the mock has no limit yet" in second.stdout
    assert f"expiring {CLAUSE}: ends in 5 days" in second.stdout
    summary = json.loads((tmp_path / "s.json").read_text())
    assert (summary["outcome"], summary["counts"]["fail"], summary["counts"]["pass"]) == ("conformant", 1, 0)
    assert summary["waivers"]["waived"][CLAUSE]["owner"] == "Wang Li"
    assert summary["score"]["MUST"]["waived"] == summary["score"]["MUST"]["failed"] == 1
    case = next(
        one for one in ElementTree.parse(tmp_path / "second/junit.xml").iter("testcase") if one.get("name") == CLAUSE
    )
    assert [child.tag for child in case] == ["skipped"]
    assert str(case[0].get("message")).startswith(f"waived until {until}")
    assert "waived until" in (tmp_path / "second/matrix.html").read_text()
    assert f"- waived `{CLAUSE}` until {until} by Wang Li" in (tmp_path / "second/report.md").read_text()
    (result,) = json.loads((tmp_path / "second/report.sarif").read_text())["runs"][0]["results"]
    assert [one["status"] for one in result["suppressions"]] == ["accepted"]


def test_a_stale_waiver_makes_a_faithful_target_red_and_says_which(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace('"mock"', '"embedded"').replace('"full"', '"quick"').replace("2026", "2999"))

    done = iot(
        "run", "embedded", "--only", CLAUSE, "--profile", "quick", "--waivers", "waivers.toml", "--quiet",
        "--reports", "out", cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr == (
        f"iot-conformance: waivers.toml:3: the waiver of {CLAUSE} passes now, by profile quick; remove the waiver\n"
    )
    suite = ElementTree.parse(tmp_path / "out/junit.xml").getroot()[0]
    assert (suite.get("failures"), suite[-1].get("name"), suite[-1][0].get("type")) == ("1", "waivers.toml:3", "stale")


def test_an_audit_says_of_each_waiver_whether_it_still_holds(tmp_path: Path) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    days = {"2026-12-31": 400, "2026-12-30": 3, "2026-12-29": -1}
    text = GOOD + GOOD.replace("12-31", "12-30") + GOOD.replace("12-31", "12-29").replace("clause", "pattern")
    for day, later in days.items():
        text = text.replace(day, str(today + datetime.timedelta(days=later)))
    written(tmp_path, text)

    done = iot("waivers", "audit", "waivers.toml", cwd=tmp_path)

    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["expired", "waivers.toml:27"],
        ["expiring", "waivers.toml:15"],
        ["valid", "waivers.toml:3"],
    ]
    assert done.returncode == 1
    assert done.stderr == "iot-conformance: waivers.toml: 1 of 3 waivers need somebody\n"


def test_a_wrong_file_is_one_line_and_exit_2(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace(CLAUSE, "Nothing"))

    for words in (["run", "embedded", "--waivers", "waivers.toml"], ["waivers", "audit", "waivers.toml"]):
        done = iot(*words, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith("iot-conformance: waivers.toml:4: waiver 1: clause: unknown clause 'Nothing'")
        assert len(done.stderr.splitlines()) == 1


def test_a_targets_file_may_name_the_waivers_of_a_target(tmp_path: Path) -> None:
    waivers = written(tmp_path, GOOD)
    targets = tmp_path / "targets.toml"
    targets.write_text(f'[targets.mock]\nurl = "http://127.0.0.1:1"\nwaivers = "{waivers}"\n')

    assert [one.name for one in settings_from("mock", targets=str(targets)).waivers] == [CLAUSE]

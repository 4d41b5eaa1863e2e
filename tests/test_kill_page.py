"""The page of the self-proof: what was killed, what survived, and who was blamed."""

from __future__ import annotations

from pathlib import Path

from browser import visit
from click.testing import CliRunner

from conformance.cli.main import cli
from conformance.contract import load
from conformance.selfproof.kill_page import DOT, Tried, picture, write_kill_page

CONTRACT = load()
ECHO, MAX = "BatchRegisterDeviceWithApplyId.ApplyId.echo", "BatchRegisterDevice.Count.max"
KILLED = Tried(ECHO, "Another ApplyId.", ECHO, "alibaba-2023", "quick", True, (ECHO, MAX))
SURVIVED = Tried(MAX, "It accepts <any> number.", MAX, "alibaba-2023", "full", False, ())
BLAMED = Tried("other_order", "Another order.", "", "alibaba-2023", "quick", True, (ECHO,))
FAITHFUL = Tried("faithful", "It keeps every promise.", "", "alibaba-2023", "quick", False, ())


def page_of(folder: Path, *tried: Tried) -> str:
    write_kill_page(folder / "kill.html", CONTRACT, tried, 1_234, 5.0)
    return (folder / "kill.html").read_text()


def test_a_clean_proof_says_so(tmp_path: Path) -> None:
    page = page_of(tmp_path, KILLED, FAITHFUL)

    assert "Every fault was noticed by its own clause" in page
    assert "1 of 1 faults killed" in page
    assert f"also fell: {MAX}" in page
    assert "false alarms on legal servers: 0 of 1" in page


def test_a_survivor_and_a_false_alarm_stand_out(tmp_path: Path) -> None:
    page = page_of(tmp_path, KILLED, SURVIVED, BLAMED)

    assert "Something was missed, or somebody was blamed" in page
    assert "survived" in page
    assert f"blamed by: {ECHO}" in page
    assert "It accepts &lt;any&gt; number." in page


def test_the_picture_has_a_dot_where_a_clause_fell_and_one_where_it_should_have() -> None:
    seen = picture(CONTRACT, [KILLED, SURVIVED])
    clauses = list(CONTRACT.clauses)
    row = {MAX: 0, ECHO: 1}  # in the order of the contract

    def dot(clause: str, fault: str) -> str:
        return f"M{clauses.index(clause) * DOT} {row[fault] * DOT}h"

    assert seen.own.startswith(dot(ECHO, ECHO))
    assert seen.others.startswith(dot(MAX, ECHO))
    assert seen.missed.startswith(dot(MAX, MAX))


def test_the_page_asks_nobody_and_complains_of_nothing(tmp_path: Path) -> None:
    page_of(tmp_path, KILLED, SURVIVED, BLAMED)

    seen = visit(tmp_path / "kill.html")

    assert (seen.console, seen.requests) == ((), ())


def test_selfproof_writes_the_page(tmp_path: Path) -> None:
    page = tmp_path / "kill.html"

    done = CliRunner().invoke(cli, ["selfproof", "--fault", ECHO, "--jobs", "1", "--html", str(page)])

    assert done.exit_code == 0, done.output
    assert "1 of 1 faults killed" in page.read_text()


def test_a_page_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["selfproof", "--fault", ECHO, "--html", str(tmp_path / "no" / "kill.html")])

    assert done.exit_code == 2
    assert "--html" in done.output

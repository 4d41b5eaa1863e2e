"""The README tells the truth: its counts come from the contract, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from conformance.cli import cli
from conformance.contract import EDITIONS, Level, load
from conformance.contract.statements import counts

README = Path(__file__).resolve().parent.parent / "README.md"
MARKS = re.compile(r"(<!-- counts: [^\n]*-->\n)(.*?)(<!-- /counts -->)", re.DOTALL)


def table() -> str:
    """Clauses by edition and level, and statements by document."""
    clauses = load().clauses.values()
    lines = ["| edition | MUST | SHOULD | OBSERVED | untested |", "| --- | --- | --- | --- | --- |"]
    for edition in (*EDITIONS, "all"):
        those = [clause for clause in clauses if edition == "all" or edition in clause.editions]
        levels = [sum(clause.level is level for clause in those) for level in Level]
        lines.append(f"| {edition} | {' | '.join(map(str, levels))} | {sum(bool(one.untested) for one in those)} |")
    lines += ["", "| document | statements | covered by clauses | not observable |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {document} | {each.statements} | {each.covered} | {each.unobservable} |"
        for document, each in counts().items()
    ]
    return "\n".join(lines) + "\n"


def test_the_counts_in_the_readme_are_those_of_the_contract() -> None:
    found = MARKS.search(README.read_text(encoding="utf-8"))

    assert found is not None
    assert found[2] == table(), "python tests/test_readme.py writes them anew"


def test_every_command_of_the_readme_exists() -> None:
    said = set(re.findall(r"`iot-conformance ([a-z]+)", README.read_text(encoding="utf-8")))

    assert said
    assert {name for name in said if CliRunner().invoke(cli, [name, "--help"]).exit_code != 0} == set()


if __name__ == "__main__":
    README.write_text(
        MARKS.sub(lambda found: found[1] + table() + found[3], README.read_text(encoding="utf-8")), encoding="utf-8"
    )

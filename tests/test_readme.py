"""README and guide tell the truth: its counts come from the contract, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli.main import cli
from conformance.contract import EDITIONS, Level, load
from conformance.contract.statements import counts

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
GUIDE, CHINESE = ROOT / "GUIDE.md", ROOT / "GUIDE.zh-CN.md"
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


@pytest.mark.parametrize("path", [GUIDE, CHINESE], ids=lambda path: path.name)
def test_the_counts_in_the_guide_are_those_of_the_contract(path: Path) -> None:
    found = MARKS.search(path.read_text(encoding="utf-8"))

    assert found is not None
    assert found[2] == table(), "python tests/test_readme.py writes them anew"


def test_every_command_of_the_readme_exists() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (README, GUIDE)]
    said = {name for text in texts for name in re.findall(r"`iot-conformance ([a-z]+)", text)}

    assert said
    assert {name for name in said if CliRunner().invoke(cli, [name, "--help"]).exit_code != 0} == set()


PARTS = {
    "headings": r"^#+ ",
    "blocks of code": r"(?s)```[a-z]*\n.*?```",
    "commands and names": r"`[^`\n]+(?:\n[^`\n]+)?`",
    "rows of tables": r"^\|",
    "links": r"\]\([^)]*\)",
    "numbers": r"(?<![\w.])\d[\d,.:-]*\d|(?<![\w.])\d",
}
"""What both languages have in common, whatever is said around it."""


def common(path: Path, part: str) -> list[str]:
    text = path.read_text(encoding="utf-8").replace(".zh-CN.md", ".md")
    if part not in {"blocks of code", "rows of tables"}:
        text = re.sub(PARTS["blocks of code"], "", text)
    found = [" ".join(one.split()) for one in re.findall(PARTS[part], text, re.MULTILINE)]
    return found if part in {"headings", "blocks of code", "rows of tables"} else sorted(set(found))


@pytest.mark.parametrize("english", [README, GUIDE], ids=lambda path: path.name)
@pytest.mark.parametrize("part", PARTS)
def test_the_chinese_text_has_what_the_english_one_has(part: str, english: Path) -> None:
    assert common(english.with_suffix(".zh-CN.md"), part) == common(english, part)


if __name__ == "__main__":
    for each in GUIDE, CHINESE:
        filled = MARKS.sub(lambda found: found[1] + table() + found[3], each.read_text(encoding="utf-8"))
        each.write_text(filled, encoding="utf-8")

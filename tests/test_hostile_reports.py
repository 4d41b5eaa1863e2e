"""A record in which everything that a target says is hostile: every report stays correct, harmless and small."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from browser import visit
from click.testing import CliRunner, Result
from test_report_command import BROKEN, recorded

from conformance.cli.main import cli
from conformance.contract.load import fixtures

HERE = Path(__file__).resolve().parent
EVIL = (
    "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[2J\x1b]0;owned\x07\u202e\ud800 ``` | @all"
)
HUGE = "<b>&\"'\x1b[31m" * 1_000_000
"""More than 10 MB, each character of which is longer in markup."""
NO_UTF_8 = b'\xff\xfe{"Code":"\x80\x81<script>"}'


class Markup(HTMLParser):
    """The names of all tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def spoilt(line: dict[str, Any], number: int) -> dict[str, Any]:
    """A line of a record with everything in it replaced that comes from a target or its owner."""
    if line["type"] == "header":
        line |= {"target": f"mock {EVIL}", "labels": {EVIL: EVIL}, "url": f"http://127.0.0.1:9/{EVIL}", "suite": EVIL}
    elif line["type"] == "verdict":
        line["reason"] = line["reason"] and f"{line['reason']} {EVIL}"
        if "finding" in line:
            line["finding"] |= {"reason": EVIL, "expected": EVIL, "seen": HUGE}
        if "observations" in line:
            line["observations"] = {EVIL: 3, "\u0000": 1}
    elif line["type"] == "exchange" and "answer" in line and number % 2:
        line["answer"] = {"status": 200, "headers": [["X-\x1b[1m", EVIL], ["Content-Type", EVIL]]}
        line["answer"] |= (
            {"base64": base64.b64encode(NO_UTF_8).decode()} if number % 4 == 1 else {"text": json.dumps({"Code": EVIL})}
        )
    return line


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The folder of such a run with its reports, and what the terminal got."""
    folder = recorded(tmp_path_factory.mktemp("hostile") / "run", *BROKEN)
    path = folder / "run.ndjson"
    lines = [spoilt(json.loads(text), number) for number, text in enumerate(path.read_text().splitlines())]
    decisive = next(one["finding"]["exchanges"][-1] for one in lines if "finding" in one)
    next(one for one in lines if one.get("number") == decisive)["answer"] = {"status": 200, "headers": [], "text": HUGE}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = CliRunner().invoke(cli, ["report", str(folder)])
    assert done.exit_code == 0, done.output
    return folder, done


def test_every_file_is_utf_8_without_control_characters_and_bounded(hostile: tuple[Path, Result]) -> None:
    for path in hostile[0].rglob("*"):
        if path.is_file() and path.name != "run.ndjson":
            text = path.read_bytes().decode("utf-8")
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text), path
            assert len(text) < 500_000, path


def test_the_terminal_gets_no_escape(hostile: tuple[Path, Result]) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", hostile[1].output)
    assert len(hostile[1].output) < 50_000


def test_the_matrix_page_runs_nothing_and_asks_nobody(hostile: tuple[Path, Result]) -> None:
    page = hostile[0] / "matrix.html"
    text = page.read_text()
    found = Markup()
    found.feed(text)

    assert not found.tags & {"script", "img", "iframe", "object", "embed", "form", "link", "base"}
    assert not [name for name in found.attributes if name.startswith("on")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    seen = visit(page)
    assert (seen.console, seen.requests) == ((), ())


def test_machines_can_read_theirs(hostile: tuple[Path, Result]) -> None:
    folder = hostile[0]
    sarif = json.loads((HERE / "schemas" / "sarif-2.1.0.json").read_text())
    summary = json.loads((fixtures() / "summary.schema.json").read_text())

    ElementTree.parse(folder / "junit.xml")
    jsonschema.Draft4Validator(sarif).validate(json.loads((folder / "report.sarif").read_text()))
    jsonschema.Draft202012Validator(summary).validate(json.loads((folder / "summary.json").read_text()))
    for path in (folder / "allure-results").glob("*.json"):
        json.loads(path.read_text())


def test_in_markdown_hostile_text_stands_in_fences_or_is_spelt_out(hostile: tuple[Path, Result]) -> None:
    text = (hostile[0] / "report.md").read_text()
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", text)

    assert len(text) < 40_000
    assert not re.search(r"<(script|img|/pre|b>)|@all|\]\(", outside)
    assert "```" not in outside

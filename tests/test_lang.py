"""Languages: every text that people read stands in both, with the same placeholders, and none is left over."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract import load
from conformance.judge.verdict import Outcome
from conformance.text.language import in_language, language, table, text

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "conformance"
ZH = table("zh")

CHOSEN_AT_RUN_TIME = {
    *(outcome.word for outcome in Outcome), "observed", "waived", "conformant", "violations", "error",
    "differs", "expired", "unmatched", "stale", "expiring", "untouched",
    "matrix", "record",
    "edition", "address", "when", "profile", "effort", "suite", "not asked yet",
    "parameters", "boundaries", "forms", "statuses", "transitions", "codes",
    "not selected",
    "nothing that was selected sends it, or the target gave no answer",
    "a creation fails only where a name was taken since its check, and the target may refuse earlier",
    "the target never said it; it may be too short to be seen",
    "never seen from one question to the next; a state may be too short to be seen",
    "no request can provoke it", "it belongs to operations beside the five", "the target never said it",
    "Every operation", "Newly failed", "Still failed", "Newly passed", "Inconclusive",
    "Not selected, or not in this edition", "Not tested, and why",
    "its condition never applied in this run", "nothing showed an observation", "the run ended before it was decided",
}  # fmt: skip
"""Texts that the reports look up by what they were given."""
SAYING = {"say", "text"}


def said(path: Path) -> Iterator[str]:
    """The texts that a file looks up."""
    if path.suffix == ".html":
        yield from re.findall(r'\bsay\("([^"]*)"', path.read_text(encoding="utf-8"))
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING and node.args:
            first = node.args[0]
            yield from [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_text_of_the_interface_stands_in_both_languages_and_none_is_left_over() -> None:
    rooms = (PACKAGE / "report", PACKAGE / "selfproof", PACKAGE / "cli")
    files = [path for room in rooms for ending in ("*.py", "*.html") for path in room.rglob(ending)]
    used = {each for path in files for each in said(path)} | CHOSEN_AT_RUN_TIME

    assert used - set(ZH["interface"]) == set()
    assert set(ZH["interface"]) - used == set()


def test_every_sentence_of_the_contract_stands_in_both_languages_and_none_is_left_over() -> None:
    contract = load()
    used = {one.text for one in contract.clauses.values()} | {one.says for one in contract.operations.values()}

    assert used - set(ZH["contract"]) == set()
    assert set(ZH["contract"]) - used == set()


@pytest.mark.parametrize("part", ["contract", "interface"])
def test_a_translation_has_the_placeholders_of_its_original_and_is_chinese(part: str) -> None:
    for english, chinese in ZH[part].items():
        assert placeholders(chinese) == placeholders(english), english
        assert re.search("[\u4e00-\u9fff]", chinese) or not re.search("[a-z]{3}", english.replace("{", " {")), english


def test_what_a_clause_says_has_its_values_in_every_language() -> None:
    says = in_language(load(), "zh").clauses["BatchRegisterDevice.Count.max"].says("alibaba-2023")

    assert says == "一次调用最多注册 10,000 个设备；更大的 Count 被拒绝。"
    assert load().clauses["BatchRegisterDevice.Count.max"].says("alibaba-2023").startswith("One call registers")


def test_the_language_is_that_of_the_option_else_of_the_locale_else_english() -> None:
    chosen = {
        ("en", "zh_CN.UTF-8", "", ""): "en",
        ("zh", "", "", "C"): "zh",
        (None, "zh_CN.UTF-8", "C", "C"): "zh",
        (None, "C", "", "zh_CN.UTF-8"): "en",
        (None, "", "zh_TW", "en_US"): "zh",
        (None, "", "", "zh_CN.UTF-8"): "zh",
        (None, "", "", "de_DE.UTF-8"): "en",
        (None, "", "", ""): "en",
    }

    for (wanted, first, second, third), expected in chosen.items():
        assert language(wanted, {"LC_ALL": first, "LC_MESSAGES": second, "LANG": third}) == expected


def test_a_text_without_translation_stays_english_and_braces_of_a_target_are_harmless() -> None:
    assert text("nobody wrote this", "zh") == "nobody wrote this"
    assert text("and {n} more", "en", n="{evil}") == "and {evil} more"


def iot(*words: str, cwd: Path, locale: str = "C.UTF-8") -> str:
    environment = {"PYTHONPATH": str(ROOT), "COLUMNS": "160", "LC_ALL": locale, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(  # noqa: PLW1510 -- the exit status is what is tested
        [sys.executable, "-m", "conformance", *words],
        cwd=cwd, env=environment, capture_output=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout.decode() + done.stderr.decode()


def test_a_run_and_its_page_are_chinese_where_the_locale_is(tmp_path: Path) -> None:
    serve = f"cmd:{sys.executable} -m conformance serve --port {{port}} --fault BatchRegisterDevice.Count.zero"
    words = ["--only", "BatchRegisterDevice.Count.zero", "--profile", "quick", "--reports", "out"]

    shown = iot("run", serve, *words, cwd=tmp_path, locale="zh_CN.UTF-8")
    page = (tmp_path / "out/matrix.html").read_text()
    english = iot("report", "out", "--matrix", "page.html", "--lang", "en", cwd=tmp_path, locale="zh_CN.UTF-8")

    for each in ("Count 为 0 时被拒绝。", "未通过", "期望", "实际", "指纹"):
        assert each in shown
    assert '<html lang="zh">' in page
    for each in ("Count 为 0 时被拒绝。", "操作", "通过的含义"):
        assert each in page
    assert "A Count of 0 is refused." in english
    assert '<html lang="en">' in (tmp_path / "page.html").read_text()


def test_the_contract_is_listed_in_chinese(tmp_path: Path) -> None:
    assert "空的 Count 被拒绝。" in iot(
        "contract", "list", "--lang", "zh", "--operation", "BatchRegisterDevice", cwd=tmp_path
    )
    assert "空的 Count 被拒绝。" in iot(
        "contract", "show", "BatchRegisterDevice.Count.blank", "--lang", "zh", cwd=tmp_path
    )

"""``contract new`` begins a clause in a checkout: valid skeletons, none of them green; what it refuses is one line."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli.contract import contract
from conformance.contract import EDITIONS, load
from conformance.contract.load import fixtures
from conformance.scaffold.imports import with_imports
from conformance.scaffold.new_clause import NewClauseError, Written, begin, checkout_of, new_clause
from conformance.scaffold.skeletons import snake_case
from tests.checkout import copy_of_checkout, iot, run_in

CONTRACT = load()
OPERATIONS = [name for name, operation in CONTRACT.operations.items() if operation.contract]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_checkout(tmp_path_factory.mktemp("new"))


def begun(checkout: Path, clause_id: str, *, is_invariant: bool = False, level: str = "MUST") -> list[Written]:
    """The files that a new clause of that id writes."""
    clause = new_clause(
        CONTRACT, clause_id, says="It holds.", level=level, place=None, editions=(), values=(),
        observations=("yes", "no") if level == "OBSERVED" else (),
    )  # fmt: skip
    return begin(checkout, CONTRACT, clause, is_invariant=is_invariant, chinese="成立。")


# What is written -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_invariant", [False, True], ids=["test", "invariant"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_a_place_for_its_skeletons(operation: str, is_invariant: bool, checkout: Path) -> None:
    kind = "invariant" if is_invariant else "test"
    row, check, fault, translation = begun(checkout, f"{operation}.new.{kind}", is_invariant=is_invariant)

    for code in (check, fault):
        ast.parse((checkout / code.path).read_text(encoding="utf-8"))
        assert f'("{operation}.new.{kind}"' in code.text.splitlines()[code.line - 1]
        assert code.next_step
    assert row.text.splitlines()[row.line - 1] == "[[clause]]"
    assert translation.text.splitlines()[translation.line - 1] == '"It holds." = "成立。"'


def test_skeletons_are_clean_and_none_is_green(tmp_path: Path) -> None:
    checkout = copy_of_checkout(tmp_path)
    begun(checkout, "QueryPageByApplyId.new.test")
    begun(checkout, "Workflow.new.invariant", is_invariant=True)
    begun(checkout, "Common.new.observed", level="OBSERVED")

    linted = [
        run_in(checkout, "-m", "ruff", *words)
        for words in (["check", "conformance"], ["format", "--check", "conformance"])
    ]
    proved = iot(checkout, "selfproof", "--fault", "*.new.*", "--jobs", "1")
    run = iot(checkout, "run", "embedded", "--only", "Workflow.new.invariant", "--profile", "quick", "--quiet")

    assert [done.returncode for done in linted] == [0, 0], [done.stdout for done in linted]
    assert proved.returncode == 1
    assert "0 of 3 faults killed by their own clause" in proved.stdout
    assert run.returncode == 4
    assert "Workflow.new.invariant: its invariant is not written yet" in run.stderr


def test_the_command_says_what_is_left_to_do_and_what_proves_it(tmp_path: Path) -> None:
    checkout = copy_of_checkout(tmp_path)
    words = ("--says", "At most {limit} it is.", "--value", "limit", "7", "--edition", "tuya-2025", "--level", "should")

    done = iot(checkout, "contract", "new", "QueryPageByApplyId.PageSize.seven", *words)

    row = (checkout / "fixtures/contract/QueryPageByApplyId.toml").read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert row.endswith(
        '\n\n[[clause]]\nid = "QueryPageByApplyId.PageSize.seven"\nlevel = "SHOULD"\nsays = "At most {limit} it is."\n'
        'place = "request parameters, PageSize"\neditions = ["tuya-2025"]\nvalues.limit = { tuya-2025 = 7 }\n'
    )
    assert [line.partition(": ")[2] for line in done.stdout.splitlines()[:4]] == [
        "written; nothing is left to do",
        "write the check",
        "say what the server does without the rule, name the rule, and break it",
        "translate what the row says",
    ]
    assert "selfproof --fault 'QueryPageByApplyId.PageSize.seven*'" in done.stdout
    assert 'limit=by_edition({"tuya-2025": 7}))' in (
        checkout / "conformance/suite/query_page_by_apply_id.py"
    ).read_text(encoding="utf-8")


# What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "options", "message"),
    [
        ("QueryPageByApplyId.PageSize.max", [], "stands already in fixtures/contract/QueryPageByApplyId.toml:"),
        ("QueryPageByApplyId", [], "is no clause id; expected OPERATION.WHAT"),
        ("QueryPageByApplyId.Page Size", [], "is no clause id"),
        ("QueryPageByApplyID.x", [], "unknown operation 'QueryPageByApplyID' (did you mean 'QueryPageByApplyId'?)"),
        ("QueryDevice.x", [], "unknown operation 'QueryDevice'"),
        ("Common.x", ["--edition", "alibaba-1999"], "names the unknown edition 'alibaba-1999'"),
        ("Common.x", ["--says", "At most {n}."], "speaks of 'n', which has no values"),
        ("Common.x", ["--level", "OBSERVED"], "an OBSERVED clause lists what it may show"),
        ("Common.x", ["--observation", "yes"], "an OBSERVED clause lists what it may show, and no other does"),
    ],
)
def test_what_cannot_be_begun_is_one_line_and_writes_nothing(clause: str, options: list[str], message: str) -> None:
    before = {path: path.read_bytes() for path in fixtures().rglob("*.toml")}

    done = CliRunner().invoke(contract, ["new", clause, "--says", "It holds.", *options])

    assert done.exit_code == 2
    assert message in done.output
    assert {path: path.read_bytes() for path in fixtures().rglob("*.toml")} == before


def test_an_installed_package_is_no_checkout(tmp_path: Path) -> None:
    (tmp_path / "conformance").mkdir()
    shutil.copytree(fixtures() / "contract", tmp_path / "conformance/fixtures/contract")

    with pytest.raises(NewClauseError, match="is no checkout of this project"):
        checkout_of(tmp_path / "conformance")


# Texts ---------------------------------------------------------------------------------------------------------


def test_names_of_files_are_in_small_letters() -> None:
    names = {"QueryPageByApplyId": "query_page_by_apply_id", "JSON": "json", "Common_XMLRoot": "common_xml_root"}

    assert {name: snake_case(name) for name in names} == names


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("typing", "{future}\n{abc}from typing import X\n\n{probe}"),
        ("ast", "{future}\nfrom ast import X\n{abc}\n{probe}"),
        ("conformance.judge.verdict", "{future}\n{abc}\nfrom conformance.judge.verdict import X\n{probe}"),
        ("conformance.wire.message", "{future}\n{abc}\n{probe}from conformance.wire.message import X\n"),
        ("conformance.suite.probe", "{future}\n{abc}\nfrom conformance.suite.probe import BOTH, X, Probe\n"),
    ],
)
def test_an_import_goes_where_it_belongs(module: str, expected: str) -> None:
    there = {
        "future": "from __future__ import annotations\n",
        "abc": "from collections.abc import Iterator\n",
        "probe": "from conformance.suite.probe import BOTH, Probe\n",
    }
    source = "{future}\n{abc}\n{probe}".format(**there)

    changed = with_imports(source, {module: ("X",)})

    assert changed == expected.format(**there)


def test_a_group_of_imports_is_parted_from_the_next() -> None:
    future, own = "from __future__ import annotations\n", "from conformance.suite.probe import Probe\n"

    assert with_imports(f"{future}\n{own}", {"typing": ("Any",)}) == f"{future}\nfrom typing import Any\n\n{own}"
    assert with_imports(future, {"typing": ("Any",)}) == f"{future}\nfrom typing import Any\n"


def test_an_import_that_is_there_changes_nothing() -> None:
    source = "from conformance.suite.probe import BOTH, Probe\n"

    assert with_imports(source, {"conformance.suite.probe": ("Probe",)}) == source


def test_a_long_import_takes_a_line_for_each_name() -> None:
    names = tuple(f"a_name_that_is_long_{number}" for number in range(8))

    changed = with_imports("", {"conformance.judge.verdict": names})

    assert changed == "from conformance.judge.verdict import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def test_a_clause_belongs_to_the_editions_that_describe_its_operation() -> None:
    clause = new_clause(
        CONTRACT, "QueryPageByApplyId.Total.x", says="It holds.", level="must", place=None, editions=(), values=(),
        observations=(),
    )  # fmt: skip

    assert clause.editions == EDITIONS
    assert clause.place == "response parameters, Total"

"""The ledgers of the four documents are complete, point at clauses that exist, and miss no clause read from them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.contract import ContractError, Level, load
from conformance.contract.statements import Counts, StatementLedger, counts, ledgers, statements

CONTRACT = load()
LEDGERS = {ledger.document: ledger for ledger in ledgers()}

EDITION = {"SEED0": "tuya-2025", "SEED1": "alibaba-2018", "SEED2": "alibaba-2021", "SEED3": "alibaba-2019"}
STATEMENTS = {"SEED0": 89, "SEED1": 70, "SEED2": 105, "SEED3": 71}

ROWS = {
    "SEED0": {
        "request.": ("Action", "Count", "ProductKey"),
        "response.": ("Code", "Data", "ApplyId", "ErrorMessage", "RequestId", "Success"),
        "sample.request.": ("Action", "ProductKey", "Count", "common"),
        "sample.XML.": ("root", "Data", "ApplyId", "RequestId", "Success", "order"),
        "sample.JSON.": ("Data", "ApplyId", "RequestId", "Success", "order"),
    },
    "SEED1": {
        "request.": ("Action", "ProductKey", "Count"),
        "response.": ("RequestId", "Success", "ErrorMessage", "Data", "ApplyId"),
        "sample.request.": ("Action", "ProductKey", "Count", "common"),
        "sample.JSON.": ("RequestId", "Success", "comma", "Data", "ApplyId", "order"),
        "sample.XML.": ("prolog", "encoding", "root", "RequestId", "Success", "Data", "ApplyId", "order"),
    },
    "SEED2": {
        "request.": ("Action", "ApplyId", "ProductKey", "IotInstanceId"),
        "response.": ("Code", "Data", "ApplyId", "ErrorMessage", "RequestId", "Success"),
        "sample.request.": ("Action", "ProductKey", "ApplyId", "common"),
        "sample.XML.": ("root", "Data", "ApplyId", "RequestId", "Success", "order"),
        "sample.JSON.": ("Data", "ApplyId", "RequestId", "Success", "order"),
    },
    "SEED3": {
        "request.": ("Action", "ProductKey", "ApplyId"),
        "response.": ("RequestId", "Success", "ErrorMessage", "Code", "Data", "Status", "ValidList", "InvalidList"),
        "response.Status.": ("CHECK", "CHECK_SUCCESS", "CHECK_FAILED", "CREATE", "CREATE_SUCCESS", "CREATE_FAILED"),
        "sample.request.": ("common",),
        "sample.JSON.": ("Success", "Data", "Status", "ValidList", "InvalidList", "order"),
        "sample.XML.": ("prolog", "encoding", "body"),
    },
}
"""What stands in the tables and the samples of each document, row by row and line by line."""

CELLS = {
    "request.": ("name", "type", "required", "means"),
    "response.": ("name", "type", "means"),
}
"""The cells that every row of these tables has; examples stand in some documents only."""

EXAMPLES = {
    "SEED0": (
        *(f"request.{name}" for name in ("Action", "Count", "ProductKey")),
        *(f"response.{name}" for name in ("Code", "ApplyId", "ErrorMessage", "RequestId", "Success")),
    ),
    "SEED2": (
        *(f"request.{name}" for name in ("Action", "ApplyId", "ProductKey", "IotInstanceId")),
        *(f"response.{name}" for name in ("Code", "ApplyId", "ErrorMessage", "RequestId", "Success")),
    ),
}
"""The rows with an example value."""


def ids(ledger: StatementLedger) -> set[str]:
    return {statement.id for statement in ledger.statements}


def pointed_at(ledger: StatementLedger) -> set[str]:
    return {clause for statement in ledger.statements for clause in statement.clauses}


def test_each_of_the_four_documents_has_a_ledger_in_its_edition() -> None:
    assert {document: ledger.edition for document, ledger in LEDGERS.items()} == EDITION


def test_no_statement_has_got_lost() -> None:
    assert {document: found.statements for document, found in counts().items()} == STATEMENTS
    assert len(statements()) == sum(STATEMENTS.values())


@pytest.mark.parametrize("document", ROWS)
def test_every_row_of_the_tables_and_every_line_of_the_samples_has_its_statements(document: str) -> None:
    wanted = {
        f"{table}{row}" if table not in CELLS else f"{table}{row}.{cell}"
        for table, rows in ROWS[document].items()
        for row in rows
        for cell in CELLS.get(table, ("",))
    }
    wanted |= {f"{row}.example" for row in EXAMPLES.get(document, ())}

    assert wanted - ids(LEDGERS[document]) == set()


def test_every_parameter_of_the_contract_has_its_statements() -> None:
    for operation in CONTRACT.operations.values():
        for document, edition in EDITION.items():
            if operation.documents.get(edition) == document:
                known = {one.name for one in operation.parameters if edition in one.required | one.optional}
                assert {f"request.{name}.name" for name in known} <= ids(LEDGERS[document])


def test_a_statement_is_one_sentence() -> None:
    for statement in statements():
        assert re.fullmatch(r"\S((?!\. [A-Z]).)*\S\.", statement.says), statement


@pytest.mark.parametrize("document", LEDGERS)
def test_every_clause_is_said_by_the_document_from_which_it_was_read(document: str) -> None:
    read_from_it = {
        clause.id
        for clause in CONTRACT.clauses.values()
        for edition in clause.editions
        if clause.level is not Level.OBSERVED and clause.sources[edition].partition(",")[0] == document
    }
    unsaid = {clause.id for clause in CONTRACT.clauses.values() if document in clause.unsaid}

    assert read_from_it - pointed_at(LEDGERS[document]) == unsaid


GOOD = '[[statement]]\nid = "limits.Count"\nplace = "limits"\nsays = "A thousand."\n'
CLAUSES = 'clauses = ["BatchRegisterDevice.Count.max"]\n'
HEAD = 'edition = "alibaba-2018"\n\n'


def folder(tmp_path: Path, text: str, name: str = "SEED1.toml") -> Path:
    (tmp_path / name).write_text(text)
    return tmp_path


def test_a_minimal_ledger_loads(tmp_path: Path) -> None:
    second = GOOD.replace("limits.Count", "title") + 'unobservable = "a reason"\n'
    third = GOOD.replace("limits.Count", "other") + CLAUSES + 'missing = "another clause"\n'
    where = folder(tmp_path, HEAD + GOOD + CLAUSES + second + third)

    first = statements(where)[0]

    assert (first.document, first.id, first.file, first.line) == ("SEED1", "limits.Count", "SEED1.toml", 3)
    assert first.clauses == ("BatchRegisterDevice.Count.max",)
    assert counts(where) == {"SEED1": Counts(statements=3, covered=1, unobservable=1)}


BAD = {
    "malformed TOML": (HEAD + "[[statement]\n", "SEED1.toml: malformed TOML"),
    "unknown key of the file": (HEAD + "color = 1\n" + GOOD + CLAUSES, "SEED1.toml:1: the file has the unknown key"),
    "unknown edition": (
        HEAD.replace("2018", "1999") + GOOD + CLAUSES,
        "SEED1.toml:1: the file names the unknown edition 'alibaba-1999'",
    ),
    "no edition": (GOOD + CLAUSES, "SEED1.toml:1: the file names the unknown edition None"),
    "edition without the document": (
        HEAD.replace("alibaba-2018", "tuya-2025") + GOOD + CLAUSES,
        "SEED1.toml:1: no operation of the contract has SEED1 as its document in tuya-2025",
    ),
    "no statements": (HEAD, "SEED1.toml:1: the file needs statements"),
    "a statement without a line of its own": (HEAD + "statement = [{}]\n", "SEED1.toml:1: the file needs statements"),
    "unknown key": (
        HEAD + GOOD + CLAUSES + "color = 1\n",
        "SEED1.toml:3: statement 'limits.Count' has the unknown key 'color'",
    ),
    "duplicate id": (
        HEAD + (GOOD + CLAUSES) * 2,
        "SEED1.toml:8: statement 'limits.Count' stands already in SEED1.toml:3",
    ),
    "no id": (HEAD + GOOD.replace('id = "limits.Count"', "") + CLAUSES, "SEED1.toml:3: the statement needs 'id'"),
    "an id that is a number": (
        HEAD + GOOD.replace("limits.Count", "limits.17") + CLAUSES,
        "SEED1.toml:3: statement 'limits.17': an id is made of words",
    ),
    "empty place": (
        HEAD + GOOD.replace('place = "limits"', 'place = " "') + CLAUSES,
        "SEED1.toml:3: statement 'limits.Count' needs 'place'",
    ),
    "empty text": (
        HEAD + GOOD.replace("A thousand.", "") + CLAUSES,
        "SEED1.toml:3: statement 'limits.Count' needs 'says'",
    ),
    "empty reason": (
        HEAD + GOOD + 'unobservable = ""\n',
        "SEED1.toml:3: statement 'limits.Count' needs 'unobservable'",
    ),
    "empty lack": (HEAD + GOOD + 'missing = ""\n', "SEED1.toml:3: statement 'limits.Count' needs 'missing'"),
    "no clauses": (HEAD + GOOD + "clauses = []\n", "SEED1.toml:3: statement 'limits.Count' needs a list of clause ids"),
    "clauses that are no texts": (HEAD + GOOD + "clauses = [1]\n", "needs a list of clause ids"),
    "a clause that does not exist": (
        HEAD + GOOD + 'clauses = ["BatchRegisterDevice.Count.maximum"]\n',
        "SEED1.toml:3: statement 'limits.Count' names the clause 'BatchRegisterDevice.Count.maximum', which",
    ),
    "a clause of other editions": (
        HEAD + GOOD + 'clauses = ["Workflow.IotId.unique"]\n',
        "SEED1.toml:3: statement 'limits.Count' names the clause 'Workflow.IotId.unique', which does not belong to",
    ),
    "a clause twice": (
        HEAD + GOOD + 'clauses = ["Common.JSON", "Common.JSON"]\n',
        "SEED1.toml:3: statement 'limits.Count' names the clause 'Common.JSON' twice",
    ),
    "neither clauses nor a reason": (HEAD + GOOD, "SEED1.toml:3: statement 'limits.Count' needs clauses, or a reason"),
    "both clauses and a reason": (
        HEAD + GOOD + CLAUSES + 'unobservable = "a reason"\n',
        "SEED1.toml:3: statement 'limits.Count' is unobservable, so it can have neither",
    ),
    "both a lack and a reason": (
        HEAD + GOOD + 'missing = "a clause"\nunobservable = "a reason"\n',
        "SEED1.toml:3: statement 'limits.Count' is unobservable, so it can have neither",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_right_is_refused_with_file_line_and_id(case: str, tmp_path: Path) -> None:
    text, message = BAD[case]

    with pytest.raises(ContractError) as refused:
        ledgers(folder(tmp_path, text))

    assert message in str(refused.value)


def test_a_ledger_of_no_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"SEED9.toml:1: 'SEED9' is no document"):
        ledgers(folder(tmp_path, HEAD + GOOD + CLAUSES, "SEED9.toml"))


def test_a_folder_without_ledgers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no ledgers found"):
        ledgers(tmp_path)


def test_no_statement_lacks_a_clause() -> None:
    lacking = [f"{one.file}:{one.line}: {one.id}: {one.missing}" for one in statements() if one.missing]

    assert not lacking, "\n".join(lacking)


def test_every_statement_is_covered_or_unobservable() -> None:
    for document, found in counts().items():
        assert found.covered + found.unobservable == found.statements, document

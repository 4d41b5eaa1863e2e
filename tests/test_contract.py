"""The contract loads, refuses what is not exactly right, and agrees with the literals of tests and reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.choice import suite_tests
from conformance.contract import EDITIONS, ContractError, Level, load
from conformance.contract.load import fixtures
from conformance.judge.followed import NAME_LIMIT
from conformance.judge.law import all_laws

CONTRACT = load()

DOCUMENTS = 'D = "a document"\n'
HEAD = '[operation]\nname = "Op"\nsays = "An operation."\n\n[operation.documents]\nalibaba-2018 = "D"\n\n'
CLAUSE = (
    '[[clause]]\nid = "Op.x"\nlevel = "MUST"\nsays = "At most {limit}."\nplace = "somewhere"\n'
    'editions = ["alibaba-2018"]\nvalues.limit = { alibaba-2018 = 3 }\n'
)


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "documents.toml").write_text(DOCUMENTS)
    (tmp_path / "Op.toml").write_text(text)
    return tmp_path


def test_a_minimal_contract_loads(tmp_path: Path) -> None:
    contract = load(folder(tmp_path, HEAD + CLAUSE))

    clause = contract.clauses["Op.x"]
    assert clause.says("alibaba-2018") == "At most 3."
    assert clause.sources == {"alibaba-2018": "D, somewhere"}
    assert (clause.file, clause.line) == ("Op.toml", 8)


BAD = {
    "malformed TOML": (HEAD + "[[clause]\n", "malformed TOML"),
    "unknown key": (HEAD + CLAUSE + "color = 'red'\n", "Op.toml:8: clause 'Op.x' has the unknown key 'color'"),
    "duplicate id": (HEAD + CLAUSE + CLAUSE, "Op.toml:15: clause 'Op.x' stands already in Op.toml:8"),
    "foreign id": (HEAD + CLAUSE.replace("Op.x", "Other.x"), "its id must begin with that name"),
    "unknown level": (HEAD + CLAUSE.replace("MUST", "MAY"), "has the level 'MAY'"),
    "unknown edition": (
        HEAD + CLAUSE.replace('["alibaba-2018"]', '["alibaba-1999"]'),
        "unknown edition 'alibaba-1999'",
    ),
    "no edition": (HEAD + CLAUSE.replace('["alibaba-2018"]', "[]"), "belongs to no edition"),
    "edition without source": (HEAD + CLAUSE.replace('["alibaba-2018"]', '["tuya-2025"]'), "no source for tuya-2025"),
    "missing value": (HEAD + CLAUSE.replace("{ alibaba-2018 = 3 }", "{ tuya-2025 = 3 }"), "exactly its editions"),
    "unused value": (HEAD + CLAUSE.replace("{limit}", "three"), "is not used in what it says"),
    "value without row": (HEAD + CLAUSE.replace("{limit}", "{limit} or {other}"), "speaks of 'other'"),
    "unknown document": (HEAD.replace('"D"', '"E"') + CLAUSE, "unknown document 'E'"),
    "readings of a MUST": (HEAD + CLAUSE + 'readings = ["a"]\n', "readings belong to OBSERVED"),
    "no operation": (CLAUSE, "expected the table [operation]"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_right_is_refused_with_file_line_and_id(case: str, tmp_path: Path) -> None:
    text, message = BAD[case]

    with pytest.raises(ContractError) as refused:
        load(folder(tmp_path, text))

    assert message in str(refused.value)
    assert "Op.toml" in str(refused.value)


def test_a_folder_without_contract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no contract files"):
        load(tmp_path)


def test_every_clause_is_verified_or_says_why_not() -> None:
    verified = set(all_laws()) | {test.marks.clause for test in suite_tests()}

    assert verified == {clause.id for clause in CONTRACT.clauses.values() if not clause.untested}


def test_literals_of_tests_equal_the_rows_of_the_contract() -> None:
    for test in suite_tests():
        clause = CONTRACT.clauses[test.marks.clause]
        assert {name: dict(values.values) for name, values in test.marks.expected.items()} == {
            name: dict(by_edition) for name, by_edition in clause.values.items()
        }, test.name


def test_literals_of_the_model_equal_the_rows_of_the_contract() -> None:
    for clause in ("BatchRegisterDevice.Count.max", "BatchCheckDeviceNames.DeviceName.max"):
        assert dict(CONTRACT.clauses[clause].values["limit"]) == NAME_LIMIT


def test_every_area_has_clauses_in_every_edition() -> None:
    for edition in EDITIONS:
        operations = {clause.operation for clause in CONTRACT.of(edition)}
        assert operations == {
            "Common",
            "Signature",
            "BatchRegisterDevice",
            "BatchCheckDeviceNames",
            "BatchRegisterDeviceWithApplyId",
            "QueryBatchRegisterDeviceStatus",
            "QueryPageByApplyId",
            "Workflow",
        }


def test_observed_clauses_list_their_readings() -> None:
    observed = [clause for clause in CONTRACT.clauses.values() if clause.level is Level.OBSERVED]

    assert observed
    assert all(len(clause.readings) > 1 for clause in observed)


def test_the_fixtures_lie_beside_the_package_in_a_checkout() -> None:
    assert fixtures() == Path(__file__).resolve().parent.parent / "fixtures"

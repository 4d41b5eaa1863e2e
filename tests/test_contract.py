"""The contract loads, refuses what is not exactly right, and agrees with the literals of tests and reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.contract import EDITIONS, ContractError, Level, load
from conformance.contract.load import fixtures
from conformance.contract.model import Parameter
from conformance.judge.followed_applications import NAME_LIMIT
from conformance.judge.invariant import all_invariants
from conformance.judge.invariants.shapes import PRESENT
from conformance.runner.selection import suite_tests

CONTRACT = load()

DOCUMENTS = 'D = "a document"\n'
HEAD = '[operation]\nname = "Op"\nsays = "An operation."\n\n[operation.documents]\nalibaba-2018 = "D"\n\n'
CLAUSE = (
    '[[clause]]\nid = "Op.x"\nlevel = "MUST"\nsays = "At most {limit}."\nplace = "somewhere"\n'
    'editions = ["alibaba-2018"]\nvalues.limit = { alibaba-2018 = 3 }\n'
)
COUNT = '[[parameter]]\nname = "Count"\ntype = "Integer"\nrequired = ["alibaba-2018"]\noptional = ["tuya-2025"]\n'


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
    "observations of a MUST": (HEAD + CLAUSE + 'observations = ["a"]\n', "observations belong to OBSERVED"),
    "unsaid by a stranger": (HEAD + CLAUSE + 'unsaid.E = "why"\n', "unsaid names E, which is no source of it"),
    "unsaid without a reason": (HEAD + CLAUSE + 'unsaid.D = ""\n', "unsaid says by document why"),
    "no operation": (CLAUSE, "expected the table [operation]"),
    "parameter twice": (HEAD + COUNT + COUNT, "Op.toml:13: [[parameter]] 'Count' is defined twice"),
    "required and optional": (
        HEAD + COUNT.replace('"tuya-2025"', '"alibaba-2018"'),
        "both required and optional in alibaba-2018",
    ),
    "unknown limit": (HEAD + COUNT + "most = 3\n", "Op.toml:8: parameter 'Count' has the unknown key 'most'"),
    "limit of another type": (HEAD + COUNT + "max_length = 3\n", "'max_length' has no meaning for the Integer Count"),
    "limit of a list": (HEAD + COUNT + "max_items = 3\n", "'max_items' has no meaning for the Integer Count"),
    "limit of the wrong type": (HEAD + COUNT + 'maximum = "3"\n', "'maximum' is an integer; found '3'"),
    "limit that is a boolean": (HEAD + COUNT + "minimum = true\n", "'minimum' is an integer; found True"),
    "limit of a foreign edition": (
        HEAD + COUNT + "maximum = { alibaba-2023 = 3 }\n",
        "'maximum' is given for alibaba-2023, which does not know the parameter",
    ),
    "pattern that is none": (
        HEAD + COUNT.replace("Integer", "String") + 'pattern = "["\n',
        "'pattern' is a regular expression; found '['",
    ),
    "default outside the limits": (
        HEAD + COUNT + "maximum = { alibaba-2018 = 3 }\ndefault = 5\n",
        "'default' of alibaba-2018 lies outside its own limits: 5",
    ),
}


def test_a_limit_holds_in_the_editions_that_it_names_or_in_all_that_know_the_parameter(tmp_path: Path) -> None:
    limits = "maximum = { alibaba-2018 = 1_000 }\nexample = 10\n"

    count = load(folder(tmp_path, HEAD + COUNT + limits)).operations["Op"].parameters[0]

    assert [count.limit("maximum", edition) for edition in ("alibaba-2018", "tuya-2025")] == [1000, None]
    assert [count.limit("example", edition) for edition in ("alibaba-2018", "tuya-2025")] == [10, 10]


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
    verified = set(all_invariants()) | {test.marks.clause for test in suite_tests()}

    assert verified == {clause.id for clause in CONTRACT.clauses.values() if not clause.untested}


def test_literals_of_tests_equal_the_rows_of_the_contract() -> None:
    for test in (one for one in suite_tests() if one.marks.each is None):
        clause = CONTRACT.clauses[test.marks.clause]
        assert {name: dict(values.values) for name, values in test.marks.expected.items()} == {
            name: dict(by_edition) for name, by_edition in clause.values.items()
        }, test.name


def test_literals_of_the_model_equal_the_rows_of_the_contract() -> None:
    for clause in ("BatchRegisterDevice.Count.max", "BatchCheckDeviceNames.DeviceName.max"):
        assert dict(CONTRACT.clauses[clause].values["limit"]) == NAME_LIMIT


LIMIT_OF = {"max": ("maximum", "max_items"), "limit": ("maximum", "max_items"), "default": ("default",)}
"""Last part of a clause's id → the limits of a parameter's row that state its value too."""


def parameter(operation: str, name: str) -> Parameter:
    found = CONTRACT.operations[operation]
    return next(one for one in (*found.parameters, *found.answer) if one.name == name)


@pytest.mark.parametrize("clause_id", [clause.id for clause in CONTRACT.clauses.values() if clause.values])
def test_every_value_of_a_clause_on_requests_is_the_limit_of_its_parameter(clause_id: str) -> None:
    operation, name, last = clause_id.split(".")
    parameters = [one for one in CONTRACT.operations[operation].parameters if one.name in (name, f"{name}.N")]
    stated = [dict(parameters[0].limits[limit]) for limit in LIMIT_OF[last] if limit in parameters[0].limits]

    assert [dict(by_edition) for by_edition in CONTRACT.clauses[clause_id].values.values()] == stated


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_clauses_say_in_words_is_what_the_rows_state(edition: str) -> None:
    def says(clause: str) -> str:
        return CONTRACT.clauses[clause].says(edition)

    names = parameter("BatchCheckDeviceNames", "DeviceName.N")
    shortest, longest = names.limit("min_length", edition), names.limit("max_length", edition)
    assert f"of {shortest} characters" in says("BatchCheckDeviceNames.DeviceName.shortest")
    assert f"of {longest} characters" in says("BatchCheckDeviceNames.DeviceName.longest")
    assert f"fewer than {shortest} characters" in says("BatchCheckDeviceNames.DeviceName.too_short")
    assert f"more than {longest} characters" in says("BatchCheckDeviceNames.DeviceName.too_long")
    for listed in ("pattern", "min_length", "max_length", "max_items"):
        other = parameter("BatchCheckDeviceNames", "DeviceNameList.N.DeviceName").limit(listed, edition)
        assert other in (None, names.limit(listed, edition))
    states = parameter("QueryBatchRegisterDeviceStatus", "Data.Status").limit("values", edition)
    assert says("QueryBatchRegisterDeviceStatus.Status") == f"Status is one of {', '.join(states)}."


@pytest.mark.parametrize("operation", PRESENT)
def test_the_invariant_of_shapes_misses_what_the_rows_call_always_there(operation: str) -> None:
    always = {one.name for one in CONTRACT.operations[operation].answer if "[]" not in one.name and one.required}

    assert always == set(PRESENT[operation])


def test_what_must_be_given_is_required_by_the_row() -> None:
    for clause in CONTRACT.clauses.values():
        operation, _, rest = clause.id.partition(".")
        name = rest.removesuffix(".required")
        if clause.level is Level.MUST and name not in (rest, "DeviceName"):
            assert parameter(operation, name).required >= set(clause.editions), clause.id


LEGAL_NICKNAMES = ["light_2", "A" * 64, "床灯", "床" * 32, "床灯ab", "カーテン", "a床" * 16]
ILLEGAL_NICKNAMES = ["abc", "A" * 65, "床", "床" * 33, "a-bc", "a bc", "a床" * 22, ""]


def test_the_pattern_of_nicknames_counts_wide_characters_twice() -> None:
    pattern = str(parameter("BatchCheckDeviceNames", "DeviceNameList.N.DeviceNickname").limit("pattern", EDITIONS[-1]))

    assert [name for name in LEGAL_NICKNAMES if not re.search(pattern, name)] == []
    assert [name for name in ILLEGAL_NICKNAMES if re.search(pattern, name)] == []


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


def test_observed_clauses_list_their_observations() -> None:
    observed = [clause for clause in CONTRACT.clauses.values() if clause.level is Level.OBSERVED]

    assert observed
    assert all(len(clause.observations) > 1 for clause in observed)


def test_the_fixtures_lie_beside_the_package_in_a_checkout() -> None:
    assert fixtures() == Path(__file__).resolve().parent.parent / "fixtures"

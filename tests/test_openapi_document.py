"""The OpenAPI documents are valid, and say what the contract says of their edition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from conformance.cli.contract import contract
from conformance.contract import EDITIONS, Level, load
from conformance.openapi.document import document, text_of
from conformance.wire.decode import decode
from conformance.wire.message import HttpAnswer

CONTRACT = load()
DOCUMENTS = {edition: document(CONTRACT, edition) for edition in EDITIONS}
FIVE = (
    "BatchRegisterDevice",
    "BatchCheckDeviceNames",
    "BatchRegisterDeviceWithApplyId",
    "QueryBatchRegisterDeviceStatus",
    "QueryPageByApplyId",
)
FORM = "application/x-www-form-urlencoded"
edition_by_edition = pytest.mark.parametrize("edition", EDITIONS)


def operation(edition: str, name: str, method: str = "get") -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENTS[edition]["paths"][f"/?Action={name}"][method]
    return found


def parameters(edition: str, name: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in operation(edition, name)["parameters"]}


def body(edition: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = operation(edition, name, "post")["requestBody"]["content"][FORM]["schema"]
    return found


def accepts(edition: str, schema: dict[str, Any], value: object) -> bool:
    """Whether a value is valid by a schema of the document."""
    whole = {"allOf": [schema], "components": DOCUMENTS[edition]["components"]}
    return Draft202012Validator(whole).is_valid(value)


@edition_by_edition
def test_the_document_is_valid_openapi(edition: str) -> None:
    validate(DOCUMENTS[edition])


def test_the_command_prints_the_document_or_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    made = text_of(DOCUMENTS["tuya-2025"])

    printed = CliRunner().invoke(contract, ["openapi", "--edition", "tuya-2025"])
    written = CliRunner().invoke(contract, ["openapi", "--edition", "tuya-2025", "--output", str(path)])
    assert (printed.exit_code, printed.stdout) == (0, made)
    assert (written.exit_code, written.stdout, path.read_text(encoding="utf-8")) == (0, "", made)


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--edition", "tuya-2026"], "did you mean 'tuya-2025'?"), (["--output", "/nowhere/at/all.json"], "No such file")],
)
def test_a_wrong_edition_or_file_is_wrong_usage(words: list[str], said: str) -> None:
    done = CliRunner().invoke(contract, ["openapi", *words])

    assert done.exit_code == 2
    assert said in done.stderr


@edition_by_edition
def test_the_five_are_described_by_get_and_post_and_what_deletes_is_not(edition: str) -> None:
    paths = DOCUMENTS[edition]["paths"]

    measured = [path for path, item in paths.items() if item["get"]["tags"] == ["registration"]]
    assert measured == [f"/?Action={name}" for name in FIVE]
    assert all({"get", "post"} <= set(item) for item in paths.values())
    assert not [path for path in paths if "Delete" in path]


LARGEST = {
    "alibaba-2018": 1_000,
    "alibaba-2019": 1_000,
    "alibaba-2021": 1_000,
    "alibaba-2023": 10_000,
    "tuya-2025": 10_000,
}


@edition_by_edition
def test_the_limits_are_those_of_the_edition(edition: str) -> None:
    pages = parameters(edition, "QueryPageByApplyId")
    late = edition in ("alibaba-2021", "alibaba-2023", "tuya-2025")

    assert parameters(edition, "BatchRegisterDevice")["Count"]["schema"]["maximum"] == LARGEST[edition]
    assert body(edition, "BatchRegisterDevice")["properties"]["Count"]["maximum"] == LARGEST[edition]
    assert pages["PageSize"]["schema"].get("maximum") == (50 if late else None)
    assert pages["PageSize"]["schema"].get("default") == (10 if late else None)
    assert pages["CurrentPage"]["schema"].get("default") == (1 if late else None)
    assert pages["PageSize"]["required"] is not late
    assert parameters(edition, "QueryPageByApplyId")["ApplyId"]["schema"]["format"] == "int64"


@edition_by_edition
def test_names_of_any_index_are_checked_by_the_schema(edition: str) -> None:
    names = parameters(edition, "BatchCheckDeviceNames")["Names"]
    whole = body(edition, "BatchCheckDeviceNames")

    assert (names["style"], names["explode"]) == ("form", True)
    for schema, also in ((names["schema"], {}), (whole, {"ProductKey": "a1"})):
        assert accepts(edition, schema, {**also, "DeviceName.1": "light", "DeviceName.12": "l@m.p-_:"})
        assert not accepts(edition, schema, {**also, "DeviceName.1": "light", "DeviceName.12": "li"})
        assert not accepts(edition, schema, {**also, "DeviceName.1": "light", "DeviceName.12": "l" * 33})
        assert not accepts(edition, schema, {**also, "DeviceName.1": "li ght"})
        assert not accepts(edition, schema, {**also})
    assert not accepts(edition, whole, {"DeviceName.1": "light"})


@pytest.mark.parametrize("edition", ["alibaba-2021", "alibaba-2023", "tuya-2025"])
def test_device_name_list_counts_where_both_lists_are_given(edition: str) -> None:
    schema = parameters(edition, "BatchCheckDeviceNames")["Names"]["schema"]

    assert accepts(edition, schema, {"DeviceNameList.1.DeviceName": "light", "DeviceName.1": "#"})
    assert not accepts(edition, schema, {"DeviceNameList.1.DeviceName": "#", "DeviceName.1": "light"})
    assert accepts(edition, schema, {"DeviceNameList.1.DeviceName": "light", "DeviceNameList.1.DeviceNickname": "灯灯"})
    assert not accepts(
        edition, schema, {"DeviceNameList.1.DeviceName": "light", "DeviceNameList.1.DeviceNickname": "灯"}
    )


def test_the_oldest_editions_know_one_list_only() -> None:
    for edition in ("alibaba-2018", "alibaba-2019"):
        assert "DeviceNameList.1" not in json.dumps(operation(edition, "BatchCheckDeviceNames"))


def answers(edition: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in DOCUMENTS[edition]["paths"].items():
        for method in ("get", "post"):
            for answer in item[method]["responses"].values():
                yield path.partition("=")[2], answer["content"]


@edition_by_edition
def test_examples_of_answers_are_valid_and_the_same_in_json_and_xml(edition: str) -> None:
    for name, content in answers(edition):
        in_json, in_xml = content["application/json"], content["text/xml"]
        assert in_json["schema"] == in_xml["schema"] == content["application/xml"]["schema"]
        for kind, example in in_json["examples"].items():
            assert accepts(edition, in_json["schema"], example["value"]), (name, kind)
            xml = in_xml["examples"][kind]["value"]
            read = decode(HttpAnswer(200, (), xml.encode()), CONTRACT.operations[name].shape)
            assert read.irregularities == ()
            assert read.value == example["value"]
            assert read.root == ("Error" if kind == "gateway" else CONTRACT.operations[name].roots[0])


@edition_by_edition
def test_an_answer_that_breaks_a_documented_promise_is_not_valid(edition: str) -> None:
    schema = operation(edition, "QueryBatchRegisterDeviceStatus")["responses"]["200"]["content"]["text/xml"]["schema"]
    good = {"RequestId": "x", "Success": True, "Data": {"Status": "CHECK", "ValidList": {"Name": ["light"]}}}

    assert accepts(edition, schema, good)
    assert accepts(edition, schema, {**good, "Code": "", "ErrorMessage": None, "Further": {"field": 1}})
    for bad in (
        {"Success": "true"},
        {"Code": "iot.system.SystemException"},
        {"RequestId": ""},
        {"Data": {}},
        {"Data": {"Status": "CHECKING"}},
        {"Data": {"Status": "CHECK", "ValidList": ["light"]}},
    ):
        assert not accepts(edition, schema, {**good, **bad}), bad


@pytest.mark.parametrize("name", ["BatchCheckDeviceNames", "BatchRegisterDeviceWithApplyId"])
@edition_by_edition
def test_an_apply_id_stands_in_data_or_where_the_oldest_tables_have_it(edition: str, name: str) -> None:
    schema = operation(edition, name)["responses"]["200"]["content"]["text/xml"]["schema"]
    good = {"RequestId": "x", "Success": True}

    assert accepts(edition, schema, {**good, "Data": {"ApplyId": 1}})
    assert accepts(edition, schema, {**good, "ApplyId": 1}) is (edition in ("alibaba-2018", "alibaba-2019"))
    for bad in ({}, {"Data": {}}, {"Data": {"ApplyId": "1"}}):
        assert not accepts(edition, schema, {**good, **bad})


@edition_by_edition
def test_a_refusal_explains_itself_and_opens_no_application(edition: str) -> None:
    schema = operation(edition, "BatchCheckDeviceNames")["responses"]["200"]["content"]["text/xml"]["schema"]
    refusal = {"RequestId": "x", "Success": False, "Code": "iot.prod.NullProductKey", "ErrorMessage": "no key"}

    for data in (None, {}, {"InvalidDeviceNameList": {"InvalidDeviceName": ["#"]}}):
        assert accepts(edition, schema, refusal | {"Data": data})
    assert not accepts(edition, schema, refusal | {"Data": {"ApplyId": 1}})
    assert not accepts(edition, schema, {name: said for name, said in refusal.items() if name != "ErrorMessage"})
    without_code = {name: said for name, said in refusal.items() if name != "Code"}
    assert accepts(edition, schema, without_code) is (edition == "alibaba-2018")


@edition_by_edition
def test_links_lead_from_a_check_to_status_registration_and_pages(edition: str) -> None:
    def links(name: str, method: str = "get") -> dict[str, Any]:
        found: dict[str, Any] = operation(edition, name, method)["responses"]["200"]["links"]
        return {link["operationId"]: link["parameters"] for link in found.values()}

    check = links("BatchCheckDeviceNames", "post")
    assert check["QueryBatchRegisterDeviceStatus"] == {
        "ApplyId": "$response.body#/Data/ApplyId",
        "ProductKey": "$request.body#/ProductKey",
    }
    assert links("QueryBatchRegisterDeviceStatus")["BatchRegisterDeviceWithApplyId"]["ApplyId"] == (
        "$request.query.ApplyId"
    )
    assert links("BatchRegisterDeviceWithApplyId")["QueryPageByApplyId"] == {"ApplyId": "$response.body#/Data/ApplyId"}
    assert set(links("BatchRegisterDevice")) == {"QueryBatchRegisterDeviceStatus", "QueryPageByApplyId"}


@edition_by_edition
def test_every_clause_of_the_edition_is_named_with_its_level(edition: str) -> None:
    named = set(re.findall(r'"([A-Z]\w+\.[\w.]+)": "(MUST|SHOULD|OBSERVED)"', text_of(DOCUMENTS[edition])))

    assert named == {(one.id, one.level.value) for one in CONTRACT.of(edition) if one.level is not Level.OBSERVED}

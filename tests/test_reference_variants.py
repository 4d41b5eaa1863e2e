"""Every variant of the reference does what its sentence says, nothing in editions that do not allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from reference_walk import walk
from reference_walker import DELAY, JSON, XML, A, Differs, Walker, value_of

from conformance.reference import Reference
from conformance.reference.choices import VARIANTS
from conformance.reference.editions import EDITIONS
from conformance.wire.message import FORMS, HttpAnswer

ELSEWHERE = {
    "default_format_json": "acts in tuya-2025 only, below",
    "window_of_31_minutes": "needs a signature: test_reference_gateway",
    "chunked": "test_reference_http",
    "gzip": "test_reference_http",
    "connection_closed": "test_reference_http",
    "signature_before_time": "test_reference_signatures",
    "string_to_sign_kept_back": "test_reference_signatures",
    "region_id_required": "test_reference_signatures",
    "signature_version_unread": "test_reference_signatures",
    "other_methods_unheard_of": "test_reference_signatures",
    "product_keys_in_any_letter_case": "test_reference_names",
    "names_in_any_letter_case": "test_reference_names",
    "names_end_at_a_gap": "test_reference_names",
    "gaps_refused": "test_reference_names",
    "deleted_names_stay_taken": "test_reference_names",
    "first_fault_told": "test_reference_names",
}
"""Variants that this walk cannot show, and where they are shown."""

ILLEGAL = {
    "x509_products": {"alibaba-2018"},  # where 1,000 names are the limit of every product
    "repeated_names_unreported": {"alibaba-2018", "alibaba-2019", "alibaba-2021"},
    "surplus_names_refused": {"alibaba-2018", "alibaba-2019", "alibaba-2021"},
    "device_name_list_known_early": {"alibaba-2021", "alibaba-2023", "tuya-2025"},
    "page_size_clamped": {"alibaba-2018", "alibaba-2019"},
    "blank_page_is_default": {"alibaba-2018", "alibaba-2019"},
    "other_codes_of_the_same_reasons": {"alibaba-2018"},  # which has no Code at all
    "undocumented_codes": {"alibaba-2018", "alibaba-2019"},  # the former has no Code at all
    "invalid_names_later": {"alibaba-2018"},  # which does so anyway
    "details_left_out": {"alibaba-2018", "alibaba-2019", "alibaba-2021"},
    "apply_id_beside_data": {"alibaba-2021", "alibaba-2023", "tuya-2025"},
    "registration_root_of_the_sample": {"alibaba-2021", "alibaba-2023", "tuya-2025"},
    "iot_id_shown_early": {"alibaba-2021", "alibaba-2023", "tuya-2025"},
    "large_pages_cut": {"alibaba-2021", "alibaba-2023", "tuya-2025"},
    "later_version_unserved": {"alibaba-2018", "alibaba-2019", "alibaba-2021", "tuya-2025"},
    "register_device_knows_count": {"alibaba-2021", "alibaba-2023", "tuya-2025"},
    "page_parameters_may_be_left_out": {"alibaba-2018", "alibaba-2021", "alibaba-2023", "tuya-2025"},
    "pages_of_20_at_most": {"alibaba-2021", "alibaba-2023", "tuya-2025"},
    "pages_over_20_refused": {"alibaba-2021", "alibaba-2023", "tuya-2025"},
}
"""Where a variant changes nothing."""

_FAITHFUL: dict[str, list[HttpAnswer]] = {}


def faithful(edition: str) -> list[HttpAnswer]:
    if edition not in _FAITHFUL:
        _FAITHFUL[edition] = walk(Reference(edition=edition, delay=DELAY))
    return _FAITHFUL[edition]


@pytest.mark.parametrize("variant", sorted(VARIANTS.keys() - ELSEWHERE.keys()))
@pytest.mark.parametrize("edition", ["alibaba-2018", "alibaba-2023"])
def test_a_variant_changes_something_where_it_is_legal(variant: str, edition: str):
    server = Reference(edition=edition, delay=DELAY, variants=[variant])

    if edition in ILLEGAL.get(variant, ()):
        walk(server, faithful(edition))
    else:
        with pytest.raises(Differs):
            walk(server, faithful(edition))


def test_all_compatible_variants_together_answer_everything():
    rivals = {
        "invalid_names_at_once",
        "taken_names_at_once",
        "repeated_names_invalid",
        "states_too_short_to_be_seen",
    }
    rivals |= {
        "missing_parameters_by_the_older_code",
        "code_null_on_success",
        "code_200_on_success",
        "data_null_on_refusal",
        "paging_early_refused",
        "throttled_now_and_then",
    }
    for edition in EDITIONS:
        server = Reference(edition=edition, delay=DELAY, variants=sorted(VARIANTS.keys() - rivals))
        assert {answer.status for answer in walk(server)} <= {200, 400, 403, 404}


def heard(*variants: str, edition: str = "alibaba-2023") -> Walker:
    return Walker(Reference(edition=edition, delay=DELAY, variants=variants))


def told(walker: Walker, apply_id: int, wait: float = DELAY) -> Any:
    walker.now += wait
    return value_of(walker.status(apply_id))["Data"]


def code(answer: HttpAnswer) -> str:
    return str(value_of(answer)["Code"])


def test_invalid_names_at_once():
    walker = heard("invalid_names_at_once")
    walker.ask("RegisterDevice", ProductKey=A, DeviceName="taken-1")
    answer = walker.value("BatchCheckDeviceNames", ProductKey=A, DeviceName__1="taken-1", DeviceName__2="free-1")

    assert answer["Data"]["InvalidDeviceNameList"] == {"InvalidDeviceName": ["taken-1"]}


def test_invalid_names_later():
    walker = heard("invalid_names_later")
    data = told(walker, walker.check("bad/one", "good-1"))

    assert (data["Status"], data["InvalidList"], data["ValidList"]) == (
        "CHECK_FAILED",
        {"Name": ["bad/one"]},
        {"Name": ["good-1"]},
    )
    assert data["InvalidDetailList"]["invalidDetailList"][0]["DeviceName"] == "bad/one"


def test_taken_names_at_once():
    walker = heard("taken_names_at_once")
    walker.ask("RegisterDevice", ProductKey=A, DeviceName="taken-1")

    assert told(walker, walker.check("bad/one"))["Status"] == "CHECK_FAILED"
    assert walker.value("BatchCheckDeviceNames", ProductKey=A, DeviceName__1="taken-1")["Success"] is False


def test_repeated_names():
    twice = {"ProductKey": A, "DeviceName__1": "twin-1", "DeviceName__2": "twin-1", "DeviceName__3": "else-1"}

    unreported = heard("repeated_names_unreported").value("BatchCheckDeviceNames", **twice)["Data"]
    assert "RepeatedDeviceNameList" not in unreported
    reported = heard().value("BatchCheckDeviceNames", **twice)["Data"]
    assert reported["RepeatedDeviceNameList"] == {"RepeatDevieNameList": ["twin-1"]}
    invalid = heard("repeated_names_invalid").value("BatchCheckDeviceNames", **twice)["Data"]
    assert invalid["InvalidDeviceNameList"] == {"InvalidDeviceName": ["twin-1"]}
    later = heard("repeated_names_invalid", edition="alibaba-2018")
    assert told(later, later.open("BatchCheckDeviceNames", **twice))["InvalidList"] == {"Name": ["twin-1"]}


def test_check_visible_for_random():
    walker = heard("check_visible_for_random")
    apply_id = walker.random(2)

    seen = [told(walker, apply_id, wait)["Status"] for wait in (0, DELAY, DELAY / 2, DELAY)]
    assert seen == ["CHECK", "CHECK_SUCCESS", "CREATE", "CREATE_SUCCESS"]


def test_states_too_short_to_be_seen():
    walker = heard("states_too_short_to_be_seen")
    assert told(walker, walker.random(2), 0)["Status"] == "CREATE_SUCCESS"
    checked = walker.check("name-1")
    assert told(walker, checked, 0)["Status"] == "CHECK_SUCCESS"


def test_lists():
    full = heard("lists_full_on_success")
    assert told(full, full.check("name-1", "name-2"))["ValidList"] == {"Name": ["name-1", "name-2"]}
    partial = heard("lists_partial_while_running")
    apply_id = partial.check("name-1", "name-2")
    assert told(partial, apply_id, 0)["ValidList"] == {"Name": ["name-1"]}
    assert told(partial, apply_id)["ValidList"] == {"Name": []}
    bare = heard("valid_list_empty_on_failure", "invalid_names_later")
    assert told(bare, bare.check("bad/one", "good-1"))["ValidList"] == {"Name": []}


def test_register_early_queued():
    walker = heard("register_early_queued", "invalid_names_later")
    good, bad = walker.check("name-1"), walker.check("name-2", "bad/one")
    walker.now += DELAY / 2
    assert value_of(walker.register(good))["Data"] == {"ApplyId": good}
    assert value_of(walker.register(bad))["Success"] is True

    seen = [told(walker, good, wait)["Status"] for wait in (0, DELAY / 2, DELAY)]
    assert seen == ["CHECK", "CREATE", "CREATE_SUCCESS"]
    assert told(walker, bad)["Status"] == "CHECK_FAILED"
    assert value_of(walker.page(bad))["Total"] == 0


def test_register_twice_answered():
    walker = heard("register_twice_answered")
    apply_id = walker.check("name-1")
    walker.now += DELAY
    assert [value_of(walker.register(apply_id))["Data"]["ApplyId"] for _ in range(3)] == [apply_id] * 3
    assert told(walker, apply_id)["Status"] == "CREATE_SUCCESS"
    assert value_of(walker.register(apply_id))["Data"] == {"ApplyId": apply_id}
    assert told(walker, apply_id, 0)["Status"] == "CREATE_SUCCESS"
    assert value_of(walker.page(apply_id))["Total"] == 1


def test_pages():
    clamped = heard("page_size_clamped", "past_the_end_refused", "devices_by_name")
    apply_id = clamped.random(60)
    clamped.now += DELAY
    page = value_of(clamped.page(apply_id, 1, 200))
    assert (page["PageSize"], len(page["ApplyDeviceList"]["ApplyDeviceInfo"])) == (50, 50)
    names = [device["DeviceName"] for device in page["ApplyDeviceList"]["ApplyDeviceInfo"]]
    assert names == sorted(names)
    assert code(clamped.page(apply_id, 7)) == "iot.common.InvalidPageParams"
    blank = heard("blank_page_is_default")
    apply_id = blank.random(12)
    blank.now += DELAY
    answer = blank.value("QueryPageByApplyId", ApplyId=apply_id, CurrentPage="", PageSize="")
    assert (answer["Page"], answer["PageSize"]) == (1, 10)


def test_pages_before_the_end():
    partial = heard("paging_early_partial")
    apply_id = partial.random(10)
    partial.now += DELAY / 2
    assert value_of(partial.page(apply_id))["Total"] == 5
    refused = heard("paging_early_refused")
    assert code(refused.page(refused.random(10))) == "iot.device.CreateDeviceTaskIsRunning"


def test_empty_pages():
    walker = heard("unknown_apply_id_empty_page", "empty_page_count_one")
    page = value_of(walker.page(7))

    assert (page["Total"], page["PageCount"], page["ApplyDeviceList"]) == (0, 1, {"ApplyDeviceInfo": []})


def test_integers():
    walker = heard("leading_zeros_refused", "apply_ids_beyond_2_53")
    apply_id = walker.random(3)
    assert apply_id > 2**53
    assert told(walker, apply_id)["Status"] == "CREATE_SUCCESS"
    assert value_of(walker.status("0" + str(apply_id)))["Success"] is False  # type: ignore[arg-type]
    assert value_of(heard().ask("BatchRegisterDevice", ProductKey=A, Count="003"))["Success"] is True


def test_deleted_devices_vanish():
    for variants, left in (((), 2), (("deleted_devices_vanish",), 1)):
        walker = heard(*variants)
        apply_id = walker.check("name-1", "name-2")
        walker.now += DELAY
        walker.register(apply_id)
        walker.now += DELAY
        walker.ask("DeleteDevice", ProductKey=A, DeviceName="name-1")
        assert value_of(walker.page(apply_id))["Total"] == left


BODIES: dict[str, Callable[[HttpAnswer], bool]] = {
    "refusals_with_400": lambda answer: answer.status == 400,
    "data_null_on_refusal": lambda answer: b'"Data":null' in answer.body,
    "data_empty_on_refusal": lambda answer: b'"Data":{}' in answer.body,
    "undocumented_codes": lambda answer: code(answer) == "iot.device.EmptyApplyId",
    "missing_parameters_at_gateway": lambda answer: (code(answer), answer.status) == ("MissingApplyId", 400),
    "request_id_lower_case": lambda answer: value_of(answer)["RequestId"].islower(),
    "chinese_messages": lambda answer: not value_of(answer)["ErrorMessage"].isascii(),
    "missing_parameters_by_the_older_code": lambda answer: code(answer) == "MissingParameter",
    "no_charset": lambda answer: answer.header("content-type") == "application/json",
    "unknown_fields": lambda answer: value_of(answer).get("Unheard") == {"Of": "yes"},
    "other_key_order": lambda answer: next(reversed(value_of(answer))) == "RequestId",
}


@pytest.mark.parametrize("variant", BODIES)
def test_refusals_take_other_forms(variant: str):
    answer = heard(variant).ask("QueryPageByApplyId")

    assert BODIES[variant](answer)
    assert not BODIES[variant](heard().ask("QueryPageByApplyId"))


@pytest.mark.parametrize(
    ("variant", "expected"),
    [("code_empty_on_success", ""), ("code_null_on_success", None), ("code_200_on_success", "200")],
)
def test_a_success_shows_a_code(variant: str, expected: str | None):
    assert heard(variant).value("QueryDevice", ProductKey=A)["Code"] == expected
    assert "Code" not in heard().value("QueryDevice", ProductKey=A)


XML_FORMS = {
    "pretty_xml": b"<?xml version='1.0' encoding='utf-8'?>\n<!-- one answer -->\n<",
    "cdata": b"<Status><![CDATA[CREATE]]></Status>",
    "empty_elements_the_other_way": b"<ValidList/>",
    "other_status_root": b"</QueryBatchCheckDeviceNamesStatusResponse>",
}


@pytest.mark.parametrize("variant", XML_FORMS)
def test_xml_is_written_in_other_ways(variant: str):
    plain, other = heard(), heard(variant)
    one, two = (walker.status(walker.random(2), form=XML) for walker in (plain, other))

    assert XML_FORMS[variant] in two.body
    assert XML_FORMS[variant] not in one.body
    stripped = value_of(two)
    assert stripped["Data"]["Status"] == "CREATE"


def test_characters_that_xml_cannot_carry_are_dropped():
    answer = heard("xml_drops_characters").value("BatchCheckDeviceNames", XML, ProductKey=A, DeviceName__1="a\x07bcd")

    assert answer["Data"]["InvalidDeviceNameList"] == {"InvalidDeviceName": "abcd"}


def test_the_default_form_of_tuya_is_open():
    bare = {"Action": "QueryDevice", "ProductKey": A}

    assert heard("default_format_json", edition="tuya-2025").send(bare).body[:1] == b"{"
    assert heard("default_format_json").send(bare).body[:1] == b"<"
    assert heard(edition="tuya-2025").send(bare).body[:1] == b"<"


def test_device_name_list_may_be_known_early():
    listed = {"ProductKey": A, "DeviceNameList__1__DeviceName": "name-1"}

    assert heard(edition="alibaba-2018").value("BatchCheckDeviceNames", **listed)["Success"] is False
    early = heard("device_name_list_known_early", edition="alibaba-2018")
    assert early.value("BatchCheckDeviceNames", **listed)["Success"] is True


def test_application_xml():
    assert heard("application_xml").ask("QueryDevice", XML).header("content-type") == "application/xml;charset=utf-8"


def test_an_unknown_format_is_answered():
    answer = heard("unknown_format_answered").ask("QueryDevice", JSON, ProductKey=A, Format="None")

    assert answer.body.startswith(b"<QueryDeviceResponse>")
    assert len(FORMS) == 6


def test_page_parameters_may_be_left_out_in_the_edition_between_those_that_say_yes_and_no():
    strict, lenient = heard(edition="alibaba-2019"), heard("page_parameters_may_be_left_out", edition="alibaba-2019")
    told = []
    for walker in (strict, lenient):
        apply_id = walker.random(12)
        walker.now += 2 * DELAY
        told.append(value_of(walker.ask("QueryPageByApplyId", ApplyId=apply_id)))

    assert told[0]["Success"] is False
    assert (told[1]["Page"], told[1]["PageSize"], told[1]["Total"]) == (1, 10, 12)

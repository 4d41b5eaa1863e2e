"""Observations: what a target does where the documents are silent is seen, and differs where targets differ."""

from __future__ import annotations

from functools import cache

import pytest

from conformance.contract import EDITIONS, Level, load
from conformance.judge.verdict import Outcome
from conformance.selfproof.measure import measure

CONTRACT = load()
OBSERVED = {clause.id: clause for clause in CONTRACT.clauses.values() if clause.level is Level.OBSERVED}

SERVERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "2018": ("alibaba-2018", ()),
    "2018 otherwise": (
        "alibaba-2018",
        (
            "apply_id_beside_data", "registration_root_of_the_sample", "iot_id_shown_early", "large_pages_cut",
            "product_key_as_in_the_sample", "unknown_instances_refused", "no_device_id", "short_secrets",
            "deleted_devices_vanish", "register_early_queued", "register_device_knows_count",
            "product_keys_in_any_letter_case",
            "names_in_any_letter_case", "names_end_at_a_gap", "checks_reserve_names", "deleted_names_stay_taken",
            "every_name_fails_with_one",
        ),
    ),
    "2019": ("alibaba-2019", ()),
    "2019 otherwise": ("alibaba-2019", ("page_parameters_may_be_left_out",)),
    "2021": ("alibaba-2021", ()),
    "2023": ("alibaba-2023", ()),
    "2023 otherwise": (
        "alibaba-2023",
        (
            "invalid_names_later", "repeated_names_invalid", "surplus_names_refused", "check_visible_for_random",
            "register_twice_answered", "lists_full_on_success", "lists_partial_while_running",
            "valid_list_empty_on_failure", "conflict_decided_otherwise", "other_status_root", "details_left_out",
            "unknown_apply_id_empty_page", "past_the_end_refused", "page_size_clamped", "blank_page_is_default",
            "paging_early_refused", "devices_by_name", "generated_names_of_digits", "apply_ids_in_no_order",
            "code_200_on_success", "refusals_with_400", "missing_parameters_at_gateway", "request_id_lower_case",
            "data_null_on_refusal", "undocumented_codes", "unknown_format_answered", "pretty_xml",
            "window_of_31_minutes", "signature_version_unread", "region_id_required", "string_to_sign_kept_back",
            "later_version_unserved", "no_device_id_in_iot_id",
        ),
    ),
    "2023 at once": (
        "alibaba-2023",
        ("invalid_names_at_once", "repeated_names_unreported", "x509_products", "first_fault_told"),
    ),
    "Tuya": ("tuya-2025", ()),
    "Tuya otherwise": ("tuya-2025", ("default_format_json",)),
}  # fmt: skip
"""Legal servers that between them take most freedoms twice."""

SEEN: dict[str, dict[str, str]] = {
    "Common.Format.default.seen": {"Tuya": "XML", "Tuya otherwise": "JSON"},
    "Common.Format.unknown": {"2023": "refused", "2023 otherwise": "XML"},
    "Common.Code.seen": {"2023": "documented", "2023 otherwise": "undocumented"},
    "Common.Code.on_success.seen": {"2023": "absent", "2023 otherwise": "200"},
    "Common.HTTPStatus.refusal.seen": {"2023": "200", "2023 otherwise": "400"},
    "Common.missing.seen": {"2023": "a business code", "2023 otherwise": "Missing<Parameter>"},
    "Common.RequestId.letters": {"2023": "capital", "2023 otherwise": "small"},
    "Common.XML.prolog": {"2018": "with", "2021": "without"},
    "Common.Data.on_refusal.seen": {"2023": "lists", "2023 otherwise": "null"},
    "Common.IotInstanceId.unknown": {"2018": "ignored", "2018 otherwise": "refused"},
    "Signature.verified": {"2023": "acs3 verified", "Tuya": "rpc verified"},
    "Signature.Timestamp.window": {"2023": "15 minutes", "2023 otherwise": "31 minutes"},
    "Signature.SignatureVersion": {"2023": "refused", "2023 otherwise": "accepted"},
    "Signature.RegionId": {"2023": "not required", "2023 otherwise": "required"},
    "Signature.Message.AccessKeyId": {"2023": "in the string to sign", "2023 otherwise": "not shown"},
    "BatchRegisterDevice.path": {"2023": "not seen", "2023 otherwise": "seen"},
    "BatchRegisterDevice.DeviceName.characters": {"2023": "hexadecimal digits", "2023 otherwise": "digits"},
    "BatchRegisterDevice.DeviceName.length": {"2023": "20", "2023 otherwise": "16"},
    "BatchCheckDeviceNames.malformed.seen": {"2023": "refused at once", "2023 otherwise": "CHECK_FAILED"},
    "BatchCheckDeviceNames.taken.seen": {"2023": "CHECK_FAILED", "2023 at once": "refused at once"},
    "BatchCheckDeviceNames.repeated.seen": {"2023": "counted once and reported", "2023 at once": "counted once"},
    "BatchCheckDeviceNames.surplus.seen": {"2023": "discarded", "2023 otherwise": "refused at once"},
    "BatchCheckDeviceNames.details.seen": {"2023": "explained", "2023 otherwise": "not explained"},
    "BatchCheckDeviceNames.ProductKey.letter_case": {"2018": "another product", "2018 otherwise": "the same product"},
    "BatchCheckDeviceNames.DeviceName.N.gaps": {"2018": "every name counts", "2018 otherwise": "names end at the gap"},
    "BatchCheckDeviceNames.DeviceName.letter_case": {"2018": "another name", "2018 otherwise": "the same name"},
    "BatchCheckDeviceNames.DeviceName.limit.seen": {"2023": "more than 1,000", "2023 at once": "1,000"},
    "BatchCheckDeviceNames.reserves.seen": {"2018": "free", "2018 otherwise": "reserved"},
    "BatchCheckDeviceNames.InvalidDetailList.ErrorMsg.seen": {"2023": "joined with |", "2023 at once": "one message"},
    "BatchCheckDeviceNames.productKey": {"2018": "refused", "2018 otherwise": "accepted"},
    "BatchCheckDeviceNames.ApplyId.place": {"2018": "in Data", "2018 otherwise": "at the top level"},
    "BatchRegisterDeviceWithApplyId.ApplyId.place": {"2018": "in Data", "2018 otherwise": "at the top level"},
    "BatchRegisterDeviceWithApplyId.XML.root.seen": {
        "2018": "BatchRegisterDeviceWithApplyIdResponse",
        "2018 otherwise": "BatchRegisterDeviceWithApplyId",
    },
    "BatchRegisterDeviceWithApplyId.unchecked.seen": {"2018": "refused", "2018 otherwise": "queued"},
    "BatchRegisterDeviceWithApplyId.twice.seen": {"2023": "refused", "2023 otherwise": "answered again"},
    "QueryBatchRegisterDeviceStatus.ValidList.on_success": {"2023": "no name", "2023 otherwise": "every name"},
    "QueryBatchRegisterDeviceStatus.ValidList.on_failure": {"2018": "the good names", "2023 otherwise": "no name"},
    "QueryBatchRegisterDeviceStatus.ValidList.running": {"2023": "no name", "2023 otherwise": "some names"},
    "QueryBatchRegisterDeviceStatus.CREATE_FAILED.seen": {"2018": "nothing", "2023": "the rest"},
    "QueryBatchRegisterDeviceStatus.XML.root.seen": {
        "2023": "QueryBatchRegisterDeviceStatusResponse",
        "2023 otherwise": "QueryBatchCheckDeviceNamesStatusResponse",
    },
    "QueryBatchRegisterDeviceStatus.InvalidList.mixed": {
        "2018": "the names that failed",
        "2018 otherwise": "every name",
    },
    "QueryBatchRegisterDeviceStatus.details.seen": {"2023": "explained", "2023 otherwise": "not explained"},
    "QueryPageByApplyId.ApplyId.unknown.seen": {"2023": "refused", "2023 otherwise": "an empty page"},
    "QueryPageByApplyId.past_the_end.seen": {"2023": "empty", "2023 otherwise": "refused"},
    "QueryPageByApplyId.PageSize.large": {"2018": "answered as asked", "2018 otherwise": "answered with fewer"},
    "QueryPageByApplyId.PageSize.max.seen": {"2023": "refused", "2023 otherwise": "answered with the maximum"},
    "QueryPageByApplyId.blank.seen": {"2023": "refused", "2023 otherwise": "the default"},
    "QueryPageByApplyId.unregistered.seen": {"2023": "an empty page", "2023 otherwise": "refused"},
    "QueryPageByApplyId.creating.seen": {"2023": "an empty page", "2023 otherwise": "refused"},
    "QueryPageByApplyId.order.seen": {"2023": "as asked", "2023 otherwise": "by name"},
    "QueryPageByApplyId.IotId.seen": {"2018": "not shown", "2018 otherwise": "shown"},
    "QueryPageByApplyId.DeviceId.seen": {"2018": "shown", "2018 otherwise": "not shown"},
    "QueryPageByApplyId.DeviceSecret.length": {"2018": "32", "2018 otherwise": "16"},
    "Workflow.ApplyId.growing": {"2023": "growing", "2023 otherwise": "not growing"},
    "Workflow.DeleteDevice.freed": {"2018": "free", "2018 otherwise": "taken"},
    "Workflow.deleted.seen": {"2018": "stays", "2018 otherwise": "vanishes"},
    "BatchRegisterDevice.Count.max.code": {"2018": "no code", "2021": "iot.device.DeviceCountExceeded"},
    "BatchRegisterDevice.Count.integer.code": {"2018": "InvalidCount", "2021": "iot.common.InvalidFormattedParameter"},
    "BatchRegisterDevice.Action.seen": {"2018": "one device", "2018 otherwise": "as BatchRegisterDevice"},
    "BatchRegisterDeviceWithApplyId.ApplyId.unknown.code": {
        "2018": "no code",
        "2021": "iot.device.DeviceApplyIsNotFound",
    },
    "BatchRegisterDeviceWithApplyId.ApplyId.other_product.code": {
        "2018": "no code",
        "2021": "iot.device.DeviceApplyIsNotFound",
    },
    "BatchRegisterDeviceWithApplyId.ApplyId.random.code": {
        "2018": "no code",
        "2021": "iot.device.IncorrentDeviceApplyInfo",
    },
    "BatchRegisterDeviceWithApplyId.unchecked.code": {"2018": "no code", "2021": "iot.device.IncorrentDeviceApplyInfo"},
    "BatchRegisterDeviceWithApplyId.after_CHECK_FAILED.code": {
        "2018": "no code",
        "2021": "iot.device.IncorrentDeviceApplyInfo",
    },
    "BatchRegisterDeviceWithApplyId.twice.code": {"2018": "no code", "2021": "iot.device.IncorrentDeviceApplyInfo"},
    "QueryBatchRegisterDeviceStatus.ApplyId.unknown.code": {
        "2018": "no code",
        "2021": "iot.device.DeviceApplyIsNotFound",
    },
    "QueryBatchRegisterDeviceStatus.ApplyId.other_product.code": {
        "2018": "no code",
        "2021": "iot.device.DeviceApplyIsNotFound",
    },
    "QueryPageByApplyId.ApplyId.unknown.code": {"2018": "no code", "2021": "iot.device.DeviceApplyIsNotFound"},
    "QueryPageByApplyId.page.code": {"2018": "no code", "2021": "iot.common.InvalidPageParams"},
    "Common.Version.later": {"2023": "served", "2023 otherwise": "refused"},
    "QueryPageByApplyId.left_out.seen": {"2019": "refused", "2019 otherwise": "the later default"},
    "QueryPageByApplyId.IotId.form": {"2023": "DeviceId and 000100", "2023 otherwise": "another one"},
}
"""Clause → server → an observation that is seen there, and on none of the other servers named."""


@cache
def observations(server: str) -> dict[str, dict[str, int]]:
    edition, variants = SERVERS[server]
    result = measure(edition, "quick", variants=variants)
    wrong = {one.clause: one.reason for one in result.verdicts if one.outcome in {Outcome.FAIL, Outcome.INCONCLUSIVE}}
    assert wrong == {}
    return result.summary["observations"]  # type: ignore[no-any-return]


def test_every_observed_clause_is_in_the_table_with_two_servers_that_differ() -> None:
    assert set(SEEN) == set(OBSERVED)
    assert {clause for clause, seen in SEEN.items() if len(set(seen.values())) < 2} == set()


@pytest.mark.parametrize("clause", SEEN)
def test_an_observation_shows_which_way_a_target_takes(clause: str) -> None:
    for server, observation in SEEN[clause].items():
        seen = observations(server)[clause]
        assert observation in seen, (server, seen)
        for other in SEEN[clause]:
            if other != server and observation in observations(other)[clause]:
                assert SEEN[clause][other] not in seen, (server, other, seen)


@pytest.mark.parametrize("server", SERVERS)
def test_no_observation_lies_outside_the_listed_ones(server: str) -> None:
    strange = {
        clause: [value for value in seen if value not in OBSERVED[clause].observations]
        for clause, seen in observations(server).items()
        if not clause.endswith(".code")  # a code may have any name
    }

    assert {clause: values for clause, values in strange.items() if values} == {}


def test_the_servers_between_them_stand_for_every_edition_that_has_observations_of_its_own() -> None:
    assert {edition for edition, _ in SERVERS.values()} == set(EDITIONS)


def test_what_was_throttled_shows_no_way_of_refusing() -> None:
    """Every 23rd request is refused because of its time, whatever it asks."""
    faithful, throttled = (
        {one.clause: set(one.observations) for one in measure("alibaba-2023", "quick", variants=each).verdicts}
        for each in ((), ("throttled_now_and_then",))
    )

    assert throttled["Common.HTTPStatus.refusal.seen"] == {"200"}
    assert {name: throttled[name] for name in OBSERVED} == {name: faithful[name] for name in OBSERVED}

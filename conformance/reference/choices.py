"""The legal choices that the reference can make: a target may do any of these, and no clause is broken.

Choices combine. Where an edition does not allow a choice, it changes nothing there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from conformance.text.nearest import nearest


class UnknownVariant(ValueError):
    """A variant that the reference does not know."""


def choice(says: str) -> Any:
    """A choice that is not made unless it is asked for; ``says`` is what the server then does."""
    return field(default=False, metadata={"says": says})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What one server chooses; each field is a variant of the reference."""

    invalid_names_at_once: bool = choice("Invalid names of every kind are refused at once (unlisted in alibaba-2018).")
    invalid_names_later: bool = choice("Invalid names of every kind lead to CHECK_FAILED.")
    taken_names_at_once: bool = choice(
        "Taken names are refused at once (unlisted in alibaba-2018), malformed ones later."
    )
    device_name_list_known_early: bool = choice("DeviceNameList is a parameter already in alibaba-2018 and -2019.")
    repeated_names_invalid: bool = choice("A name given twice counts as invalid.")
    repeated_names_unreported: bool = choice(
        "A name given twice does not stand in RepeatedDeviceNameList (2023 and later)."
    )
    product_keys_in_any_letter_case: bool = choice("Letter case does not matter in a ProductKey.")
    names_in_any_letter_case: bool = choice("Names that differ in letter case only are one name.")
    names_end_at_a_gap: bool = choice("DeviceName.N counts up to the first index that is missing.")
    gaps_refused: bool = choice("A call is refused in which an index of DeviceName.N is missing.")
    checks_reserve_names: bool = choice("A check keeps its names from later checks unless it fails.")
    deleted_names_stay_taken: bool = choice("The name of a deleted device is never free again.")
    x509_products: bool = choice(
        "More than 1,000 names are refused, as for products with X.509 certificates (2023 and later)."
    )
    conflicts_refused_at_registration: bool = choice("The registration of a name taken since its check is refused.")
    every_name_fails_with_one: bool = choice("On CHECK_FAILED every name stands in InvalidList (not in alibaba-2021).")
    first_fault_told: bool = choice("Of a name with two faults the first is told (2023 and later).")
    surplus_names_refused: bool = choice("Names over the limit are refused, not discarded (2023 and later).")
    check_visible_for_random: bool = choice(
        "An application of BatchRegisterDevice goes through CHECK and CHECK_SUCCESS."
    )
    states_too_short_to_be_seen: bool = choice("Checking and creating take no time.")
    lists_full_on_success: bool = choice("ValidList holds every name on success.")
    lists_partial_while_running: bool = choice("ValidList holds half of the good names while checking and creating.")
    valid_list_empty_on_failure: bool = choice("ValidList is empty on failure.")
    register_early_queued: bool = choice("A registration during CHECK is accepted and waits for the check.")
    register_twice_answered: bool = choice("A second registration is answered with the same ApplyId and does nothing.")
    conflict_decided_otherwise: bool = choice(
        "A name taken since the check fails all (2021 and later), or itself only."
    )
    past_the_end_refused: bool = choice("A page past the end is refused.")
    page_size_clamped: bool = choice("A PageSize over the maximum is answered with the maximum (2021 and later).")
    blank_page_is_default: bool = choice("An empty PageSize or CurrentPage means the default (2021 and later).")
    leading_zeros_refused: bool = choice("Integers with leading zeros are refused.")
    apply_ids_beyond_2_53: bool = choice("ApplyIds are larger than a double can hold exactly.")
    refusals_with_400: bool = choice("Business refusals come with HTTP status 400.")
    missing_parameters_at_gateway: bool = choice("Missing and empty parameters are refused by the gateway as Missing….")
    gateway_errors_always_400: bool = choice("Gateway errors come with HTTP status 400, whatever their code.")
    missing_parameters_by_the_older_code: bool = choice("The gateway calls every missing parameter MissingParameter.")
    gateway_errors_of_the_older_lists: bool = choice("Some gateway errors have older codes and statuses.")
    window_of_31_minutes: bool = choice("A Timestamp may be 31 minutes off.")
    signature_before_time: bool = choice("The signature is checked before the Timestamp, not after it.")
    string_to_sign_kept_back: bool = choice("A signature that does not match is not told what was to be signed.")
    signature_version_unread: bool = choice("Whatever SignatureVersion is named, 1.0 is meant.")
    region_id_required: bool = choice("A request signed in its parameters must name its RegionId.")
    other_methods_unheard_of: bool = choice("Another HTTP method than GET and POST gets HTTP status 405 and no body.")
    default_format_json: bool = choice("Without Format the answer is JSON (tuya-2025 only).")
    unknown_format_answered: bool = choice("A Format other than JSON and XML is answered in XML.")
    paging_early_partial: bool = choice("Pages show some of the devices while they are being created.")
    paging_early_refused: bool = choice("Pages are refused until the devices have been created.")
    unknown_apply_id_empty_page: bool = choice("Paging with an ApplyId that was never issued gives an empty page.")
    empty_page_count_one: bool = choice("PageCount is 1 where Total is 0.")
    deleted_devices_vanish: bool = choice("A deleted device vanishes from the pages of its application.")
    devices_by_name: bool = choice("Pages show devices by name.")
    generated_names_of_every_kind: bool = choice("Generated names have 32 characters of every legal kind.")
    code_empty_on_success: bool = choice("A success has an empty Code and ErrorMessage.")
    code_null_on_success: bool = choice("A success has Code and ErrorMessage null.")
    code_200_on_success: bool = choice("A success has the Code 200.")
    chinese_messages: bool = choice("Messages are in Chinese.")
    other_codes_of_the_same_reasons: bool = choice(
        "Some refusals have another code that says the same (2019 and later)."
    )
    undocumented_codes: bool = choice("Some codes have the published form but stand in no list (not in alibaba-2019).")
    data_null_on_refusal: bool = choice("A refusal without an explanation has Data null.")
    data_empty_on_refusal: bool = choice("A refusal without an explanation has an empty Data.")
    request_id_lower_case: bool = choice("RequestId is in small letters.")
    other_key_order: bool = choice("Members and elements stand in the opposite order.")
    support_operations_not_offered: bool = choice("There are the five operations and no other.")
    unknown_instances_refused: bool = choice("An IotInstanceId that names no instance is refused, not ignored.")
    product_key_as_in_the_sample: bool = choice("productKey is understood as ProductKey.")
    apply_id_beside_data: bool = choice(
        "ApplyId of checks and registrations stands at the top level (alibaba-2018 and -2019)."
    )
    registration_root_of_the_sample: bool = choice(
        "The root of a registration lacks Response (alibaba-2018 and -2019)."
    )
    iot_id_shown_early: bool = choice("Devices are shown with IotId in every edition.")
    no_device_id: bool = choice("Devices are shown without DeviceId.")
    short_secrets: bool = choice("A DeviceSecret has 16 characters.")
    generated_names_of_digits: bool = choice("Generated names are 16 digits.")
    apply_ids_in_no_order: bool = choice("ApplyIds do not grow.")
    nicknames_not_told: bool = choice("QueryDeviceDetail does not tell Nickname.")
    details_left_out: bool = choice("There is no InvalidDetailList (2023 and later).")
    large_pages_cut: bool = choice("A page holds at most 100 devices (alibaba-2018 and -2019).")
    pages_of_20_at_most: bool = choice("A page holds at most 20 devices (alibaba-2018 and -2019).")
    pages_over_20_refused: bool = choice("A PageSize over 20 is refused (alibaba-2018 and -2019).")
    later_version_unserved: bool = choice("Nothing is served under the Version 2022-01-01 (alibaba-2023 only).")
    register_device_knows_count: bool = choice(
        "RegisterDevice with a Count is BatchRegisterDevice (alibaba-2018 and -2019)."
    )
    no_device_id_in_iot_id: bool = choice("An IotId has nothing to do with the DeviceId.")
    page_parameters_may_be_left_out: bool = choice(
        "Without PageSize and CurrentPage 10 and 1 are taken (alibaba-2019 only)."
    )
    order_by_page_size: bool = choice("Pages of odd size are walked backwards, always.")
    throttled_now_and_then: bool = choice("Every 23rd request is told to come again later, in one of three ways.")
    gateway_errors_say_success_false: bool = choice("Gateway errors say Success false, too.")
    paging_early_without_secrets: bool = choice(
        "Devices are shown without DeviceSecret and IotId until all have been created."
    )
    unknown_fields: bool = choice("Every structure has further fields.")
    other_status_root: bool = choice("The status answer has the root element that the samples print.")
    pretty_xml: bool = choice("XML has a prolog, a comment, and a line for each element.")
    cdata: bool = choice("Texts in XML are CDATA sections.")
    xml_drops_characters: bool = choice("Characters that XML cannot carry are left out.")
    empty_elements_the_other_way: bool = choice("Empty XML elements are written the other way, <X/> or <X></X>.")
    application_xml: bool = choice("XML is application/xml.")
    no_charset: bool = choice("The content type names no charset.")
    chunked: bool = choice("Answers come in chunks, without Content-Length (over HTTP only).")
    gzip: bool = choice("Answers are compressed where the client accepts that (over HTTP only).")
    connection_closed: bool = choice("The connection is closed after every answer (over HTTP only).")


VARIANTS: dict[str, str] = {each.name: each.metadata["says"] for each in fields(Choices)}
"""Every variant and what it does."""


def choices_of(names: Sequence[str]) -> Choices:
    """The choices of these variants. Raises UnknownVariant."""
    for name in names:
        if name not in VARIANTS:
            raise UnknownVariant(f"no variant {name!r}{nearest(name, VARIANTS)}; serve --variant list names all")
    return Choices(**dict.fromkeys(names, True))

"""The legal freedoms that the reference can take: a target may do any of these, and no clause is broken.

Variants combine. Where an edition does not allow a choice, its variant changes nothing there.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

VARIANTS: dict[str, str] = {
    "invalid_names_at_once": "Invalid names of every kind are refused at once (unlisted in alibaba-2018).",
    "invalid_names_later": "Invalid names of every kind lead to CHECK_FAILED.",
    "taken_names_at_once": "Taken names are refused at once (unlisted in alibaba-2018), malformed ones later.",
    "device_name_list_known_early": "DeviceNameList is a parameter already in alibaba-2018 and -2019.",
    "repeated_names_invalid": "A name given twice counts as invalid.",
    "repeated_names_unreported": "A name given twice does not stand in RepeatedDeviceNameList (2023 and later).",
    "product_keys_in_any_letter_case": "Letter case does not matter in a ProductKey.",
    "names_in_any_letter_case": "Names that differ in letter case only are one name.",
    "names_end_at_a_gap": "DeviceName.N counts up to the first index that is missing.",
    "gaps_refused": "A call is refused in which an index of DeviceName.N is missing.",
    "checks_reserve_names": "A check keeps its names from later checks unless it fails.",
    "deleted_names_stay_taken": "The name of a deleted device is never free again.",
    "x509_products": "More than 1,000 names are refused, as for products with X.509 certificates (2023 and later).",
    "conflicts_refused_at_registration": "The registration of a name taken since its check is refused.",
    "every_name_fails_with_one": "On CHECK_FAILED every name stands in InvalidList (not in alibaba-2021).",
    "first_fault_told": "Of a name with two faults the first is told (2023 and later).",
    "surplus_names_refused": "Names over the limit are refused, not discarded (2023 and later).",
    "check_visible_for_random": "An application of BatchRegisterDevice goes through CHECK and CHECK_SUCCESS.",
    "states_too_short_to_be_seen": "Checking and creating take no time.",
    "lists_full_on_success": "ValidList holds every name on success.",
    "lists_partial_while_running": "ValidList holds half of the good names while checking and creating.",
    "valid_list_empty_on_failure": "ValidList is empty on failure.",
    "register_early_queued": "A registration during CHECK is accepted and waits for the check.",
    "register_twice_answered": "A second registration is answered with the same ApplyId and does nothing.",
    "conflict_decided_otherwise": "A name taken since the check fails all (2021 and later), or itself only.",
    "past_the_end_refused": "A page past the end is refused.",
    "page_size_clamped": "A PageSize over the maximum is answered with the maximum (2021 and later).",
    "blank_page_is_default": "An empty PageSize or CurrentPage means the default (2021 and later).",
    "leading_zeros_refused": "Integers with leading zeros are refused.",
    "apply_ids_beyond_2_53": "ApplyIds are larger than a double can hold exactly.",
    "refusals_with_400": "Business refusals come with HTTP status 400.",
    "missing_parameters_at_gateway": "Missing and empty parameters are refused by the gateway as Missing….",
    "gateway_errors_always_400": "Gateway errors come with HTTP status 400, whatever their code.",
    "missing_parameters_by_the_older_code": "The gateway calls every missing parameter MissingParameter.",
    "gateway_errors_of_the_older_lists": "Some gateway errors have older codes and statuses.",
    "window_of_31_minutes": "A Timestamp may be 31 minutes off.",
    "signature_before_time": "The signature is checked before the Timestamp, not after it.",
    "string_to_sign_kept_back": "A signature that does not match is not told what was to be signed.",
    "signature_version_unread": "Whatever SignatureVersion is named, 1.0 is meant.",
    "region_id_required": "A request signed in its parameters must name its RegionId.",
    "other_methods_unheard_of": "Another HTTP method than GET and POST gets HTTP status 405 and no body.",
    "default_format_json": "Without Format the answer is JSON (tuya-2025 only).",
    "unknown_format_answered": "A Format other than JSON and XML is answered in XML.",
    "paging_early_partial": "Pages show some of the devices while they are being created.",
    "paging_early_refused": "Pages are refused until the devices have been created.",
    "unknown_apply_id_empty_page": "Paging with an ApplyId that was never issued gives an empty page.",
    "empty_page_count_one": "PageCount is 1 where Total is 0.",
    "deleted_devices_vanish": "A deleted device vanishes from the pages of its application.",
    "devices_by_name": "Pages show devices by name.",
    "generated_names_of_every_kind": "Generated names have 32 characters of every legal kind.",
    "code_empty_on_success": "A success has an empty Code and ErrorMessage.",
    "code_null_on_success": "A success has Code and ErrorMessage null.",
    "code_200_on_success": "A success has the Code 200.",
    "chinese_messages": "Messages are in Chinese.",
    "other_codes_of_the_same_reasons": "Some refusals have another code that says the same (2019 and later).",
    "undocumented_codes": "Some codes have the published form but stand in no list (not in alibaba-2019).",
    "data_null_on_refusal": "A refusal without an explanation has Data null.",
    "data_empty_on_refusal": "A refusal without an explanation has an empty Data.",
    "request_id_lower_case": "RequestId is in small letters.",
    "other_key_order": "Members and elements stand in the opposite order.",
    "support_operations_not_offered": "There are the five operations and no other.",
    "unknown_instances_refused": "An IotInstanceId that names no instance is refused, not ignored.",
    "product_key_as_in_the_sample": "productKey is understood as ProductKey.",
    "apply_id_beside_data": "ApplyId of checks and registrations stands at the top level (alibaba-2018 and -2019).",
    "registration_root_of_the_sample": "The root of a registration lacks Response (alibaba-2018 and -2019).",
    "iot_id_shown_early": "Devices are shown with IotId in every edition.",
    "no_device_id": "Devices are shown without DeviceId.",
    "short_secrets": "A DeviceSecret has 16 characters.",
    "generated_names_of_digits": "Generated names are 16 digits.",
    "apply_ids_in_no_order": "ApplyIds do not grow.",
    "nicknames_not_told": "QueryDeviceDetail does not tell Nickname.",
    "details_left_out": "There is no InvalidDetailList (2023 and later).",
    "large_pages_cut": "A page holds at most 100 devices (alibaba-2018 and -2019).",
    "pages_of_20_at_most": "A page holds at most 20 devices (alibaba-2018 and -2019).",
    "pages_over_20_refused": "A PageSize over 20 is refused (alibaba-2018 and -2019).",
    "later_version_unserved": "Nothing is served under the Version 2022-01-01 (alibaba-2023 only).",
    "register_device_knows_count": "RegisterDevice with a Count is BatchRegisterDevice (alibaba-2018 and -2019).",
    "no_device_id_in_iot_id": "An IotId has nothing to do with the DeviceId.",
    "page_parameters_may_be_left_out": "Without PageSize and CurrentPage 10 and 1 are taken (alibaba-2019 only).",
    "order_by_page_size": "Pages of odd size are walked backwards, always.",
    "throttled_now_and_then": "Every 23rd request is told to come again later, in one of three ways.",
    "gateway_errors_say_success_false": "Gateway errors say Success false, too.",
    "paging_early_without_secrets": "Devices are shown without DeviceSecret and IotId until all have been created.",
    "unknown_fields": "Every structure has further fields.",
    "other_status_root": "The status answer has the root element that the samples print.",
    "pretty_xml": "XML has a prolog, a comment, and a line for each element.",
    "cdata": "Texts in XML are CDATA sections.",
    "xml_drops_characters": "Characters that XML cannot carry are left out.",
    "empty_elements_the_other_way": "Empty XML elements are written the other way, <X/> or <X></X>.",
    "application_xml": "XML is application/xml.",
    "no_charset": "The content type names no charset.",
    "chunked": "Answers come in chunks, without Content-Length (over HTTP only).",
    "gzip": "Answers are compressed where the client accepts that (over HTTP only).",
    "connection_closed": "The connection is closed after every answer (over HTTP only).",
}
"""Every variant and what it does."""


class UnknownVariant(ValueError):
    """A variant that the reference does not know."""


def chosen(names: Sequence[str]) -> frozenset[str]:
    """These variants, each of which must be known."""
    for name in names:
        if name not in VARIANTS:
            near = difflib.get_close_matches(name, VARIANTS, n=3, cutoff=0.4)
            raise UnknownVariant(f"no variant {name!r}; did you mean {' or '.join(near) or 'one of VARIANTS'}?")
    return frozenset(names)

"""The legal choices: what the documents leave open, how this server decides it, and how it can be told otherwise."""

from typing import Any

EDITIONS: dict[str, int] = {
    "alibaba-2018": 2018,
    "alibaba-2019": 2019,
    "alibaba-2021": 2021,
    "alibaba-2023": 2023,
    "tuya-2025": 2025,
}

# choice -> (setting, value, first edition year in which it is legal, what it does)
CHOICES: dict[str, tuple[str, str, int, str]] = {
    "invalid-names-later": ("invalid_names", "later", 2018, "invalid names lead to CHECK_FAILED, none is refused"),
    "invalid-names-at-once": ("invalid_names", "at-once", 2019, "malformed and taken names are both refused at once"),
    "taken-names-at-once": ("invalid_names", "taken-at-once", 2019, "taken names refused at once, malformed later"),
    "duplicates-invalid": ("duplicates", "invalid", 2018, "a name sent twice fails the check"),
    "duplicates-merged": ("duplicates", "merged", 2018, "a name sent twice counts once, silently"),
    "duplicates-refused": ("duplicates", "refused", 2023, "a name sent twice is refused with RepeatedDeviceNameList"),
    "surplus-refused": ("surplus", "refuse", 2018, "names over the limit: the call is refused, nothing is discarded"),
    "random-create-only": ("random_path", "create", 2018, "BatchRegisterDevice shows CREATE from the start, no CHECK"),
    "random-check-success": ("random_path", "check-success", 2018, "BatchRegisterDevice shows CHECK_SUCCESS too"),
    "instant": ("pace", "instant", 2018, "nothing takes time: terminal at the first poll"),
    "lists-empty-on-success": ("success_lists", "empty", 2018, "ValidList is empty on both successes"),
    "lists-partial-while-running": ("running_lists", "partial", 2018, "ValidList grows while CHECK and CREATE last"),
    "valid-list-empty-on-failure": ("failed_lists", "empty", 2018, "ValidList is empty on both failures"),
    "refusals-400": ("refusal_status", "400", 2018, "business refusals come with HTTP 400"),
    "refusals-409": ("refusal_status", "409", 2018, "business refusals come with HTTP 409"),
    "refusal-data-null": ("refusal_data", "null", 2018, "a refusal has Data null (XML: an empty element)"),
    "refusal-data-empty": ("refusal_data", "empty", 2018, "a refusal has Data as an empty object"),
    "missing-business": ("missing", "business", 2018, "a missing or blank parameter is a business refusal"),
    "type-errors-at-gateway": ("type_errors", "gateway", 2018, "a malformed integer: the gateway's InvalidX, 400"),
    "gateway-older-lists": ("gateway_list", "older", 2018, "gateway codes and statuses of the older published lists"),
    "page-size-over-refused": ("page_over", "refuse", 2018, "PageSize over the maximum is refused"),
    "page-past-end-empty": ("page_past", "empty", 2018, "a page past the end is empty"),
    "blank-page-default": ("blank_page", "default", 2019, "blank CurrentPage or PageSize means the default"),
    "early-refused": ("early", "refuse", 2018, "registering before CHECK_SUCCESS is refused"),
    "again-refused": ("again", "refuse", 2018, "registering twice with one ApplyId is refused"),
    "paging-early-empty": ("before_end", "empty", 2018, "paging before creation has ended shows nothing, Total 0"),
    "paging-early-partial": ("before_end", "partial", 2018, "paging before creation has ended shows what is there"),
    "unknown-id-empty-page": ("unknown_page", "empty", 2018, "paging an ApplyId never issued shows nothing, Total 0"),
    "race-creates-nothing": ("race", "nothing", 2018, "a name taken after the check: nothing is created"),
    "deleted-vanish": ("deleted", "vanish", 2018, "a deleted device vanishes from its application's pages"),
    "leading-zeros": ("zeros", "accept", 2018, "integers may have leading zeros"),
    "ids-small": ("ids", "small", 2018, "ApplyIds are small consecutive numbers"),
    "ids-top": ("ids", "top", 2018, "ApplyIds lie just below 2**63"),
    "code-absent": ("code", "absent", 2018, "no Code on success"),
    "code-null": ("code", "null", 2018, "Code is null on success"),
    "code-ok": ("code", "OK", 2018, "Code is OK on success"),
    "code-200": ("code", "200", 2018, "Code is the text 200 on success"),
    "message-empty": ("message", "empty", 2018, "ErrorMessage is present and empty on success"),
    "message-null": ("message", "null", 2018, "ErrorMessage is present and null on success"),
    "order-as-sent": ("order", "sent", 2018, "devices keep the order in which their names were sent"),
    "request-id-upper": ("request_id", "upper", 2018, "RequestId in upper case"),
    "text-xml": ("xml_type", "text/xml", 2018, "XML labelled text/xml"),
    "text-xml-charset": ("xml_type", "text/xml;charset=utf-8", 2018, "XML labelled text/xml;charset=utf-8"),
    "xml-dense": ("xml_layout", "dense", 2018, "XML without prolog and white space"),
    "xml-comments": ("xml_layout", "comments", 2018, "XML with a comment before and inside the root"),
    "self-closing": ("empty_tags", "self", 2018, "empty XML elements as <X/>"),
    "cdata": ("xml_text", "cdata", 2018, "XML texts in CDATA sections"),
    "extra-fields": ("extras", "extra", 2018, "unknown further fields on every level"),
    "chunked": ("transfer", "chunked", 2018, "bodies are sent in chunks"),
    "gzip": ("coding", "gzip", 2018, "bodies are compressed where Accept-Encoding allows it"),
    "connection-close": ("connection", "close", 2018, "the connection is closed after every answer"),
    "status-root-samples": ("status_root", "samples", 2018, "XML root of the status answer as in the printed samples"),
    "json-indented": ("json_layout", "indented", 2018, "JSON indented, with text beyond ASCII escaped"),
    "keys-shuffled": ("key_order", "shuffled", 2018, "top-level keys in a new order in every answer"),
    "keys-documented": ("key_order", "documented", 2018, "top-level keys ordered as in the 2020+ samples"),
    "window-15": ("window", "15", 2018, "a Timestamp is good for 15 minutes, not 31 (with --auth rpc)"),
}


def settings(edition: str, names: list[str]) -> dict[str, str]:
    """Every setting with its value in this edition; a choice that would be illegal in it changes nothing."""
    year = EDITIONS[edition]
    result = {
        "invalid_names": "format-at-once" if year > 2018 else "later",
        "duplicates": "repeated" if year >= 2023 else "invalid",
        "surplus": "discard" if year >= 2023 else "refuse",
        "random_path": "check",
        "pace": "delay",
        "success_lists": "full",
        "running_lists": "empty",
        "failed_lists": "good",
        "refusal_status": "200",
        "refusal_data": "absent",
        "missing": "gateway",
        "type_errors": "business",
        "gateway_list": "newest",
        "page_over": "clamp",
        "page_past": "refuse",
        "blank_page": "refuse",
        "early": "queue",
        "again": "answer",
        "before_end": "refuse",
        "unknown_page": "refuse",
        "race": "rest",
        "deleted": "stay",
        "zeros": "refuse",
        "ids": "large",
        "code": "blank",
        "message": "absent",
        "order": "hashed",
        "request_id": "lower",
        "xml_type": "application/xml",
        "xml_layout": "indented",
        "empty_tags": "pair",
        "xml_text": "escaped",
        "extras": "none",
        "transfer": "length",
        "coding": "none",
        "connection": "keep",
        "status_root": "sdk",
        "json_layout": "compact",
        "key_order": "own",
        "window": "31",
    }
    for name in names:
        key, value, since, _ = CHOICES[name]
        if year >= since:
            result[key] = value
    return result


def limits(edition: str) -> dict[str, Any]:
    """The numbers that differ between editions."""
    year = EDITIONS[edition]
    return {
        "devices": 10_000 if year >= 2023 else 1_000,
        "page_size": 50 if year >= 2020 else None,
        "page_required": year == 2018,
        "name_objects": year >= 2020,
        "iot_id": year > 2018,
        "details": year >= 2023,
        "default_format": "json" if edition.startswith("tuya") else "xml",
    }

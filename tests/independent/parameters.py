"""Reads a request: where parameters may stand, which are needed, and what counts as an integer."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

from .state import Refusal, Rejection, State, chosen, faulty

Call = dict[str, Any]

COMMON = {"Action", "Version", "Format", "AccessKeyId", "Timestamp", "RegionId", "SecurityToken", "Signature"}
COMMON |= {"SignatureMethod", "SignatureVersion", "SignatureNonce", "SignatureType"}
LONGEST = 2**63 - 1
EMPTY_CODES = {
    "ProductKey": ("iot.prod.NullProductKey", "The product key cannot be empty."),
    "ApplyId": ("iot.device.NullApplyId", "The application ID cannot be empty."),
    "PageSize": ("iot.common.InvalidPageParams", "The page size or page number is invalid."),
    "CurrentPage": ("iot.common.InvalidPageParams", "The page size or page number is invalid."),
}
NUMBER_CODES = {
    "ApplyId": ("iot.device.InvalidFormattedApplyId", "The application ID is incorrect."),
    "PageSize": ("iot.common.InvalidPageParams", "The page size or page number is invalid."),
    "CurrentPage": ("iot.common.InvalidPageParams", "The page size or page number is invalid."),
}


def pairs(state: State, text: str, form: bool) -> list[tuple[str, str]]:
    """Decodes a query string or a form body."""
    if form and faulty(state, "form-plus-kept"):
        parts = [part.partition("=") for part in text.split("&") if part]
        return [(unquote(name, errors="replace"), unquote(value, errors="replace")) for name, _, value in parts]
    found = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="replace")
    if faulty(state, "percent-decoded-twice"):
        found = [(name, unquote_plus(value)) for name, value in found]
    return found


def read_call(state: State, method: str, query: str, headers: dict[str, str], body: bytes, now: float) -> Call:
    """Gathers the parameters of a request, from the query and the form alike."""
    in_query = pairs(state, query, form=False)
    in_form: list[tuple[str, str]] = []
    if body and "json" not in headers.get("content-type", ""):
        in_form = pairs(state, body.decode("utf-8", "replace"), form=True)
    if faulty(state, "form-scalars-unread"):
        in_form = [(name, value) for name, value in in_form if name in COMMON or name.startswith("DeviceName")]
    if faulty(state, "query-unread-beside-form") and any(name not in COMMON for name, _ in in_form):
        in_query = [(name, value) for name, value in in_query if name in COMMON]
    params = dict(in_form)
    params.update(in_query)
    if faulty(state, "format-in-form-ignored") and "Format" not in dict(in_query):
        params.pop("Format", None)
    header_call = "Action" not in params and "x-acs-action" in headers
    return {
        "method": method,
        "pairs": in_query + in_form,
        "form_names": {name for name, _ in in_form},
        "params": params,
        "header_call": header_call,
        "action": headers.get("x-acs-action", "") if header_call else params.get("Action", ""),
        "version": params.get("Version") or (headers.get("x-acs-version") if header_call else None),
        "accept": headers.get("accept", ""),
        "host": headers.get("host", "iot.cn-shanghai.aliyuncs.com"),
        "now": now,
        "format": "xml",
    }


def choose_format(state: State, call: Call) -> str:
    """JSON or XML, in any letter case; without Format the default of the edition."""
    wanted = call["params"].get("Format")
    if wanted is None or wanted == "":
        if call["header_call"]:
            return "json" if "json" in call["accept"].lower() else "xml"
        return "json" if faulty(state, "default-format-json") else state["limits"]["default_format"]
    if wanted.upper() not in ("JSON", "XML"):
        if faulty(state, "format-unknown-accepted"):
            return "xml"
        raise Rejection(400, "InvalidParameter.Format", "Specified parameter format is not valid.")
    if faulty(state, "format-lower-case-ignored") and wanted == "json":
        return "xml"
    return str(wanted.lower())


def missing(state: State, name: str) -> Exception:
    """The answer to a required parameter that is absent or blank."""
    if faulty(state, "missing-parameter-500"):
        return Rejection(500, "InternalError", "The request processing has failed due to some unknown error.")
    if chosen(state, "missing", "business"):
        return Refusal(*EMPTY_CODES.get(name, ("iot.system.IllegalRequest", f"The parameter {name} is required.")))
    if chosen(state, "gateway_list", "older"):
        text = f'The input parameter "{name}" that is mandatory for processing this request is not supplied'
        return Rejection(400, "MissingParameter", text)
    return Rejection(400, f"Missing{name}", f"{name} is mandatory for this action.")


def need_text(state: State, call: Call, name: str) -> str:
    value = call["params"].get(name, "")
    if not value.strip():
        raise missing(state, name)
    return str(value)


def malformed(state: State, name: str) -> Exception:
    if chosen(state, "type_errors", "gateway"):
        return Rejection(400, f"Invalid{name}", f"Specified parameter {name} is not valid.")
    return Refusal(*NUMBER_CODES.get(name, ("iot.system.IllegalRequest", f"The parameter {name} is invalid.")))


def whole_number(state: State, name: str, text: str) -> int:
    """An integer as the documents write it: ASCII digits and nothing else."""
    if faulty(state, "integers-other-digits") and re.fullmatch(r"\d+", text):
        return int(text)
    if faulty(state, "integers-sign") and re.fullmatch(r"\+[0-9]+", text):
        return int(text)
    if faulty(state, "integers-underscore") and re.fullmatch(r"[0-9]+(_[0-9]+)+", text):
        return int(text)
    if faulty(state, "integers-blanks") and re.fullmatch(r" *[0-9]+ *", text):
        return int(text)
    if faulty(state, "integers-fraction") and re.fullmatch(r"[0-9]+(\.[0-9]+)", text):
        return int(float(text))
    if faulty(state, "integers-prefix") and (start := re.match(r"[0-9]+", text)):
        return int(start.group())
    negative = faulty(state, "apply-id-negative") or faulty(state, "count-negative-accepted")
    negative = negative or faulty(state, "page-negative-accepted")
    if not re.fullmatch(r"-?[0-9]+" if negative else r"[0-9]+", text):
        raise malformed(state, name)
    if len(text) > 1 and text[0] == "0" and not chosen(state, "zeros", "accept"):
        raise malformed(state, name)
    value = int(text[:40])
    if len(text) > 40 or value > LONGEST:
        raise malformed(state, name)
    return value


def need_number(state: State, call: Call, name: str) -> int:
    return whole_number(state, name, need_text(state, call, name))


def page_number(state: State, call: Call, name: str, default: int) -> int:
    """PageSize or CurrentPage: a positive integer, or the default where the edition allows to leave it out."""
    text = call["params"].get(name)
    if faulty(state, "page-parameters-in-form-ignored") and name in call["form_names"]:
        text = None
    if text is None or (text == "" and chosen(state, "blank_page", "default")):
        if state["limits"]["page_required"] and call["action"] == "QueryPageByApplyId":
            raise missing(state, name)
        return default
    if text == "" and state["limits"]["page_required"]:
        raise missing(state, name)
    if faulty(state, "page-letters-default") and not text.lstrip("-").isdigit():
        return default
    value = whole_number(state, name, text)
    if value < 1:
        if faulty(state, "page-zero-accepted") and value == 0:
            return default
        if faulty(state, "page-negative-accepted") and name == "CurrentPage":
            return value
        raise malformed(state, name)
    return value

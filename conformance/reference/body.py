"""A reply as the bytes of an HTTP answer, in JSON or in XML."""

from __future__ import annotations

from typing import Any

from conformance.reference.call import Call
from conformance.reference.envelope import Reply
from conformance.reference.rule import rule
from conformance.reference.write import Style, to_json, to_xml
from conformance.wire.message import HttpAnswer


def written(call: Call, reply: Reply) -> HttpAnswer:
    """The reply in the form in which it was asked for."""
    body = json_bytes(call, reply.fields) if call.question.format == "JSON" else xml_bytes(call, reply)
    charset = "" if call.choices.no_charset else ";charset=utf-8"
    return HttpAnswer(reply.status, (("Content-Type", media_type(call) + charset),), body)


@rule
def media_type(call: Call) -> str:
    """The content type names the form of the answer."""
    if call.question.format == "JSON":
        return "application/json"
    return "application/xml" if call.choices.application_xml else "text/xml"


def json_bytes(call: Call, fields: dict[str, Any]) -> bytes:
    """One JSON object in UTF-8."""
    return json_text(call, fields).encode("utf-8", "replace")


@rule
def json_text(call: Call, fields: dict[str, Any]) -> str:
    """An answer in JSON is one object."""
    return to_json(fields)


@rule
def xml_bytes(call: Call, reply: Reply) -> bytes:
    """An answer in XML is UTF-8."""
    return xml_text(call, reply).encode("utf-8", "replace")


@rule
def xml_text(call: Call, reply: Reply) -> str:
    """An answer in XML is one well-formed document."""
    style = Style(
        prolog=call.edition.xml_prolog,
        self_closing=call.edition.self_closing != call.choices.empty_elements_the_other_way,
        pretty=call.choices.pretty_xml,
        cdata=call.choices.cdata,
        replacement="" if call.choices.xml_drops_characters else "\ufffd",
    )
    return to_xml(reply.root, reply.fields, style)

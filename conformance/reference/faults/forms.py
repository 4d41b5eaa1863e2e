"""Faults of the form of an answer: JSON, XML and its root, Format, content type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from conformance.contract.actions import Action
from conformance.reference.answer import with_format
from conformance.reference.body import json_text, media_type, xml_bytes, xml_text
from conformance.reference.call import Call
from conformance.reference.envelope import Reply, root_of
from conformance.reference.faults.fault import breaks, scoped
from conformance.reference.question import Question
from conformance.wire.message import Scheme

JsonText = Callable[[Call, dict[str, Any]], str]
XmlText = Callable[[Call, Reply], str]


# --- JSON ---


@breaks("Common.JSON", "A JSON answer has the member RequestId twice.", json_text)
def a_member_stands_twice(faithful: JsonText, call: Call, fields: dict[str, Any]) -> str:
    return f'{faithful(call, fields)[:-1]},"RequestId":"again"}}'


breaks("Common.JSON/byte_order_mark", "A JSON answer begins with a byte order mark.", json_text)(
    lambda faithful, call, fields: "\ufeff" + faithful(call, fields)
)
breaks("Common.JSON/text_after_it", "A comment line follows the JSON object.", json_text)(
    lambda faithful, call, fields: faithful(call, fields) + "\n// answered by iot-7"
)
breaks("Common.JSON/trailing_comma", "A JSON answer has a comma before its last brace.", json_text, listed=False)(
    lambda faithful, call, fields: faithful(call, fields)[:-1] + ",}"
)
scoped("Common.JSON/trailing_comma@20th", "Every 20th JSON answer has a comma before its last brace.")


# --- XML ---


def document(text: str, reply: Reply) -> tuple[str, str]:
    """What stands before the root element of a text, and the rest."""
    before, start, rest = text.partition(f"<{reply.root}")
    return before, start + rest


@breaks("Common.XML", "An XML answer has a document type declaration.", xml_text)
def declares_a_document_type(faithful: XmlText, call: Call, reply: Reply) -> str:
    before, rest = document(faithful(call, reply), reply)
    return f"{before}<!DOCTYPE {reply.root}>{rest}"


@breaks("Common.XML/latin_1", "XML answers are written in ISO-8859-1.", xml_bytes)
def is_written_in_latin_1(faithful: Callable[[Call, Reply], bytes], call: Call, reply: Reply) -> bytes:
    _, rest = document(xml_text(call, reply), reply)
    return f"<?xml version='1.0' encoding='ISO-8859-1'?>{rest}".encode("latin-1", "xmlcharrefreplace")


breaks("Common.XML/unclosed", "An XML answer ends before its root element is closed.", xml_text, listed=False)(
    lambda faithful, call, reply: faithful(call, reply).removesuffix(f"</{reply.root}>")
)
scoped("Common.XML/unclosed@20th", "Every 20th XML answer ends before its root element is closed.")
breaks("Common.XML/text_after_it", "Text follows the root element of an XML answer.", xml_text)(
    lambda faithful, call, reply: faithful(call, reply) + "answered by iot-7"
)
breaks("Common.XML/raw_ampersand", "Names with & or < stand in XML answers as they were sent.", xml_text)(
    lambda faithful, call, reply: faithful(call, reply).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
)

ROOT = "The root element lacks its ending Response"
SMALL_LETTER = (Action.BatchRegisterDevice, Action.QueryBatchRegisterDeviceStatus, Action.QueryPageByApplyId)


def names_its_root(operation: str, change: Callable[[str], str]) -> Callable[..., str]:
    """An operation names its root element in another way."""

    def root(faithful: Callable[[Call], str], call: Call) -> str:
        return change(faithful(call)) if call.operation == operation else faithful(call)

    return root


for _operation, _says in {
    Action.BatchRegisterDevice: ROOT,
    Action.BatchCheckDeviceNames: ROOT,
    Action.BatchRegisterDeviceWithApplyId: f"{ROOT}, as in a sample of 2018",
    Action.QueryBatchRegisterDeviceStatus: ROOT,
    Action.QueryPageByApplyId: ROOT,
}.items():
    breaks(f"{_operation}.XML.root", f"{_says}.", root_of)(
        names_its_root(_operation, lambda root: root.removesuffix("Response") + "Result")
    )
for _operation in SMALL_LETTER:
    breaks(f"{_operation}.XML.root/small_letter", "The root element begins with a small letter.", root_of)(
        names_its_root(_operation, lambda root: root[:1].lower() + root[1:])
    )


# --- Format and content type ---

Choose = Callable[[Call], Question]


@breaks("Common.Format.default", "Without Format the answer is JSON.", with_format)
def json_by_default(faithful: Choose, call: Call) -> Question:
    question = faithful(call)
    return question if "Format" in question.params else replace(question, format="JSON")


scoped("Common.Format.default@POST", "Without Format the answer to a POST is JSON.")

OF_HEADERS = "A request signed in its headers that names no Format gets"


def ignores_accept(form: Literal["JSON", "XML"]) -> Callable[[Choose, Call], Question]:
    """Where Accept may choose the form, the answer has this one."""

    def change(faithful: Choose, call: Call) -> Question:
        question = faithful(call)
        concerned = question.scheme is Scheme.ACS3 and "Format" not in question.params
        return replace(question, format=form) if concerned else question

    return change


breaks("Common.Format.accept", f"{OF_HEADERS} XML, whatever it accepts.", with_format)(ignores_accept("XML"))
breaks("Common.Format.accept/always_JSON", f"{OF_HEADERS} JSON, whatever it accepts.", with_format)(
    ignores_accept("JSON")
)
scoped("Common.Format.accept@GET", "By GET such a request gets XML, whatever it accepts.")


def in_small_letters(question: Question) -> bool:
    """Whether Format is written in small letters."""
    return question.params.get("Format", "").islower()


@breaks("Common.Format.letter_case", "Format=json is not recognised and gives XML.", with_format)
def small_letters_give_xml(faithful: Choose, call: Call) -> Question:
    question = faithful(call)
    return replace(question, format="XML", unknown_format=False) if in_small_letters(question) else question


@breaks("Common.Format.letter_case/refused", "A Format in small letters is refused.", with_format)
def small_letters_are_refused(faithful: Choose, call: Call) -> Question:
    question = faithful(call)
    return replace(question, unknown_format=True) if in_small_letters(question) else question


breaks("Common.ContentType", "Every answer says that it is text/html.", media_type)(lambda faithful, call: "text/html")
scoped("Common.ContentType@XML", "An XML answer says that it is text/html.")
